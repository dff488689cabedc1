//! One pass over the outbox: what is due is sent, postponed or given up.

use std::sync::{Arc, PoisonError};

use lettre::Address;
use model::{Secret, UnixSeconds};
use store::{Catalog, Channel, OutboxMessage, StoreError};
use tokio_util::sync::CancellationToken;

use super::{LOOK_EVERY_SECONDS, Mailer};
use crate::blocking::blocking;
use crate::contents::Contents;
use crate::error::{MailError, SendError};
use crate::settings::MailSettings;
use crate::smtp::Session;
use crate::webhook::FeedbackWebhook;

/// The wait after the first failed attempt. Each further one doubles it.
const FIRST_WAIT_SECONDS: i64 = 10;
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// A message of this age is given up. Also one that was never tried: the folder may be a copy from a backup.
const GIVEN_UP_AFTER_SECONDS: i64 = 3 * 86_400;
/// How long it can be seen that a message was given up, and why.
const REMEMBERED_SECONDS: i64 = 30 * 86_400;

const EXPIRED: &str = "it expired before it could be sent";
const TOO_OLD: &str = "it could not be sent within three days";

enum Outcome {
    Sent,
    /// It is not in the outbox anymore: its workspace was deleted.
    Gone,
    Failed(SendError),
}

/// Where the messages of one channel are handed in.
enum Way<'a> {
    Mail { settings: &'a MailSettings, session: Option<Box<Session>> },
    Webhook(&'a FeedbackWebhook),
}

impl Way<'_> {
    async fn hand_in(&mut self, message: &OutboxMessage, contents: &Secret) -> Result<(), SendError> {
        match self {
            Self::Webhook(webhook) => webhook.post(&message.id, contents).await,
            Self::Mail { settings, session } => {
                let to: Address = message.recipient.parse().map_err(|_| SendError::Unwritable)?;
                let contents = Contents::from_secret(contents)?;
                let bytes = contents.to_bytes(settings, &message.id, &to, message.created_at)?;
                let mut open = match session.take() {
                    Some(open) => open,
                    None => Box::new(Session::open(settings).await?),
                };
                open.deliver(&settings.from.email, &to, &bytes).await?;
                // After an error, the session is dropped and the next message gets a new one.
                *session = Some(open);
                Ok(())
            }
        }
    }

    async fn close(self) {
        if let Self::Mail { session: Some(session), .. } = self {
            session.close().await;
        }
    }
}

impl Mailer {
    /// Sends what is due. In how many seconds to come again at the latest.
    pub(crate) async fn send_due(&self, stop: &CancellationToken) -> Result<u64, MailError> {
        self.delete_sent().await?;
        let now = self.shared.clock.now();
        let due = self.stored(move |catalog| {
            catalog.forget_given_up(UnixSeconds(now.0 - REMEMBERED_SECONDS))?;
            catalog.due_in_outbox(now)
        });
        let (mails, posts): (Vec<_>, Vec<_>) =
            due.await?.into_iter().partition(|message| message.channel == Channel::Mail);
        self.send_each(mails, self.way(Channel::Mail), now, stop).await?;
        self.send_each(posts, self.way(Channel::Webhook), now, stop).await?;
        self.wait_seconds().await
    }

