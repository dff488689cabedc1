mod audit;
mod balance;
mod crowded;
mod erasure;
mod faults;
mod gaps;
mod methods;
mod mishaps;
mod reload;
mod restated;
mod retention;

use crate::testing::{SOURCE, kind};
use model::{ChurnAt, CustomerId, LedgerRules, ObjectKind, UnixSeconds};
use serde_json::json;
use store::{AbsentReason, ConnectionState, StoreError};

use super::*;
use crate::history::NOBODY;
use crate::progress::Phase;
use crate::testing::{Folder, Merchant, NOW, Provider, bytes};

/// The ledger that the objects give now, made from nothing.
fn rebuilt(folder: &Folder) -> Ledger {
    let settings = folder.now().settings;
    let zone = settings.zone().unwrap();
    projection::build_all(SOURCE, &folder.objects(), settings.rules, zone, &|_, _| {}).unwrap().ledger
}

#[tokio::test]
async fn a_load_ends_live_and_its_ledger_is_what_a_rebuild_gives() {
    let provider = Provider::start(Merchant::monthly(20, 3)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();

    let record = folder.now();
    assert_eq!((record.state, record.last_error), (ConnectionState::Live, None));
    assert!(record.loaded_at.is_some() && record.data_through.is_some());
    let ledger = folder.ledger(&runner).await;
    assert_eq!((ledger.customer_count(), ledger.row_count()), (20, 20));
    let progress = runner.progress(&folder.record.id).borrow().clone();
    assert_eq!((progress.phase, progress.data_through), (Phase::Idle, record.data_through));

    let report = runner.rebuild(&folder.record.workspace, &folder.record.id, |_, _| {}).await.unwrap();
    assert_eq!((report.customers, report.differed), (20, Some(false)));
    assert_eq!(bytes(&*folder.ledger(&runner).await), bytes(&ledger));
}

/// What is shown of each kind.
fn counted(folder: &Folder, runner: &Runner) -> (Vec<(ObjectKind, u64)>, u64) {
    let progress = runner.progress(&folder.record.id).borrow().clone();
    let kinds = progress.kinds.iter().map(|kind| (kind.kind, kind.done)).collect();
    (kinds, progress.objects_done)
}

#[tokio::test]
async fn what_is_counted_is_what_is_kept_also_by_a_process_that_comes_later() {
    let provider = Provider::start(Merchant::monthly(12, 3)).await;
    // Without events an update lists everything again.
    provider.manners(|manners| manners.refused = [(kind::EVENT, 404)].into());
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    let expected = || -> (Vec<(ObjectKind, u64)>, u64) {
        let merchant = provider.merchant.lock().unwrap();
        let kinds: Vec<_> = SOURCE.load_order().iter().map(|kind| (*kind, merchant.count(*kind))).collect();
        let total = kinds.iter().map(|(_, count)| count).sum();
        (kinds, total)
    };
    folder.sync(&runner).await.unwrap();
    assert_eq!(counted(&folder, &runner), expected());
    folder.sync(&runner).await.unwrap();
    assert_eq!(counted(&folder, &runner), expected(), "after everything was listed again");
    provider.merchant(|merchant| merchant.remove(kind::CUSTOMER, "cus_4"));
    provider.manners(|manners| manners.refused = [(kind::EVENT, 404), (kind::CHARGE, 403)].into());
    let later = Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + 60)));
    let later = folder.runner_at(later);
    folder.sync(&later).await.unwrap();
    assert_eq!(counted(&folder, &later), expected(), "by another process, one customer less");
}

#[tokio::test]
async fn a_process_whose_provider_is_gone_shows_what_is_kept() {
    let provider = Provider::start(Merchant::monthly(12, 3)).await;
    let folder = Folder::connected_to(&provider);
    let first = folder.runner();
    folder.sync(&first).await.unwrap();
    provider.manners(|manners| manners.key_lasts = 1);
    let second = folder.runner();
    folder.sync(&second).await.unwrap_err();
    assert_eq!(counted(&folder, &second), counted(&folder, &first));
    assert!(counted(&folder, &second).1 > 0);
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let provider = Provider::start(Merchant::monthly(5, 2)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let (steps, version) = (folder.steps(), snapshot(&folder, &runner).await.version);
    folder.sync(&runner).await.unwrap();
    assert_eq!((folder.steps(), snapshot(&folder, &runner).await.version), (steps, version));
    // Also for a process that comes new to the folder.
    assert_eq!(snapshot(&folder, &folder.runner()).await.version, version);
}

async fn snapshot(folder: &Folder, runner: &Runner) -> Snapshot {
    runner.ledger(&folder.record.workspace, &folder.record.id).await.unwrap()
}

#[tokio::test]
async fn what_happened_since_is_fetched_by_events() {
    let provider = Provider::start(Merchant::monthly(5, 2)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| {
        merchant.cancel(3, since + 5);
        merchant.remove(kind::CUSTOMER, "cus_4");
        merchant.note("customer.deleted", kind::CUSTOMER, "cus_4", since + 6);
        merchant.sign_up(9, since + 7);
        merchant.bill(9, 0, since + 7, 1);
        for (kind, id) in [
            (kind::CUSTOMER, "cus_9"),
            (kind::SUBSCRIPTION, "sub_9"),
            (kind::INVOICE, "in_9_00"),
            (kind::CHARGE, "ch_9_00"),
        ] {
            merchant.note("it.created", kind, id, since + 7);
        }
    });
    folder.sync(&runner).await.unwrap();
    let ledger = folder.ledger(&runner).await;
    assert_eq!(ledger.row_count(), 5 + 1 + 1, "one churned, one is new");
    assert!(ledger.customer(&CustomerId::from("cus_4")).unwrap().is_deleted);
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)), "the same as made from nothing");
}

