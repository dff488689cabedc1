//! Takes messages, and sends them from the outbox.

mod outbox;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Clock, Secret, UnixSeconds};
use store::{Catalog, Channel, DataDir, Keyring, NewOutboxMessage};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::Mailbox;
use crate::blocking::blocking;
use crate::console;
use crate::error::{MailError, SendError, ServerReply};
use crate::message::{FromVisitor, Message};
use crate::operator::Operator;
use crate::settings::MailSettings;
use crate::smtp::Session;

/// How often the outbox is looked at in any case: other processes write to it as well, and clocks are set.
const LOOK_EVERY_SECONDS: u64 = 10;
/// Visitors' messages carry pictures: no more of them wait, so that nobody can fill the disk.
const VISITORS_WAITING_MAX: u32 = 200;
/// What is written as the recipient of what is posted.
const WEBHOOK: &str = "webhook";

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Option<MailSettings>,
    operator: Operator,
    data: DataDir,
    catalog: Catalog,
    clock: Clock,
    /// A message was written to the outbox.
    written: Notify,
    /// Messages that were sent but could not be deleted, for example because the disk is full. They must not be sent again.
    sent: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// How a message gets to its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryMethod {
    /// By email, as soon as the mail server takes it.
    Queued,
    /// There is no mail server. The link was printed for the person who runs Chartsy, who has to pass it on.
    Console,
}

impl Mailer {
    /// Without settings, links are printed to standard error. The folder's master key is read when it is needed: a server
    /// without it has to start all the same.
    pub fn new(
        settings: Option<MailSettings>,
        operator: Operator,
        data: DataDir,
        catalog: Catalog,
        clock: Clock,
    ) -> Self {
        let (written, sent) = (Notify::new(), Mutex::default());
        Self { shared: Arc::new(Shared { settings, operator, data, catalog, clock, written, sent }) }
    }

    /// Whether there is a mail server.
    pub fn is_configured(&self) -> bool {
        self.shared.settings.is_some()
    }

    /// Whether messages for the person who runs Chartsy get anywhere.
    pub fn reaches_operator(&self) -> bool {
        self.shared.operator.is_reachable()
    }

    /// Takes a message. Once this returns, nothing that happens to the process can lose it. From `expires_at` on it is not
    /// sent anymore; its text says until when the link works.
    ///
    /// # Errors
    /// Those of the catalog; `OutboxFull` among them.
    pub async fn send(
        &self,
        message: Message,
        to: &Mailbox,
        expires_at: Option<UnixSeconds>,
    ) -> Result<DeliveryMethod, MailError> {
        if self.shared.settings.is_none() {
            if let Some(line) = console::line(&message, to) {
                eprintln!("{line}");
            }
            return Ok(DeliveryMethod::Console);
        }
        self.write_down(vec![mail_of(&message, to, expires_at)?]).await?;
        Ok(DeliveryMethod::Queued)
    }

    /// A message as the caller writes it to the outbox, together with what it is about. [`Self::written`] has it sent then.
    ///
    /// # Errors
    /// `Unwritable`.
    pub fn to_write(
        message: &Message,
        to: &Mailbox,
        expires_at: Option<UnixSeconds>,
    ) -> Result<NewOutboxMessage, MailError> {
        mail_of(message, to, expires_at)
    }

    /// Has messages sent that somebody else wrote to the outbox.
    pub fn written(&self) {
        self.shared.written.notify_one();
    }

    /// Takes a message for the person who runs Chartsy: for their mailbox, their webhook, or both.
    ///
    /// # Errors
    /// `NoOperator` when there is neither; those of the catalog, `OutboxFull` among them.
    pub async fn send_to_operator(&self, sent: FromVisitor) -> Result<(), MailError> {
        let Operator { mailbox, webhook } = &self.shared.operator;
        let posted = sent.json(self.shared.clock.now());
        let message = Message::FromVisitor(Box::new(sent));
        let mut new = Vec::new();
        if let Some(mailbox) = mailbox {
            new.push(mail_of(&message, mailbox, None)?);
        }
        if webhook.is_some() {
            new.push(NewOutboxMessage {
                channel: Channel::Webhook,
                workspace: None,
                kind: message.kind(),
                recipient: WEBHOOK.to_owned(),
                contents: Secret::new(posted),
                expires_at: None,
                most_of_its_kind: None,
            });
        }
        if new.is_empty() {
            return Err(MailError::NoOperator);
        }
        let most_of_its_kind = Some(VISITORS_WAITING_MAX);
        self.write_down(new.into_iter().map(|one| NewOutboxMessage { most_of_its_kind, ..one }).collect())
            .await
    }

    async fn write_down(&self, new: Vec<NewOutboxMessage>) -> Result<(), MailError> {
        let shared = Arc::clone(&self.shared);
        let write = move || {
            let add = |keyring: &Keyring| shared.catalog.add_all_to_outbox(keyring, &new, shared.clock.now());
            shared.data.sealing(&shared.catalog, add)
        };
        blocking(write).await?;
        self.shared.written.notify_one();
        Ok(())
    }

    /// Sends what is in the outbox until it is asked to stop. A message that is being handed in then is finished first. Only
    /// one at a time may run for a data folder.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let wait_seconds = match self.send_due(&stop).await {
                Ok(wait_seconds) => wait_seconds,
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be used");
                    LOOK_EVERY_SECONDS
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.shared.written.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(wait_seconds)) => {}
            }
        }
    }
}

fn mail_of(
    message: &Message,
    to: &Mailbox,
    expires_at: Option<UnixSeconds>,
) -> Result<NewOutboxMessage, MailError> {
    let contents = message.letter(to, expires_at).into_contents();
    Ok(NewOutboxMessage {
        channel: Channel::Mail,
        workspace: message.workspace().cloned(),
        kind: message.kind(),
        recipient: to.address().to_string(),
        contents: contents.to_secret().map_err(|_| MailError::Unwritable)?,
        expires_at,
        most_of_its_kind: None,
    })
}

/// Sends a test message right away, past the outbox; what the server answered.
///
/// # Errors
/// Why it could not be sent.
pub async fn send_test(
    settings: &MailSettings,
    to: &Mailbox,
    now: UnixSeconds,
) -> Result<ServerReply, SendError> {
    let contents = Message::Test.letter(to, None).into_contents();
    let message = contents.to_bytes(settings, &format!("test-{}", now.0), to.address(), now)?;
    let mut session = Session::open(settings).await?;
    let answer = session.deliver(&settings.from.email, to.address(), &message).await?;
    session.close().await;
    Ok(answer)
}

#[cfg(test)]
mod tests;
