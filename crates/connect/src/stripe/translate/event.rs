//! Events: which object something happened to. Their payload may be out of date, so the object is fetched.

use model::ObjectKind;
use serde::Deserialize;

use super::{ReadError, Reading, read};
use crate::Event;
use crate::stripe::kind;
use crate::stripe::loose::{Flag, Number, Object, Ref, Text};

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
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subject {
    id: Text,
    object: Text,
    deleted: Flag,
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
    let subject = shape.data.get().and_then(|data| data.object.get());
    let (kind, object_id) = subject.and_then(Subject::kept).unzip();
    let says_deleted = event_type.ends_with(".deleted") && !is_about_a_survivor(event_type);
    Ok(Event {
        id: reading.id.to_owned(),
        created_at: reading.instant(shape.created, "created")?,
        event_type: event_type.to_owned(),
        kind,
        object_id,
        is_deletion: says_deleted || subject.is_some_and(|subject| subject.deleted.is_set()),
    })
}

/// An id is at most this long, as the provider promises.
const ID_MAX: usize = 255;

/// Canceling a subscription and taking away a discount are called deletion, too.
fn is_about_a_survivor(event_type: &str) -> bool {
    event_type == "customer.subscription.deleted" || event_type.ends_with(".discount.deleted")
}

impl Subject {
    /// The object to fetch. A discount shows in what it is on.
    fn kept(&self) -> Option<(ObjectKind, String)> {
        let object = self.object.as_str()?;
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
