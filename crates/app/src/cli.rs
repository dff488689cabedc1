//! The command line. Scripts depend on it: names, defaults and exit codes are stable.

use api::BookDemo;
use clap::{Args, Parser, Subcommand, ValueEnum};
use mail::{FeedbackWebhook, Mailbox, Operator};
use metrics::question::{Preset, Question};
use model::{Day, Secret};
use sync::RunnerConfig;
use url::Url;

use crate::commands;
use crate::failure::Advice;
use crate::outgoing::{self, Outgoing};

#[derive(Debug, Parser)]
#[command(
    name = "chartsy",
    version,
    about = "Subscription analytics from what you billed, exact to the cent"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Format of the log on stderr; RUST_LOG sets what is logged
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Command that prints the master key, such as 'pass show chartsy'; it is run without a shell
    #[arg(
        long,
        global = true,
        value_name = "COMMAND",
        env = "CHARTSY_MASTER_KEY_COMMAND",
        hide_env_values = true
    )]
    pub master_key_command: Option<String>,
    /// Where requests may go whose addresses users enter; choose 'public' if you run a server for others. By default 'public' with
    /// '--sign-up open', and 'any' otherwise; other commands do as the server that used the data folder last
    #[arg(long, global = true, value_enum, env = "CHARTSY_OUTGOING")]
    pub outgoing: Option<Outgoing>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages and the API, and keep every connection up to date
    Serve(Box<commands::serve::Serve>),
    /// Connect an account and import its data
    Connect(commands::connect::Connect),
    /// Bring connections up to date
    Sync(commands::sync::Sync),
    /// Delete everything that is computed from the stored objects, and rebuild it
    Rebuild(commands::rebuild::Rebuild),
    /// Show what has been imported, how current it is, and the last error
    Status(commands::status::Status),
    /// Print a metric over time
    Metrics(commands::metrics::Metrics),
    /// Print why MRR changed, customer by customer
    Movements(commands::movements::Movements),
    /// Print payments, invoices, refunds and disputes one by one
    Payments(commands::payments::Payments),
    /// Print the trials that end in the days ahead, or the subscriptions that are set to end
    Upcoming(commands::upcoming::Upcoming),
    /// Print cohorts: customers by when they began, and what has become of them
    Cohorts(commands::cohorts::Cohorts),
    /// Print a statement: how one figure follows from another
    Statements(commands::statements::Statements),
    /// Print every change of every customer's MRR
    Ledger(commands::ledger::Ledger),
    /// Explain a customer's MRR down to the invoice line, or a metric's value down to its customers
    Explain(commands::explain::Explain),
    /// Write every table of a connection and every metric by month to files
    Export(commands::export::Export),
    /// Copy the data folder, even while a server is using it
    Backup(commands::backup::Backup),
    /// Create a data folder from a backup
    Restore(commands::restore::Restore),
    /// Erase a customer's personal data, a connection, or everything
    Erase(commands::erase::Erase),
    /// Check the data folder, the keys and the providers, and advise what to do
    Doctor(commands::doctor::Doctor),
    /// Open the pages with a sample merchant
    Demo(commands::demo::Demo),
    #[command(about = sandbox::ABOUT)]
    Sandbox(commands::sandbox::Sandbox),
    /// Show which master key encrypts the providers' keys, replace it, or start over after it was lost
    Keys(commands::keys::Keys),
    /// Create, list and revoke tokens for programs
    Token(commands::token::Token),
    /// List and revoke links that show a page to people without an account
    Share(commands::share::Share),
    /// Print the audit log: who did what, in all workspaces
    Audit(commands::audit::Audit),
    /// List users, lock, unlock or delete them, reset two-factor sign-in, or set a new password
    User(commands::user::User),
    /// Add, list and remove identity providers for single sign-on, and the email domains that each may name
    SignOn(commands::sign_on::SignOn),
    /// List and delete the workspaces of this server
    Workspace(commands::workspace::WorkspaceArgs),
    /// Enter, import, list and remove exchange rates
    Rates(commands::rates::Rates),
    /// Check that email can be sent
    Mail(commands::mail::Mail),
    /// Print the API's description
    #[command(hide = true)]
    Openapi,
}

/// The data folder to use.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The data folder
    #[arg(long, value_name = "DIR", env = "CHARTSY_DATA", default_value = "data")]
    pub data: std::path::PathBuf,
}

/// How much of a provider's rate limits to use.
#[derive(Debug, Clone, Copy, Args)]
pub struct ProviderShareArgs {
    /// How much of each provider's rate limits is used, in percent; the rest is left to the account's other tools
    #[arg(long, value_name = "PERCENT", env = "CHARTSY_PROVIDER_SHARE_PERCENT",
        default_value_t = RunnerConfig::SHARE_PERCENT, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub provider_share_percent: u8,
}

