//! Several connections' ledgers as one: what they say together is what one ledger of all their customers would say.

use std::sync::Arc;

use jiff::tz::TimeZone;
use metrics::columns::{Joining, LedgerPart, LedgersTogether, split_customer_id};
use metrics::fx::Rates;
use metrics::query::{self, CustomerSort, CustomersQuery, Dimension, Filter, Query, Reporting};
use metrics::registry::METRICS;
use model::{CustomerId, UnixSeconds};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question_by, rates, world};
use super::world::{World, at, query};

fn part(connection: &str, world: &World, zone: &str) -> LedgerPart {
    LedgerPart {
        connection: connection.into(),
        name: format!("Shop {connection}"),
        source: connection.to_owned(),
        hides_emails: false,
        ledger: Arc::new(world.ledger(zone)),
    }
}

/// Every other customer and transaction to another connection.
fn halves(world: &World) -> [World; 2] {
    let half = |which: usize| World {
        customers: world.customers.iter().skip(which).step_by(2).cloned().collect(),
        balance: world.balance.iter().skip(which).step_by(2).cloned().collect(),
    };
    [half(0), half(1)]
}

/// What every metric says, or why it says nothing.
fn said(ledger: &metrics::columns::Ledger, rates: &Rates, query: &Query) -> Vec<(&'static str, String)> {
    let answer = |metric| match query::value(ledger, rates, metric, query) {
        Ok(answer) => serde_json::to_string(&answer).unwrap(),
        Err(error) => error.to_string(),
    };
    METRICS.iter().map(|metric| (metric.id, answer(metric))).collect()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Prices of the same id are different ones in different connections, so nothing is asked about them here.
    #[test]
    fn every_metric_of_all_is_that_of_one_ledger_with_all_customers(
        world in world(),
        names in (select(ZONES.to_vec()), select(ZONES.to_vec())),
        query in question_by(&[Dimension::Interval, Dimension::Currency, Dimension::Country]),
    ) {
        let filter = Filter { plans: Vec::new(), products: Vec::new(), ..query.filter.clone() };
        let (query, rates) = (Query { filter, ..query }, rates());
        let [one, other] = halves(&world);
        // One of the ledgers may have its days in another zone.
        let parts = vec![part("conn_1", &one, names.0), part("conn_2", &other, names.1)];
        let together = LedgersTogether::new(parts, &zone(names.0), &Joining::default(), None);
        prop_assert_eq!(said(&together.ledger, &rates, &query), said(&world.ledger(names.0), &rates, &query));
    }

    #[test]
    fn what_is_shared_with_the_ledger_before_makes_no_difference(
        before in world(), after in world(), other in world(), is_other_first in any::<bool>(),
        query in question_by(&Dimension::RECURRING),
    ) {
        let other = part("conn_2", &other, "UTC");
        let parts = |world: &World| {
            let own = part("conn_1", world, "UTC");
            if is_other_first { vec![other.clone(), own] } else { vec![own, other.clone()] }
        };
        let earlier = LedgersTogether::new(parts(&before), &TimeZone::UTC, &Joining::default(), None);
        let shared = LedgersTogether::new(parts(&after), &TimeZone::UTC, &Joining::default(), Some(&earlier));
        let anew = LedgersTogether::new(parts(&after), &TimeZone::UTC, &Joining::default(), None);
        prop_assert_eq!(said(&shared.ledger, &rates(), &query), said(&anew.ledger, &rates(), &query));
        prop_assert_eq!(shared.ledger.customer_ids(), anew.ledger.customer_ids());
    }
}

#[test]
fn the_same_ids_of_two_connections_are_two_customers_and_two_prices() {
    let worth = |minor| World::default().with("cus_1", "usd", &[("2023-06-01T00:00:00Z", minor)]);
    let parts = vec![part("conn_1", &worth(1_000), "UTC"), part("conn_2", &worth(500), "UTC")];
    let ledger = LedgersTogether::new(parts, &TimeZone::UTC, &Joining::default(), None).ledger;
    let asked = query("2023-07-01", "2023-07-31");
    let mrr = |filter| {
        let answer = query::mrr(&ledger, &Rates::default(), &Query { filter, ..asked.clone() }).unwrap();
        answer.series[0].points[0].mrr_minor
    };
    assert_eq!(mrr(Filter::default()), 1_500);
    let own = |id: &str| ledger.customer(&id.into()).and_then(|customer| split_customer_id(&customer.id));
    assert_eq!(own("conn_2:cus_1"), Some(("conn_2".into(), CustomerId::from("cus_1"))));
    assert_eq!(own("cus_1"), None, "it is not said whose");
    assert_eq!(own("conn_3:cus_1"), None);

    let mut plans: Vec<&str> = ledger.catalog().plans().iter().map(|plan| plan.price.as_str()).collect();
    plans.sort_unstable();
    let by_plan: Vec<i64> = plans
        .iter()
        .map(|plan| mrr(Filter { plans: vec![(*plan).to_owned()], ..Filter::default() }))
        .collect();
    assert_eq!(by_plan, [500, 1_000], "{plans:?}");

    let mut labels: Vec<&str> = ledger.catalog().plans().iter().map(|plan| plan.label.as_str()).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["BASIC (Shop conn_1)", "BASIC (Shop conn_2)"], "the same label says whose it is");

    let page = query::customers(
        &ledger,
        &Rates::default(),
        &CustomersQuery {
            search: Some("cus_1".to_owned()),
            state: None,
            status: None,
            filter: Filter::default(),
            sort: CustomerSort::Mrr,
            is_descending: true,
            on: None,
            currency: Reporting::Native,
            now: at("2023-07-31T00:00:00Z"),
            cursor: None,
            limit: 1,
            with_sums: false,
        },
    );
    let page = page.unwrap();
    assert_eq!((page.total, page.data[0].id.as_str()), (2, "conn_1:cus_1"));
}

#[test]
fn only_the_ledger_that_moved_is_made_again() {
    let worth = |minor| World::default().with("cus_1", "usd", &[("2023-06-01T00:00:00Z", minor)]);
    let still = part("conn_2", &worth(500), "UTC");
    let parts = |minor| vec![part("conn_1", &worth(minor), "UTC"), still.clone()];
    let before = LedgersTogether::new(parts(1_000), &TimeZone::UTC, &Joining::default(), None);
    let now = parts(2_000);
    let after = LedgersTogether::new(now.clone(), &TimeZone::UTC, &Joining::default(), Some(&before));
    let (before_chunks, chunks) = (before.ledger.chunks(), after.ledger.chunks());
    assert!(!Arc::ptr_eq(&before_chunks[0], &chunks[0]));
    assert!(Arc::ptr_eq(&before_chunks[1], &chunks[1]));
    assert!(after.is_of(&now, &TimeZone::UTC, &Joining::default()));
    assert!(!after.is_of(&now, &zone("Europe/Berlin"), &Joining::default()), "its days would be others");
    assert!(!before.is_of(&now, &TimeZone::UTC, &Joining::default()));
    assert!(
        after
            .ledger
            .customer(&"conn_1:cus_1".into())
            .is_some_and(|one| one.created_at == Some(UnixSeconds(1_600_000_000)))
    );
}
