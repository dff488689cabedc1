//! Where messages for the person who runs Chartsy go.

use crate::{FeedbackWebhook, Mailbox};

/// Their mailbox, their webhook, or both. With neither, nothing is taken for them.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// It needs a mail server.
    pub mailbox: Option<Mailbox>,
    pub webhook: Option<FeedbackWebhook>,
}

impl Operator {
    /// Whether anything that is sent to them gets anywhere.
    pub fn is_reachable(&self) -> bool {
        self.mailbox.is_some() || self.webhook.is_some()
    }
}
