//! A person who is to be forgotten is forgotten at once, by everybody who knew.

use super::*;
use crate::testing::kind;

const WORDS: &str = "Ada Lovelace, +44 1234";

async fn with_bookings() -> (Provider, Folder) {
    let mut merchant = Merchant::monthly(3, 2);
    for customer in 0..3 {
        let of = format!("ch_{customer}_01");
        let booking = json!({ "source": of, "description": WORDS, "amount": 1000, "currency": "usd" });
        merchant.add(kind::BALANCE_TRANSACTION, &format!("txn_{customer}"), NOW - 40, booking);
    }
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    (provider, folder)
}

async fn erase(folder: &Folder, runner: &Runner, customer: &str) -> ErasureReceipt {
    let customer = CustomerId::from(customer);
    runner.erase_customer(&folder.record.workspace, &folder.record.id, &customer).await.unwrap()
}

fn says(folder: &Folder, kind: ObjectKind, id: &str) -> bool {
    folder.objects().get(kind, id).unwrap().unwrap().object.body.contains(WORDS)
}

#[tokio::test]
async fn what_was_booked_for_a_person_goes_with_them() {
    let (_provider, folder) = with_bookings().await;
    let receipt = erase(&folder, &folder.runner(), "cus_1").await;
    assert_eq!(receipt.objects.get(&kind::BALANCE_TRANSACTION), Some(&1));
    assert!(!says(&folder, kind::BALANCE_TRANSACTION, "txn_1"));
    assert!(says(&folder, kind::BALANCE_TRANSACTION, "txn_2"), "nobody else's");
}

#[tokio::test]
async fn pages_go_on_with_what_they_show_but_for_the_name() {
    let (_provider, folder) = with_bookings().await;
    let runner = folder.runner();
    let before = folder.ledger(&runner).await;
    erase(&folder, &runner, "cus_1").await;
    let connection = runner.shared.connection(&folder.record.id);
    let shown = connection.peek().expect("nobody waits for another ledger").ledger;
    let entry = |ledger: &Ledger, id: &str| ledger.customer(&CustomerId::from(id)).unwrap();
    assert_eq!((entry(&shown, "cus_1").name, entry(&shown, "cus_1").email), (None, None));
    assert_eq!(entry(&shown, "cus_2"), entry(&before, "cus_2"));
    let steps = |ledger: &Ledger| metrics::query::steps(ledger, UnixSeconds(NOW)).collect::<Vec<_>>();
    assert_eq!(steps(&shown), steps(&before));

    folder.sync(&runner).await.unwrap();
    assert_eq!(entry(&*folder.ledger(&runner).await, "cus_1").name, None);
}

#[tokio::test]
async fn the_ledger_that_is_kept_is_what_a_rebuild_gives_and_nobody_has_to() {
    let (_provider, folder) = with_bookings().await;
    let runner = folder.runner();
    erase(&folder, &runner, "cus_1").await;
    let erased = snapshot(&folder, &runner).await;
    assert_eq!(bytes(&erased.ledger), bytes(&rebuilt(&folder)));
    folder.sync(&runner).await.unwrap();
    assert_eq!(snapshot(&folder, &runner).await.version, erased.version, "nor is it built by the next work");
    assert_eq!(snapshot(&folder, &folder.runner()).await.version, erased.version, "or another process");
}

