//! Turns events into objects to fetch.

use std::collections::BTreeMap;

use connect::{Event, Source};
use model::ObjectKind;

/// An object that something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub kind: ObjectKind,
    pub id: String,
    /// It came into being since the last look, so that it is in a list of what is new.
    pub is_new: bool,
    /// It is a customer whose payment method changed, which agreements that name it have inside, too.
    pub pays_otherwise: bool,
}

/// Each object once, no matter how often and in which order something happened to it: its current state is fetched
/// anyway. In the order of kinds, so that prices and products come before the objects that name them.
pub(crate) fn reduce(source: Source, events: &[Event]) -> Vec<Changed> {
    objects(
        source,
        events
            .iter()
            .filter_map(|event| Some((event.kind?, event.object_id.as_deref()?, event.event_type.as_str()))),
    )
}

/// The same of kinds, ids and types of events.
pub(crate) fn objects<'a>(
    source: Source,
    events: impl Iterator<Item = (ObjectKind, &'a str, &'a str)>,
) -> Vec<Changed> {
    let mut objects: BTreeMap<(usize, ObjectKind, &str), (bool, bool)> = BTreeMap::new();
    for (kind, id, event_type) in events {
        if source.list(kind).is_none() {
            continue;
        }
        let (is_new, pays_otherwise) = objects.entry((source.order_of(kind), kind, id)).or_default();
        *is_new |= source.is_creation(event_type);
        *pays_otherwise |= source.payment_methods().is_some_and(|terms| (terms.is_change)(event_type));
    }
    let changed = objects.into_iter().map(|((_, kind, id), (is_new, pays_otherwise))| Changed {
        kind,
        id: id.to_owned(),
        is_new,
        pays_otherwise,
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{SOURCE, kind};
    use model::UnixSeconds;
    use proptest::prelude::*;

    use super::*;

    fn event(event_type: &str, kind: Option<ObjectKind>, id: Option<&str>) -> Event {
        Event {
            id: "evt_1".to_owned(),
            created_at: UnixSeconds(1),
            event_type: event_type.to_owned(),
            kind,
            object_id: id.map(str::to_owned),
        }
    }

    #[test]
    fn each_object_is_fetched_once_and_prices_before_what_names_them() {
        let events = [
            event("invoice.paid", Some(kind::INVOICE), Some("in_1")),
            event("invoice.created", Some(kind::INVOICE), Some("in_1")),
            event("customer.deleted", Some(kind::CUSTOMER), Some("cus_1")),
            event("price.updated", Some(kind::PRICE), Some("price_1")),
            event("invoice.upcoming", Some(kind::INVOICE), None),
            event("payout.paid", None, None),
            event("account.updated", Some(kind::ACCOUNT), Some("acct_1")),
        ];
        let changed =
            |kind, id: &str, is_new| Changed { kind, id: id.to_owned(), is_new, pays_otherwise: false };
        assert_eq!(
            reduce(SOURCE, &events),
            [
                changed(kind::CUSTOMER, "cus_1", false),
                changed(kind::PRICE, "price_1", false),
                changed(kind::INVOICE, "in_1", true),
            ]
        );
    }

    proptest! {
        /// Events come unordered and repeated; that must make no difference.
        #[test]
        fn disorder_and_repetition_change_nothing(
            picks in proptest::collection::vec((0..4_usize, 0..3_usize, any::<bool>()), 0..20),
            turn in 0..20_usize,
        ) {
            let kinds = [kind::CUSTOMER, kind::INVOICE, kind::PRICE, kind::CHARGE];
            let made = picks.iter().map(|(kind, id, is_new)| {
                let event_type = if *is_new { "x.created" } else { "x.updated" };
                event(event_type, Some(kinds[*kind]), Some(["a", "b", "c"][*id]))
            });
            let events: Vec<Event> = made.collect();
            let mut shuffled = [events.clone(), events.clone()].concat();
            let turns = turn % shuffled.len().max(1);
            shuffled.rotate_left(turns);
            prop_assert_eq!(reduce(SOURCE, &shuffled), reduce(SOURCE, &events));
        }
    }
}
