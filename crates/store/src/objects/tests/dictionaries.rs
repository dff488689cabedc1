//! Bodies are short from the first page on, and every one of them is read again whatever its dictionary.

use std::path::Path;

use super::*;

/// The body without what differs from one to the next.
fn outline() -> Outline {
    Arc::new(|_, body: &str| Some(body.split_once(r#","link""#)?.0.into()))
}

fn open(dir: &Path) -> Objects {
    Objects::open(dir, &[], Some(outline())).unwrap()
}

/// With as much in common as a provider's objects have.
fn text(n: usize) -> String {
    let (total, hash) = (n * 7919 % 100_000, n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let fields = ["account_country", "billing_reason", "collection_method", "customer_tax_exempt", "due_on"]
        .map(|field| format!(r#""{field}":null,"has_{field}":false,"last_{field}":{{"object":"list"}}"#));
    let fields = fields.join(",");
    format!(r#"{{"id":"in_{n}","object":"invoice",{fields},"total":{total},"link":"{hash:x}"}}"#)
}

fn invoices(numbers: std::ops::Range<usize>) -> Batch {
    batch(1, numbers.map(|n| invoice(&format!("in_{n}"), "cus_1", &text(n))).collect())
}

fn has_all(objects: &Objects, invoices: usize) {
    for n in 0..invoices {
        assert_eq!(body(objects, &format!("in_{n}")), text(n));
    }
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
}

fn query(dir: &Path, sql: &str) -> i64 {
    let conn = rusqlite::Connection::open(dir.join(FILE_NAME)).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn dictionaries(dir: &Path) -> i64 {
    query(dir, "SELECT count(*) FROM dictionaries")
}

fn bytes(dir: &Path) -> i64 {
    let dictionaries = "SELECT coalesce(sum(length(bytes)), 0) FROM dictionaries";
    query(dir, "SELECT sum(length(body)) FROM objects") + query(dir, dictionaries)
}

fn without_dictionary(dir: &Path) -> i64 {
    query(dir, "SELECT count(*) FROM objects WHERE dictionary = 0")
}

#[test]
fn twenty_bodies_with_their_dictionary_take_less_than_half_of_what_they_take_without_one() {
    let (small, plain) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    open(small.path()).commit_blocking(invoices(0..20)).unwrap();
    Objects::open(plain.path(), &[], None).unwrap().commit_blocking(invoices(0..20)).unwrap();
    assert_eq!((dictionaries(small.path()), without_dictionary(small.path())), (1, 0));
    let (small_bytes, plain_bytes) = (bytes(small.path()), bytes(plain.path()));
    assert!(small_bytes * 2 < plain_bytes, "{small_bytes} of {plain_bytes} bytes");
    // Also without knowing anything about what is in it.
    has_all(&Objects::open_read_only(small.path()).unwrap(), 20);
}

#[test]
fn a_reader_that_was_there_before_the_dictionaries_reads_on_and_the_trained_one_is_used_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let reader = Objects::open_read_only(dir.path()).unwrap();
    for page in 0..12 {
        objects.commit_blocking(invoices(page * 100..page * 100 + 100)).unwrap();
    }
    has_all(&reader, 1200);
    has_all(&objects, 1200);
    assert_eq!(dictionaries(dir.path()), 2);
    let last_by = |dictionary: u32| {
        let sql = format!("SELECT max(row) FROM objects WHERE dictionary = {dictionary}");
        query(dir.path(), &sql)
    };
    // What was compressed before the training was over is later than what was trained on.
    assert!((800..1200).contains(&last_by(1)), "{}", last_by(1));
    assert_eq!(last_by(2), 1200);
    drop(objects);
    open(dir.path()).commit_blocking(invoices(1200..1201)).unwrap();
    assert_eq!((dictionaries(dir.path()), last_by(2)), (2, 1201));
}

#[test]
fn a_starter_is_made_once_there_are_a_few_bodies_and_of_an_outline_alone() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    for n in 0..6 {
        objects.commit_blocking(invoices(n..n + 1)).unwrap();
    }
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (1, 3));
    let conn = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let bytes: Vec<u8> = conn.query_row("SELECT bytes FROM dictionaries", [], |row| row.get(0)).unwrap();
    let quoted = String::from_utf8(bytes).unwrap();
    assert!(quoted.contains(r#""object":"invoice""#) && !quoted.contains("link"), "{quoted}");
    has_all(&objects, 6);
    drop(objects);
    let objects = open(dir.path());
    objects.commit_blocking(invoices(6..26)).unwrap();
    assert_eq!(
        (dictionaries(dir.path()), without_dictionary(dir.path())),
        (1, 3),
        "a file is not given a second"
    );
    has_all(&objects, 26);
}

#[test]
fn of_a_write_that_fails_no_dictionary_is_left_and_none_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    let conn = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON objects WHEN NEW.id = 'in_9' BEGIN SELECT RAISE(ABORT, 'no'); END";
    conn.execute_batch(refuse).unwrap();
    assert!(objects.commit_blocking(invoices(0..10)).is_err());
    assert_eq!(dictionaries(dir.path()), 0);
    objects
        .commit_blocking(batch(1, vec![object(kind::CHARGE, "ch_1", of_customer("cus_1"), &text(1))]))
        .unwrap();
    objects.commit_blocking(invoices(0..3)).unwrap();
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (0, 4));
    conn.execute_batch("DROP TRIGGER refuse").unwrap();
    objects.commit_blocking(invoices(3..10)).unwrap();
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (1, 4));
    has_all(&objects, 10);
}

#[test]
fn first_pages_that_come_at_the_same_time_share_one_starter() {
    let dir = tempfile::tempdir().unwrap();
    let objects = open(dir.path());
    std::thread::scope(|scope| {
        for first in (0..400).step_by(50) {
            let objects = &objects;
            scope.spawn(move || objects.commit_blocking(invoices(first..first + 50)).unwrap());
        }
    });
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (1, 0));
    has_all(&objects, 400);
}

#[test]
fn a_file_from_before_there_were_starters_gets_one_with_its_next_bodies() {
    let dir = tempfile::tempdir().unwrap();
    Objects::open(dir.path(), &[], None).unwrap().commit_blocking(invoices(0..20)).unwrap();
    let objects = open(dir.path());
    let reader = Objects::open_read_only(dir.path()).unwrap();
    has_all(&reader, 20);
    objects.commit_blocking(invoices(0..40)).unwrap();
    assert_eq!((dictionaries(dir.path()), without_dictionary(dir.path())), (1, 20));
    has_all(&reader, 40);
    has_all(&objects, 40);
}
