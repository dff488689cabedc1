//! What an entity is filed under, and what is taken out of it: entities that came inside it and are in no list, and addresses
//! of pages on which whoever knows them can cancel or pay.

use jiff::Timestamp;
use model::{Column, Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::anew::is_begun_anew;
use super::kind;
use crate::attempts::why;
use crate::outline::Fields;

/// Entities that a transaction comes with on request, and what they are filed as.
const INCLUDED: &[(&str, ObjectKind)] =
    &[("address", kind::ADDRESS), ("business", kind::BUSINESS), ("discount", kind::DISCOUNT)];
/// Nobody who reads our files may be able to act for a customer.
const NEVER_KEPT: &[&str] = &["management_urls", "checkout"];
/// Entities with this type were made for one transaction, and are in no list.
const CUSTOM: &str = "custom";
/// In the detail of an entry of a subscription's history: who they are, and what was written about them.
const PEOPLE: &[&str] = &["customer", "address", "business", "billing_details", "custom_data"];
const SUBSCRIPTION_ID: &str = "subscription_id";
/// What a subscription comes with on request.
const RECURRING: &str = "recurring_transaction_details";

/// An entity, and those that came inside it.
#[derive(Debug)]
pub(super) struct Filed {
    pub object: RawObject,
    pub embedded: Vec<RawObject>,
}

impl Filed {
    /// One with nothing inside.
    pub fn alone(object: RawObject) -> Self {
        Self { object, embedded: Vec::new() }
    }
}

#[derive(Deserialize)]
struct Facts {
    #[serde(alias = "event_id")]
    id: String,
    #[serde(default, alias = "occurred_at")]
    created_at: Option<Timestamp>,
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    subscription_id: Option<String>,
    #[serde(default)]
    transaction_id: Option<String>,
}

/// Where prices and products are.
#[derive(Deserialize)]
struct Goods<'a> {
    #[serde(borrow, default)]
    items: Vec<Item<'a>>,
    #[serde(borrow, default)]
    details: Option<Details<'a>>,
}

#[derive(Deserialize)]
struct Details<'a> {
    #[serde(borrow, default)]
    line_items: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    price: Option<&'a RawValue>,
    #[serde(borrow, default)]
    product: Option<&'a RawValue>,
}

/// What becomes of a subscription.
#[derive(Deserialize)]
struct State {
    #[serde(default)]
    status: String,
    #[serde(default)]
    updated_at: Option<Timestamp>,
    #[serde(default)]
    scheduled_change: Option<ScheduledChange>,
    #[serde(default)]
    paused_at: Option<String>,
    #[serde(default)]
    first_billed_at: Option<String>,
}

#[derive(Deserialize)]
struct ScheduledChange {
    #[serde(default)]
    action: String,
    #[serde(default)]
    effective_at: Option<String>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: Option<String>,
}

/// Files an entity under its own facts.
///
/// # Errors
/// When it is not an object with an id; says so without any of its data.
pub(super) fn file(kind: ObjectKind, json: &str) -> Result<Filed, String> {
    let Fields(fields) = serde_json::from_str(json).map_err(|error| why(&error))?;
    let is_embedded = |name: &str| kind == kind::TRANSACTION && included(name).is_some();
    let is_foreseen = |name: &str| kind == kind::SUBSCRIPTION && name == RECURRING;
    let is_taken_out = |name: &str| NEVER_KEPT.contains(&name) || is_embedded(name) || is_foreseen(name);
    let mut object = match fields.iter().any(|(name, _)| is_taken_out(name)) {
        false => filed(kind, json)?,
        true => {
            let left = fields.iter().filter(|(name, _)| !is_taken_out(name));
            let left: Vec<String> = left.map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
            filed(kind, &format!("{{{}}}", left.join(",")))?
        }
    };
    let mut embedded = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| is_embedded(name)) {
        let of_kind = included(name).unwrap_or(kind);
        // What is not there comes as null.
        let Ok(mut inside) = filed(of_kind, value.get()) else { continue };
        if matches!(of_kind, kind::ADDRESS | kind::BUSINESS) && inside.counterparts.customer.is_none() {
            inside.counterparts.customer.clone_from(&object.counterparts.customer);
        }
        embedded.push(inside);
    }
    if matches!(kind, kind::TRANSACTION | kind::SUBSCRIPTION) {
        embedded.extend(custom_goods(json));
    }
    if kind == kind::SUBSCRIPTION {
        embedded.extend(pause_of(&object));
        let foreseen = fields.iter().find(|(name, _)| is_foreseen(name));
        // Once something was billed, the bills say it.
        let foreseen = foreseen.filter(|_| is_unbilled(&object));
        embedded.extend(foreseen.and_then(|(_, value)| recurring(&object, value.get())));
    }
    if kind == kind::CUSTOMER {
        // Filed under itself, so that what is kept of one customer includes it.
        object.counterparts.customer = Some(object.id.clone());
    }
    Ok(Filed { object, embedded })
}

