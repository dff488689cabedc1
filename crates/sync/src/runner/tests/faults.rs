//! What can go wrong with a provider, one by one: each is told for what it is, loses nothing, and once it is over the numbers
//! are what they would have been without it.

use super::*;
use crate::testing::kind;

/// The ledger of a merchant to whom nothing ever happens.
async fn undisturbed(merchant: Merchant) -> String {
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    folder.steps()
}

fn merchant() -> Merchant {
    Merchant::monthly(6, 3)
}

async fn fails_as(folder: &Folder, code: &str) {
    let error = folder.sync(&folder.runner()).await.unwrap_err();
    assert_eq!(error.code(), code);
    assert_eq!(folder.now().last_error.unwrap().code, code);
}

#[tokio::test]
async fn a_key_that_is_withdrawn_in_the_middle_of_a_load() {
    let meant = undisturbed(merchant()).await;
    let provider = Provider::start(merchant()).await;
    let folder = Folder::connected_to(&provider);
    for answers in [1, 5, 9, 14] {
        provider.manners(|manners| manners.key_lasts = answers);
        fails_as(&folder, "key_refused").await;
        assert_eq!(folder.now().state, ConnectionState::Failed);
    }
    provider.manners(|manners| manners.key_lasts = 0);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.steps(), meant);
}

#[tokio::test]
async fn a_permission_that_is_withdrawn_after_the_load() {
    let provider = Provider::start(merchant()).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let before = folder.steps();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| merchant.cancel(3, since + 5));
    provider.manners(|manners| manners.refused_objects = [(kind::SUBSCRIPTION, 403)].into());
    let error = folder.sync(&folder.runner()).await.unwrap_err();
    assert!(error.to_string().contains("subscription"), "{error}");
    assert_eq!(folder.steps(), before, "what is known stays");
    provider.manners(|manners| manners.refused_objects.clear());
    folder.sync(&folder.runner()).await.unwrap();
    assert_ne!(folder.steps(), before, "and what was missed is made up for");
}

#[tokio::test]
async fn a_name_that_leads_nowhere() {
    let provider = Provider::start(merchant()).await;
    let lost = Provider { base: "http://provider.invalid".to_owned(), ..provider };
    let folder = Folder::connected_to(&lost);
    fails_as(&folder, "provider_unreachable").await;
    let record = folder.now();
    assert_eq!(record.state, ConnectionState::Loading, "it may pass by itself");
    let said = record.last_error.unwrap().message;
    assert!(said.contains("provider.invalid"), "{said}");
}

#[tokio::test]
async fn a_provider_that_never_answers_holds_up_nobody_else() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let (asked, mut is_requested) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = silent.accept().await {
            held.push(connection);
            asked.send(()).unwrap();
        }
    });
    let provider = Provider::start(merchant()).await;
    let folder = Folder::connected_to(&provider);
    let stuck = Folder::connect(&folder.data, &base, "acct_2");
    let runner = folder.runner();
    let mut progress = runner.progress(&folder.record.id);
    runner.start();
    is_requested.recv().await.unwrap();
    let is_done = |progress: &Progress| progress.phase == Phase::Idle && progress.data_through.is_some();
    progress.wait_for(is_done).await.unwrap();
    assert_ne!(runner.progress(&stuck.id).borrow().phase, Phase::Idle);
    let stopping = tokio::time::timeout(std::time::Duration::from_secs(10), runner.stop());
    assert!(stopping.await.is_ok(), "and it stops in the middle of waiting");
}

#[tokio::test]
async fn clocks_that_do_not_agree() {
    for ahead_s in [-3 * 86_400, -3_600, 3_600, 3 * 86_400] {
        let provider = Provider::start(merchant()).await;
        let folder = Folder::connected_to(&provider);
        let runner = folder.runner_at(Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + ahead_s))));
        folder.sync(&runner).await.unwrap();
        let since = folder.now().data_through.unwrap().0;
        provider.merchant(|merchant| merchant.cancel(2, since + 5));
        folder.sync(&runner).await.unwrap();
        let ledger = folder.ledger(&runner).await;
        assert_eq!(ledger.row_count(), 6 + 1, "{ahead_s} s ahead");
        assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)));
    }
}

#[tokio::test]
async fn objects_as_nobody_has_seen_them() {
    let mut strange = merchant();
    let subscription = strange.get_mut(kind::SUBSCRIPTION, "sub_1");
    subscription["hibernation"] = json!({"since": "always", "deep": [[[1]]]});
    subscription["collection_method"] = json!("by_pigeon");
    strange.get_mut(kind::CUSTOMER, "cus_2").as_object_mut().unwrap().remove("created");
    let megabyte = "x".repeat(1024 * 1024);
    strange.get_mut(kind::CUSTOMER, "cus_3")["metadata"] = json!({ "notes": megabyte });
    let provider = Provider::start(strange).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let since = folder.now().data_through.unwrap().0;
    provider.merchant(|merchant| {
        merchant.note("teleporter.activated", kind::CUSTOMER, "tp_1", since + 5);
        let event = merchant.get_mut(kind::EVENT, "evt_00000");
        event["data"]["object"]["object"] = json!("teleporter");
        merchant.cancel(4, since + 6);
    });
    folder.sync(&folder.runner()).await.unwrap();
    let ledger = folder.ledger(&folder.runner()).await;
    assert_eq!((ledger.customer_count(), ledger.row_count()), (6, 6 + 1));
    let kept = folder.objects().get(kind::CUSTOMER, "cus_3").unwrap().unwrap();
    assert!(kept.object.body.contains(&megabyte), "whole");
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_not_taken_for_service() {
    let mut strange = merchant();
    strange.get_mut(kind::SUBSCRIPTION, "sub_1")["status"] = json!("hibernating");
    let provider = Provider::start(strange).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.now().state, ConnectionState::Live);
    assert_eq!(bytes(&*folder.ledger(&folder.runner()).await), bytes(&rebuilt(&folder)));
}
