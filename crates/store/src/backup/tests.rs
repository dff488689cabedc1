use crate::kind;
use model::{AccountId, Counterparts, RawObject, Secret, Settings};

use super::*;
use crate::{Batch, ConnectionFiles, NewConnection, NewDelivery, Objects};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

fn object(number: usize) -> RawObject {
    RawObject {
        kind: kind::CUSTOMER,
        id: format!("cus_{number}"),
        created_at: Some(NOW),
        counterparts: Counterparts { customer: Some(format!("cus_{number}")), ..Counterparts::default() },
        is_deleted: false,
        body: format!(r#"{{"id":"cus_{number}","object":"customer"}}"#).into(),
    }
}

/// A folder with a connection, whose files are returned.
fn folder(dir: &Path) -> (DataDir, ConnectionFiles) {
    let data = DataDir::open(&dir.join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    let connection = NewConnection {
        workspace: workspace.clone(),
        source: "acme".to_owned(),
        name: "Shop".to_owned(),
        account_id: AccountId::from("acct_1"),
        account_name: None,
        api_base: "https://api.example.com/".to_owned(),
        is_test_mode: true,
        is_sample: false,
        settings: Settings::default(),
        default_currency: None,
        absent: Vec::new(),
    };
    let id = catalog.create_connection(&connection, NOW).unwrap().id;
    let sealed = data.keyring(&catalog).unwrap().seal("key", &Secret::new("sk_test_1")).unwrap();
    catalog.set_sealed_key(&workspace, &id, &sealed, "sk_test_…").unwrap();
    let files = data.connection_files(&id);
    (data, files)
}

fn write(objects: &Objects, numbers: std::ops::Range<usize>) {
    let batch = Batch { objects: numbers.map(object).collect(), seen_at: NOW, ..Batch::default() };
    objects.commit_blocking(batch).unwrap();
}

fn count(data: &DataDir) -> usize {
    let catalog = data.catalog().unwrap();
    let id = catalog.all_connections().unwrap()[0].id.clone();
    let objects = data.connection_files(&id).objects_to_read().unwrap();
    objects.scan(kind::CUSTOMER, None, 1_000_000).unwrap().len()
}

#[test]
fn a_copy_made_while_somebody_writes_is_one_state_and_opens_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (data, files) = folder(dir.path());
    let objects = files.objects_to_write().unwrap();
    write(&objects, 0..1_000);
    let inbox = files.inbox().unwrap();
    let delivery = NewDelivery {
        event_id: "evt_1".to_owned(),
        event_type: "customer.created".to_owned(),
        kind: Some(kind::CUSTOMER),
        object_id: Some("cus_1".to_owned()),
        created_at: NOW,
        received_at_ms: 1,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(inbox.put(delivery)).unwrap();
    let writer = std::thread::spawn({
        let objects = objects.clone();
        move || (1..20).for_each(|round| write(&objects, round * 1_000..(round + 1) * 1_000))
    });
    let copy = dir.path().join("copy");
    let mut names = Vec::new();
    data.backup(&copy, false, NOW, |name| names.push(name.to_owned())).unwrap();
    writer.join().unwrap();
    assert!(
        names.iter().any(|name| name.ends_with("objects.db")) && !names.iter().any(|n| n == MASTER_KEY_FILE)
    );

    let (restored, manifest) = DataDir::restore(&copy, &dir.path().join("restored"), |_| {}).unwrap();
    assert_eq!((manifest.created_at, manifest.files.len()), (NOW.0, names.len()));
    assert_eq!(count(&restored) % 1_000, 0, "whole batches");
    assert!(count(&restored) >= 1_000 && count(&data) == 20_000);
    let id = restored.catalog().unwrap().all_connections().unwrap()[0].id.clone();
    assert_eq!(restored.connection_files(&id).inbox_facts().unwrap().waiting, 1);
    assert!(!restored.path().join(MASTER_KEY_FILE).exists());
    let with_key = dir.path().join("with_key");
    data.backup(&with_key, true, NOW, |_| {}).unwrap();
    assert!(with_key.join(MASTER_KEY_FILE).exists());
}

#[test]
fn nothing_is_overwritten_and_nothing_half_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (data, files) = folder(dir.path());
    write(&files.objects_to_write().unwrap(), 0..10);
    let copy = dir.path().join("copy");
    data.backup(&copy, false, NOW, |_| {}).unwrap();
    assert!(matches!(data.backup(&copy, false, NOW, |_| {}), Err(StoreError::AlreadyThere { .. })));
    assert!(matches!(DataDir::restore(&copy, data.path(), |_| {}), Err(StoreError::AlreadyThere { .. })));
    assert!(matches!(
        DataDir::restore(data.path(), &dir.path().join("x"), |_| {}),
        Err(StoreError::NotABackup { .. })
    ));

    let objects = fs::read_dir(copy.join("connections")).unwrap().next().unwrap().unwrap().path();
    let objects = objects.join("objects.db");
    let mut bytes = fs::read(&objects).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&objects, bytes).unwrap();
    let to = dir.path().join("restored");
    let refused = DataDir::restore(&copy, &to, |_| {}).unwrap_err();
    assert!(refused.to_string().contains("objects.db was changed"), "{refused}");
    assert!(!to.exists() && !dir.path().join("restored.partial").exists());

    let outside = fs::read_to_string(copy.join(MANIFEST)).unwrap().replacen("format\"", "../format\"", 1);
    fs::write(copy.join(MANIFEST), outside.replace("\"path\": \"format", "\"path\": \"../format")).unwrap();
    assert!(matches!(DataDir::restore(&copy, &to, |_| {}), Err(StoreError::NotABackup { .. })));
}
