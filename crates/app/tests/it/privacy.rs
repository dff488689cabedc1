//! What must not be kept of people is in no byte of the data folder.

use std::path::{Path, PathBuf};

use model::{ObjectKind, UnixSeconds};
use sandbox::Running;
use serde_json::Value;
use store::{DataDir, Objects};

use crate::process::{chartsy, stdout};
use crate::support::{KEY, mid_merchant};

fn connect(data: &Path, merchant: &Running, more: &[&str]) {
    let args =
        [&["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base], more].concat();
    stdout(&chartsy(data, &args, Some(KEY)));
}

fn objects(data: &Path) -> Objects {
    let data = DataDir::open_existing(data).unwrap();
    let id = data.catalog().unwrap().all_connections().unwrap()[0].id.clone();
    data.connection_files(&id).objects_to_read().unwrap()
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Where words are, in the files as they are and in the objects that are compressed in them.
fn places(data: &Path, words: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    files(data, &mut all);
    let mut places = Vec::new();
    let mut search = |place: String, bytes: &[u8]| {
        for word in words {
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                places.push(format!("{word} in {place}"));
            }
        }
    };
    for path in all {
        search(path.display().to_string(), &std::fs::read(&path).unwrap());
    }
    let objects = objects(data);
    for facts in objects.kinds().unwrap() {
        let kind = facts.kind;
        for stored in objects.scan(kind, None, 1_000_000).unwrap() {
            search(format!("{kind} {}", stored.object.id), stored.object.body.as_bytes());
        }
    }
    places
}

/// What a customer is called and reached by, and what is written about them.
fn personal(customer: &Value) -> Vec<String> {
    let fields = ["/name", "/email", "/phone", "/address/line1", "/address/city", "/description"];
    let words =
        fields.iter().filter_map(|field| customer.pointer(field)?.as_str()).filter(|word| word.len() > 5);
    words.map(str::to_owned).collect()
}

fn customers(data: &Path) -> Vec<Value> {
    let stored = objects(data).scan(ObjectKind::new("customer"), None, 1_000_000).unwrap();
    stored.iter().map(|stored| serde_json::from_str(&stored.object.body).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_gdpr_mode_nothing_about_a_person_is_written_and_later_it_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (open, private) = (folder.path().join("open"), folder.path().join("private"));
    let merchant = mid_merchant(300).await;
    connect(&open, &merchant, &[]);
    let people = customers(&open);
    let words: Vec<String> = people.iter().step_by(12).flat_map(personal).collect();
    assert!(words.len() > 30, "{words:?}");
    assert!(places(&open, &words).len() > words.len(), "the search finds what is there");

    connect(&private, &merchant, &["--gdpr"]);
    assert_eq!(places(&private, &words), Vec::<String>::new());
    let ledger = stdout(&chartsy(&open, &["ledger"], None));
    assert_eq!(stdout(&chartsy(&private, &["ledger"], None)), ledger);

    // Switched on later, what is there is erased, and nothing of it comes back.
    connect(&open, &merchant, &["--gdpr"]);
    assert_eq!(places(&open, &words), Vec::<String>::new());
    assert_eq!(stdout(&chartsy(&open, &["ledger"], None)), ledger);
    let copy = folder.path().join("copy");
    stdout(&chartsy(&open, &["backup", "--to", copy.to_str().unwrap()], None));
    let mut copied = Vec::new();
    files(&copy, &mut copied);
    assert!(copied.len() >= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_is_erased_for_good_and_no_number_changes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = mid_merchant(300).await;
    connect(&data, &merchant, &[]);
    let ledger = stdout(&chartsy(&data, &["ledger"], None));
    let people = customers(&data);
    // Somebody whose name is nobody else's.
    let name = |person: &Value| person["name"].as_str().unwrap_or_default().to_owned();
    let is_unique = |person: &&Value| people.iter().filter(|other| name(other) == name(person)).count() == 1;
    let person = people.iter().filter(|person| personal(person).len() > 1).find(is_unique).unwrap();
    let id = person["id"].as_str().unwrap();
    let words: Vec<String> =
        ["name", "email"].iter().filter_map(|field| person[field].as_str().map(str::to_owned)).collect();
    assert!(!places(&data, &words).is_empty());

    let receipt: Value =
        serde_json::from_str(&stdout(&chartsy(&data, &["erase", "customer", id], None))).unwrap();
    assert_eq!((receipt["customer"].as_str(), &receipt["objects"]["customer"]), (Some(id), &Value::from(1)));
    assert!(receipt["objects"]["invoice"].as_u64() > Some(0), "{receipt}");
    assert_eq!(places(&data, &words), Vec::<String>::new());
    assert_eq!(stdout(&chartsy(&data, &["ledger"], None)), ledger);
    let other = people.iter().find(|other| other["id"] != id && personal(other).len() > 1).unwrap();
    assert!(!places(&data, &[name(other)]).is_empty(), "others stay");

    // Everything is listed once more, and what is theirs comes without what says who they are.
    let data_dir = DataDir::open_existing(&data).unwrap();
    let catalog = data_dir.catalog().unwrap();
    let record = catalog.all_connections().unwrap().remove(0);
    let long_ago = Some(UnixSeconds(1_600_000_000));
    catalog
        .update_connection(&record.workspace, &record.id, |record| record.data_through = long_ago)
        .unwrap();
    stdout(&chartsy(&data, &["sync"], None));
    assert_eq!(places(&data, &words), Vec::<String>::new());

    let unknown = chartsy(&data, &["erase", "customer", "cus_nobody"], None);
    assert!(!unknown.status.success());
    assert!(!chartsy(&data, &["erase", "everything"], None).status.success(), "it has to be meant");
    let receipt = stdout(&chartsy(&data, &["erase", "everything", "--yes"], None));
    assert!(receipt.contains(record.id.as_str()) && !data.exists(), "{receipt}");
}
