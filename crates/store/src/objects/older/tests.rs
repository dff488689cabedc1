use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use model::{Counterparts, RawObject, UnixSeconds};

use super::*;
use crate::objects::{FILE_NAME, file};
use crate::{Batch, Objects, kind};

fn outline() -> Outline {
    Arc::new(|_, body: &str| Some(body.into()))
}

fn text(n: usize) -> String {
    let (total, hash) = (n * 7919 % 100_000, n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let fields = ["account_country", "billing_reason", "collection_method", "customer_tax_exempt", "due_on"]
        .map(|field| format!(r#""{field}":null,"has_{field}":false,"last_{field}":{{"object":"list"}}"#));
    let fields = fields.join(",");
    format!(r#"{{"id":"in_{n}","object":"invoice","total":{total},{fields},"link":"{hash:x}"}}"#)
}

fn invoices(numbers: std::ops::Range<usize>) -> Batch {
    let invoice = |n: usize| RawObject {
        kind: kind::INVOICE,
        id: format!("in_{n}"),
        created_at: Some(UnixSeconds(1)),
        counterparts: Counterparts { customer: Some("cus_1".to_owned()), ..Counterparts::default() },
        is_deleted: false,
        body: text(n).into(),
    };
    Batch { objects: numbers.map(invoice).collect(), seen_at: UnixSeconds(7), ..Batch::default() }
}

fn the_last() -> Batch {
    Batch { is_last_for_now: true, ..Batch::default() }
}

fn count(dir: &Path, sql: &str) -> i64 {
    let conn = Connection::open(dir.join(FILE_NAME)).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn dictionaries(dir: &Path) -> i64 {
    count(dir, "SELECT count(*) FROM dictionaries")
}

fn body_bytes(dir: &Path) -> i64 {
    count(dir, "SELECT sum(length(body)) FROM objects")
}

fn without_dictionary(dir: &Path) -> i64 {
    count(dir, "SELECT count(*) FROM objects WHERE dictionary = 0")
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn has_all(objects: &Objects, invoices: usize) {
    for n in 0..invoices {
        let stored = objects.get(kind::INVOICE, &format!("in_{n}")).unwrap().unwrap();
        assert_eq!((&*stored.object.body, stored.seen_at), (text(n).as_str(), UnixSeconds(7)));
    }
    assert_eq!(objects.scan(kind::INVOICE, None, usize::MAX >> 1).unwrap().len(), invoices);
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
}

/// A file with a dictionary that none of its objects is compressed against, as when the process ends just then.
fn interrupted(dir: &Path, invoiced: usize) {
    let objects = Objects::open(dir, &[], None).unwrap();
    objects.commit_blocking(invoices(0..invoiced)).unwrap();
    drop(objects);
    let (conn, codec) = opened(dir);
    for kind in train_on_few(&conn, &codec, &outline()).unwrap() {
        assert_eq!(kind, kind::INVOICE);
    }
    assert_eq!(without_dictionary(dir), invoiced as i64);
}

fn opened(dir: &Path) -> (Connection, Codec) {
    let conn = file::open_for_writing(&dir.join(FILE_NAME)).unwrap();
    let codec = Codec::default();
    codec.load(&conn).unwrap();
    (conn, codec)
}

#[test]
fn what_came_before_the_dictionary_shrinks_too_and_is_read_by_a_reader_that_was_there_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], Some(outline())).unwrap();
    let reader = Objects::open_read_only(dir.path()).unwrap();
    objects.commit_blocking(invoices(0..700)).unwrap();
    let before = body_bytes(dir.path());
    objects.commit_blocking(invoices(700..1200)).unwrap();
    wait_until("every body has a dictionary", || without_dictionary(dir.path()) == 0);
    let after = count(dir.path(), "SELECT sum(length(body)) FROM objects WHERE row <= 700");
    assert!(after * 3 < before * 2, "{after} bytes of {before}");
    has_all(&reader, 1200);
    has_all(&objects, 1200);
}

#[test]
fn a_small_account_gets_a_dictionary_once_no_more_is_expected_and_its_file_shrinks() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], Some(outline())).unwrap();
    objects.commit_blocking(invoices(0..700)).unwrap();
    assert_eq!(dictionaries(dir.path()), 0);
    let (bodies, pages) = (body_bytes(dir.path()), count(dir.path(), "PRAGMA page_count"));
    objects.commit_blocking(the_last()).unwrap();
    wait_until("every body has a dictionary", || without_dictionary(dir.path()) == 0);
    assert!(body_bytes(dir.path()) * 3 < bodies * 2, "{} bytes of {bodies}", body_bytes(dir.path()));
    wait_until("the file is shorter", || count(dir.path(), "PRAGMA page_count") < pages);
    has_all(&objects, 700);
    objects.commit_blocking(invoices(700..701)).unwrap();
    objects.commit_blocking(the_last()).unwrap();
    has_all(&objects, 701);
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (1, 0));
}

#[test]
fn a_dictionary_that_is_longer_than_what_it_saves_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], Some(outline())).unwrap();
    objects.commit_blocking(invoices(0..SAMPLES_MIN - 1)).unwrap();
    objects.commit_blocking(the_last()).unwrap();
    drop(objects);
    assert_eq!(dictionaries(dir.path()), 0);
    let bodies = ["{}"; SAMPLES_MIN];
    assert!(!is_worth_its_bytes(&[7; 1000], bodies.into_iter()).unwrap());
}

#[test]
fn stopped_at_any_point_it_goes_on_when_the_file_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    interrupted(dir.path(), 700);
    let (mut conn, codec) = opened(dir.path());
    Older::in_file(&codec).rewrite_some(&mut conn, &codec).unwrap();
    assert_eq!(without_dictionary(dir.path()), 700 - ROWS as i64);
    drop(conn);
    has_all(&Objects::open_read_only(dir.path()).unwrap(), 700);
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    wait_until("the rest is rewritten", || without_dictionary(dir.path()) == 0);
    has_all(&objects, 700);
}

#[test]
fn a_batch_is_written_while_there_is_more_to_rewrite() {
    let dir = tempfile::tempdir().unwrap();
    interrupted(dir.path(), 700);
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    let newer = Batch { seen_at: UnixSeconds(7), ..invoices(700..720) };
    assert_eq!(objects.commit_blocking(newer).unwrap().inserted, 20);
    wait_until("the rest is rewritten", || without_dictionary(dir.path()) == 0);
    has_all(&objects, 720);
}

#[test]
fn a_body_that_cannot_be_read_is_left_to_be_reported_and_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    interrupted(dir.path(), 300);
    let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    conn.execute("UPDATE objects SET body = x'00' WHERE row = 5", []).unwrap();
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    wait_until("all others are rewritten", || without_dictionary(dir.path()) == 1);
    assert_eq!(objects.integrity_check().unwrap(), ["invoice: 1 can't be read"]);
}
