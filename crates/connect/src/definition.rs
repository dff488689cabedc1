//! What a source is made of, in one table: its constants, and the functions that read its objects.

use model::billing::Charge;
use model::{
    BalanceTransaction, CustomerId, KindShape, MrrMethod, ObjectKind, RawObject, Reference, Secret,
    UnixSeconds,
};

use crate::{
    Billed, ClientConfig, Event, EventList, Key, KeyError, List, Listing, ReadError, SignatureError, Texts,
    WebhookTerms,
};

/// One source. Each entry is described where [`crate::Source`] offers it.
pub(crate) struct Definition {
    pub id: &'static str,
    pub texts: Texts,
    /// Where the provider's own API is.
    pub base: &'static str,
    /// What every request adds to the address itself, and people may have pasted with it.
    pub version_path: &'static str,

    pub lists: &'static [List],
    pub load_order: &'static [ObjectKind],
    pub shapes: &'static [KindShape],
    pub references: &'static [Reference],

    pub customers: ObjectKind,
    pub prices: ObjectKind,
    pub products: ObjectKind,
    pub bills: ObjectKind,
    pub pending_items: Option<ObjectKind>,
    pub agreements: &'static [ObjectKind],
    pub sampled: &'static [ObjectKind],
    pub history_kinds: &'static [ObjectKind],
    pub price_list_kinds: &'static [ObjectKind],
    pub priced: &'static [ObjectKind],
    pub balance: Option<Balance>,
    pub mrr_method: Option<MrrMethod>,
    /// Fields that GDPR mode keeps and in which keys are not names of fields.
    pub keyed_by_data: &'static [&'static str],

    pub customer_prefix: &'static str,
    pub first_accounts: UnixSeconds,
    pub event_list: Option<EventList>,
    pub webhook_terms: WebhookTerms,
    /// The header that a delivery's signature is in.
    pub signature_header: &'static str,

    pub functions: Functions,
}

/// The balance that a provider keeps for an account.
pub(crate) struct Balance {
    /// What its transactions are.
    pub kind: ObjectKind,
    pub read: fn(&RawObject) -> Result<BalanceTransaction, ReadError>,
    /// The kind of the payments that some of them were made for.
    pub payments: ObjectKind,
    pub read_payment: fn(&RawObject) -> Result<Charge, ReadError>,
}

/// What a source does. Nothing here talks to a server; that is the client's part.
pub(crate) struct Functions {
    pub parse_key: fn(&str) -> Result<Key, KeyError>,
    pub key_link: fn() -> Option<String>,
    pub customer_link: fn(&CustomerId, bool) -> Option<String>,
    pub requests_at_once: fn(&ClientConfig) -> usize,

    pub verify: Verify,
    pub delivered: fn(&str) -> Result<Event, ReadError>,
    pub created_object: fn(&str) -> Option<RawObject>,
    pub is_creation: fn(&str) -> bool,

    pub billed: fn(&mut dyn Iterator<Item = &RawObject>) -> Billed,
    pub listing: fn(&RawObject) -> Result<Listing, ReadError>,
    pub named_prices: fn(&RawObject) -> Vec<String>,
    pub ended_at: fn(&RawObject) -> Option<UnixSeconds>,
    pub booked_for: fn(ObjectKind, &str) -> Option<String>,
    pub says_the_same: fn(&RawObject, &RawObject) -> bool,
    pub part_of: fn(ObjectKind) -> ObjectKind,
    pub may_be_gone: fn(&RawObject) -> bool,
    pub tombstone: fn(ObjectKind, &str) -> RawObject,
    pub last_known: fn(RawObject, Option<RawObject>) -> RawObject,
    pub redact: fn(ObjectKind, &str) -> Option<Box<str>>,
}

/// With any of the secrets: the signature's header, the body, and what time it is.
pub(crate) type Verify = fn(&[Secret], &str, &[u8], UnixSeconds) -> Result<(), SignatureError>;
