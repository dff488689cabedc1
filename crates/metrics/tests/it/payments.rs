//! The list of payments: what is behind the figures of revenue and payments.

use std::collections::BTreeMap;

use metrics::ledger::{MoneyFact, MoneyKind};
use metrics::query::{self, PaymentPage, PaymentSort, PaymentsQuery, Query, Reporting, Value};
use model::Currency;
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question_of_money, rates, world};
use super::world::{World, at, metric, query};

fn asked(query: Query, kinds: &[MoneyKind]) -> PaymentsQuery {
    PaymentsQuery {
        query,
        kinds: kinds.to_vec(),
        decline_codes: Vec::new(),
        sort: PaymentSort::Date,
        is_descending: true,
        cursor: None,
        limit: 100,
    }
}

/// All pages as one.
fn all(ledger: &metrics::columns::Ledger, asked: &PaymentsQuery) -> PaymentPage {
    let mut asked = asked.clone();
    let mut whole = query::payments(ledger, &rates(), &asked).unwrap();
    while let Some(cursor) = whole.next_cursor.take() {
        asked.cursor = Some(cursor);
        let page = query::payments(ledger, &rates(), &asked).unwrap();
        whole.data.extend(page.data);
        whole.next_cursor = page.next_cursor;
    }
    whole
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn rows_add_up_to_the_metric(
        world in world(), zone in select(ZONES.to_vec()), query in question_of_money(),
        is_descending in any::<bool>(), sort in select(vec![PaymentSort::Date, PaymentSort::Amount]),
    ) {
        let ledger = world.ledger(zone);
        let query = Query { by: None, ..query };
        for (id, kind) in [("payments_collected", MoneyKind::Payment), ("refunds", MoneyKind::Refund)] {
            let answer = query::value(&ledger, &rates(), metric(id), &query).unwrap();
            let mut wanted: BTreeMap<Currency, i64> = BTreeMap::new();
            for series in answer.series {
                for point in series.points {
                    let Some(Value::Minor(minor)) = point.value else { continue };
                    *wanted.entry(series.currency).or_default() += minor;
                }
            }
            wanted.retain(|_, sum| *sum != 0);
            let asked = PaymentsQuery { sort, is_descending, limit: 3, ..asked(query.clone(), &[kind]) };
            let page = all(&ledger, &asked);
            prop_assert_eq!(page.data.len(), page.total);
            let mut found: BTreeMap<Currency, i64> = BTreeMap::new();
            for row in &page.data {
                let (currency, minor) = match query.currency {
                    Reporting::Native => (row.currency, Some(row.amount_minor)),
                    Reporting::In(currency) => (currency, row.converted_minor),
                };
                *found.entry(currency).or_default() += minor.unwrap_or(0);
            }
            found.retain(|_, sum| *sum != 0);
            prop_assert_eq!(&found, &wanted);
            let mut natively: BTreeMap<Currency, i64> = BTreeMap::new();
            for row in &page.data {
                *natively.entry(row.currency).or_default() += row.amount_minor;
            }
            let sums: BTreeMap<Currency, i64> =
                page.sums.iter().map(|sum| (sum.currency, sum.amount_minor)).collect();
            prop_assert_eq!(sums, natively);
            let converted = |sum: &query::PaymentSum| match query.currency {
                Reporting::Native => sum.converted_minor.map_or(sum.amount_minor, |_| -1),
                Reporting::In(_) => sum.converted_minor.unwrap_or(0),
            };
            prop_assert_eq!(page.sums.iter().map(converted).sum::<i64>(), wanted.values().sum::<i64>());
        }
    }
}

#[test]
fn the_newest_comes_first_and_sizes_are_compared_in_one_currency() {
    let world = World::default()
        .with_money("a", "2024-01-05", MoneyKind::Payment, "usd", 1_000)
        .with_money("a", "2024-02-05", MoneyKind::Payment, "usd", 1_500)
        .with_money("b", "2024-01-20", MoneyKind::Payment, "jpy", 9_000)
        .with_money("b", "2024-01-25", MoneyKind::Refund, "jpy", 400);
    let ledger = world.ledger("UTC");
    let days = |asked: &PaymentsQuery| -> Vec<String> {
        all(&ledger, asked).data.iter().map(|row| format!("{} {}", row.on, row.kind)).collect()
    };
    let year = Query { currency: Reporting::In(Currency::USD), ..query("2024-01-01", "2024-12-31") };
    let every = asked(year, &[]);
    assert_eq!(
        days(&every),
        ["2024-02-05 payment", "2024-01-25 refund", "2024-01-20 payment", "2024-01-05 payment"]
    );
    let largest = PaymentsQuery { sort: PaymentSort::Amount, limit: 1, ..every };
    assert_eq!(days(&largest)[0], "2024-01-20 payment");
}

#[test]
fn a_payment_is_named_by_the_facts_of_its_customer_even_beside_a_twin() {
    let world = World::default()
        .with_money("a", "2024-01-05", MoneyKind::Payment, "usd", 1_000)
        .with_money("a", "2024-01-05", MoneyKind::Payment, "usd", 1_000)
        .with_money("a", "2024-01-05", MoneyKind::Payment, "usd", 2_000);
    let mut page = all(&world.ledger("UTC"), &asked(query("2024-01-01", "2024-01-31"), &[]));
    let fact = |source: &str, amount_minor| MoneyFact {
        at: at("2024-01-05"),
        kind: MoneyKind::Payment,
        currency: Currency::USD,
        amount_minor,
        source: source.to_owned(),
        decline_code: None,
    };
    // The third is gone by now.
    let facts = vec![fact("ch_1", 1_000), fact("ch_2", 1_000)];
    page.name_sources(|customers| {
        assert_eq!(customers.len(), 1);
        Ok::<_, ()>(vec![facts])
    })
    .unwrap();
    let named: Vec<_> = page.data.iter().map(|row| (row.amount_minor, row.source.as_deref())).collect();
    assert_eq!(named, [(1_000, Some("ch_1")), (1_000, Some("ch_2")), (2_000, None)]);
}
