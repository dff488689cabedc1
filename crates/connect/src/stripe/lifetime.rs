//! How objects begin, hang together and end.

use model::billing::InvoiceStatus;
use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};

use super::{kind, privacy, translate};

/// Whether an event of this type means that its object was created.
pub fn is_creation(event_type: &str) -> bool {
    event_type.ends_with(".created")
}

/// When an agreement ended.
pub fn ended_at(object: &RawObject) -> Option<UnixSeconds> {
    translate::subscription(&object.body).ok()?.subscription.ended_at
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
pub fn tombstone(kind: ObjectKind, id: &str) -> RawObject {
    let object = if kind == kind::INVOICE_ITEM { "invoiceitem" } else { kind.as_str() };
    let body = serde_json::json!({ "id": id, "object": object, "deleted": true }).to_string();
    RawObject {
        kind,
        id: id.to_owned(),
        created_at: None,
        counterparts: Counterparts::default(),
        is_deleted: true,
        body: body.into_boxed_str(),
    }
}

/// What no longer exists goes on to give the figures of its time: a price what was paid by it, a customer the country
/// it was in.
pub fn last_known(gone: RawObject, stored: Option<RawObject>) -> RawObject {
    let Some(stored) = stored else { return gone };
    match gone.kind {
        kind::PRICE | kind::PRODUCT => RawObject { body: stored.body, ..gone },
        // Who is deleted there is not named here.
        kind::CUSTOMER => RawObject { body: privacy::redacted(gone.kind, &stored.body), ..gone },
        _ => gone,
    }
}

/// In billing words: links and texts may change without anything having happened.
pub fn says_the_same(stored: &RawObject, found: &RawObject) -> bool {
    if stored.is_deleted != found.is_deleted {
        return false;
    }
    match stored.kind {
        kind::SUBSCRIPTION => {
            translate::subscription(&stored.body).ok() == translate::subscription(&found.body).ok()
        }
        kind::INVOICE => translate::invoice(&stored.body).ok() == translate::invoice(&found.body).ok(),
        _ => stored.body == found.body,
    }
}
