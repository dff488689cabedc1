//! Events: which object something happened to. Their payload is old news; the object is fetched.

use model::{ObjectKind, UnixSeconds};
use serde::Deserialize;

use super::{ReadError, Reading, read};
use crate::stripe::loose::{Flag, Number, Object, Ref, Text};

/// That something happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    pub id: String,
    pub created_at: UnixSeconds,
    /// Stripe's name of what happened, such as `invoice.paid`.
    pub event_type: String,
    /// `None`: of a kind that is not kept, or without an id (an upcoming invoice has none).
    pub kind: Option<ObjectKind>,
    pub object_id: Option<String>,
    /// The object itself is gone. A canceled subscription is not.
    pub is_deletion: bool,
}

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
pub fn event(body: &str) -> Result<EventFacts, ReadError> {
    let shape: Shape = read(ObjectKind::Event, body)?;
    let reading = Reading::begin(ObjectKind::Event, &shape.id)?;
    let event_type = shape.event_type.as_str().ok_or_else(|| reading.missing("type"))?;
    let subject = shape.data.get().and_then(|data| data.object.get());
    let (kind, object_id) = subject.and_then(Subject::kept).unzip();
    let says_deleted = event_type.ends_with(".deleted") && !is_about_a_survivor(event_type);
    Ok(EventFacts {
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
            let subscription = self.subscription.id().map(|id| (ObjectKind::Subscription, id.to_owned()));
            return subscription.or_else(|| Some((ObjectKind::Customer, self.customer.id()?.to_owned())));
        }
        let kind = match object {
            "invoiceitem" => ObjectKind::InvoiceItem,
            "plan" => ObjectKind::Price,
            _ => object.parse().ok()?,
        };
        // Longer than any that the provider makes, it would not even fit into an address.
        let id = self.id.0.clone().filter(|id| !id.is_empty() && id.len() <= ID_MAX)?;
        Some((kind, id))
    }
}
