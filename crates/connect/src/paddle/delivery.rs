//! What Paddle reports on its own: events, in its list and as webhooks deliver them, each with the whole entity as it was then.

use model::{ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{filing, kind};
use crate::attempts::why;
use crate::{Event, EventList, ReadError};

/// The events to subscribe to: everything that changes a stored object.
#[rustfmt::skip]
pub const WEBHOOK_EVENTS: &[&str] = &[
    "address.created", "address.imported", "address.updated",
    "adjustment.created", "adjustment.updated",
    "business.created", "business.imported", "business.updated",
    "customer.created", "customer.imported", "customer.updated",
    "discount.created", "discount.imported", "discount.updated",
    "price.created", "price.imported", "price.updated",
    "product.created", "product.imported", "product.updated",
    "subscription.activated", "subscription.canceled", "subscription.created", "subscription.imported",
    "subscription.past_due", "subscription.paused", "subscription.resumed", "subscription.trialing",
    "subscription.updated",
    "transaction.billed", "transaction.canceled", "transaction.completed", "transaction.created",
    "transaction.paid", "transaction.past_due", "transaction.payment_failed", "transaction.ready",
    "transaction.revised", "transaction.updated",
];

/// Events about what subscriptions forget.
pub(super) const TELLING_EVENTS: [&str; 3] =
    ["subscription.paused", "subscription.resumed", "subscription.updated"];

/// Events are kept for 90 days; from 89 days on they are not relied on.
pub(crate) const EVENT_LIST: EventList =
    EventList { reach_seconds: 89 * 86_400, overlap_seconds: 300, delivered_within_seconds: 240 };

const EVENT: ObjectKind = kind::EVENT;

#[derive(Deserialize)]
struct Body<'a> {
    event_id: String,
    event_type: String,
    occurred_at: jiff::Timestamp,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Subject {
    id: Option<String>,
}

/// An id has 30 characters. Longer ones would not even fit into an address.
const ID_MAX: usize = 255;

fn body(json: &str) -> Result<Body<'_>, ReadError> {
    serde_json::from_str(json).map_err(|error| ReadError::NotAnObject { kind: EVENT, reason: why(&error) })
}

/// What an event says happened.
///
/// # Errors
/// When it does not say enough.
pub fn event(json: &str) -> Result<Event, ReadError> {
    let Body { event_id, event_type, occurred_at, data } = body(json)?;
    let subject: Option<Subject> = serde_json::from_str(data.get()).ok();
    let id = subject.and_then(|subject| subject.id).filter(|id| !id.is_empty() && id.len() <= ID_MAX);
    let kind = event_type.split_once('.').and_then(|(entity, _)| kind::named(entity));
    let created_at = UnixSeconds(occurred_at.as_second());
    Ok(Event { id: event_id, created_at, event_type, kind: kind.filter(|_| id.is_some()), object_id: id })
}

/// Whether an event of this type means that its object was created, and is in a list of what is new.
pub fn is_creation(event_type: &str) -> bool {
    let (entity, what) = event_type.split_once('.').unwrap_or_default();
    what == "created" && !matches!(entity, "address" | "business")
}

/// The object that an event says was created, where it is what a request returns. A discount is requested with how often it
/// was used, which no event has.
pub fn created_object(json: &str) -> Option<RawObject> {
    let event = event(json).ok()?;
    let kind = event.kind.filter(|kind| *kind != kind::DISCOUNT && is_creation(&event.event_type))?;
    let filed = filing::file(kind, body(json).ok()?.data.get()).ok()?;
    // What is only to be had with it would be lost.
    (filed.embedded.is_empty() && event.object_id.as_ref() == Some(&filed.object.id)).then_some(filed.object)
}

/// What an event says about a subscription that the subscription forgets, as an entry of its history.
pub(super) fn told(json: &str) -> Option<RawObject> {
    let Body { event_type, occurred_at, data, .. } = body(json).ok()?;
    match event_type.as_str() {
        "subscription.paused" => filing::pause(data.get()),
        "subscription.resumed" => filing::resumption(data.get(), occurred_at),
        _ => filing::planned_end(data.get(), occurred_at),
    }
}

