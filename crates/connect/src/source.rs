//! What every source can do, in words that all of them share. The name of a source appears only in this crate: in its
//! folder, in its variant here and in the client, and in texts that are keyed by it.

mod webhooks;

use model::billing::Charge;
use model::{
    BalanceTransaction, Counterparts, CustomerId, EmailKey, KindShape, MrrMethod, ObjectKind, RawObject,
    Reference, Secret, UnixSeconds,
};
use url::Url;

use crate::definition::{Definition, Extras, Functions};
use crate::{
    Billed, ClientConfig, Coupon, EventList, Key, KeyError, KeyOwner, Lately, List, Listing, PaymentIntent,
    ReadError, Readable, email_hash, outline, paddle, paddle_classic, stripe,
};

/// A provider that accounts can be connected with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    Stripe,
    Paddle,
    PaddleClassic,
    /// For tests alone.
    #[cfg(feature = "made-up")]
    MadeUp,
}

/// What a source is called, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    pub name: &'static str,
    /// What can be connected.
    pub account: &'static str,
    /// What the address of its API is for.
    pub api_base: &'static str,
    /// What a key is.
    pub key: &'static str,
    /// What it rejects, and what may be wrong with it: "Acme rejected …".
    pub rejected_key: &'static str,
    /// How to get another key.
    pub new_key: &'static str,
    /// How to give a key what it lacks.
    pub permission: &'static str,
    /// What to check if a server answers, but not like this provider.
    pub unlike: &'static str,
    /// What to do if the webhook can't be registered.
    pub webhook_by_hand: &'static str,
}

