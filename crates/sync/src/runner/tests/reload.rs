//! Loading again: what must come back as it was, and what must not come back.

use super::*;

fn body_of(folder: &Folder, customer: &str) -> String {
    folder.objects().get(ObjectKind::Customer, customer).unwrap().unwrap().object.body.to_string()
}

/// Customers with names, loaded.
async fn named() -> (Provider, Folder) {
    let mut merchant = Merchant::monthly(40, 6);
    for customer in 0..40 {
        let object = merchant.get_mut(ObjectKind::Customer, &format!("cus_{customer}"));
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
    let path = folder.data.connection_dir(&folder.record.id).join("objects.db");
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
        let opened = store::Objects::open_read_only(path.parent().unwrap());
        let checked = opened.and_then(|objects| objects.integrity_check());
        found += usize::from(!matches!(checked, Ok(wrong) if wrong.is_empty()));
        if let Err(error) = folder.sync(&folder.runner()).await {
            assert_eq!(error.code(), "data_damaged", "{error}");
            assert_eq!(folder.now().state, ConnectionState::Failed);
            told += 1;
        }
        discard(&folder).await;
        let record = folder.now();
        assert_eq!(
            (record.state, record.loaded_at, record.last_error),
            (ConnectionState::Loading, None, None)
        );
        folder.sync(&folder.runner()).await.unwrap();
        assert_eq!(bytes(&*folder.ledger(&folder.runner()).await), expected, "damaged from {offset} on");
    }
    assert!(told > 0 && found >= told, "{told} told, {found} found");
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
        let path = folder.data.connection_dir(id).join(name);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    folder.sync(&folder.runner()).await.unwrap();
    assert!(!body_of(&folder, "cus_3").contains("Lovelace"));
    assert!(body_of(&folder, "cus_4").contains("Lovelace"));
}

#[tokio::test]
async fn who_looks_meanwhile_sees_the_new_objects() {
    let (provider, folder) = named().await;
    let looking = folder.runner();
    let (workspace, id) = (&folder.record.workspace, &folder.record.id);
    assert!(
        looking.objects(workspace, id).await.unwrap().get(ObjectKind::Customer, "cus_77").unwrap().is_none()
    );
    provider.merchant(|merchant| merchant.sign_up(77, NOW - 1));
    discard(&folder).await;
    folder.sync(&folder.runner()).await.unwrap();
    assert!(
        looking.objects(workspace, id).await.unwrap().get(ObjectKind::Customer, "cus_77").unwrap().is_some()
    );
}

#[tokio::test]
async fn work_that_is_under_way_ends_and_the_load_begins_anew() {
    let (_provider, folder) = named().await;
    let runner = folder.runner();
    runner.start();
    runner.start_sync(&folder.record.id);
    runner.discard(&folder.record.workspace, &folder.record.id).await.unwrap();
    let mut progress = runner.progress(&folder.record.id);
    runner.start_sync(&folder.record.id);
    progress
        .wait_for(|progress| progress.phase == Phase::Idle && progress.data_through.is_some())
        .await
        .unwrap();
    while folder.now().loaded_at.is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(folder.objects().scan(ObjectKind::Customer, None, 100).unwrap().len(), 40);
    runner.stop().await;
}
