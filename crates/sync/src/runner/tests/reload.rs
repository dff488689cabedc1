//! Loading again: what must come back as it was, and what must not come back.

use super::*;
use crate::testing::kind;

fn body_of(folder: &Folder, customer: &str) -> String {
    folder.objects().get(kind::CUSTOMER, customer).unwrap().unwrap().object.body.to_string()
}

/// Customers with names, loaded.
async fn named() -> (Provider, Folder) {
    let mut merchant = Merchant::monthly(40, 6);
    for customer in 0..40 {
        let object = merchant.get_mut(kind::CUSTOMER, &format!("cus_{customer}"));
        object["name"] = json!(format!("Ada Lovelace the {customer}th"));
    }
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    (provider, folder)
}

async fn discard(folder: &Folder) -> bool {
    folder.runner().discard(&folder.record.workspace, &folder.record.id).await.unwrap()
}

#[tokio::test]
async fn objects_that_are_damaged_are_told_and_mended_by_loading_again() {
    let (_provider, folder) = named().await;
    let expected = bytes(&*folder.ledger(&folder.runner()).await);
    let path = folder.on_disk().join("objects.db");
    let whole = std::fs::read(&path).unwrap();
    let (mut told, mut found) = (0, 0);
    for offset in (0..whole.len()).step_by(40_000) {
        let mut damaged = whole.clone();
        let end = (offset + 9_000).min(damaged.len());
        damaged[offset..end].fill(0x41);
        for name in ["objects.db-wal", "objects.db-shm"] {
            let beside = path.with_file_name(name);
            if beside.exists() {
                std::fs::remove_file(beside).unwrap();
            }
        }
        std::fs::write(&path, &damaged).unwrap();
        let opened = folder.files().objects_to_read();
        let checked = opened.and_then(|objects| objects.integrity_check());
        let is_found = !matches!(checked, Ok(wrong) if wrong.is_empty());
        match folder.sync(&folder.runner()).await {
            Err(error) => {
                assert_eq!(error.code(), "data_damaged", "{error}");
                assert_eq!(folder.now().state, ConnectionState::Failed);
                assert!(is_found, "damaged from {offset} on: {error}");
                told += 1;
            }
            // No number is made of what was not written.
            Ok(()) => assert_eq!(bytes(&*folder.ledger(&folder.runner()).await), expected),
        }
        found += usize::from(is_found);
        discard(&folder).await;
        let record = folder.now();
        assert_eq!(
            (record.state, record.loaded_at, record.last_error),
            (ConnectionState::Loading, None, None)
        );
        folder.sync(&folder.runner()).await.unwrap();
        assert_eq!(bytes(&*folder.ledger(&folder.runner()).await), expected, "damaged from {offset} on");
    }
    assert!(told > 0 && found > told, "{told} told, {found} found");
}