/// What is known of a source.
impl Source {
    pub const ALL: &'static [Self] = &[
        Self::Stripe,
        Self::Paddle,
        Self::PaddleClassic,
        #[cfg(feature = "made-up")]
        Self::MadeUp,
    ];

    pub(crate) fn definition(self) -> &'static Definition {
        match self {
            Self::Stripe => &stripe::DEFINITION,
            Self::Paddle => &paddle::DEFINITION,
            Self::PaddleClassic => &paddle_classic::DEFINITION,
            #[cfg(feature = "made-up")]
            Self::MadeUp => &crate::made_up::DEFINITION,
        }
    }

    fn functions(self) -> &'static Functions {
        &self.definition().functions
    }

    fn extras(self) -> &'static Extras {
        &self.definition().extras
    }

    /// The source of this id.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|source| source.id() == id)
    }

    /// Its name in addresses, files and commands. Never changes.
    pub fn id(self) -> &'static str {
        self.definition().id
    }

    pub fn texts(self) -> &'static Texts {
        &self.definition().texts
    }

    /// What the command line calls it.
    pub fn command(self) -> &'static str {
        self.extras().command.unwrap_or(self.id())
    }

    /// Whom its keys belong to, if that is entered beside them.
    pub fn key_owner(self) -> Option<KeyOwner> {
        self.extras().key_owner
    }

    /// A key and whom it belongs to, as [`Source::parse_key`] reads them.
    pub fn owned_key(self, owner: Option<&str>, key: &Secret) -> Secret {
        match (self.key_owner(), owner) {
            (Some(_), Some(owner)) => Secret::new(format!("{}:{}", owner.trim(), key.expose().trim())),
            _ => key.clone(),
        }
    }

    /// What it reports only of what happened lately; figures of before are coarse.
    pub fn lately(self) -> Option<Lately> {
        self.extras().lately
    }

    /// Without a list of events: how often everything is listed again, in seconds.
    pub fn listed_every_seconds(self) -> i64 {
        self.extras().listed_every_seconds
    }

    /// All lists that are read, the indispensable first.
    pub fn lists(self) -> &'static [List] {
        self.definition().lists
    }

    /// Whether a list can be asked for what was changed since an instant.
    pub fn has_changes(self, kind: ObjectKind) -> bool {
        self.list(kind).is_some_and(|list| list.has_changes)
    }

    /// Whether a list can be asked for what was created in a window of time.
    pub fn has_windows(self, kind: ObjectKind) -> bool {
        self.list(kind).is_none_or(|list| list.has_windows)
    }

    pub fn list(self, kind: ObjectKind) -> Option<&'static List> {
        self.lists().iter().find(|list| list.kind == kind)
    }

    /// The lists of a first load, in order of importance: what MRR is made of, who pays it, then what else moved money.
    pub fn load_order(self) -> &'static [ObjectKind] {
        self.definition().load_order
    }

    /// Whether nothing can be computed without it.
    pub fn is_required(self, kind: ObjectKind) -> bool {
        self.list(kind).is_some_and(|list| list.is_required)
    }

    /// What a list is called; a kind without a list, by its own name.
    pub fn label(self, kind: ObjectKind) -> &'static str {
        self.list(kind).map_or(kind.as_str(), |list| list.label)
    }

    /// A kind's position among all: objects come before the objects that name them.
    pub fn order_of(self, kind: ObjectKind) -> usize {
        let shapes = self.shapes();
        shapes.iter().position(|shape| shape.kind == kind).unwrap_or(shapes.len())
    }

    /// How its kinds are related, for filing them.
    pub fn shapes(self) -> &'static [KindShape] {
        self.definition().shapes
    }

    /// Whether such objects count even without a customer.
    pub fn may_be_ownerless(self, kind: ObjectKind) -> bool {
        self.shapes().iter().any(|shape| shape.kind == kind && shape.may_be_ownerless)
    }

    /// Which kinds name which others.
    pub fn references(self) -> &'static [Reference] {
        self.definition().references
    }

    /// The kind that customers are of.
    pub fn customers(self) -> ObjectKind {
        self.definition().customers
    }

    /// The kind that prices are of.
    pub fn prices(self) -> ObjectKind {
        self.definition().prices
    }

    /// The kind that products are of.
    pub fn products(self) -> ObjectKind {
        self.definition().products
    }

    /// The list whose reach says since when figures are complete.
    pub fn bills(self) -> ObjectKind {
        self.definition().bills
    }

    /// The kind of items that wait to be billed, if it has such items.
    pub fn pending_items(self) -> Option<ObjectKind> {
        self.extras().pending_items
    }

    /// Its coupons, if it has any.
    pub fn coupons(self) -> Option<&'static Readable<Coupon>> {
        self.extras().coupons.as_ref()
    }

    /// Its payment intents, if it has any.
    pub fn payment_intents(self) -> Option<&'static Readable<PaymentIntent>> {
        self.extras().payment_intents.as_ref()
    }

    /// The kinds that are agreements with a customer. A customer has left once all of them have ended.
    pub fn agreements(self) -> &'static [ObjectKind] {
        self.definition().agreements
    }

    /// Kinds that the daily audit fetches again.
    pub fn sampled(self) -> impl Iterator<Item = ObjectKind> {
        self.agreements().iter().copied().chain([self.bills()])
    }

    /// A place among customers, in the order of their ids, by chance.
    pub fn somewhere_among_customers(self, chance: u64, now: UnixSeconds) -> CustomerId {
        let place = (self.extras().place)(chance, now);
        CustomerId::from(format!("{}{place}", self.definition().customer_prefix))
    }

    /// No account is older.
    pub fn first_accounts(self) -> UnixSeconds {
        self.definition().first_accounts
    }

    /// How it counts MRR itself, if it publishes that.
    pub fn mrr_method(self) -> Option<MrrMethod> {
        self.extras().mrr_method
    }

    /// Its list of what happened, if it has one.
    pub fn event_list(self) -> Option<&'static EventList> {
        self.extras().event_list.as_ref()
    }

    #[expect(clippy::expect_used, reason = "constants; a test reads each")]
    pub(crate) fn default_base(self, is_test_mode: bool) -> Url {
        let base = self.extras().test_base.filter(|_| is_test_mode).unwrap_or(self.definition().base);
        Url::parse(base).expect("the address is well-formed")
    }
}

/// Keys and addresses.
impl Source {
    /// Reads a key; spaces around it are ignored.
    ///
    /// # Errors
    /// When it is not a key that reads an account.
    pub fn parse_key(self, text: &str) -> Result<Key, KeyError> {
        (self.functions().parse_key)(text)
    }

    /// Normalizes an address: removes the part that a request adds itself.
    pub fn tidy_path(self, path: &str) -> String {
        let path = path.trim_end_matches('/');
        path.strip_suffix(self.definition().version_path).unwrap_or(path).trim_end_matches('/').to_owned()
    }

