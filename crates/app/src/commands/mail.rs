//! `chartsy mail`: whether email can be sent, and what waits to be sent.

use std::io::Write;

use mail::Mailbox;
use model::Clock;
use store::{DataDir, OutboxFacts, StoreError};

use crate::arguments::{DataArgs, MailArgs};
use crate::failure::Advice;

#[derive(Debug, clap::Args)]
pub struct Mail {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send a test message right away, and say what the mail server answered and what waits in the outbox
    Test {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        mail: MailArgs,
        /// The address to send it to
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

pub async fn run(args: Mail) -> anyhow::Result<()> {
    let Action::Test { data, mail, to } = args.action;
    let Some(settings) = mail.settings()? else {
        let help = "set it with --smtp-url and --mail-from, or with CHARTSY_SMTP_URL and CHARTSY_MAIL_FROM";
        return Err(Advice::new("no mail server is configured", help).into());
    };
    let to = Mailbox::new("", &to)
        .map_err(|_| Advice::new(format!("'{to}' is not an email address"), "enter another one with --to"))?;
    let outbox = outbox(&data)?;
    let sent = mail::send_test(&settings, &to, Clock::System.now()).await;
    let mut out = std::io::stdout().lock();
    match &sent {
        Ok(answer) => writeln!(out, "{} accepted the message: {}", settings.server(), answer.text())?,
        Err(error) => {
            if let Some(answer) = error.answer() {
                writeln!(out, "{} answered: {}", settings.server(), answer.text())?;
            }
        }
    }
    if let Some(facts) = outbox {
        writeln!(out, "{}", described(&facts))?;
    }
    sent.map(drop).map_err(|error| Advice::not_sent(&error, error.action()).into())
}

/// What waits in the folder, if there is one.
fn outbox(data: &DataArgs) -> anyhow::Result<Option<OutboxFacts>> {
    match DataDir::open_existing(&data.data) {
        Ok(folder) => Ok(Some(folder.catalog()?.outbox_facts()?)),
        Err(StoreError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn described(facts: &OutboxFacts) -> String {
    let OutboxFacts { waiting, last_error, given_up, .. } = facts;
    let last_error =
        last_error.as_ref().map(|error| format!("; the last error was: {error}")).unwrap_or_default();
    format!("outbox: {waiting} waiting, {given_up} given up in the last 30 days{last_error}")
}
