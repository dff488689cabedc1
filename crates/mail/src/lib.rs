//! Sends email, and posts what visitors write to the operator's webhook. A message is written to the catalog's outbox first and sent from there by one task of the server, so that
//! nothing is lost while the mail server is down or Chartsy is restarted. Without a mail server, links go to the console of
//! the person who runs Chartsy.

mod blocking;
mod console;
mod contents;
mod error;
mod letter;
mod mailbox;
mod mailer;
mod message;
mod operator;
mod picture;
mod settings;
mod smtp;
#[cfg(test)]
mod testing;
mod webhook;

pub use error::{MailError, SendError, ServerReply, SmtpStage};
pub use mailbox::Mailbox;
pub use mailer::{DeliveryMethod, Mailer, send_test};
pub use message::{Fact, FromVisitor, Message, OpenInvitation, VisitorTopic};
pub use operator::Operator;
pub use picture::Picture;
pub use settings::{MailSettings, SettingsError};
pub use webhook::FeedbackWebhook;
