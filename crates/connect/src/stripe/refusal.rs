//! What a server's refusal means: Stripe's error body, and the answers of servers that only resemble it.

use serde::Deserialize;

use super::loose::{self, Object, Text};
use crate::attempts::safe_words;
use crate::transport::Answer;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Object<ErrorBody>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: Text,
    message: Text,
}

/// An error body, empty where the answer has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusal {
    is_stripe: bool,
    code: String,
    message: String,
}

impl Refusal {
    pub(super) fn of(answer: &Answer) -> Self {
        let body = std::str::from_utf8(&answer.body).ok().and_then(|text| loose::read::<Body>(text).ok());
        let Some(error) = body.and_then(|body| body.error.0) else { return Self::default() };
        let ErrorBody { code, message } = *error;
        Self { is_stripe: true, code: code.0.unwrap_or_default(), message: message.0.unwrap_or_default() }
    }

    /// Whether the path itself is unknown to the server, not the object that it names.
    pub(super) fn is_about_the_path(&self) -> bool {
        !self.is_stripe || self.message.starts_with("Unrecognized request URL")
    }

    pub(super) fn is_about_the_object(&self) -> bool {
        self.code == "resource_missing" || self.message.starts_with("No such")
    }

    /// A key that is only good from other machines.
    pub(super) fn is_about_the_address(&self) -> bool {
        self.message.contains("IP address")
    }

    /// Whether it speaks of something.
    pub(super) fn names(&self, word: &str) -> bool {
        self.message.contains(word)
    }

    /// The permission that would have been needed, by Stripe's own name.
    pub(super) fn permission(&self) -> Option<String> {
        self.word("rak_")
    }

    /// The account, which Stripe names when it refuses a restricted key.
    pub(super) fn account(&self) -> Option<String> {
        self.word("acct_")
    }

    /// The word of the message that begins so.
    fn word(&self, prefix: &str) -> Option<String> {
        let found = &self.message[self.message.find(prefix)?..];
        let end = found.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(found.len());
        (end > prefix.len()).then(|| found[..end].to_owned())
    }

    /// The message without what may be a secret or a person's: keys and email addresses.
    pub(super) fn safe_message(&self) -> String {
        if self.message.is_empty() {
            return "no reason given".to_owned();
        }
        safe_words(&self.message, &["sk_", "rk_", "pk_", "whsec_"])
    }
}
