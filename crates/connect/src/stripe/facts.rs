//! The few facts that an object is filed under, read in one pass over its JSON.

use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;

use super::Children;
use super::loose::{self, Embedded, Flag, Number, Object, OnlyId, Ref, Text};
use crate::stripe::kind;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    id: Text,
    created: Number,
    /// What an invoice item calls it.
    date: Number,
    deleted: Flag,
    customer: Ref,
    subscription: Ref,
    invoice: Ref,
    charge: Ref,
    parent: Object<Parent>,
    /// An invoice payment's.
    payment: Object<Payment>,
    lines: Object<Embedded<OnlyId>>,
    items: Object<Embedded<OnlyId>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parent {
    subscription_details: Object<Details>,
    subscription_item_details: Object<Details>,
    invoice_item_details: Object<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    subscription: Ref,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payment {
    charge: Ref,
}

/// One object with the embedded lists of it that were cut.
pub(super) struct Filed {
    pub(super) object: RawObject,
    pub(super) incomplete: Option<Children>,
}

/// Files an object under its own facts; `parent` fills in what a child does not say about where it belongs.
///
/// # Errors
/// When it is not an object with an id; says so without any of its data.
pub(super) fn file(kind: ObjectKind, body: &str, parent: Option<&Children>) -> Result<Filed, String> {
    let facts: Facts = loose::read(body)?;
    let Some(id) = facts.id.0.clone().filter(|id| !id.is_empty()) else {
        return Err("it has no id".to_owned());
    };
    let object = RawObject {
        kind,
        created_at: facts.created.or(facts.date).whole().map(UnixSeconds),
        counterparts: facts.counterparts(kind, parent),
        is_deleted: facts.deleted.is_set(),
        body: body.into(),
        id,
    };
    let incomplete = facts.cut_list(kind, &object.id);
    Ok(Filed { object, incomplete })
}

impl Facts {
    fn counterparts(&self, kind: ObjectKind, parent: Option<&Children>) -> Counterparts {
        let below = self.parent.get();
        let details = below.and_then(|parent| {
            [&parent.subscription_details, &parent.subscription_item_details, &parent.invoice_item_details]
                .into_iter()
                .find_map(|details| details.get()?.subscription.id())
        });
        let parent_of = |kind| parent.filter(|p| p.parent_kind == kind).map(|p| p.parent_id.as_str());
        let charge = self.charge.id().or_else(|| self.payment.get()?.charge.id());
        let owned = |id: Option<&str>| id.map(str::to_owned);
        // A customer is filed under itself, so that what is kept of one customer includes it.
        let customer = if kind == kind::CUSTOMER { self.id.as_str() } else { self.customer.id() };
        Counterparts {
            customer: owned(customer),
            subscription: owned(
                details.or_else(|| self.subscription.id()).or_else(|| parent_of(kind::SUBSCRIPTION)),
            ),
            invoice: owned(self.invoice.id().or_else(|| parent_of(kind::INVOICE))),
            charge: owned(charge),
        }
    }

    fn cut_list(&self, kind: ObjectKind, id: &str) -> Option<Children> {
        let list = match kind {
            kind::INVOICE => self.lines.get()?,
            kind::SUBSCRIPTION => self.items.get()?,
            _ => return None,
        };
        let last = list.data.iter().last().and_then(|child| child.id.0.clone());
        let rest = Children { parent_kind: kind, parent_id: id.to_owned(), starting_after: last };
        list.has_more.is_set().then_some(rest)
    }
}
