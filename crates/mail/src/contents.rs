//! A message as it waits in the outbox, and as it is handed to the mail server.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::{Address, Message};
use model::{Secret, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::error::SendError;
use crate::picture::Picture;
use crate::settings::MailSettings;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) reply_to: Option<ReplyTo>,
    #[serde(default)]
    pub(crate) picture: Option<Picture>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplyTo {
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Contents {
    pub(crate) fn to_secret(&self) -> Result<Secret, SendError> {
        serde_json::to_string(self).map(Secret::new).map_err(unwritable)
    }

    pub(crate) fn from_secret(secret: &Secret) -> Result<Self, SendError> {
        serde_json::from_str(secret.expose()).map_err(unwritable)
    }

    /// The message in the form of RFC 5322. One message always has the same id, so that a receiver can recognize it if it is
    /// sent twice.
    pub(crate) fn to_bytes(
        &self,
        settings: &MailSettings,
        id: &str,
        to: &Address,
        created_at: UnixSeconds,
    ) -> Result<Vec<u8>, SendError> {
        let since_1970 = Duration::from_secs(created_at.0.try_into().unwrap_or_default());
        let mut builder = Message::builder()
            .from(settings.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + since_1970)
            .message_id(Some(format!("<{id}@{}>", settings.from.email.domain())))
            // So that nobody's absence is reported to it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(ReplyTo { name, address }) = &self.reply_to {
            let address: Address = address.parse().map_err(unwritable)?;
            builder =
                builder.reply_to(Mailbox::new(Some(name.clone()).filter(|name| !name.is_empty()), address));
        }
        let bodies = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        let bodies = match &self.picture {
            Some(picture) => {
                let bytes = STANDARD.decode(&picture.base64).map_err(unwritable)?;
                let kind = ContentType::parse(&picture.media_type).map_err(unwritable)?;
                let attached = Attachment::new(picture.file_name()).body(bytes, kind);
                MultiPart::mixed().multipart(bodies).singlepart(attached)
            }
            None => bodies,
        };
        Ok(builder.multipart(bodies).map_err(unwritable)?.formatted())
    }
}

/// Without the error, which may quote an address.
fn unwritable<E>(_: E) -> SendError {
    SendError::Unwritable
}
