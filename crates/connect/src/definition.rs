//! What a source is made of, in one table: its constants, and the functions that read its objects. What every source has
//! to say is in [`Definition`]; what few of them have is in [`Extras`], which say nothing by default.

use model::billing::{Charge, CustomerHistory};
use model::{
    BalanceTransaction, CustomerId, KindShape, MrrMethod, ObjectKind, RawObject, Reference, Secret,
    UnixSeconds,
};

use crate::{
    Billed, ClientConfig, Coupon, Event, EventList, Key, KeyError, KeyOwner, Lately, List, Listing,
    PaymentIntent, PaymentMethodTerms, ProviderMrrTerms, ReadError, Readable, SignatureError, Texts,
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
    pub agreements: &'static [ObjectKind],
    pub history_kinds: &'static [ObjectKind],
    pub priced: &'static [ObjectKind],

    pub customer_prefix: &'static str,
    pub first_accounts: UnixSeconds,
    pub webhook_terms: WebhookTerms,
    /// The header that a delivery's signature is in.
    pub signature_header: &'static str,

    pub functions: Functions,
    pub extras: Extras,
}

/// The balance that a provider keeps for an account.
pub(crate) struct Balance {
    /// What its transactions are, or what they are read from.
    pub kinds: &'static [ObjectKind],
    /// Where several are read from one object: what their ids have behind the object's.
    pub parts: &'static [&'static str],
    pub read: fn(&RawObject) -> Result<Vec<BalanceTransaction>, ReadError>,
    /// The kind of the payments that some of them were made for.
    pub payments: ObjectKind,
    pub read_payment: fn(&RawObject) -> Result<Charge, ReadError>,
}

/// What a source does. Nothing here talks to a server; that is the client's part.
pub(crate) struct Functions {
    pub parse_key: fn(&str) -> Result<Key, KeyError>,
    pub verify: Verify,
    pub delivered: fn(&str) -> Result<Event, ReadError>,
    pub billed: fn(&mut dyn Iterator<Item = &RawObject>) -> Billed,
    pub listing: fn(&RawObject) -> Result<Listing, ReadError>,
    pub redact: fn(ObjectKind, &str) -> Option<Box<str>>,
}

/// What few sources have, and what most do alike.
pub(crate) struct Extras {
    /// Where the API for keys of test mode is, if it is elsewhere.
    pub test_base: Option<&'static str>,
    pub pending_items: Option<ObjectKind>,
    pub balance: Option<Balance>,
    pub coupons: Option<Readable<Coupon>>,
    pub payment_intents: Option<Readable<PaymentIntent>>,
    pub mrr_method: Option<MrrMethod>,
    pub provider_mrr: Option<ProviderMrrTerms>,
    pub payment_methods: Option<&'static PaymentMethodTerms>,
    pub event_list: Option<EventList>,
    /// What the command line calls it, if not by its id.
    pub command: Option<&'static str>,
    /// Whom a key belongs to, if that is entered beside it. Both are one text, `<owner>:<key>`.
    pub key_owner: Option<KeyOwner>,
    /// What it reports only of what happened lately.
    pub lately: Option<Lately>,
    /// A change is billed as the difference that it makes, so that what a renewal bills follows from the bills before it.
    pub bills_differences: bool,
    /// Without a list of events: how often everything is listed again, in seconds.
    pub listed_every_seconds: i64,
    /// Fields that GDPR mode keeps and in which keys are not names of fields.
    pub keyed_by_data: &'static [&'static str],

    /// Where in the order of ids, after their prefix, one may look by chance. Most ids begin with any letter.
    pub place: fn(u64, UnixSeconds) -> String,
    pub key_link: fn() -> Option<String>,
    pub customer_link: fn(&CustomerId, bool) -> Option<String>,
    pub requests_at_once: fn(&ClientConfig) -> usize,
    pub created_object: fn(&str) -> Option<RawObject>,
    pub is_creation: fn(&str) -> bool,
    /// Finds out which of the objects of a history that was read one by one belong together.
    pub link: fn(&mut CustomerHistory),
    /// `None`: they are those of the lines and subscriptions that are read.
    pub named_prices: Option<fn(&RawObject) -> Vec<String>>,
    pub booked_for: fn(ObjectKind, &str) -> Option<String>,
    /// What grows whenever an object changes, if it says so itself.
    pub version: fn(&RawObject) -> Option<i64>,
    pub says_the_same: fn(&RawObject, &RawObject) -> bool,
    pub part_of: fn(ObjectKind) -> ObjectKind,
    pub may_be_gone: fn(&RawObject) -> bool,
    /// The body of the tombstone of an object that was deleted without a trace.
    pub tombstone: fn(ObjectKind, &str) -> String,
}

impl Extras {
    pub(crate) const NONE: Self = Self {
        test_base: None,
        pending_items: None,
        balance: None,
        coupons: None,
        payment_intents: None,
        mrr_method: None,
        provider_mrr: None,
        payment_methods: None,
        event_list: None,
        command: None,
        key_owner: None,
        lately: None,
        bills_differences: false,
        listed_every_seconds: 6 * 3600,
        keyed_by_data: &[],
        place: |chance, _| any_letters(chance),
        key_link: || None,
        customer_link: |_, _| None,
        requests_at_once: |_| 2,
        created_object: |_| None,
        is_creation: |_| false,
        link: |_| {},
        named_prices: None,
        booked_for: |_, _| None,
        version: |_| None,
        says_the_same: |stored, found| stored.body == found.body,
        part_of: |parent| parent,
        may_be_gone: |_| true,
        tombstone: |_, _| "{}".to_owned(),
    };
}

/// With any of the secrets: the signature's header, the body, and what time it is.
pub(crate) type Verify = fn(&[Secret], &str, &[u8], UnixSeconds) -> Result<(), SignatureError>;

pub(crate) fn any_letters(chance: u64) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    [chance, chance / 62].map(|chance| char::from(LETTERS[(chance % 62) as usize])).iter().collect()
}