/// The mail server to send with.
#[derive(Debug, Clone, Args)]
pub struct MailArgs {
    /// The mail server: smtp://user:password@host:587 (encrypted with STARTTLS), smtps://user:password@host:465, or
    /// smtp://localhost:25?tls=none. Without one, links are printed on stderr instead of being sent
    #[arg(long, value_name = "URL", env = "CHARTSY_SMTP_URL", hide_env_values = true, value_parser = secret)]
    smtp_url: Option<Secret>,
    /// The sender of emails, such as 'Chartsy <chartsy@example.com>'
    #[arg(long, value_name = "ADDRESS", env = "CHARTSY_MAIL_FROM")]
    mail_from: Option<String>,
}

impl MailArgs {
    /// Where to send from; `None` without a mail server. An empty variable is as good as none.
    pub fn settings(&self) -> anyhow::Result<Option<mail::MailSettings>> {
        let url = self.smtp_url.as_ref().filter(|url| !url.expose().trim().is_empty());
        let from = self.mail_from.as_deref().filter(|from| !from.trim().is_empty());
        match (url, from) {
            (None, None) => Ok(None),
            (Some(_), None) => {
                let help =
                    "set it with --mail-from or CHARTSY_MAIL_FROM, such as 'Chartsy <chartsy@example.com>'";
                Err(Advice::new("there is a mail server, but no sender of emails", help).into())
            }
            (None, Some(_)) => {
                let help =
                    "set it with --smtp-url or CHARTSY_SMTP_URL, such as smtp://user:password@host:587";
                Err(Advice::new("there is a sender of emails, but no mail server", help).into())
            }
            (Some(url), Some(from)) => {
                let help = "see \"Email\" in docs/operations.md";
                let settings = mail::MailSettings::parse(url, from);
                Ok(Some(settings.map_err(|error| Advice::new(error.to_string(), help))?))
            }
        }
    }
}

/// Where feedback and requests for a demo go.
#[derive(Debug, Clone, Args)]
pub struct FeedbackArgs {
    /// The address that feedback and requests for a demo are emailed to; requires a mail server
    #[arg(long, value_name = "ADDRESS", env = "CHARTSY_FEEDBACK_TO")]
    feedback_to: Option<String>,
    /// A URL that feedback and requests for a demo are posted to, as JSON
    #[arg(long, value_name = "URL", env = "CHARTSY_FEEDBACK_WEBHOOK", hide_env_values = true, value_parser = secret)]
    feedback_webhook: Option<Secret>,
    /// Offers visitors a demo: 'form' for a form that goes where feedback goes, or the URL of your calendar
    #[arg(long, value_name = "form|URL", env = "CHARTSY_BOOK_DEMO")]
    book_demo: Option<String>,
}

impl FeedbackArgs {
    /// Where they go; nowhere by default. An empty variable is as good as none.
    pub fn operator(&self, has_mail: bool) -> anyhow::Result<Operator> {
        let to = self.feedback_to.as_deref().filter(|to| !to.trim().is_empty());
        let mailbox = to.map(|to| Mailbox::new("", to)).transpose().map_err(|_| {
            Advice::new("--feedback-to is not an email address", "use one such as support@example.com")
        })?;
        if mailbox.is_some() && !has_mail {
            let help = "set one with --smtp-url and --mail-from, or use --feedback-webhook instead";
            return Err(Advice::new("feedback is to be emailed, but there is no mail server", help).into());
        }
        let url = self.feedback_webhook.as_ref().filter(|url| !url.expose().trim().is_empty());
        let webhook = url.map(|url| FeedbackWebhook::parse(url, outgoing::network())).transpose();
        let help = "see \"Feedback and demos\" in docs/operations.md";
        let webhook = webhook.map_err(|error| Advice::new(error.to_string(), help))?;
        if webhook.as_ref().is_some_and(FeedbackWebhook::is_out_of_reach) {
            let help = "give it an address on the public internet, use --feedback-to instead, or start with --outgoing any: \
                        'public' is the default with --sign-up open";
            let title = "the webhook for feedback is at a private address, which --outgoing public forbids";
            return Err(Advice::new(title, help).into());
        }
        Ok(Operator { mailbox, webhook })
    }

    /// How visitors book a demo, if they can.
    pub fn book_demo(&self, operator: &Operator) -> anyhow::Result<Option<BookDemo>> {
        let Some(how) = self.book_demo.as_deref().map(str::trim).filter(|how| !how.is_empty()) else {
            return Ok(None);
        };
        if how != "form" {
            let url = Url::parse(how).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let help = "use 'form', or the address of your calendar such as https://example.com/book";
            let url = url.ok_or_else(|| Advice::new("--book-demo is neither 'form' nor a URL", help))?;
            return Ok(Some(BookDemo::At(url)));
        }
        if operator.is_reachable() {
            return Ok(Some(BookDemo::Form));
        }
        let help = "set --feedback-to or --feedback-webhook, or use the URL of your calendar";
        Err(Advice::new("there is a form to book a demo, but nowhere to send it", help).into())
    }
}

