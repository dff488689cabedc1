//! How objects hang together and change.

use std::collections::BTreeSet;

use model::{CustomerId, RawObject};
use serde_json::{Map, Value};

/// The dashboard's page of a customer.
pub fn customer_link(id: &CustomerId, is_test_mode: bool) -> Option<String> {
    let environment = if is_test_mode { "sandbox-" } else { "" };
    Some(format!("https://{environment}vendors.paddle.com/customers-v2/{id}"))
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
