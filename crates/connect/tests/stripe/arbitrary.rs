//! Whatever a server sends, reading it ends in an object or an error, never in a panic.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::objects;

const FIXTURES: &[&str] = &[
    include_str!("../fixtures/balance_transaction.json"),
    include_str!("../fixtures/charge.json"),
    include_str!("../fixtures/credit_note.json"),
    include_str!("../fixtures/customer.json"),
    include_str!("../fixtures/event.json"),
    include_str!("../fixtures/invoice.json"),
    include_str!("../fixtures/invoice_payment.json"),
    include_str!("../fixtures/invoiceitem.json"),
    include_str!("../fixtures/plan.json"),
    include_str!("../fixtures/price.json"),
    include_str!("../fixtures/refund.json"),
    include_str!("../fixtures/subscription.json"),
];

/// A value that stands where another one was expected.
fn leaf() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    let texts = prop_oneof![
        ".{0,12}",
        "[-+]?[0-9]{0,40}(\\.[0-9]{0,40})?([eE][-+]?[0-9]{1,12})?",
        Just("inf".to_owned()),
        Just("price".to_owned()),
    ];
    prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), numbers, texts.prop_map(Value::from),]
}

/// Any JSON, with the names of fields that are looked for.
fn tree() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "id",
        "object",
        "created",
        "currency",
        "customer",
        "amount",
        "total",
        "lines",
        "items",
        "data",
        "price",
        "plan",
        "tiers",
        "period",
        "start",
        "end",
        "quantity",
        "parent",
        "type",
        "recurring",
        "interval",
        "taxes",
        "subscription",
    ];
    leaf().prop_recursive(5, 60, 6, |inner| {
        let field = (prop::sample::select(NAMES), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(field, 0..8).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// Every place in a value, as a path of steps.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, below)| places(below, &format!("{path}/{name}"), found));
        }
        Value::Array(elements) => {
            let below = elements.iter().enumerate();
            below.for_each(|(index, element)| places(element, &format!("{path}/{index}"), found));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        objects::read(text.as_bytes());
    }

    #[test]
    fn any_json_is_read_or_refused(value in tree()) {
        let mut fields = Map::new();
        fields.insert("id".to_owned(), Value::from("x_1"));
        if let Value::Object(own) = &value {
            fields.extend(own.clone());
        }
        objects::read(value.to_string().as_bytes());
        objects::read(Value::Object(fields).to_string().as_bytes());
    }

    #[test]
    fn an_example_with_anything_changed_is_read_or_refused(
        fixture in prop::sample::select(FIXTURES),
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut value: Value = serde_json::from_str(fixture).unwrap();
        for (place, replacement) in changes {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            *value.pointer_mut(&found[place.index(found.len())]).unwrap() = replacement;
        }
        let text = value.to_string();
        objects::read(text.as_bytes());
        objects::read(text.get(..end.index(text.len())).unwrap_or("").as_bytes());
    }
}
