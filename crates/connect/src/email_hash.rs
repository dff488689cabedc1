//! What stands in a customer's object in place of an email address that must not be stored.

use model::EmailKey;
use serde_json::Value;

/// No provider's field: it is never among what they send, and no rule of privacy keeps it.
pub(crate) const FIELD: &str = "chartsy_email_hash";

/// Where customers' addresses are, in the words of all sources.
const EMAIL_FIELDS: &[&str] = &["email", "user_email"];

/// An object without personal data, with the hash of the address that it came with, if it had one.
pub(crate) fn added(received: &str, redacted: Box<str>, key: &EmailKey) -> Box<str> {
    let hash = hash(received, key);
    let Some((hash, Ok(Value::Object(mut fields)))) =
        hash.map(|hash| (hash, serde_json::from_str(&redacted)))
    else {
        return redacted;
    };
    fields.insert(FIELD.to_owned(), Value::String(hash));
    Value::Object(fields).to_string().into()
}

fn hash(received: &str, key: &EmailKey) -> Option<String> {
    let received: Value = serde_json::from_str(received).ok()?;
    let addresses = EMAIL_FIELDS.iter().filter_map(|field| received.get(field)?.as_str());
    addresses.filter_map(|address| key.hash(address)).next()
}

#[cfg(test)]
mod tests {
    use model::Secret;
    use serde_json::json;

    use super::*;
    use crate::{Source, stripe};

    #[test]
    fn in_place_of_an_address_a_customer_has_its_hash_and_nothing_that_is_redacted_again_keeps_it() {
        let key = EmailKey::new(Secret::new("a key"));
        let source = Source::Stripe;
        let kind = stripe::kind::CUSTOMER;
        let received = json!({"id": "cus_1", "object": "customer", "email": "Ada@Example.com ", "name": "Ada", "created": 1});
        let stored = source.comparable(kind, &received.to_string(), &key).unwrap();
        let fields: Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(fields[FIELD], json!(key.hash("ada@example.com").unwrap()));
        assert!(!stored.contains("Ada"), "{stored}");

        let redacted = source.redact(kind, &stored).unwrap();
        assert!(!redacted.contains(FIELD), "{redacted}");
        assert!(!source.outline(kind, &stored).unwrap().contains(fields[FIELD].as_str().unwrap()));
        for other in [json!({"id": "cus_1", "email": null}), json!({"id": "cus_1", "email": "none"})] {
            assert!(!source.comparable(kind, &other.to_string(), &key).unwrap().contains(FIELD), "{other}");
        }
        let charge = json!({"id": "ch_1", "email": "ada@example.com"}).to_string();
        assert!(!source.comparable(stripe::kind::CHARGE, &charge, &key).unwrap().contains(FIELD));
    }
}
