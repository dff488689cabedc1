//! Objects as nobody has seen them: fields, values and kinds that no documentation has, a customer without a birthday, and
//! one with a megabyte of notes. None of it bears on what a customer is worth.

use serde_json::{Value, json};

use crate::chance::mix;

/// An answer with its objects made strange.
pub fn made(body: &[u8]) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    match answer.get_mut("data").and_then(Value::as_array_mut) {
        Some(objects) => {
            objects.iter_mut().for_each(make_strange);
            if let Some(event) = objects.first().filter(|object| object["object"] == "event") {
                let unknown = of_an_unknown_kind(event);
                objects.insert(0, unknown);
            }
        }
        None => make_strange(&mut answer),
    }
    answer.to_string().into_bytes()
}

fn make_strange(object: &mut Value) {
    if let Some(within) = object.pointer_mut("/data/object") {
        return make_strange(within);
    }
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    let kind = object["object"].as_str().unwrap_or_default().to_owned();
    let dice = mix(0, &id, 0);
    let Some(fields) = object.as_object_mut() else { return };
    if dice.is_multiple_of(3) {
        fields.insert(
            "hibernation".to_owned(),
            json!({"since": "always", "deep": [[[null, 1.5e300]]], "": ""}),
        );
    }
    match kind.as_str() {
        "customer" if dice.is_multiple_of(5) => {
            fields.remove("created");
        }
        "customer" if dice % 40 == 1 => {
            fields.insert("metadata".to_owned(), json!({ "notes": "x".repeat(1 << 20) }));
        }
        "subscription" if dice % 4 == 1 => {
            fields.insert("collection_method".to_owned(), json!("by_pigeon"));
        }
        "invoice" if dice % 4 == 1 => {
            fields.insert("billing_reason".to_owned(), json!("full_moon"));
        }
        _ => {}
    }
}

fn of_an_unknown_kind(event: &Value) -> Value {
    let mut unknown = event.clone();
    let id = format!("{}_teleported", unknown["id"].as_str().unwrap_or_default());
    unknown["id"] = json!(id);
    unknown["type"] = json!("teleporter.activated");
    unknown["data"]["object"] = json!({"id": "tp_1", "object": "teleporter"});
    unknown
}
