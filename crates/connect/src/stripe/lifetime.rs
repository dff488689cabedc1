//! How objects begin, hang together and end.

use model::billing::{InvoiceStatus, PaymentMeans};
use model::{ObjectKind, RawObject};

use super::{kind, translate};

/// Whether an event of this type means that its object was created.
pub fn is_creation(event_type: &str) -> bool {
    event_type.ends_with(".created")
}

/// Whether an event of this type says that a customer's payment method, or an older source, changed.
pub fn changes_payment_method(event_type: &str) -> bool {
    event_type.starts_with("payment_method.") || event_type.starts_with("customer.source.")
}

/// Whether an object is a subscription that runs and has a default payment method of its own.
pub fn has_own_payment_method(object: &RawObject) -> bool {
    object.kind == kind::SUBSCRIPTION
        && translate::subscription(&object.body).is_ok_and(|parts| {
            parts.subscription.ended_at.is_none() && parts.subscription.payment_method.is_some()
        })
}

/// The id of what an object that names no customer was booked for.
pub fn booked_for(kind: ObjectKind, body: &str) -> Option<String> {
    if kind == kind::BALANCE_TRANSACTION { translate::booked_for(body) } else { None }
}

/// What an object's truncated list is a list of.
pub fn part_of(parent: ObjectKind) -> ObjectKind {
    match parent {
        kind::SUBSCRIPTION => kind::SUBSCRIPTION_ITEM,
        _ => kind::INVOICE_LINE,
    }
}

/// Whether an object that is no longer in any list may have been deleted. Of invoices only drafts are.
pub fn may_be_gone(object: &RawObject) -> bool {
    let is_draft =
        || translate::invoice(&object.body).is_ok_and(|parts| parts.invoice.status == InvoiceStatus::Draft);
    object.kind != kind::INVOICE || is_draft()
}

/// What Stripe answers for a deleted object, for one that was deleted without a trace.
pub fn tombstone(kind: ObjectKind, id: &str) -> String {
    let object = if kind == kind::INVOICE_ITEM { "invoiceitem" } else { kind.as_str() };
    serde_json::json!({ "id": id, "object": object, "deleted": true }).to_string()
}

/// In billing words: links and texts may change without anything having happened.
pub fn says_the_same(stored: &RawObject, found: &RawObject) -> bool {
    match stored.kind {
        kind::SUBSCRIPTION => {
            let read = |object: &RawObject| translate::subscription(&object.body).ok();
            let (mut stored, mut found) = (read(stored), read(found));
            let methods = [&mut stored, &mut found]
                .map(|parts| parts.as_mut().and_then(|parts| parts.subscription.payment_method.as_mut()));
            // Which card it is, is not told without the permission.
            if let [Some(one), Some(other)] = methods
                && (one.means == PaymentMeans::Unknown || other.means == PaymentMeans::Unknown)
            {
                (one.means, other.means) = (PaymentMeans::Unknown, PaymentMeans::Unknown);
            }
            stored == found
        }
        kind::INVOICE => translate::invoice(&stored.body).ok() == translate::invoice(&found.body).ok(),
        _ => stored.body == found.body,
    }
}
