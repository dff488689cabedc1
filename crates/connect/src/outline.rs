//! What bodies of a kind have in common: the names of their fields, and of their values only what GDPR mode keeps.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A body, letter for letter, but for the values that `kept` lacks: an empty one of the same type stands for each. What is
/// in the fields `by_key`, whose keys are not names of fields, is as in `kept`. `None`: it can't be read.
pub fn outline(body: &str, kept: &str, by_key: &[&str]) -> Option<Box<str>> {
    let kept: Value = serde_json::from_str(kept).ok()?;
    let mut outline = String::with_capacity(body.len());
    push(&mut outline, body.trim(), Some(&kept), by_key)?;
    Some(outline.into())
}

fn push(outline: &mut String, text: &str, kept: Option<&Value>, by_key: &[&str]) -> Option<()> {
    match kept {
        Some(Value::Object(kept)) if text.starts_with('{') => {
            let Fields(fields) = serde_json::from_str(text).ok()?;
            splice(outline, text, fields.iter().map(|(_, value)| value.get()), |outline, at, value| {
                let name = fields.get(at)?.0.as_ref();
                match kept.get(name) {
                    Some(kept) if by_key.contains(&name) => outline.push_str(&kept.to_string()),
                    kept => push(outline, value, kept, by_key)?,
                }
                Some(())
            })
        }
        Some(Value::Array(kept)) if text.starts_with('[') => {
            let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            splice(outline, text, values.iter().map(|value| value.get()), |outline, at, value| {
                push(outline, value, kept.get(at), by_key)
            })
        }
        Some(kept) if serde_json::from_str::<Value>(text).ok()? == *kept => {
            outline.push_str(text);
            Some(())
        }
        _ => {
            outline.push_str(empty(text));
            Some(())
        }
    }
}

/// Copies a text, with something else in place of each of the parts, which are slices of it in their order.
fn splice<'t>(
    outline: &mut String,
    text: &str,
    parts: impl Iterator<Item = &'t str>,
    mut replace: impl FnMut(&mut String, usize, &str) -> Option<()>,
) -> Option<()> {
    let mut end = 0;
    for (at, part) in parts.enumerate() {
        let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        outline.push_str(text.get(end..start)?);
        replace(outline, at, part)?;
        end = start + part.len();
    }
    outline.push_str(text.get(end..)?);
    Some(())
}

/// A value of the same type that says nothing.
fn empty(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b'"') => "\"\"",
        Some(b'{') => "{}",
        Some(b'[') => "[]",
        Some(b't' | b'f' | b'n') => text,
        _ => "0",
    }
}

/// The fields of an object in their order.
pub(crate) struct Fields<'t>(pub Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use crate::Source;
    use crate::stripe::kind;

    #[test]
    fn fields_keep_their_names_and_only_what_identifies_nobody_its_value() {
        let customer = r#"{
  "id": "cus_1",
  "name": "Ada \"the first\" Lovelace",
  "balance": 7, "delinquent": false, "tax_exempt": null, "phone": 441234,
  "address": {"city": "London", "country": "GB"},
  "metadata": {"ada": "Ada"}, "preferred_locales": ["en-Ada"],
  "discounts": ["di_1"]
}"#;
        let outline = Source::Stripe.outline(kind::CUSTOMER, customer).unwrap();
        assert_eq!(
            &*outline,
            r#"{
  "id": "cus_1",
  "name": "",
  "balance": 0, "delinquent": false, "tax_exempt": null, "phone": 0,
  "address": {"city": "", "country": "GB"},
  "metadata": {}, "preferred_locales": [],
  "discounts": ["di_1"]
}"#
        );
    }

    #[test]
    fn keys_that_are_data_are_no_names_of_fields() {
        let price =
            r#"{"id":"price_1","currency_options":{"eur":{"unit_amount":9,"note":"x"},"ada lovelace":{}}}"#;
        let outline = Source::Stripe.outline(kind::PRICE, price).unwrap();
        assert_eq!(&*outline, r#"{"id":"price_1","currency_options":{"eur":{"unit_amount":9}}}"#);
    }

    #[test]
    fn what_cannot_be_read_has_none() {
        for body in ["", "Ada", "[\"Ada\"]", "{\"id\":\"cus_1\",\"name\":\"Ada"] {
            assert_eq!(Source::Stripe.outline(kind::CUSTOMER, body), None, "{body}");
        }
    }

    #[test]
    fn a_field_that_is_there_twice_says_nothing_that_is_not_kept() {
        let body = r#"{"id":"Ada","id":"cus_1","name":"Ada"}"#;
        let outline = Source::Stripe.outline(kind::CUSTOMER, body).unwrap();
        assert_eq!(&*outline, r#"{"id":"","id":"cus_1","name":""}"#);
    }
}
