//! Building, changing, keeping and reading ledgers.

use jiff::tz::TimeZone;
use metrics::columns::{CATALOG_BLOB, Damaged, Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{MoneyKind, PriceBook};
use metrics::query::{self, Dimension, Query, Reporting};
use model::billing::Product;
use model::{Currency, CustomerId, ProductId};
use proptest::prelude::*;

use super::world::{TestMoney, World, at, metric, prices, query};

/// More customers than fit into one chunk.
fn many(count: usize) -> World {
    let mut world = World::default();
    for number in 0..count {
        let id = format!("cus_{number:05}");
        let value = 1_000 + i64::try_from(number % 7).unwrap() * 100;
        world = world
            .with(&id, ["usd", "eur", "jpy"][number % 3], &[("2024-01-05", value), ("2024-03-09", 0)])
            .with_money(&id, "2024-01-05", MoneyKind::InvoiceRevenue, "usd", value);
        let customer = world.customer(&id);
        customer.failed_invoices.push((format!("sub_{id}"), at("2024-02-05"), Some(at("2024-02-09"))));
        customer.money.push(TestMoney {
            at: at("2024-02-05"),
            kind: MoneyKind::FailedPayment,
            currency: Currency::USD,
            amount_minor: value,
            decline_code: [None, Some("expired_card"), Some("insufficient_funds")][number % 3],
        });
        world.customer(&id).country = [None, Some("DE"), Some("US")][number % 3].map(str::to_owned);
    }
    world
}

fn blobs(ledger: &Ledger) -> Vec<(u32, Vec<u8>)> {
    ledger.blob_ids().map(|id| (id, ledger.to_bytes(id).unwrap())).collect()
}

fn read(blobs: Vec<(u32, Vec<u8>)>) -> Result<Ledger, Damaged> {
    Ledger::from_bytes(blobs, TimeZone::UTC)
}

#[test]
fn what_is_kept_reads_back_to_the_same_answers_and_bytes() {
    let ledger = many(1_500).ledger("UTC");
    assert!(ledger.chunks().len() > 1);
    let again = read(blobs(&ledger)).unwrap();
    assert_eq!(blobs(&again), blobs(&ledger));
    let ask =
        |ledger: &Ledger| query::mrr(ledger, &Rates::embedded(), &query("2024-01-01", "2024-06-30")).unwrap();
    assert_eq!(ask(&again), ask(&ledger));
    for (id, by) in [("failed_attempts", Dimension::DeclineCode), ("at_risk_mrr", Dimension::Age)] {
        let query = Query { by: Some(by), ..query("2024-01-01", "2024-06-30") };
        let ask = |ledger: &Ledger| query::value(ledger, &Rates::embedded(), metric(id), &query).unwrap();
        assert_eq!(ask(&again), ask(&ledger), "{id}");
    }
    assert_eq!(again.customer(&"cus_00001".into()), ledger.customer(&"cus_00001".into()));
    let facets = |ledger: &Ledger| query::facets(ledger, &Rates::default(), model::UnixSeconds(0));
    assert_eq!(facets(&again), facets(&ledger));
}

#[test]
fn the_same_customers_give_the_same_bytes_in_any_order_and_in_any_steps() {
    let world = many(1_200);
    let whole = blobs(&world.ledger("UTC"));
    let customers = world.customers.iter().rev().cloned().collect();
    let backwards = World { customers, ..World::default() };
    assert_eq!(blobs(&backwards.ledger("UTC")), whole);
    let mut grown = Ledger::empty(TimeZone::UTC);
    for customers in world.customers.chunks(250) {
        let changes = customers.iter().map(|customer| (customer.entry(), customer.ledger())).collect();
        grown = grown.update(changes, &prices()).ledger;
    }
    assert_eq!(blobs(&grown), whole);
}

#[test]
fn an_update_changes_only_the_chunks_of_its_customers() {
    let mut world = many(1_500);
    let ledger = world.ledger("UTC");
    let id = "cus_00700";
    world = world.with(id, "usd", &[("2024-02-01", 77_000)]);
    let customer = world.customer(id).clone();
    let updated = ledger.update(vec![(customer.entry(), customer.ledger())], &prices());
    assert_eq!(updated.dirty.len(), 1);
    assert_ne!(updated.dirty[0], CATALOG_BLOB, "no plan is new");
    let before: std::collections::BTreeMap<_, _> = blobs(&ledger).into_iter().collect();
    for (blob, bytes) in blobs(&updated.ledger) {
        assert_eq!(before[&blob] != bytes, updated.dirty.contains(&blob), "blob {blob}");
    }
    assert_eq!(blobs(&updated.ledger), blobs(&world.ledger("UTC")));
    assert_eq!(ledger.row_count(), 3_000, "the snapshot before is as it was");
}

#[test]
fn without_some_names_a_ledger_is_as_if_it_had_been_built_so_and_shares_the_rest() {
    let world = many(1_500);
    let built = |is_nameless: &dyn Fn(&str) -> bool| {
        let builder = LedgerBuilder::new();
        for customer in &world.customers {
            let mut entry = customer.entry();
            if is_nameless(entry.id.as_str()) {
                (entry.name, entry.email) = (None, None);
            }
            builder.add(entry, &customer.ledger());
        }
        builder.finish(&prices(), TimeZone::UTC)
    };
    let ledger = built(&|_| false);
    let one = |id: &str| id == "cus_00700";
    let without_one = ledger.without_names(one, None);
    assert_eq!(blobs(&without_one), blobs(&built(&one)));
    let shared = ledger.chunks().iter().zip(without_one.chunks());
    let copied = shared.filter(|(before, after)| !std::sync::Arc::ptr_eq(before, after)).count();
    assert_eq!(copied, 1);
    assert_eq!(blobs(&ledger.without_names(|_| true, None)), blobs(&built(&|_| true)));
    assert!(ledger.customer(&"cus_00700".into()).unwrap().name.is_some(), "the snapshot before is as it was");
}

#[test]
fn renamed_products_make_only_the_catalog_dirty() {
    let ledger = many(10).ledger("UTC");
    let mut renamed = prices();
    let product = ProductId::from("basic");
    let name = Some("Starter".to_owned());
    renamed.insert_product(Product { id: product, name, is_active: true, is_deleted: false });
    let updated = ledger.with_prices(&renamed);
    assert_eq!(updated.dirty, [CATALOG_BLOB]);
    assert_eq!(updated.ledger.catalog().plans()[0].product_label.as_deref(), Some("Starter"));
    // A price that only bills describe is not in the book of others.
    assert!(ledger.with_prices(&PriceBook::default()).dirty.is_empty());
    assert!(ledger.with_prices(&prices()).dirty.is_empty());
}

#[test]
fn another_zone_moves_days_and_nothing_else() {
    let world = World::default().with("a", "usd", &[("2024-01-31T23:30:00Z", 1_000)]);
    let ledger = world.ledger("UTC");
    let berlin = ledger.with_zone(TimeZone::get("Europe/Berlin").unwrap());
    let months = |ledger: &Ledger| {
        let answer = query::mrr(ledger, &Rates::default(), &query("2024-01-01", "2024-02-29")).unwrap();
        answer.series[0].points.iter().map(|point| point.mrr_minor).collect::<Vec<_>>()
    };
    assert_eq!(months(&ledger), [1_000, 1_000]);
    assert_eq!(months(&berlin), [0, 1_000]);
    assert_eq!(blobs(&berlin), blobs(&ledger));
}

#[test]
fn a_customer_that_comes_twice_is_kept_as_it_came_last() {
    let mut world = World::default().with("a", "usd", &[("2024-01-01", 1_000)]);
    let builder = LedgerBuilder::new();
    let first = world.customer("a").clone();
    builder.add(first.entry(), &first.ledger());
    let last = world.with("a", "usd", &[("2024-02-01", 2_000)]).customer("a").clone();
    builder.add(last.entry(), &last.ledger());
    let ledger = builder.finish(&prices(), TimeZone::UTC);
    assert_eq!((ledger.customer_count(), ledger.row_count()), (1, 2));
}

#[test]
fn an_empty_ledger_can_be_kept_and_asked() {
    let ledger = read(blobs(&Ledger::empty(TimeZone::UTC))).unwrap();
    let mut asked = query("2024-01-01", "2024-03-31");
    assert!(query::mrr(&ledger, &Rates::embedded(), &asked).unwrap().series.is_empty());
    asked.currency = Reporting::In(Currency::USD);
    let answer = query::mrr(&ledger, &Rates::embedded(), &asked).unwrap();
    assert_eq!(answer.series[0].points.len(), 3);
    assert!(query::customer_timeline(&ledger, &CustomerId::from("a"), at("2024-01-01")).is_none());
}

#[test]
fn missing_blobs_are_noticed() {
    let whole = blobs(&many(1_500).ledger("UTC"));
    assert_eq!(read(Vec::new()).unwrap_err(), Damaged::Missing { blob: CATALOG_BLOB });
    for blob in 0..whole.len() {
        let mut rest = whole.clone();
        rest.remove(blob);
        assert!(matches!(read(rest), Err(Damaged::Missing { .. })), "blob {blob}");
    }
    let half = whole[..=whole.len() / 2].to_vec();
    assert!(matches!(read(half), Err(Damaged::Missing { .. })));
}

#[test]
fn blobs_of_another_version_say_so() {
    let mut whole = blobs(&many(3).ledger("UTC"));
    whole[1].1[4] = 99;
    assert_eq!(read(whole).unwrap_err(), Damaged::Version { blob: 1, found: 99 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn damaged_bytes_are_an_error(
        blob in 0..2_usize, place in any::<prop::sample::Index>(), flip in 1..=255_u8, is_cut in any::<bool>(),
    ) {
        let mut blobs = blobs(&many(40).ledger("UTC"));
        let bytes = &mut blobs[blob].1;
        let place = place.index(bytes.len());
        if is_cut {
            bytes.truncate(place);
        } else {
            bytes[place] ^= flip;
        }
        prop_assert!(read(blobs).is_err());
    }
}
