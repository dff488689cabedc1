use jiff::tz::TimeZone;
use model::{LedgerRules, UnixSeconds};
use store::Batch;

use super::*;
use crate::backfill;
use crate::testing::{Merchant, Provider, SOURCE, bytes, context};

fn files(dir: &tempfile::TempDir) -> ConnectionFiles {
    ConnectionFiles::in_folder(dir.path())
}

async fn loaded() -> (tempfile::TempDir, Objects) {
    let provider = Provider::start(Merchant::monthly(10, 3)).await;
    let dir = tempfile::tempdir().unwrap();
    let objects = files(&dir).objects_to_write().unwrap();
    let (context, _heard) = context(&provider, objects.clone());
    backfill::run(&context).await.unwrap();
    (dir, objects)
}

fn rebuild_now(objects: &Objects, dir: &tempfile::TempDir) -> (Arc<Ledger>, RebuildReport) {
    rebuild(SOURCE, objects, &files(dir), &Settings::default(), None, &|_, _| {}).unwrap()
}

#[tokio::test]
async fn a_rebuild_says_whether_anything_was_different() {
    let (dir, objects) = loaded().await;
    let (ledger, report) = rebuild_now(&objects, &dir);
    assert_eq!((report.customers, report.differed), (10, None));
    let (again, report) = rebuild_now(&objects, &dir);
    assert_eq!((bytes(&again), report.differed), (bytes(&ledger), Some(false)));

    // Somebody else's ledger in its place.
    let mut keeper = Keeper::open(&files(&dir), &Settings::default()).unwrap();
    keeper.put_all(&Ledger::empty(TimeZone::UTC), &LedgerMeta::default()).unwrap();
    drop(keeper);
    let (mended, report) = rebuild_now(&objects, &dir);
    assert_eq!((bytes(&mended), report.differed), (bytes(&ledger), Some(true)));
}

#[tokio::test]
async fn a_stored_ledger_is_only_taken_for_what_it_was_made_by() {
    let (dir, objects) = loaded().await;
    let (ledger, _) = rebuild_now(&objects, &dir);
    let load = |rules| {
        Keeper::open(&files(&dir), &Settings { rules, ..Settings::default() })
            .unwrap()
            .load(TimeZone::UTC)
            .unwrap()
    };
    assert_eq!(load(LedgerRules::default()).map(|ledger| bytes(&ledger)), Some(bytes(&ledger)));
    assert!(load(LedgerRules { include_metered: true, ..LedgerRules::default() }).is_none());
}

#[tokio::test]
async fn a_damaged_file_is_no_ledger_and_no_failure() {
    let (dir, objects) = loaded().await;
    rebuild_now(&objects, &dir);
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("ledger.db") {
            std::fs::write(&path, b"this is no database, however long one looks at it").unwrap();
        }
    }
    let keeper = Keeper::open(&files(&dir), &Settings::default()).unwrap();
    assert!(keeper.load(TimeZone::UTC).unwrap().is_none());
    drop(keeper);
    assert_eq!(rebuild_now(&objects, &dir).1.customers, 10);
}

#[tokio::test]
async fn every_write_of_objects_outdates_the_ledger() {
    let (dir, objects) = loaded().await;
    rebuild_now(&objects, &dir);
    let keeper = Keeper::open(&files(&dir), &Settings::default()).unwrap();
    assert_eq!(keeper.sequence().unwrap(), objects.meta(SEQUENCE).unwrap());
    let batch = Batch { seen_at: UnixSeconds(1), ..Batch::default() };
    crate::writing::write(objects.clone(), batch).await.unwrap();
    assert_ne!(keeper.sequence().unwrap(), objects.meta(SEQUENCE).unwrap());
}