#[tokio::test]
async fn a_rush_of_new_objects_is_listed_instead_of_fetched_one_by_one() {
    let provider = Provider::start(Merchant::monthly(2, 2)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| {
        for customer in 100..130 {
            merchant.sign_up(customer, since + 5);
            merchant.bill(customer, 0, since + 5, 1);
            merchant.note("customer.created", kind::CUSTOMER, &format!("cus_{customer}"), since + 5);
            merchant.note("invoice.created", kind::INVOICE, &format!("in_{customer}_00"), since + 5);
        }
    });
    folder.sync(&runner).await.unwrap();
    assert_eq!(provider.times_asked("/v1/customers/cus_1"), 0);
    let ledger = folder.ledger(&runner).await;
    assert_eq!((ledger.customer_count(), ledger.row_count()), (32, 32));
}

#[tokio::test]
async fn without_events_what_is_new_is_listed_and_what_is_gone_is_found_out() {
    let provider = Provider::start(Merchant::monthly(4, 2)).await;
    provider.manners(|manners| manners.refused = [(kind::EVENT, 404)].into());
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| {
        merchant.cancel(1, since - 5);
        merchant.remove(kind::CUSTOMER, "cus_2");
        merchant.sign_up(9, since + 7);
        merchant.bill(9, 0, since + 7, 1);
    });
    let later = Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + 60)));
    let runner = folder.runner_at(later);
    folder.sync(&runner).await.unwrap();
    let ledger = folder.ledger(&runner).await;
    assert_eq!(ledger.row_count(), 4 + 1 + 1);
    assert!(ledger.customer(&CustomerId::from("cus_2")).unwrap().is_deleted);
    assert!(!ledger.customer(&CustomerId::from("cus_3")).unwrap().is_deleted);
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn a_month_of_silence_is_made_up_for_by_listing_everything() {
    let provider = Provider::start(Merchant::monthly(4, 2)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let catalog = folder.data.catalog().unwrap();
    let long_ago = Some(UnixSeconds(NOW - 40 * 86_400));
    let outdate = |record: &mut ConnectionRecord| record.data_through = long_ago;
    catalog.update_connection(&folder.record.workspace, &folder.record.id, outdate).unwrap();
    // The event about it is long forgotten.
    provider.merchant(|merchant| {
        merchant.cancel(1, NOW - 20 * 86_400);
        merchant.objects.remove(&kind::EVENT);
    });
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    assert_eq!(folder.ledger(&runner).await.row_count(), 4 + 1);
    assert!(folder.now().data_through > long_ago);
}

#[tokio::test]
async fn a_refused_key_fails_the_connection_with_what_to_do() {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    let folder = Folder::connected_to(&provider);
    provider.manners(|manners| manners.refused = [(kind::SUBSCRIPTION, 401)].into());
    let error = folder.sync(&folder.runner()).await.unwrap_err();
    assert_eq!(error.code(), "key_refused");
    let record = folder.now();
    let last_error = record.last_error.unwrap();
    assert_eq!((record.state, last_error.code.as_str()), (ConnectionState::Failed, "key_refused"));
    assert_eq!(last_error.action, SOURCE.texts().new_key);

    provider.manners(|manners| manners.refused.clear());
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!((folder.now().state, folder.now().last_error), (ConnectionState::Live, None));
}

#[tokio::test]
async fn what_could_not_be_read_stands_in_the_record() {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    provider.manners(|manners| manners.refused = [(kind::CHARGE, 403)].into());
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.now().absent, [(kind::CHARGE, AbsentReason::Forbidden)]);
}

#[tokio::test]
async fn references_that_point_nowhere_are_listed_and_deleted_customers_are_looked_up() {
    let mut merchant = Merchant::monthly(2, 1);
    merchant.remove(kind::CUSTOMER, "cus_1");
    merchant.remove(kind::SUBSCRIPTION, "sub_0");
    merchant.add(kind::INVOICE, "in_bad", NOW - 50, json!({ "customer": "cus_0", "currency": 7 }));
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let problems = crate::view::problems(&folder.objects(), &folder.files()).unwrap();
    let told: Vec<(&str, &str)> =
        problems.iter().map(|problem| (problem.code.as_str(), problem.examples[0].id.as_str())).collect();
    assert!(told.contains(&("dangling_reference", "in_0_00")), "{told:?}");
    assert!(told.contains(&("unreadable_object", "in_bad")), "{told:?}");
    assert!(folder.objects().get(kind::CUSTOMER, "cus_1").unwrap().unwrap().object.is_deleted);
}