#[tokio::test]
async fn pages_go_on_without_names_while_everybodys_are_deleted() {
    let (_provider, folder) = with_bookings().await;
    let runner = folder.runner();
    let before = folder.ledger(&runner).await;
    let connection = runner.shared.connection(&folder.record.id);
    let forgetting = runner.shared.forgetting(&connection, &folder.now(), connection.epoch()).unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let look = |_| {
        let entry = connection.peek().unwrap().ledger.customer(&CustomerId::from("cus_1")).unwrap();
        lock(&seen).push((entry.name, entry.email));
    };
    let stored = forgetting.record_restated().unwrap();
    forgetting.delete(stored, None, store::Whose::Everybody, ("privacy", "pseudonymous"), look).unwrap();
    let seen = lock(&seen).clone();
    assert!(!seen.is_empty() && seen.iter().all(|shown| *shown == (None, None)), "{seen:?}");
    let after = snapshot(&folder, &runner).await.ledger;
    assert_eq!(bytes(&after), bytes(&rebuilt(&folder)));
    let steps = |ledger: &Ledger| metrics::query::steps(ledger, UnixSeconds(NOW)).collect::<Vec<_>>();
    assert_eq!(steps(&after), steps(&before));
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_is_carried_out_by_the_next_work() {
    let (_provider, folder) = with_bookings().await;
    let runner = folder.runner();
    let (record, customer) = (folder.now(), [CustomerId::from("cus_1")]);
    // As far as it was decided, and the ledger was cleared.
    runner
        .shared
        .config
        .catalog
        .add_erasures(&record.workspace, &record.id, &customer, folder.now().data_through.unwrap())
        .unwrap();
    let connection = runner.shared.connection(&record.id);
    let forgetting = runner.shared.forgetting(&connection, &record, connection.epoch()).unwrap();
    let cut_off = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let stored = forgetting.record_restated().unwrap();
        forgetting.delete(
            stored,
            None,
            store::Whose::Customers(&customer),
            ("erased/cus_1", "5"),
            |_| panic!(),
        )
    }));
    assert!(cut_off.is_err());
    assert_eq!(folder.objects().meta("erased/cus_1").unwrap(), None, "it is not done");
    let another = folder.runner();
    folder.sync(&another).await.unwrap();
    assert!(folder.objects().meta("erased/cus_1").unwrap().is_some());
    assert!(!says(&folder, kind::BALANCE_TRANSACTION, "txn_1"));
    let shown = snapshot(&folder, &another).await.ledger;
    assert_eq!(shown.customer(&customer[0]).unwrap().name, None);
    assert_eq!(bytes(&shown), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn a_server_forgets_what_another_process_erased() {
    let (_provider, folder) = with_bookings().await;
    let (server, command) = (folder.runner(), folder.runner());
    let name = async || folder.ledger(&server).await.customer(&CustomerId::from("cus_1")).unwrap().name;
    assert_eq!(name().await.as_deref(), Some("Customer 1"));
    erase(&folder, &command, "cus_1").await;
    let connection = server.shared.connection(&folder.record.id);
    server.shared.reload_if_moved(&connection, &folder.now()).await.unwrap();
    assert_eq!(name().await, None);

    // Also where the command made the ledger again, as often as before.
    erase(&folder, &command, "cus_2").await;
    folder.sync(&command).await.unwrap();
    server.shared.reload_if_moved(&connection, &folder.now()).await.unwrap();
    assert_eq!(folder.ledger(&server).await.customer(&CustomerId::from("cus_2")).unwrap().name, None);
}

#[tokio::test]
async fn an_erasure_waits_for_no_provider() {
    let (provider, folder) = with_bookings().await;
    let endless = RunnerConfig {
        limits: connect::Limits::None,
        ..RunnerConfig::command(folder.data.clone(), folder.data.catalog().unwrap(), crate::testing::clock())
    };
    let runner = Runner::new(RunnerConfig { retry_policy: crate::RetryPolicy::ENDLESS, ..endless });
    provider.manners(|manners| manners.refused = [(kind::EVENT, 500)].into());
    let asked_before = provider.times_asked("/v1/events");
    let working = {
        let (runner, record) = (runner.clone(), folder.record.clone());
        tokio::spawn(async move { runner.sync_once(&record.workspace, &record.id).await })
    };
    while provider.times_asked("/v1/events") == asked_before {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let receipt = erase(&folder, &runner, "cus_1").await;
    assert_eq!(receipt.objects.get(&kind::CUSTOMER), Some(&1));
    assert!(matches!(working.await.unwrap(), Err(SyncError::Cancelled)));
}
