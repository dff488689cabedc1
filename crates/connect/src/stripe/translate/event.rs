//! Events: which object something happened to. What they say of it may be out of date, so the object is fetched, unless
//! it was created just now.

use model::billing::{Discount, PaymentMeans};
use model::{ObjectKind, RawObject};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::customer::customer;
use super::subscription::subscription;
use super::{ReadError, Reading, read};
use crate::Event;
use crate::stripe::loose::{Number, Object, Ref, Text};
use crate::stripe::{API_VERSION, facts, kind, lifetime};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Text,
    created: Number,
    #[serde(rename = "type")]
    event_type: Text,
    data: Object<Data>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    object: Object<Subject>,
    previous_attributes: Object<Before>,
}

/// What the object had before, of what changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Before {
    customer: Ref,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subject {
    id: Text,
    object: Text,
    customer: Ref,
    subscription: Ref,
}

/// An event.
///
/// # Errors
/// When it is no JSON object with an id, a type and a time of creation.
pub fn event(body: &str) -> Result<Event, ReadError> {
    let shape: Shape = read(kind::EVENT, body)?;
    let reading = Reading::begin(kind::EVENT, &shape.id)?;
    let event_type = shape.event_type.as_str().ok_or_else(|| reading.missing("type"))?;
    let data = shape.data.get();
    let subject = data.and_then(|data| data.object.get());
    let before = data.and_then(|data| data.previous_attributes.get());
    let (kind, object_id) = subject.and_then(|subject| subject.kept(before)).unzip();
    Ok(Event {
        id: reading.id.to_owned(),
        created_at: reading.instant(shape.created, "created")?,
        event_type: event_type.to_owned(),
        kind,
        object_id,
    })
}

#[derive(Deserialize)]
struct Delivery<'a> {
    api_version: Option<String>,
    /// Of a connected account, whose objects are not this account's.
    account: Option<String>,
    #[serde(borrow)]
    data: DeliveredData<'a>,
}

#[derive(Deserialize)]
struct DeliveredData<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The object that an event says was created, where it is what a request returns: in the same version, and with its whole
/// list. A price is requested with its tiers, which no event has.
pub fn created_object(body: &str) -> Option<RawObject> {
    let event = event(body).ok()?;
    let kind = event.kind.filter(|kind| *kind != kind::PRICE && lifetime::is_creation(&event.event_type))?;
    let Delivery { api_version, account, data } = serde_json::from_str(body).ok()?;
    if api_version.as_deref() != Some(API_VERSION) || account.is_some() {
        return None;
    }
    let filed = facts::file(kind, data.object.get(), None).ok()?;
    // A discount is delivered by itself, and shows in what it is on.
    let is_whole = filed.incomplete.is_none()
        && !has_unknown_discount(&filed.object)
        && !has_unknown_payment_method(&filed.object);
    let is_it = is_whole && event.object_id.as_ref() == Some(&filed.object.id);
    is_it.then_some(filed.object)
}

/// A subscription is requested with what its discounts take off, which no event has.
fn has_unknown_discount(object: &RawObject) -> bool {
    let discounts = || subscription(&object.body).map_or(Vec::new(), |parts| parts.subscription.discounts);
    object.kind == kind::SUBSCRIPTION && discounts().contains(&Discount::UNKNOWN)
}

/// Subscriptions and customers are requested with what they are paid with, of which events have only the id.
fn has_unknown_payment_method(object: &RawObject) -> bool {
    let method = match object.kind {
        kind::SUBSCRIPTION => {
            subscription(&object.body).ok().and_then(|parts| parts.subscription.payment_method)
        }
        kind::CUSTOMER => customer(&object.body).ok().and_then(|customer| customer.payment_method),
        _ => None,
    };
    method.is_some_and(|method| method.means == PaymentMeans::Unknown)
}

/// An id is at most this long, as the provider promises.
const ID_MAX: usize = 255;

