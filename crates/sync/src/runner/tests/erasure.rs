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
