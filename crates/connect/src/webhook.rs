//! What a provider reports on its own: webhooks and their events.

use model::{ObjectKind, Secret, UnixSeconds};

use crate::{Page, ReadError};

/// What errors call them.
const EVENT: ObjectKind = ObjectKind::new("event");

/// An endpoint that was just registered. Its secret is shown only this once.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: String,
    pub secret: Secret,
}

/// One that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    pub id: String,
    pub url: String,
    /// Delivered to. One that fails for days is switched off by the provider.
    pub is_enabled: bool,
}

/// The events that a manually created endpoint must subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookTerms {
    pub events: &'static [&'static str],
    /// The version of the API whose shapes are read.
    pub api_version: &'static str,
    /// What a signing secret starts with.
    pub secret_prefix: &'static str,
}

/// Why a delivery is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the {header} header is missing or malformed")]
    Malformed { header: &'static str },
    #[error("the signature does not match: check the endpoint's signing secret")]
    Mismatch,
    #[error("the signature is too old or in the future: check this machine's clock")]
    OutsideTolerance,
}

/// That something happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub created_at: UnixSeconds,
    /// The provider's name of what happened, such as `invoice.paid`.
    pub event_type: String,
    /// `None`: of a kind that is not kept, or without an id (an upcoming invoice has none).
    pub kind: Option<ObjectKind>,
    pub object_id: Option<String>,
}

/// A provider's list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventList {
    /// For how long an event stays in the list, less what is not relied on.
    pub reach_seconds: i64,
    /// Events may show late and out of order: so much before the last look is looked at again.
    pub overlap_seconds: i64,
    /// A webhook has delivered an event by then, even after a short failure.
    pub delivered_within_seconds: i64,
}

/// One page of what happened, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    pub events: Vec<Event>,
    /// Events that say too little.
    pub unreadable: Vec<ReadError>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<String>,
    /// The provider's clock when it answered.
    pub server_time: Option<UnixSeconds>,
}

impl EventPage {
    /// What a page of the list of events since an instant says, which was requested behind the event `after`.
    pub(crate) fn of(
        page: Page,
        since: UnixSeconds,
        after: Option<&str>,
        read: impl Fn(&str) -> Result<Event, ReadError>,
    ) -> Self {
        let oldest = page.objects.last();
        // A server that ignores the window has gone past it.
        let is_past = oldest.and_then(|last| last.created_at).is_some_and(|at| at < since);
        // Where the answer doesn't say what follows, or a proxy leaves the provider's own address in it.
        let next = page.next.or(oldest.map(|last| last.id.clone()));
        let next = next.filter(|next| page.has_more && after != Some(next.as_str()) && !is_past);
        let read = page.objects.iter().map(|object| read(&object.body));
        let (events, unreadable): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
        let skipped = page.unreadable.into_iter();
        let skipped = skipped.map(|reason| ReadError::NotAnObject { kind: EVENT, reason });
        Self {
            events: events.into_iter().flatten().collect(),
            unreadable: unreadable.into_iter().filter_map(Result::err).chain(skipped).collect(),
            next,
            server_time: page.server_time,
        }
    }
}