    /// The dashboard's page that makes a key, with name and permissions filled in.
    pub fn key_link(self) -> Option<String> {
        (self.extras().key_link)()
    }

    /// The dashboard's page of a customer.
    pub fn customer_link(self, id: &CustomerId, is_test_mode: bool) -> Option<String> {
        (self.extras().customer_link)(id, is_test_mode)
    }

    /// Whether a change is billed as the difference that it makes, so that what a renewal bills follows from the bills before.
    pub fn bills_differences(self) -> bool {
        self.extras().bills_differences
    }

    /// As many requests as keep the limits busy.
    pub fn requests_at_once(self, config: &ClientConfig) -> usize {
        (self.extras().requests_at_once)(config)
    }
}

/// Reading its objects.
impl Source {
    /// What a history is made of.
    pub fn history_kinds(self) -> &'static [ObjectKind] {
        self.definition().history_kinds
    }

    /// Everything that was billed to one customer, from its objects in any order. Unreadable objects are skipped and
    /// reported.
    pub fn billed<'a>(self, objects: impl IntoIterator<Item = &'a RawObject>) -> Billed {
        (self.functions().billed)(&mut objects.into_iter())
    }

    /// The same from what objects gave one by one. Only for those that may have no customer: a customer's other objects say
    /// less alone.
    pub fn linked(self, mut billed: Billed) -> Billed {
        (self.extras().link)(&mut billed.history);
        billed
    }

    /// What the price list is made of.
    pub fn price_list_kinds(self) -> [ObjectKind; 2] {
        [self.prices(), self.products()]
    }

    /// An entry of the price list from its object.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn listing(self, object: &RawObject) -> Result<Listing, ReadError> {
        (self.functions().listing)(object)
    }

    /// Kinds whose objects name prices.
    pub fn priced(self) -> &'static [ObjectKind] {
        self.definition().priced
    }

    /// Prices that an object names without saying what they are.
    pub fn named_prices(self, object: &RawObject) -> Vec<String> {
        if let Some(named_prices) = self.extras().named_prices {
            return named_prices(object);
        }
        let history = self.billed([object]).history;
        let items = history.invoice_items.iter().map(|item| &item.line);
        let lines = history.invoices.iter().flat_map(|invoice| &invoice.lines).chain(items);
        let agreed = history.subscriptions.iter().flat_map(|subscription| &subscription.items);
        let prices = lines.filter_map(|line| line.price.as_ref()).chain(agreed.map(|item| &item.price));
        prices.map(ToString::to_string).collect()
    }

    /// The kinds of what says how the balance moved that the provider keeps for the account; none if it keeps none.
    pub fn balance_kinds(self) -> &'static [ObjectKind] {
        self.extras().balance.as_ref().map_or(&[], |balance| balance.kinds)
    }

    /// The ids of all balance transactions that may be read from an object of such a kind.
    pub fn balance_ids(self, object_id: &str) -> impl Iterator<Item = String> {
        let parts = self.extras().balance.as_ref().map_or(&[][..], |balance| balance.parts);
        parts.iter().map(move |part| format!("{object_id}{part}"))
    }

    /// The balance transactions that are in an object of such a kind; none if the provider keeps no balance.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn balance_transactions(self, object: &RawObject) -> Result<Vec<BalanceTransaction>, ReadError> {
        self.extras().balance.as_ref().map_or(Ok(Vec::new()), |balance| (balance.read)(object))
    }

    /// The kind of the payments that balance transactions were made for.
    pub fn booked_payments(self) -> Option<ObjectKind> {
        self.extras().balance.as_ref().map(|balance| balance.payments)
    }

    /// What one of them says; `None` if the provider keeps no balance, or it cannot be read.
    pub fn booked_payment(self, object: &RawObject) -> Option<Charge> {
        self.extras().balance.as_ref().and_then(|balance| (balance.read_payment)(object).ok())
    }

    /// When an agreement ended. `None`: it runs, or cannot be read.
    pub fn ended_at(self, object: &RawObject) -> Option<UnixSeconds> {
        self.billed([object]).history.subscriptions.first()?.ended_at
    }

    /// The id of what an object that names no customer was booked for.
    pub fn booked_for(self, kind: ObjectKind, body: &str) -> Option<String> {
        (self.extras().booked_for)(kind, body)
    }

    /// Whether two versions have the same billing content: links and texts may change although nothing happened.
    pub fn says_the_same(self, stored: &RawObject, found: &RawObject) -> bool {
        stored.is_deleted == found.is_deleted && (self.extras().says_the_same)(stored, found)
    }

    /// What grows whenever an object changes, so that of two copies the newer one is known. `None`: it does not say.
    pub fn version(self, object: &RawObject) -> Option<i64> {
        if object.is_deleted { None } else { (self.extras().version)(object) }
    }

    /// What an object's truncated list is a list of.
    pub fn part_of(self, parent: ObjectKind) -> ObjectKind {
        (self.extras().part_of)(parent)
    }

    /// Whether an object that is no longer in any list may have been deleted.
    pub fn may_be_gone(self, object: &RawObject) -> bool {
        (self.extras().may_be_gone)(object)
    }

    /// The tombstone of an object that was deleted without a trace.
    pub fn tombstone(self, kind: ObjectKind, id: &str) -> RawObject {
        RawObject {
            kind,
            id: id.to_owned(),
            created_at: None,
            counterparts: Counterparts::default(),
            is_deleted: true,
            body: (self.extras().tombstone)(kind, id).into(),
        }
    }

    /// The tombstone of a deleted object, with what its last known version has to go on saying: a price what was paid by
    /// it, a customer the country it was in. A customer who was deleted there is not named here.
    pub fn last_known(self, gone: RawObject, stored: Option<RawObject>) -> RawObject {
        match stored {
            Some(stored) if self.price_list_kinds().contains(&gone.kind) => {
                RawObject { body: stored.body, ..gone }
            }
            Some(stored) if gone.kind == self.customers() => {
                RawObject { body: self.redacted(gone.kind, &stored.body), ..gone }
            }
            _ => gone,
        }
    }

    /// The same object without anything that identifies a person; `None` if it can't be read.
    pub fn redact(self, kind: ObjectKind, body: &str) -> Option<Box<str>> {
        (self.functions().redact)(kind, body)
    }

    /// As [`Source::redact`]; a customer's object has a hash in place of its email address.
    pub fn comparable(self, kind: ObjectKind, body: &str, key: &EmailKey) -> Option<Box<str>> {
        let redacted = self.redact(kind, body)?;
        Some(if kind == self.customers() { email_hash::added(body, redacted, key) } else { redacted })
    }

    /// What an object looks like, field for field, without anything that identifies a person; `None` if it can't be read.
    pub fn outline(self, kind: ObjectKind, body: &str) -> Option<Box<str>> {
        outline::outline(body, &self.redact(kind, body)?, self.extras().keyed_by_data)
    }

    /// As [`Source::redact`]; an object that holds nothing in place of what cannot be read.
    pub fn redacted(self, kind: ObjectKind, body: &str) -> Box<str> {
        self.redact(kind, body).unwrap_or_else(|| "{}".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_up_source_is_there_only_with_its_feature() {
        assert_eq!(Source::of("made_up").is_some(), cfg!(feature = "made-up"));
    }

    #[test]
    fn each_source_is_found_by_its_id_and_complete() {
        for source in Source::ALL {
            assert_eq!(Source::of(source.id()), Some(*source));
            assert!(source.id().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            let schemes =
                [false, true].map(|is_test_mode| source.default_base(is_test_mode).scheme().to_owned());
            assert_eq!(schemes, ["https", "https"]);
            let has_shape = |kind: &ObjectKind| source.shapes().iter().any(|shape| shape.kind == *kind);
            assert!(source.lists().iter().all(|list| has_shape(&list.kind)));
            assert!(source.pending_items().as_ref().is_none_or(has_shape));
            assert!(source.balance_kinds().iter().all(has_shape));
            assert!(source.coupons().is_none_or(|coupons| has_shape(&coupons.kind)));
            assert!(source.payment_intents().is_none_or(|intents| has_shape(&intents.kind)));
            for kind in source.load_order() {
                assert!(source.list(*kind).is_some(), "{kind}");
            }
            let references = source.references().iter();
            assert!(references.flat_map(|one| [one.from, one.to]).all(|kind| has_shape(&kind)));
            assert!(source.lately().is_none_or(|lately| has_shape(&lately.kind)));
            assert!(source.history_kinds().iter().chain(&source.price_list_kinds()).all(has_shape));
        }
    }
}