#[tokio::test]
async fn who_was_erased_stays_erased_when_everything_is_loaded_again() {
    let (_provider, folder) = named().await;
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    folder.runner().erase_customer(workspace, id, &CustomerId::from("cus_3")).await.unwrap();
    assert!(discard(&folder).await);
    folder.sync(&folder.runner()).await.unwrap();
    assert!(!body_of(&folder, "cus_3").contains("Lovelace"));
    assert!(body_of(&folder, "cus_4").contains("Lovelace"));

    // Also when nobody asked for it.
    for name in ["objects.db", "objects.db-wal", "objects.db-shm"] {
        let path = folder.on_disk().join(name);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    folder.sync(&folder.runner()).await.unwrap();
    assert!(!body_of(&folder, "cus_3").contains("Lovelace"));
    assert!(body_of(&folder, "cus_4").contains("Lovelace"));
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_is_made_up_for() {
    let (_provider, folder) = named().await;
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    let erased = [CustomerId::from("cus_3"), CustomerId::from("cus_5")];
    folder.data.catalog().unwrap().add_erasures(workspace, id, &erased, UnixSeconds(NOW)).unwrap();
    folder.sync(&folder.runner()).await.unwrap();
    for (customer, is_there) in [("cus_3", false), ("cus_4", true), ("cus_5", false)] {
        assert_eq!(body_of(&folder, customer).contains("Lovelace"), is_there, "{customer}");
    }
}

#[tokio::test]
async fn an_erasure_that_only_the_objects_know_outlives_them() {
    let (_provider, folder) = named().await;
    let note = store::Batch { meta: vec![("erased/cus_3".to_owned(), "1".to_owned())], ..Default::default() };
    let objects = folder.files().objects_to_write().unwrap();
    objects.commit(note).await.unwrap();
    drop(objects);
    folder.sync(&folder.runner()).await.unwrap();
    let known = folder.data.catalog().unwrap().erasures(&folder.record.workspace, &folder.record.id).unwrap();
    assert_eq!(known, [CustomerId::from("cus_3")]);
}

#[tokio::test]
async fn who_left_long_ago_stays_nameless() {
    let (_provider, folder) = named().await;
    let past_retention =
        store::Batch { meta: vec![("lapsed".to_owned(), "cus_3".to_owned())], ..Default::default() };
    let objects = folder.files().objects_to_write().unwrap();
    objects.commit(past_retention).await.unwrap();
    drop(objects);
    discard(&folder).await;
    folder.sync(&folder.runner()).await.unwrap();
    assert!(!body_of(&folder, "cus_3").contains("Lovelace"));
}

/// Wherever it is cut off, and whoever looks then.
#[tokio::test]
async fn nothing_is_restated_by_what_is_gone_for_a_while() {
    let (_provider, folder) = named().await;
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    let look = async || {
        let looking = folder.runner();
        drop(looking.ledger(workspace, id).await.unwrap());
        looking.objects(workspace, id).await.unwrap().restatements(None, 10).unwrap()
    };
    let not_loaded = |record: &mut ConnectionRecord| (record.loaded_at, record.data_through) = (None, None);
    folder.data.catalog().unwrap().update_connection(workspace, id, not_loaded).unwrap();
    assert_eq!(look().await, []);
    discard(&folder).await;
    assert_eq!(look().await, []);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(look().await, []);
    assert_eq!(folder.ledger(&folder.runner()).await.row_count(), 40);
}

#[tokio::test]
async fn who_looks_meanwhile_sees_the_new_objects_and_their_ledger() {
    let (provider, folder) = named().await;
    let looking = folder.runner();
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    let is_there = async || {
        let objects = looking.objects(workspace, id).await.unwrap();
        objects.get(kind::CUSTOMER, "cus_77").unwrap().is_some()
    };
    assert!(!is_there().await);
    let before = looking.ledger(workspace, id).await.unwrap().version;
    // Nothing tells of it.
    provider.merchant(|merchant| {
        merchant.sign_up(77, NOW - 90 * 86_400);
        merchant.bill(77, 0, NOW - 90 * 86_400, 1);
    });
    discard(&folder).await;
    folder.sync(&folder.runner()).await.unwrap();
    assert!(is_there().await);
    folder.sync(&looking).await.unwrap();
    let after = looking.ledger(workspace, id).await.unwrap();
    assert!(after.version > before, "{before}, then {}", after.version);
    assert_eq!(bytes(&after.ledger), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn a_load_that_is_under_way_ends_first() {
    let provider = Provider::start(Merchant::monthly(40, 6)).await;
    provider.manners(|manners| manners.is_silent = true);
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    runner.start_sync(&folder.record.id);
    let mut progress = runner.progress(&folder.record.id);
    progress.wait_for(|progress| progress.phase == Phase::Connecting).await.unwrap();
    runner.discard(&folder.record.workspace, &folder.record.id).await.unwrap();
    provider.manners(|manners| manners.is_silent = false);
    runner.start_sync(&folder.record.id);
    let is_done = |progress: &Progress| progress.phase == Phase::Idle && progress.data_through.is_some();
    progress.wait_for(is_done).await.unwrap();
    assert_eq!(folder.objects().scan(kind::CUSTOMER, None, 100).unwrap().len(), 40);
    runner.stop().await;
}