#[tokio::test]
async fn money_without_a_customer_is_somebodys_too() {
    let mut merchant = Merchant::monthly(1, 1);
    let charge = json!({
        "status": "succeeded", "currency": "usd", "amount": 700, "amount_captured": 700, "captured": true,
    });
    merchant.add(kind::CHARGE, "ch_guest", NOW - 500, charge);
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let ledger = folder.ledger(&runner).await;
    assert!(ledger.customer(&CustomerId::from(NOBODY)).is_some());
    let reading =
        crate::history::read_customer(SOURCE, &folder.objects(), &CustomerId::from(NOBODY)).unwrap();
    assert_eq!(reading.history.charges.len(), 1);
}

#[tokio::test]
async fn other_rules_give_another_ledger_and_another_zone_the_same() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    provider.merchant(|merchant| merchant.cancel(1, NOW - 40));
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let before = bytes(&*folder.ledger(&runner).await);
    let change = |change: &dyn Fn(&mut model::Settings)| {
        let catalog = folder.data.catalog().unwrap();
        let (workspace, id) = (&folder.record.workspace, &folder.record.id);
        catalog.update_connection(workspace, id, |record| change(&mut record.settings)).unwrap();
        runner.settings_changed(id);
    };
    change(&|settings| settings.time_zone = Some("Asia/Tokyo".to_owned()));
    let moved = folder.ledger(&runner).await;
    assert_eq!((bytes(&moved), moved.zone().iana_name()), (before.clone(), Some("Asia/Tokyo")));
    change(&|settings| {
        settings.rules = LedgerRules { churn_at: ChurnAt::PaidThrough, ..LedgerRules::default() }
    });
    let other = folder.ledger(&runner).await;
    assert_ne!(bytes(&other), before);
    assert_eq!(bytes(&other), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn who_comes_second_to_a_folder_waits_and_reads_what_the_first_wrote() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    let folder = Folder::connected_to(&provider);
    let first = folder.runner();
    folder.sync(&first).await.unwrap();
    let held = folder.files().objects_to_write().unwrap();
    let second = folder.runner();
    let error = folder.sync(&second).await.unwrap_err();
    assert!(matches!(error, SyncError::Store(StoreError::AlreadyOpen { .. })), "{error}");
    assert_eq!(folder.now().state, ConnectionState::Live, "nothing is wrong with the connection");
    assert_eq!(folder.ledger(&second).await.row_count(), 3);
    drop(held);
    folder.sync(&second).await.unwrap();
}

#[tokio::test]
async fn a_server_picks_up_what_others_connect_and_stops_when_told() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    let mut progress = runner.progress(&folder.record.id);
    runner.start();
    let is_done = |progress: &Progress| progress.phase == Phase::Idle && progress.data_through.is_some();
    progress.wait_for(is_done).await.unwrap();
    assert_eq!(folder.ledger(&runner).await.row_count(), 3);
    runner.stop().await;
    // Everything is closed.
    folder.files().objects_to_write().unwrap();
}

#[tokio::test]
async fn stopping_needs_nobody_to_wait_for_the_work() {
    let provider = Provider::start(Merchant::monthly(30, 6)).await;
    provider.manners(|manners| manners.page = 5);
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    let mut progress = runner.progress(&folder.record.id);
    let work = folder.sync(&runner);
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => panic!("too soon: {done:?}"),
        begun = progress.wait_for(|progress| progress.phase == Phase::Loading) => drop(begun),
    }
    runner.stop().await;
    assert!(matches!(work.await, Err(SyncError::Cancelled)));
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.now().state, ConnectionState::Live);
}

#[tokio::test]
async fn a_forgotten_connection_is_left_alone_until_somebody_asks() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let folder = Folder::connected_to(&provider);
    let id = &folder.record.id;
    let runner = folder.runner();
    runner.forget(id).await;
    runner.shared.ensure_worker(&runner.shared.connection(id));
    assert_eq!(folder.files().delete().map_err(|error| error.to_string()), Ok(()));
    assert!(!runner.shared.connection(id).is_working(), "nobody began");
    let mut progress = runner.progress(id);
    runner.start_sync(id);
    progress.wait_for(|progress| progress.data_through.is_some()).await.unwrap();
    runner.stop().await;
}

#[tokio::test]
async fn a_connection_of_another_workspace_is_not_there() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let folder = Folder::connected_to(&provider);
    let stranger = WorkspaceId::from("ws_other");
    let runner = folder.runner();
    let error = runner.ledger(&stranger, &folder.record.id).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, SyncError::NoConnection(_)));
}