/// The entity that an event is about, as it was then.
pub(super) fn snapshot(kind: ObjectKind, json: &str) -> Option<filing::Filed> {
    filing::file(kind, body(json).ok()?.data.get()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn delivery(event_type: &str, data: Value) -> String {
        json!({
            "event_id": "evt_1", "event_type": event_type, "occurred_at": "2026-02-10T09:00:05.123456Z",
            "notification_id": "ntf_1", "data": data,
        })
        .to_string()
    }

    #[test]
    fn an_event_names_what_it_is_about() {
        let read = event(&delivery("transaction.paid", json!({"id": "txn_1"}))).unwrap();
        assert_eq!(
            read,
            Event {
                id: "evt_1".to_owned(),
                created_at: UnixSeconds(1_770_714_005),
                event_type: "transaction.paid".to_owned(),
                kind: Some(kind::TRANSACTION),
                object_id: Some("txn_1".to_owned()),
            }
        );
        for (event_type, data) in [
            ("payout.paid", json!({"id": "pay_1"})),
            ("transaction.paid", json!({})),
            ("transaction.paid", json!("txn_1")),
            ("event.created", json!({"id": "evt_1"})),
            ("transaction.paid", json!({"id": "t".repeat(256)})),
        ] {
            assert_eq!(event(&delivery(event_type, data)).unwrap().kind, None, "{event_type}");
        }
        assert!(event("{\"event_id\": 1}").is_err());
    }

    #[test]
    fn what_a_subscription_forgets_is_kept_as_an_entry_of_its_history() {
        let subscription = |status: &str, change: Value| {
            json!({
                "id": "sub_1", "customer_id": "ctm_1", "status": status, "scheduled_change": change,
                "paused_at": (status == "paused").then_some("2026-02-10T09:00:00Z"),
            })
        };
        let end = json!({"action": "cancel", "effective_at": "2026-03-10T09:00:00Z"});
        for (event_type, data, action) in [
            ("subscription.paused", subscription("paused", Value::Null), "subscription_paused"),
            ("subscription.resumed", subscription("active", Value::Null), "subscription_resumed"),
            (
                "subscription.updated",
                subscription("active", end.clone()),
                "subscription_scheduled_change_added",
            ),
        ] {
            let entry = told(&delivery(event_type, data)).unwrap();
            assert_eq!(entry.kind, kind::HISTORY, "{event_type}");
            assert_eq!(entry.counterparts.customer.as_deref(), Some("ctm_1"), "{event_type}");
            assert_eq!(entry.counterparts.subscription.as_deref(), Some("sub_1"), "{event_type}");
            let body: Value = serde_json::from_str(&entry.body).unwrap();
            assert_eq!(body["detail"]["action"], action);
        }
        for change in [Value::Null, json!({"action": "pause", "effective_at": "2026-03-10T09:00:00Z"})] {
            assert_eq!(told(&delivery("subscription.updated", subscription("active", change))), None);
        }
    }

    #[test]
    fn an_entity_that_was_created_comes_with_its_event() {
        let data = json!({"id": "sub_1", "customer_id": "ctm_1", "created_at": "2026-02-10T09:00:00Z"});
        let object = created_object(&delivery("subscription.created", data.clone())).unwrap();
        assert_eq!((object.kind, object.id.as_str()), (kind::SUBSCRIPTION, "sub_1"));
        for (event_type, data) in [
            ("subscription.updated", data),
            ("discount.created", json!({"id": "dsc_1"})),
            (
                "subscription.created",
                json!({"id": "sub_1", "items": [{"price": {"id": "pri_1", "type": "custom"}}]}),
            ),
        ] {
            assert_eq!(created_object(&delivery(event_type, data)), None, "{event_type}");
        }
    }
}
