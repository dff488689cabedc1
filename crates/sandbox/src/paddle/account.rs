//! What the provider has of a merchant: entities by kind and id, and the events of the last 90 days.

use std::collections::BTreeMap;

use model::UnixSeconds;
use serde_json::{Value, json};

use super::ids;
use super::world::ExpectedMoney;
use crate::world::ExpectedStep;

const DAY_S: i64 = 86_400;
/// How long events are kept.
const EVENTS_KEPT_S: i64 = 90 * DAY_S;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Customer,
    Address,
    Business,
    Product,
    Price,
    Discount,
    Subscription,
    Transaction,
    Adjustment,
    Event,
    /// An entry in the history of a subscription.
    HistoryEntry,
    NotificationSetting,
    Notification,
}

impl Kind {
    /// What the merchant has; the others belong to one subscription, or to the connected account.
    pub const ALL: [Self; 10] = [
        Self::Customer,
        Self::Address,
        Self::Business,
        Self::Product,
        Self::Price,
        Self::Discount,
        Self::Subscription,
        Self::Transaction,
        Self::Adjustment,
        Self::Event,
    ];

    /// Its name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Address => "address",
            Self::Business => "business",
            Self::Product => "product",
            Self::Price => "price",
            Self::Discount => "discount",
            Self::Subscription => "subscription",
            Self::Transaction => "transaction",
            Self::Adjustment => "adjustment",
            Self::Event => "event",
            Self::HistoryEntry => "history entry",
            Self::NotificationSetting => "notification setting",
            Self::Notification => "notification",
        }
    }

    pub fn prefix(self) -> &'static str {
        match self {
            Self::Customer => "ctm",
            Self::Address => "add",
            Self::Business => "biz",
            Self::Product => "pro",
            Self::Price => "pri",
            Self::Discount => "dsc",
            Self::Subscription => "sub",
            Self::Transaction => "txn",
            Self::Adjustment => "adj",
            Self::Event => "evt",
            Self::HistoryEntry => "subhis",
            Self::NotificationSetting => "ntfset",
            Self::Notification => "ntf",
        }
    }
}

/// An account at one instant.
#[derive(Debug, Clone)]
pub struct Account {
    pub seed: u64,
    pub now: UnixSeconds,
    entities: BTreeMap<Kind, BTreeMap<String, Value>>,
    /// By customer and currency.
    pub credit: BTreeMap<(String, String), Credit>,
    /// What a subscription bills at each renewal, without discounts that end and one-off charges.
    pub recurring_details: BTreeMap<String, Value>,
    /// What it will bill next.
    pub next_transactions: BTreeMap<String, Value>,
    /// What happened to a subscription, oldest first.
    pub history: BTreeMap<String, Vec<Value>>,
    /// By customer and instant.
    pub expected: Vec<ExpectedStep>,
    pub expected_money: Vec<ExpectedMoney>,
    /// What came from Paddle Classic, by its own id: what that called it.
    imported: BTreeMap<String, String>,
    /// Of the life that is being written; everything it makes is numbered from there.
    made: u64,
    /// The second of its latest event, and how many it has had in that second.
    latest: (i64, i64),
}

/// Credit of a customer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Credit {
    pub available_minor: i64,
    pub used_minor: i64,
}

impl Account {
    pub fn new(seed: u64, now: UnixSeconds) -> Self {
        Self {
            seed,
            now,
            entities: BTreeMap::new(),
            credit: BTreeMap::new(),
            recurring_details: BTreeMap::new(),
            next_transactions: BTreeMap::new(),
            history: BTreeMap::new(),
            expected: Vec::new(),
            expected_money: Vec::new(),
            imported: BTreeMap::new(),
            made: 0,
            latest: (0, 0),
        }
    }

    /// Numbers what follows as that customer's: what one life makes must not depend on how far others are lived.
    pub fn begin(&mut self, customer: u64) {
        self.made = (customer + 1) << 24;
        self.latest = (0, 0);
    }

    /// A number that nothing else has.
    pub fn next_number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// A new id of something made at that instant.
    pub fn next_id(&mut self, prefix: &str, at: i64) -> String {
        let number = self.next_number();
        ids::id(prefix, at * 1000, self.seed, number)
    }

    pub fn next_uuid(&mut self) -> String {
        let number = self.next_number();
        ids::uuid(self.seed, number)
    }

