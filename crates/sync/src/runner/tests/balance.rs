//! What moves the balance gets into the ledger with the load, and with every update after it.

use metrics::fx::Rates;
use metrics::query::{self, Filter, Query, Reporting, Value};
use metrics::registry::Metric;
use model::{Interval, WeekStart};

use super::*;

/// From November 2025 on.
fn fees(ledger: &Ledger) -> i64 {
    let asked = Query {
        from: "2025-11-01".parse().unwrap(),
        to: "2099-12-31".parse().unwrap(),
        interval: Interval::Year,
        week_start: WeekStart::Monday,
        currency: Reporting::In(model::Currency::USD),
        filter: Filter::default(),
        by: None,
        within_days: None,
        now: "2099-12-31T00:00:00Z".parse::<jiff::Timestamp>().map(|at| UnixSeconds(at.as_second())).unwrap(),
    };
    let answer = query::value(ledger, &Rates::default(), Metric::find("fees").unwrap(), &asked).unwrap();
    let minor = |value: Option<Value>| match value {
        Some(Value::Minor(minor)) => minor,
        other => panic!("{other:?} is no amount"),
    };
    answer.series[0].points.iter().map(|point| minor(point.value)).sum()
}

fn booked() -> Merchant {
    let mut merchant = Merchant::monthly(5, 2);
    merchant.book("txn_1", NOW, 1_000, 59);
    merchant.book("txn_2", NOW - 40 * 86_400, 1_000, 59);
    merchant
}

#[tokio::test]
async fn an_update_brings_in_new_transactions_and_gives_the_ledger_of_a_rebuild() {
    let provider = Provider::start(booked()).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    assert_eq!(fees(&*folder.ledger(&runner).await), 59);

    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| merchant.book("txn_3", since + 5, 2_000, 88));
    folder.sync(&runner).await.unwrap();
    let ledger = folder.ledger(&runner).await;
    assert_eq!(fees(&ledger), 59 + 88);
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)));
    assert_eq!(bytes(&*folder.ledger(&folder.runner()).await), bytes(&ledger), "from the file");
}

#[tokio::test]
async fn one_that_changed_or_is_gone_is_as_it_is_now() {
    let provider = Provider::start(booked()).await;
    // Without events an update lists everything again.
    provider.manners(|manners| manners.refused = [(kind::EVENT, 404)].into());
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    provider.merchant(|merchant| {
        merchant.get_mut(kind::BALANCE_TRANSACTION, "txn_1")["fee"] = json!(70);
        merchant.get_mut(kind::BALANCE_TRANSACTION, "txn_2")["created"] = json!(NOW - 5);
    });
    let later = folder.runner_at(Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + 7 * 3600))));
    folder.sync(&later).await.unwrap();
    let ledger = folder.ledger(&later).await;
    assert_eq!(fees(&ledger), 70 + 59);
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn one_that_cannot_be_read_is_a_problem_and_no_failure() {
    let mut merchant = booked();
    merchant.get_mut(kind::BALANCE_TRANSACTION, "txn_1")["amount"] = json!("a lot");
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    assert_eq!(fees(&*folder.ledger(&runner).await), 0);
    let problems = crate::view::problems(&folder.objects(), &folder.files()).unwrap();
    let example = problems.iter().flat_map(|problem| &problem.examples).find(|example| example.id == "txn_1");
    assert_eq!(example.unwrap().kind, kind::BALANCE_TRANSACTION);
}