/// Takes anything: clap would repeat what it refuses.
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// One connection of the data folder.
#[derive(Debug, Clone, Args)]
pub struct ConnectionArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// The connection to use if there are several. Commands that show figures also take `all`, which adds up all that
    /// belong together: live accounts, or else those in test mode, or else samples
    #[arg(long, value_name = "ID")]
    pub connection: Option<String>,
}

/// Over which days.
#[derive(Debug, Clone, Args)]
pub struct RangeArgs {
    /// last_12_months (default) or last_12_full_months
    #[arg(long, value_name = "RANGE")]
    range: Option<Preset>,
    /// First day, such as 2026-01-31; by default the first day of --range
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Last day; by default today, or the last day of --range
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
}

impl RangeArgs {
    /// The question about these days, of everything.
    pub fn question(&self) -> Question {
        Question { from: self.from, to: self.to, range: self.range, ..Question::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextCsvOrJson {
    Text,
    Csv,
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_scripts_rely_on_is_understood() {
        for line in [
            "chartsy serve --data d --listen 127.0.0.1:0",
            "chartsy serve --provider-share-percent 50",
            "chartsy connect SOURCE --data d --key-stdin --api-base http://127.0.0.1:1/v --name N --no-wait",
            "chartsy sync --data d --connection conn_1",
            "chartsy sync --provider-share-percent 50",
            "chartsy connect SOURCE --key-stdin --provider-share-percent 50",
            "chartsy rebuild --data d",
            "chartsy status --data d --format json",
            "chartsy metrics mrr --from 2025-01-01 --to 2025-12-31 --interval month --currency native --by plan --filter plan=price_1 --filter country=DE --format csv",
            "chartsy metrics expansion_mrr --by cause",
            "chartsy movements --type churn --filter churn_reason=payment_failed --from 2026-01-01 --format csv",
            "chartsy upcoming --what trial_end --days 14 --filter country=DE --format csv",
            "chartsy upcoming --what end --from 2026-01-01 --to 2026-12-31 --currency eur",
            "chartsy movements --plan-from price_1 --plan-to price_2",
            "chartsy ledger --format ndjson",
            "chartsy statements cash --from 2026-01-01 --to 2026-12-31 --format csv",
            "chartsy explain --customer cus_1 --at 2026-01-01T00:00:00Z",
            "chartsy export --data d --connection conn_1 --to d --format csv",
            "chartsy export --to d --format json",
            "chartsy export --to d --format parquet",
            "chartsy sandbox --merchant mid --seed 3 --customers 10 --listen 127.0.0.1:0 --limits none",
            "chartsy token create --name ci",
            "chartsy share list --data d",
            "chartsy share revoke link_1 --data d",
            "chartsy audit --data d --workspace ws_1 --action token --actor ada --from 2026-01-01 --to 2026-12-31 --format json",
            "chartsy serve --audit-retention-days 365",
            "chartsy serve --max-connections 3 --max-members 10 --max-rows-per-minute 50000 --max-workspaces 3",
            "chartsy serve --sign-up open --max-workspaces none --outgoing any",
            "chartsy user password --data d",
            "chartsy user password ada --refuse-guessable-passwords",
            "chartsy user delete ada --data d --yes",
            "chartsy audit --format csv",
            "chartsy doctor",
            "chartsy erase customer cus_1 --data d",
            "chartsy erase everything --data d --yes",
            "chartsy connect SOURCE --key-stdin --gdpr",
            "chartsy backup --data d --to /backups/monday --with-key",
            "chartsy restore --from /backups/monday --data d",
            "chartsy demo",
            "chartsy sign-on add acme --name Acme --issuer https://id.example.com --client-id chartsy --client-secret-stdin",
            "chartsy sign-on allow acme example.com --role viewer --two-factor --required --workspace ws_1",
            "chartsy sign-on disallow example.com",
            "chartsy rates list --data d --format json",
            "chartsy rates set KWD 0.307 --base USD --from 2026-01-01 --to 2026-12-31",
            "chartsy rates import rates.csv --data d",
            "chartsy rates remove rate_1",
            "chartsy keys status --data d --format json",
            "chartsy keys rotate --data d --new-key-stdin",
            "chartsy keys replace-lost --data d --yes",
            "chartsy serve --data d --master-key-command pass",
            "chartsy serve --outgoing public --trusted-proxy 127.0.0.1 --trusted-proxy 10.0.0.0/8",
            "chartsy serve --tls-cert cert.pem --tls-key key.pem",
            "chartsy serve --smtp-url smtps://u:p@mail.example.com --mail-from chartsy@example.com",
            "chartsy serve --feedback-to a@example.com --feedback-webhook https://example.com/hook --book-demo form",
            "chartsy workspace join --by-email on --imported off --workspace ws_1 --data d --format json",
            "chartsy workspace join --by-email on --preview",
            "chartsy mail test --to ada@example.com --data d",
        ] {
            let line = line.replace("SOURCE", sandbox::SOURCE);
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}
