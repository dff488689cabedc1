//! How objects hang together and change.

use std::collections::BTreeSet;

use model::{CustomerId, RawObject, UnixSeconds};
use serde_json::{Map, Value};

use super::DEFINITION;

/// The dashboard's page of a customer.
pub fn customer_link(id: &CustomerId, is_test_mode: bool) -> Option<String> {
    let environment = if is_test_mode { "sandbox-" } else { "" };
    Some(format!("https://{environment}vendors.paddle.com/customers-v2/{id}"))
}

/// Ids are ULIDs, which begin with the millisecond of their creation: where those of an instant are, by chance one of up to now.
pub fn place(chance: u64, now: UnixSeconds) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let first = DEFINITION.first_accounts.0;
    let passed_ms = now.0.saturating_sub(first).max(1).unsigned_abs().saturating_mul(1000);
    let at_ms = first.unsigned_abs().saturating_mul(1000).saturating_add(chance % passed_ms);
    (0..10).rev().map(|place| char::from(DIGITS[(at_ms >> (5 * place) & 31) as usize])).collect()
}

/// When an entity was changed last, in microseconds. Copies inside other entities are as old as those.
pub fn version(object: &RawObject) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Changed {
        updated_at: Option<jiff::Timestamp>,
    }
    let changed: Changed = serde_json::from_str(&object.body).ok()?;
    changed.updated_at.map(jiff::Timestamp::as_microsecond)
}

/// In billing words: an object is written again with another time although nothing about it changed.
pub fn says_the_same(stored: &RawObject, found: &RawObject) -> bool {
    let content = |object: &RawObject| -> Option<Map<String, Value>> {
        let mut fields: Map<String, Value> = serde_json::from_str(&object.body).ok()?;
        ["updated_at", "custom_data"].iter().for_each(|field| drop(fields.remove(*field)));
        Some(fields)
    };
    stored.body == found.body || content(stored).is_some_and(|stored| Some(stored) == content(found))
}

/// Prices of items. Those that are in no list are filed with what they came in.
pub fn named_prices(object: &RawObject) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<Value>(&object.body) else { return Vec::new() };
    let items = body.get("items").and_then(Value::as_array).into_iter().flatten();
    let ids = items.filter_map(|item| item.pointer("/price/id")?.as_str());
    ids.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use model::{Counterparts, ObjectKind};
    use serde_json::json;

    use super::*;
    use crate::paddle::kind;

    fn object(kind: ObjectKind, body: &Value) -> RawObject {
        let (id, counterparts) = ("x_1".to_owned(), Counterparts::default());
        RawObject {
            kind,
            id,
            created_at: None,
            counterparts,
            is_deleted: false,
            body: body.to_string().into(),
        }
    }

    #[test]
    fn a_place_is_where_ids_of_some_instant_are() {
        // 2023-01-01T00:00:00.000Z, as ULIDs write it.
        let now = UnixSeconds(1_672_531_200);
        let year_ms = (now.0 - DEFINITION.first_accounts.0).unsigned_abs() * 1000;
        assert_eq!(place(year_ms, now), place(0, now));
        assert_eq!(place(year_ms - 1, UnixSeconds(now.0)), "01gnna1hzz");
        assert!(place(7, now) < place(8, now) && place(0, now).len() == 10);
    }

    #[test]
    fn an_object_that_was_only_written_again_says_the_same() {
        let stored = object(
            kind::SUBSCRIPTION,
            &json!({"id": "sub_1", "status": "active", "updated_at": "2026-01-01T00:00:00Z"}),
        );
        let again = object(
            kind::SUBSCRIPTION,
            &json!({"updated_at": "2026-02-01T00:00:00Z", "id": "sub_1", "status": "active"}),
        );
        let paused = object(kind::SUBSCRIPTION, &json!({"id": "sub_1", "status": "paused"}));
        assert!(says_the_same(&stored, &again));
        assert!(!says_the_same(&stored, &paused));
    }

    #[test]
    fn of_two_copies_the_one_that_was_changed_later_is_newer() {
        let copy = |at: &str| object(kind::PRICE, &json!({"id": "pri_1", "updated_at": at}));
        let [old, new] =
            ["2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000002Z"].map(|at| version(&copy(at)));
        assert!(old.is_some() && old < new);
        assert_eq!(version(&object(kind::HISTORY, &json!({"id": "h_1"}))), None);
    }

    #[test]
    fn prices_of_items_are_named_once_each() {
        let items =
            json!([{"price": {"id": "pri_2"}}, {"price": {"id": "pri_1"}}, {"price": {"id": "pri_1"}}, {}]);
        assert_eq!(named_prices(&object(kind::TRANSACTION, &json!({ "items": items }))), ["pri_1", "pri_2"]);
    }
}