/// Files an entry of a subscription's history, which does not say whose it is. So whom it tells of is left out: nobody would
/// find it when they are to be forgotten.
///
/// # Errors
/// As [`file`].
pub(super) fn history(subscription: &str, json: &str) -> Result<RawObject, String> {
    let Fields(fields) = serde_json::from_str(json).map_err(|error| why(&error))?;
    let own = fields.iter().filter(|(name, _)| name != SUBSCRIPTION_ID);
    let own = own.map(|(name, value)| match name == "detail" {
        true => format!(",{}:{}", quoted(name), without_people(value.get())),
        false => format!(",{}:{value}", quoted(name)),
    });
    let json = format!("{{\"{SUBSCRIPTION_ID}\":{}{}}}", quoted(subscription), own.collect::<String>());
    filed(kind::HISTORY, &json)
}

/// What an entry says happened, without whom it happened to.
fn without_people(detail: &str) -> String {
    let Ok(Fields(fields)) = serde_json::from_str(detail) else { return "null".to_owned() };
    let left = fields.iter().filter(|(name, _)| !PEOPLE.contains(&&**name));
    let left: Vec<String> = left.map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
    format!("{{{}}}", left.join(","))
}

/// Whether a subscription's history says what it does not say itself. There are no histories of before 29 June 2026.
pub(super) fn has_history(subscription: &RawObject) -> bool {
    const FIRST_HISTORIES: UnixSeconds = UnixSeconds(1_782_691_200);
    let Ok(state) = serde_json::from_str::<State>(&subscription.body) else { return false };
    let is_recorded = state.updated_at.is_none_or(|at| at.as_second() >= FIRST_HISTORIES.0);
    let forgets = || match state.status.as_str() {
        "canceled" | "paused" => true,
        // It rested, perhaps.
        _ => state.scheduled_change.is_some() || is_begun_anew(&subscription.body),
    };
    is_recorded && forgets()
}

/// Whether nothing was billed for a running subscription yet: it is in a trial, or its first bill is yet to come.
pub(super) fn is_unbilled(subscription: &RawObject) -> bool {
    let Ok(state) = serde_json::from_str::<State>(&subscription.body) else { return false };
    match state.status.as_str() {
        "trialing" => true,
        "active" => state.first_billed_at.is_none(),
        _ => false,
    }
}

/// What a subscription will bill, filed under its id.
fn recurring(subscription: &RawObject, json: &str) -> Option<RawObject> {
    let Fields(fields) = serde_json::from_str(json).ok()?;
    let lines = fields.iter().find(|(name, _)| name == "line_items").map(|(_, value)| value.get())?;
    let id = quoted(&subscription.id);
    let own = format!("{{\"id\":{id},\"{SUBSCRIPTION_ID}\":{id},\"line_items\":{lines}}}");
    let mut recurring = filed(kind::RECURRING, &own).ok()?;
    recurring.counterparts.customer.clone_from(&subscription.counterparts.customer);
    Some(recurring)
}

