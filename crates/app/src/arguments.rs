//! Arguments that several commands take.

use api::BookDemo;
use clap::{Args, ValueEnum};
use mail::{FeedbackWebhook, Mailbox, Operator};
use metrics::question::{Preset, Question};
use model::{Day, Secret};
use sync::RunnerConfig;
use url::Url;

use crate::failure::Advice;
use crate::outgoing;

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