    fn way(&self, channel: Channel) -> Option<Way<'_>> {
        match channel {
            Channel::Mail => {
                let settings = self.shared.settings.as_ref()?;
                Some(Way::Mail { settings, session: None })
            }
            Channel::Webhook => self.shared.operator.webhook.as_ref().map(Way::Webhook),
        }
    }

    /// Sends messages of one channel. Without a way they wait: it may come back.
    async fn send_each(
        &self,
        due: Vec<OutboxMessage>,
        mut way: Option<Way<'_>>,
        now: UnixSeconds,
        stop: &CancellationToken,
    ) -> Result<(), MailError> {
        let mut due = due.into_iter();
        while let Some(message) = due.next() {
            if stop.is_cancelled() {
                break;
            }
            if let Some(reason) = too_late(&message, now) {
                self.give_up(message, reason.to_owned()).await?;
                continue;
            }
            let Some(way) = &mut way else { continue };
            match self.attempt(way, &message).await? {
                Outcome::Sent => {
                    self.note_sent(message.id);
                    self.delete_sent().await?;
                }
                Outcome::Gone => {}
                Outcome::Failed(error) if error.is_final() => {
                    self.give_up(message, error.to_string()).await?
                }
                Outcome::Failed(error) => {
                    let mut failed = vec![message];
                    if error.concerns_all() {
                        failed.extend(due.by_ref());
                    }
                    self.postpone(failed, &error).await?;
                }
            }
        }
        if let Some(way) = way {
            way.close().await;
        }
        Ok(())
    }

    async fn attempt(&self, way: &mut Way<'_>, message: &OutboxMessage) -> Result<Outcome, MailError> {
        let (shared, id) = (Arc::clone(&self.shared), message.id.clone());
        let open = move || {
            shared.data.opening(&shared.catalog, |keyring| shared.catalog.outbox_contents(keyring, &id))
        };
        let contents = match blocking(open).await {
            Ok(Some(contents)) => contents,
            Ok(None) => return Ok(Outcome::Gone),
            Err(MailError::Store(
                error
                @ (StoreError::Sealed | StoreError::MasterKey { .. } | StoreError::MasterKeyLost { .. }),
            )) => {
                return Ok(Outcome::Failed(SendError::MasterKey(error)));
            }
            Err(error) => return Err(error),
        };
        Ok(match way.hand_in(message, &contents).await {
            Ok(()) => Outcome::Sent,
            Err(error) => Outcome::Failed(error),
        })
    }

    async fn give_up(&self, message: OutboxMessage, reason: String) -> Result<(), MailError> {
        let (kind, attempts, now) = (message.kind, message.attempts, self.shared.clock.now());
        tracing::warn!(kind, attempts, error = reason, "gave up on sending a message");
        self.stored(move |catalog| catalog.give_up_in_outbox(&message.id, &reason, now)).await
    }

    async fn postpone(&self, messages: Vec<OutboxMessage>, error: &SendError) -> Result<(), MailError> {
        let now = self.shared.clock.now();
        tracing::warn!(%error, messages = messages.len(), "messages can't be sent; they will be tried again later");
        let next: Vec<_> = messages.into_iter().map(|message| next_attempt(message, now)).collect();
        let reason = error.to_string();
        self.stored(move |catalog| catalog.postpone_in_outbox(&next, &reason)).await
    }

    fn note_sent(&self, id: String) {
        self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    /// Deletes what was sent. While that fails, nothing is sent, so that nothing is sent over and over.
    async fn delete_sent(&self) -> Result<(), MailError> {
        let sent = self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if sent.is_empty() {
            return Ok(());
        }
        self.stored(move |catalog| catalog.delete_from_outbox(&sent)).await?;
        // Only the task that is here adds to them.
        self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// What can't be sent for now is never due.
    async fn wait_seconds(&self) -> Result<u64, MailError> {
        let mut wait = LOOK_EVERY_SECONDS;
        for channel in [Channel::Mail, Channel::Webhook] {
            if self.way(channel).is_none() {
                continue;
            }
            let due_at = self.stored(move |catalog| catalog.outbox_due_at(channel)).await?;
            let now = self.shared.clock.now();
            wait = wait.min(due_at.map_or(wait, |at| u64::try_from(at.0 - now.0).unwrap_or(0)));
        }
        Ok(wait)
    }

    async fn stored<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Catalog) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, MailError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || work(&shared.catalog)).await
    }
}

/// Why a message is not sent anymore.
fn too_late(message: &OutboxMessage, now: UnixSeconds) -> Option<&'static str> {
    if message.expires_at.is_some_and(|at| at <= now) {
        return Some(EXPIRED);
    }
    (now.0 - message.created_at.0 >= GIVEN_UP_AFTER_SECONDS).then_some(TOO_OLD)
}

fn next_attempt(message: OutboxMessage, now: UnixSeconds) -> (String, UnixSeconds) {
    (message.id, UnixSeconds(now.0 + wait_after(message.attempts)))
}

/// How long to wait after an attempt that failed, by how many had failed before.
fn wait_after(attempts: u32) -> i64 {
    let doubled = FIRST_WAIT_SECONDS.checked_shl(attempts.min(32)).unwrap_or(LONGEST_WAIT_SECONDS);
    doubled.min(LONGEST_WAIT_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::wait_after;

    #[test]
    fn waits_grow_from_ten_seconds_to_an_hour() {
        let waits: Vec<i64> = (0..11).map(wait_after).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        assert_eq!(wait_after(u32::MAX), 3_600);
    }
}