fn included(name: &str) -> Option<ObjectKind> {
    INCLUDED.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn filed(kind: ObjectKind, json: &str) -> Result<RawObject, String> {
    let facts: Facts = serde_json::from_str(json).map_err(|error| why(&error))?;
    if facts.id.is_empty() {
        return Err("it has no id".to_owned());
    }
    let mut counterparts = Counterparts::default();
    *counterparts.get_mut(Column::Customer) = facts.customer_id;
    *counterparts.get_mut(Column::Subscription) = facts.subscription_id;
    *counterparts.get_mut(Column::Invoice) = facts.transaction_id;
    Ok(RawObject {
        kind,
        id: facts.id,
        created_at: facts.created_at.map(|at| UnixSeconds(at.as_second())),
        counterparts,
        is_deleted: false,
        body: json.into(),
    })
}

/// A subscription that is resumed forgets when it was paused. So that is kept as an entry of its history, where it is seen.
fn pause_of(subscription: &RawObject) -> Option<RawObject> {
    let state: State = serde_json::from_str(&subscription.body).ok()?;
    let paused_at = state.paused_at.filter(|_| state.status == "paused")?;
    let detail = serde_json::json!({ "action": "subscription_paused" });
    entry_of(subscription, &format!("paused-{paused_at}"), &paused_at, &detail)
}

/// The same of one as an event has it.
pub(super) fn pause(subscription: &str) -> Option<RawObject> {
    pause_of(&filed(kind::SUBSCRIPTION, subscription).ok()?)
}

/// That a subscription was resumed, as an event says.
pub(super) fn resumption(subscription: &str, at: Timestamp) -> Option<RawObject> {
    let subscription = filed(kind::SUBSCRIPTION, subscription).ok()?;
    let detail = serde_json::json!({ "action": "subscription_resumed" });
    entry_of(&subscription, &format!("resumed-{at}"), &at.to_string(), &detail)
}

/// That the end of a subscription was requested, at the latest when an event showed it. Of several events about the same end
/// the first one counts, which is the last to be read.
pub(super) fn planned_end(subscription: &str, at: Timestamp) -> Option<RawObject> {
    let subscription = filed(kind::SUBSCRIPTION, subscription).ok()?;
    let state: State = serde_json::from_str(&subscription.body).ok()?;
    let ScheduledChange { action, effective_at } = state.scheduled_change?;
    let effective_at = effective_at.filter(|_| action == "cancel")?;
    let detail = serde_json::json!({
        "action": "subscription_scheduled_change_added",
        "scheduled_change": { "action": action, "effective_at": effective_at },
    });
    entry_of(&subscription, &format!("ends-{effective_at}"), &at.to_string(), &detail)
}

/// An entry of a subscription's history that is not read from there.
fn entry_of(subscription: &RawObject, name: &str, at: &str, detail: &serde_json::Value) -> Option<RawObject> {
    let entry = serde_json::json!({
        "id": format!("{}-{name}", subscription.id),
        "subscription_id": subscription.id,
        "occurred_at": at,
        "detail": detail,
    });
    let mut entry = filed(kind::HISTORY, &entry.to_string()).ok()?;
    entry.counterparts.customer.clone_from(&subscription.counterparts.customer);
    Some(entry)
}

/// Prices and products that were made for this alone. Each once.
fn custom_goods(json: &str) -> Vec<RawObject> {
    let Ok(Goods { items, details }) = serde_json::from_str::<Goods<'_>>(json) else { return Vec::new() };
    let lines = details.map(|details| details.line_items).unwrap_or_default();
    let mut goods: Vec<RawObject> = Vec::new();
    for item in items.iter().chain(&lines) {
        for (kind, value) in [(kind::PRODUCT, item.product), (kind::PRICE, item.price)] {
            let Some(json) = value.map(RawValue::get) else { continue };
            let is_custom =
                serde_json::from_str(json).is_ok_and(|kind: Kind| kind.name.as_deref() == Some(CUSTOM));
            let made = if is_custom { filed(kind, json).ok() } else { None };
            goods.extend(made.filter(|made| goods.iter().all(|known| known.id != made.id)));
        }
    }
    goods
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn value(object: &RawObject) -> Value {
        serde_json::from_str(&object.body).unwrap()
    }

    #[test]
    fn an_entity_is_kept_letter_for_letter() {
        let body = r#"{ "id":"adj_1",  "created_at": "2026-02-10T09:00:05.5Z", "customer_id": "ctm_1",
            "subscription_id": "sub_1", "transaction_id": "txn_1", "amount" : "1.50" }"#;
        let Filed { object, embedded } = file(kind::ADJUSTMENT, body).unwrap();
        assert_eq!((&*object.body, object.id.as_str()), (body, "adj_1"));
        assert_eq!(object.created_at, Some(UnixSeconds(1_770_714_005)));
        let named = [Column::Customer, Column::Subscription, Column::Invoice];
        assert_eq!(
            named.map(|column| object.counterparts.get(column)),
            [Some("ctm_1"), Some("sub_1"), Some("txn_1")]
        );
        assert!(embedded.is_empty());
        assert_eq!(
            file(kind::CUSTOMER, r#"{"id":"ctm_1"}"#).unwrap().object.counterparts.customer.as_deref(),
            Some("ctm_1")
        );
    }

    #[test]
    fn what_comes_inside_a_transaction_is_filed_by_itself() {
        let body = json!({
            "id": "txn_1", "customer_id": "ctm_1", "subscription_id": null,
            "address": {"id": "add_1", "country_code": "DE"}, "business": null,
            "discount": {"id": "dsc_1", "mode": "custom"},
            "items": [
                {"price": {"id": "pri_1", "type": "standard"}, "quantity": 1},
                {"price": {"id": "pri_2", "type": "custom", "product_id": "pro_2"}, "quantity": 2},
            ],
            "details": {"line_items": [
                {"price_id": "pri_2", "product": {"id": "pro_2", "type": "custom"}},
                {"price_id": "pri_2", "product": {"id": "pro_2", "type": "custom"}},
            ]},
        });
        let Filed { object, embedded } = file(kind::TRANSACTION, &body.to_string()).unwrap();
        let mut left = body;
        ["address", "business", "discount"]
            .iter()
            .for_each(|field| drop(left.as_object_mut().unwrap().remove(*field)));
        assert_eq!(value(&object), left);
        let found: Vec<_> = embedded.iter().map(|one| (one.kind, one.id.as_str())).collect();
        assert_eq!(
            found,
            [
                (kind::ADDRESS, "add_1"),
                (kind::DISCOUNT, "dsc_1"),
                (kind::PRICE, "pri_2"),
                (kind::PRODUCT, "pro_2"),
            ]
        );
        assert_eq!(embedded[0].counterparts.customer.as_deref(), Some("ctm_1"));
    }

    #[test]
    fn addresses_of_pages_on_which_one_can_cancel_or_pay_are_never_kept() {
        let subscription =
            json!({"id": "sub_1", "management_urls": {"cancel": "https://pay.example/c"}, "items": []});
        let transaction = json!({"id": "txn_1", "checkout": {"url": "https://pay.example/t"}});
        for (kind, entity) in [(kind::SUBSCRIPTION, subscription), (kind::TRANSACTION, transaction)] {
            let body = file(kind, &entity.to_string()).unwrap().object.body;
            assert!(!body.contains("pay.example"), "{body}");
        }
    }

    #[test]
    fn the_pause_of_a_subscription_is_kept_for_when_it_is_forgotten() {
        let mut body = json!({"id": "sub_1", "customer_id": "ctm_1", "status": "paused", "paused_at": "2026-04-10T09:00:00Z"});
        let [entry] = file(kind::SUBSCRIPTION, &body.to_string()).unwrap().embedded.try_into().unwrap();
        assert_eq!((entry.kind, entry.id.as_str()), (kind::HISTORY, "sub_1-paused-2026-04-10T09:00:00Z"));
        assert_eq!(entry.counterparts.customer.as_deref(), Some("ctm_1"));
        assert_eq!(value(&entry)["occurred_at"], body["paused_at"]);
        body["status"] = json!("active");
        assert!(file(kind::SUBSCRIPTION, &body.to_string()).unwrap().embedded.is_empty());
    }

    #[test]
    fn histories_are_read_of_what_ended_or_rested() {
        let of = |status: &str, start: &str, updated_at: &str| {
            let body = json!({
                "id": "sub_1", "status": status, "updated_at": updated_at, "first_billed_at": "2026-06-10T09:00:00Z",
                "current_billing_period": {"starts_at": start, "ends_at": "2026-10-10T09:00:00Z"},
                "billing_cycle": {"interval": "month", "frequency": 1}, "scheduled_change": null,
            });
            has_history(&file(kind::SUBSCRIPTION, &body.to_string()).unwrap().object)
        };
        let (usual, anew) = ("2026-09-10T09:00:00Z", "2026-08-20T09:00:00Z");
        let updated_at = "2026-09-20T09:00:00Z";
        assert!(of("canceled", usual, updated_at) && of("paused", usual, updated_at));
        assert!(!of("active", usual, updated_at));
        // It was billed until the 10th of August, and again from the 20th on.
        assert!(of("active", anew, updated_at) && of("past_due", anew, updated_at));
        assert!(!of("active", anew, "2026-06-20T09:00:00Z"), "there are none of that time");
    }

    #[test]
    fn what_will_be_billed_is_kept_until_something_was() {
        let lines = json!([{"price_id": "pri_1", "totals": {"subtotal": "1666", "discount": "0"}}]);
        let mut body = json!({
            "id": "sub_1", "customer_id": "ctm_1", "status": "trialing", "first_billed_at": null,
            "recurring_transaction_details": {"totals": {"total": "2000"}, "line_items": lines},
        });
        let Filed { object, embedded } = file(kind::SUBSCRIPTION, &body.to_string()).unwrap();
        assert_eq!(value(&object).get("recurring_transaction_details"), None);
        assert_eq!((embedded[0].kind, embedded[0].id.as_str()), (kind::RECURRING, "sub_1"));
        assert_eq!(embedded[0].counterparts.customer.as_deref(), Some("ctm_1"));
        assert_eq!(value(&embedded[0])["line_items"], lines);
        body["status"] = json!("active");
        assert!(is_unbilled(&file(kind::SUBSCRIPTION, &body.to_string()).unwrap().object));
        body["first_billed_at"] = json!("2026-02-10T09:00:00Z");
        assert!(file(kind::SUBSCRIPTION, &body.to_string()).unwrap().embedded.is_empty());
        body["recurring_transaction_details"] = Value::Null;
        body["status"] = json!("trialing");
        assert!(file(kind::SUBSCRIPTION, &body.to_string()).unwrap().embedded.is_empty());
    }

    #[test]
    fn whom_an_entry_of_a_history_tells_of_is_left_out() {
        let detail = json!({
            "action": "subscription_created", "status": "active", "customer": {"email": "ada@example.com"},
            "address": {"city": "London"}, "business": {"name": "Analytical Engines"}, "billing_details": {}, "custom_data": {},
        });
        let entry = json!({"id": "subhis_1", "occurred_at": "2026-07-01T00:00:00Z", "detail": detail});
        let filed = history("sub_1", &entry.to_string()).unwrap();
        let body: Value = serde_json::from_str(&filed.body).unwrap();
        assert_eq!(body["detail"], json!({"action": "subscription_created", "status": "active"}));
        assert_eq!((&body["subscription_id"], &body["id"]), (&json!("sub_1"), &json!("subhis_1")));
    }

    #[test]
    fn what_is_no_entity_is_refused_without_its_data() {
        for body in ["", "[]", "\"Ada\"", r#"{"name":"Ada"}"#, r#"{"id":""}"#, r#"{"id":7}"#] {
            assert!(!file(kind::CUSTOMER, body).unwrap_err().contains("Ada"), "{body}");
        }
    }
}
