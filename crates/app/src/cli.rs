//! The command line. Scripts depend on it: names, defaults and exit codes are stable.

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::outgoing::Outgoing;

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

impl Command {
    /// # Errors
    /// Those of the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Serve(args) => commands::serve::run(*args).await,
            Self::Connect(args) => commands::connect::run(args).await,
            Self::Sync(args) => commands::sync::run(args).await,
            Self::Rebuild(args) => commands::rebuild::run(args).await,
            Self::Status(args) => commands::status::run(&args),
            Self::Metrics(args) => commands::metrics::run(args).await,
            Self::Movements(args) => commands::movements::run(args).await,
            Self::Payments(args) => commands::payments::run(args).await,
            Self::Upcoming(args) => commands::upcoming::run(args).await,
            Self::Cohorts(args) => commands::cohorts::run(args).await,
            Self::Statements(args) => commands::statements::run(args).await,
            Self::Ledger(args) => commands::ledger::run(&args).await,
            Self::Explain(args) => commands::explain::run(args).await,
            Self::Export(args) => commands::export::run(args).await,
            Self::Backup(args) => commands::backup::run(&args),
            Self::Restore(args) => commands::restore::run(&args),
            Self::Erase(args) => commands::erase::run(args).await,
            Self::Doctor(args) => commands::doctor::run(args).await,
            Self::Demo(args) => commands::demo::run(args).await,
            Self::Sandbox(args) => commands::sandbox::run(args).await,
            Self::Keys(args) => commands::keys::run(args),
            Self::Token(args) => commands::token::run(args),
            Self::Share(args) => commands::share::run(args),
            Self::Audit(args) => commands::audit::run(args),
            Self::SignOn(args) => commands::sign_on::run(args).await,
            Self::User(args) => commands::user::run(args).await,
            Self::Workspace(args) => commands::workspace::run(args).await,
            Self::Rates(args) => commands::rates::run(args),
            Self::Mail(args) => commands::mail::run(args).await,
            Self::Openapi => commands::openapi::run(),
        }
    }
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