impl Subject {
    /// The object to fetch. A discount shows in what it is on, and a payment method in the customer who pays with it, also
    /// when it was just taken away.
    fn kept(&self, before: Option<&Before>) -> Option<(ObjectKind, String)> {
        let object = self.object.as_str()?;
        if matches!(object, "payment_method" | "card" | "source") {
            let customer = self.customer.id().or_else(|| before?.customer.id());
            return Some((kind::CUSTOMER, customer.filter(|id| id.len() <= ID_MAX)?.to_owned()));
        }
        if object == "discount" {
            let subscription = self.subscription.id().map(|id| (kind::SUBSCRIPTION, id.to_owned()));
            return subscription.or_else(|| Some((kind::CUSTOMER, self.customer.id()?.to_owned())));
        }
        let kind = match object {
            "invoiceitem" => kind::INVOICE_ITEM,
            "plan" => kind::PRICE,
            _ => kind::named(object)?,
        };
        // Longer than any that the provider makes, it would not even fit into an address.
        let id = self.id.0.clone().filter(|id| !id.is_empty() && id.len() <= ID_MAX)?;
        Some((kind, id))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn delivery(event_type: &str, object: Value) -> Value {
        json!({
            "id": "evt_1", "object": "event", "created": 1_700_000_000, "type": event_type,
            "api_version": API_VERSION, "data": {"object": object},
        })
    }

    fn customer() -> Value {
        json!({"id": "cus_1", "object": "customer", "created": 1_700_000_000, "name": "Ada"})
    }

    #[test]
    fn an_object_that_was_created_comes_with_its_event() {
        let object = created_object(&delivery("customer.created", customer()).to_string()).unwrap();
        assert_eq!((object.kind, object.id.as_str()), (kind::CUSTOMER, "cus_1"));
        assert_eq!(serde_json::from_str::<Value>(&object.body).unwrap(), customer());
    }

    #[test]
    fn a_payment_method_shows_in_the_customer_who_pays_with_it() {
        let method =
            |customer: Value| json!({"id": "pm_1", "object": "payment_method", "customer": customer});
        let mut detached = delivery("payment_method.detached", method(Value::Null));
        detached["data"]["previous_attributes"] = json!({"customer": "cus_1"});
        let card = json!({"id": "card_1", "object": "card", "customer": "cus_1"});
        for delivery in [
            delivery("payment_method.automatically_updated", method(json!("cus_1"))),
            detached,
            delivery("customer.source.updated", card),
        ] {
            let event = event(&delivery.to_string()).unwrap();
            let about = event.kind.zip(event.object_id);
            assert_eq!(about, Some((kind::CUSTOMER, "cus_1".to_owned())), "{delivery}");
        }
        let nobodys = delivery("payment_method.updated", method(Value::Null)).to_string();
        assert_eq!(event(&nobodys).unwrap().kind, None);
    }

    #[test]
    fn one_that_a_request_would_return_otherwise_is_fetched() {
        let mut older = delivery("customer.created", customer());
        older["api_version"] = json!("2024-06-20");
        let price = json!({"id": "price_1", "object": "price", "created": 1, "billing_scheme": "tiered"});
        let lines = json!({"object": "list", "data": [], "has_more": true});
        let invoice = json!({"id": "in_1", "object": "invoice", "created": 1, "lines": lines});
        let discount = json!({"id": "di_1", "object": "discount", "customer": "cus_1"});
        let discounted =
            json!({"id": "sub_1", "object": "subscription", "customer": "cus_1", "discounts": ["di_1"]});
        let paid_by_card = json!({
            "id": "sub_1", "object": "subscription", "customer": "cus_1", "default_payment_method": "pm_1",
        });
        let mut of_another_account = delivery("customer.created", customer());
        of_another_account["account"] = json!("acct_2");
        for delivery in [
            older,
            of_another_account,
            delivery("customer.updated", customer()),
            delivery("price.created", price),
            delivery("invoice.created", invoice),
            delivery("customer.discount.created", discount),
            delivery("customer.subscription.created", discounted),
            delivery("customer.subscription.created", paid_by_card),
            delivery("customer.created", json!("cus_1")),
        ] {
            assert_eq!(created_object(&delivery.to_string()), None, "{delivery}");
        }
        assert_eq!(created_object("{"), None);
    }
}
