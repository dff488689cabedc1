use crate::testing::kind;
use std::collections::BTreeMap;

use model::{CustomerId, ObjectKind};
use store::AbsentReason;

use super::*;
use crate::history;
use crate::testing::{Merchant, Provider, SOURCE, context};

fn folder() -> (tempfile::TempDir, Objects) {
    let dir = tempfile::tempdir().unwrap();
    let objects = store::ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    (dir, objects)
}

fn counts(objects: &Objects) -> BTreeMap<ObjectKind, u64> {
    objects.kinds().unwrap().into_iter().map(|facts| (facts.kind, facts.count)).collect()
}

fn assert_all_is_here(provider: &Provider, objects: &Objects) {
    let counts = counts(objects);
    let merchant = provider.merchant.lock().unwrap();
    for kind in SOURCE.load_order() {
        assert_eq!(counts.get(kind).copied().unwrap_or(0), merchant.count(*kind), "{kind}");
    }
}

#[tokio::test]
async fn everything_is_loaded_and_a_second_load_asks_for_nothing() {
    let provider = Provider::start(Merchant::monthly(60, 8)).await;
    let (_dir, objects) = folder();
    let (context, mut heard) = context(&provider, objects.clone());
    let loaded = run(&context).await.unwrap();
    assert_eq!(loaded.absent, []);
    assert!(loaded.began.is_some());
    assert_all_is_here(&provider, &objects);
    let mut touched: Vec<CustomerId> = Vec::new();
    while let Ok(written) = heard.try_recv() {
        touched.extend(written.committed.touched_customers);
    }
    touched.sort();
    touched.dedup();
    assert_eq!(touched.len(), 60);

    let requests = provider.times_asked("/v1/");
    let again = run(&context).await.unwrap();
    assert_eq!(again.began, loaded.began, "the load began when it began");
    assert_eq!(provider.times_asked("/v1/"), requests);
}

#[tokio::test]
async fn a_load_that_is_stopped_anywhere_goes_on_from_its_last_page() {
    let provider = Provider::start(Merchant::monthly(30, 6)).await;
    provider.manners(|manners| manners.page = 20);
    for stop in 1..24 {
        let (_dir, objects) = folder();
        for attempt in 0.. {
            let (context, _heard) = context(&provider, objects.clone());
            let asked = provider.times_asked("/v1/");
            let cancel = context.cancel.clone();
            provider
                .manners(|manners| manners.cancel_after = (attempt < 3).then_some((asked + stop, cancel)));
            match run(&context).await {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, SyncError::Cancelled), "{error}"),
            }
        }
        assert_all_is_here(&provider, &objects);
    }
}

#[tokio::test]
async fn the_rest_of_a_cut_list_is_fetched_also_after_a_restart() {
    let mut merchant = Merchant::monthly(1, 0);
    merchant.bill(0, 0, crate::testing::NOW - 1000, 25);
    let provider = Provider::start(merchant).await;
    provider.manners(|manners| manners.embedded_lines = 10);
    let (_dir, objects) = folder();
    let lines = |objects: &Objects| {
        let reading = history::read_customer(SOURCE, objects, &CustomerId::from("cus_0")).unwrap();
        reading.history.invoices[0].lines.len()
    };
    for attempt in 0.. {
        let (context, _heard) = context(&provider, objects.clone());
        let cancel = context.cancel.clone();
        let is_first = attempt == 0;
        // The invoice is there, its lines are still on their way.
        provider.manners(|manners| {
            manners.cancel_after = is_first.then_some((SOURCE.load_order().len() + 1, cancel))
        });
        if run(&context).await.is_ok() {
            break;
        }
    }
    assert_eq!(lines(&objects), 25);
    assert_eq!(objects.followups().unwrap(), []);
}

#[tokio::test]
async fn lists_that_cannot_be_read_are_named_and_the_rest_is_loaded() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    provider.manners(|manners| {
        manners.refused = [(kind::CHARGE, 403), (kind::DISPUTE, 404)].into();
    });
    let (_dir, objects) = folder();
    let (context, _heard) = context(&provider, objects.clone());
    let mut absent = run(&context).await.unwrap().absent;
    absent.sort_by_key(|(kind, _)| *kind);
    let expected = [(kind::CHARGE, AbsentReason::Forbidden), (kind::DISPUTE, AbsentReason::Absent)];
    assert_eq!(absent, expected);
    assert_eq!(counts(&objects)[&kind::INVOICE], 6);
    let progress = context.reporter.subscribe().borrow().clone();
    let charges = progress.kinds.iter().find(|kind| kind.kind == kind::CHARGE).unwrap();
    assert_eq!(charges.state, KindState::Forbidden);
    assert_eq!(progress.reaches_back_on, None, "all of it is there");
}

#[tokio::test]
async fn an_indispensable_list_stops_the_load_and_keeps_what_was_read() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    provider.manners(|manners| manners.refused = [(kind::INVOICE, 403)].into());
    let (_dir, objects) = folder();
    let (context, _heard) = context(&provider, objects);
    let error = run(&context).await.unwrap_err();
    assert!(matches!(&error, SyncError::Indispensable { kind: kind::INVOICE, .. }), "{error}");
    assert_eq!(error.code(), "permission_missing");

    provider.manners(|manners| manners.refused.clear());
    run(&context).await.unwrap();
    assert_all_is_here(&provider, &context.objects);
}

#[tokio::test]
async fn patience_ends_and_the_load_goes_on_once_the_provider_answers() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    provider.manners(|manners| manners.refused = [(kind::CHARGE, 500)].into());
    let (_dir, objects) = folder();
    let (context, _heard) = context(&provider, objects);
    let error = run(&context).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("provider_unreachable", true));
    provider.manners(|manners| manners.refused.clear());
    run(&context).await.unwrap();
    assert_all_is_here(&provider, &context.objects);
}

#[tokio::test]
async fn a_server_that_ignores_windows_is_loaded_whole_and_remembered() {
    let provider = Provider::start(Merchant::monthly(60, 14)).await;
    provider.manners(|manners| manners.ignores_windows = true);
    let (_dir, objects) = folder();
    let (context, _heard) = context(&provider, objects.clone());
    run(&context).await.unwrap();
    assert_all_is_here(&provider, &objects);
    let invoices: Vec<_> =
        objects.windows().unwrap().into_iter().filter(|window| window.kind == kind::INVOICE).collect();
    assert_eq!(invoices.len(), 1);
    assert_eq!((invoices[0].created_gte, invoices[0].created_lte), (None, None));
    assert_eq!(objects.meta(&table::plain_key(kind::INVOICE)).unwrap().as_deref(), Some("1"));
}