    /// In the order of their ids, which is that of their creation.
    pub fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = (&str, &Value)> {
        let of_kind = self.entities.get(&kind).into_iter().flatten();
        of_kind.map(|(id, entity)| (id.as_str(), entity))
    }

    pub fn get(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.entities.get(&kind)?.get(id)
    }

    /// All of that kind by id; `None` where there are none.
    pub fn of(&self, kind: Kind) -> Option<&BTreeMap<String, Value>> {
        self.entities.get(&kind)
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.entities.get(&kind).map_or(0, BTreeMap::len)
    }

    /// Stores an entity as it is now and, where `happening` is not empty, the event that says so.
    pub fn put(&mut self, kind: Kind, entity: Value, at: i64, happening: &str) {
        let id = entity.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if !happening.is_empty() {
            self.happen(kind.as_str(), &entity, at, happening);
        }
        self.entities.entry(kind).or_default().insert(id, entity);
    }

    /// These came from Paddle Classic: each one's own id, and what that called it.
    pub fn import(&mut self, imported: &[(String, String)]) {
        self.imported.extend(imported.iter().cloned());
        self.mark_imported();
    }

    fn mark_imported(&mut self) {
        for entities in self.entities.values_mut() {
            for (id, external_id) in &self.imported {
                let meta = entities.get_mut(id).and_then(|entity| entity.get_mut("import_meta"));
                if let Some(meta) = meta {
                    *meta = json!({"external_id": external_id, "imported_from": "paddle_classic"});
                }
            }
        }
    }

    /// Takes over what a life has made, in place of what it had made before: nothing is ever deleted, so that is all still there.
    pub fn take_over(&mut self, life: Self) {
        let customers = life.entities.get(&Kind::Customer).cloned().unwrap_or_default();
        for (kind, entities) in life.entities {
            self.entities.entry(kind).or_default().extend(entities);
        }
        self.mark_imported();
        for subscription in life.history.keys() {
            self.next_transactions.remove(subscription);
        }
        self.credit.extend(life.credit);
        self.recurring_details.extend(life.recurring_details);
        self.next_transactions.extend(life.next_transactions);
        self.history.extend(life.history);
        self.expected.retain(|step| !customers.contains_key(step.customer.as_str()));
        self.expected.extend(life.expected);
        self.expected_money.retain(|money| !customers.contains_key(money.customer.as_str()));
        self.expected_money.extend(life.expected_money);
    }

    /// The present is later; events that are too old are gone.
    pub fn live_until(&mut self, now: UnixSeconds) {
        self.now = now;
        let oldest = instant(now.0 - EVENTS_KEPT_S);
        let second = |text: &str| text.get(..19).map(str::to_owned);
        if let Some(events) = self.entities.get_mut(&Kind::Event) {
            events.retain(|_, event| event["occurred_at"].as_str().and_then(second) >= second(&oldest));
        }
    }

    /// An event, kept for 90 days. Payouts are nothing else.
    pub fn happen(&mut self, name: &str, entity: &Value, at: i64, happening: &str) {
        let number = self.next_number();
        self.latest = if self.latest.0 == at { (at, self.latest.1 + 1) } else { (at, 0) };
        if at < self.now.0 - EVENTS_KEPT_S {
            return;
        }
        // Several events of one second are told apart by their milliseconds.
        let at_ms = at * 1000 + self.latest.1.min(999);
        let id = ids::id(Kind::Event.prefix(), at_ms, self.seed, number);
        let mut data = entity.clone();
        if let (true, Some(fields)) = (name == Kind::Discount.as_str(), data.as_object_mut()) {
            fields.remove("times_used");
        }
        let event = json!({
            "event_id": id,
            "event_type": format!("{name}.{happening}"),
            "occurred_at": instant_ms(at_ms),
            "data": data,
        });
        self.entities.entry(Kind::Event).or_default().insert(id, event);
    }
}

fn instant_ms(at_ms: i64) -> String {
    let second = UnixSeconds(at_ms.div_euclid(1000)).timestamp().strftime("%Y-%m-%dT%H:%M:%S");
    format!("{second}.{:03}000Z", at_ms.rem_euclid(1000))
}

/// RFC 3339 in UTC, with the six decimals that Paddle writes.
pub fn instant(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string()
}
