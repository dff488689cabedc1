//! What a provider reports on its own: webhooks and their events.

use http::HeaderMap;
use model::{RawObject, Secret, UnixSeconds};

use super::Source;
use crate::{Event, ReadError, SignatureError, WebhookTerms};

impl Source {
    /// Checks that a delivery was signed with one of the endpoint's secrets (several while one is rolled).
    ///
    /// # Errors
    /// When the signature is not valid.
    pub fn verify(
        self,
        secrets: &[Secret],
        headers: &HeaderMap,
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<(), SignatureError> {
        let header = headers.get(self.definition().signature_header).and_then(|value| value.to_str().ok());
        (self.functions().verify)(secrets, header.unwrap_or_default(), body, now)
    }

    /// What a delivery says happened.
    ///
    /// # Errors
    /// When it does not say enough.
    pub fn delivered(self, body: &[u8]) -> Result<Event, ReadError> {
        (self.functions().delivered)(&String::from_utf8_lossy(body))
    }

    /// The object that a delivery says was created, as a request would have returned it then. `None`: it says something
    /// else, or too little of it.
    pub fn created_object(self, body: &[u8]) -> Option<RawObject> {
        (self.extras().created_object)(&String::from_utf8_lossy(body))
    }

    /// Whether every webhook of ours delivers events of this type. Those of payment methods are missing from endpoints that
    /// an earlier version registered; there, the list of events brings them.
    pub fn is_delivered(self, event_type: &str) -> bool {
        let is_later = self.payment_methods().is_some_and(|terms| (terms.is_change)(event_type));
        self.webhook_terms().events.contains(&event_type) && !is_later
    }

    /// Whether an event of this type means that its object was created.
    pub fn is_creation(self, event_type: &str) -> bool {
        (self.extras().is_creation)(event_type)
    }

    /// The events that an endpoint which is created by hand has to subscribe to.
    pub fn webhook_terms(self) -> WebhookTerms {
        self.definition().webhook_terms
    }
}
