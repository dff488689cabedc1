//! What is erased is in no byte of a folder, whatever was done to it before.

use std::collections::HashSet;
use std::sync::Arc;

use model::{Counterparts, RawObject, UnixSeconds};

use super::*;
use crate::{Batch, kind};

const CUSTOMERS: usize = 3_000;

fn customer(number: usize) -> RawObject {
    let id = format!("cus_{number}");
    let body = format!(r#"{{"id":"{id}","name":"Ada Nr {number} Lovelace","balance":{number}}}"#);
    object(kind::CUSTOMER, &id, &id, body)
}

fn object(kind: ObjectKind, id: &str, customer: &str, body: String) -> RawObject {
    RawObject {
        kind,
        id: id.to_owned(),
        created_at: Some(UnixSeconds(1)),
        counterparts: Counterparts { customer: Some(customer.to_owned()), ..Counterparts::default() },
        is_deleted: false,
        body: body.into(),
    }
}

fn nameless_body(id: &str) -> Box<str> {
    let number = id.strip_prefix("cus_").unwrap();
    format!(r#"{{"id":"cus_{number}","balance":{number}}}"#).into()
}

/// What a source would say of these customers.
fn outline() -> Outline {
    Arc::new(|_, body: &str| Some(body.split_once(r#","name""#).map_or(body, |(id, _)| id).into()))
}

/// What nobody may do: whole bodies.
fn quoting() -> Outline {
    Arc::new(|_, body: &str| Some(body.into()))
}

fn write_customers(dir: &Path, outline: Outline) -> Objects {
    let objects = Objects::open(dir, &[], Some(outline)).unwrap();
    // In pieces: those after the first are compressed against a dictionary.
    for first in (0..CUSTOMERS).step_by(500) {
        let batch = (first..first + 500).map(customer).collect();
        let batch = Batch { objects: batch, seen_at: UnixSeconds(7), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
    }
    objects
}

fn holds(dir: &Path, words: &[u8]) -> bool {
    let mut found = false;
    for entry in std::fs::read_dir(dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        found |= bytes.windows(words.len()).any(|window| window == words);
    }
    found
}

fn everybody() -> Erasure<'static> {
    Erasure { whose: Whose::Everybody, note: ("privacy", "on"), outline: outline() }
}

fn query(dir: &Path, sql: &str) -> i64 {
    let conn = Connection::open(dir.join(FILE_NAME)).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// As it was written before there was the note.
fn make_old(dir: &Path) {
    let conn = Connection::open(dir.join(FILE_NAME)).unwrap();
    conn.execute("DELETE FROM meta WHERE key = ?1", [IN_PLACE.0]).unwrap();
}

#[test]
fn of_an_old_file_nothing_of_the_old_bodies_is_left_and_all_else_is() {
    let dir = tempfile::tempdir().unwrap();
    let objects = write_customers(dir.path(), quoting());
    assert!(holds(dir.path(), b"Lovelace"), "the dictionary quotes what it was trained on");
    let reader = Objects::open_read_only(dir.path()).unwrap();
    let refused = Objects::erase(dir.path(), &everybody(), &|_| None, |_| {});
    assert!(matches!(refused, Err(StoreError::AlreadyOpen { .. })));
    drop(objects);
    make_old(dir.path());

    let nameless = |seen: &Rewritable<'_>| {
        assert_eq!(seen.customer, Some(seen.id));
        Some(nameless_body(seen.id))
    };
    let mut last = 0;
    let rewritten = Objects::erase(dir.path(), &everybody(), &nameless, |done| last = done).unwrap();
    assert_eq!(rewritten, BTreeMap::from([(kind::CUSTOMER, CUSTOMERS as u64)]));
    assert_eq!(last, CUSTOMERS as u64);
    assert!(!holds(dir.path(), b"Lovelace"));
    assert_eq!(reader.meta("privacy").unwrap().as_deref(), Some("on"));
    for number in [0, 1_234, CUSTOMERS - 1] {
        let id = format!("cus_{number}");
        let stored = reader.get(kind::CUSTOMER, &id).unwrap().unwrap();
        assert_eq!(stored.object.body, nameless_body(&id));
        assert_eq!(stored.seen_at, UnixSeconds(7));
    }
    // And writing goes on, by the new dictionary.
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    let batch = Batch { objects: vec![customer(9_999)], seen_at: UnixSeconds(8), ..Batch::default() };
    assert_eq!(objects.commit_blocking(batch).unwrap().inserted, 1);
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    drop(objects);
    let dictionary = "SELECT max(id) FROM dictionaries";
    let before = query(dir.path(), dictionary);
    Objects::erase(dir.path(), &everybody(), &nameless, |_| {}).unwrap();
    assert_eq!(query(dir.path(), dictionary), before, "from now on it is done in place");
}

#[test]
fn a_small_old_file_gets_dictionaries_that_quote_nobody_too() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], Some(quoting())).unwrap();
    let batch = Batch { objects: (0..20).map(customer).collect(), ..Batch::default() };
    objects.commit_blocking(batch).unwrap();
    drop(objects);
    assert!(holds(dir.path(), b"Lovelace"));
    make_old(dir.path());
    let nameless = |seen: &Rewritable<'_>| Some(nameless_body(seen.id));
    Objects::erase(dir.path(), &everybody(), &nameless, |_| {}).unwrap();
    assert!(!holds(dir.path(), b"Lovelace"));
    assert_eq!(query(dir.path(), "SELECT count(*) FROM dictionaries"), 1);
    assert_eq!(query(dir.path(), "SELECT count(*) FROM objects WHERE dictionary = 0"), 0);
    let objects = Objects::open_read_only(dir.path()).unwrap();
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    assert_eq!(objects.get(kind::CUSTOMER, "cus_7").unwrap().unwrap().object.body, nameless_body("cus_7"));
}

#[test]
fn dictionaries_quote_nobody_and_outlast_an_erasure() {
    let dir = tempfile::tempdir().unwrap();
    drop(write_customers(dir.path(), outline()));
    let quoted: Vec<Vec<u8>> = {
        let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        let mut statement = conn.prepare("SELECT bytes FROM dictionaries").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(quoted.len(), 2, "of one outline, and of many");
    assert!(!quoted.iter().any(|bytes| bytes.windows(4).any(|window| window == b"Love")));

    let (ada, seen) = ([CustomerId::from("cus_7")], std::cell::RefCell::new(Vec::new()));
    let erasure = Erasure { whose: Whose::Customers(&ada), note: ("erased/cus_7", "5"), outline: outline() };
    let redact = |object: &Rewritable<'_>| {
        seen.borrow_mut().push(object.id.to_owned());
        Some(nameless_body(object.id))
    };
    let rewritten = Objects::erase(dir.path(), &erasure, &redact, |_| {}).unwrap();
    assert_eq!(rewritten, BTreeMap::from([(kind::CUSTOMER, 1)]));
    assert_eq!(*seen.borrow(), ["cus_7"], "nobody else's object is looked at");
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    let body = |id: &str| objects.get(kind::CUSTOMER, id).unwrap().unwrap().object.body;
    assert_eq!(body("cus_7"), nameless_body("cus_7"));
    assert!(body("cus_8").contains("Lovelace"));
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn an_erasure_that_is_cut_off_is_not_noted_and_can_be_done_again() {
    let dir = tempfile::tempdir().unwrap();
    drop(write_customers(dir.path(), outline()));
    let redact = |seen: &Rewritable<'_>| Some(nameless_body(seen.id));
    // After the first rows were committed.
    let cut_off =
        std::panic::catch_unwind(|| Objects::erase(dir.path(), &everybody(), &redact, |_| panic!()));
    assert!(cut_off.is_err());
    let objects = Objects::open_read_only(dir.path()).unwrap();
    let named = || {
        let all = objects.scan(kind::CUSTOMER, None, usize::MAX).unwrap();
        all.iter().filter(|stored| stored.object.body.contains("Lovelace")).count()
    };
    assert_eq!((named(), objects.meta("privacy").unwrap()), (CUSTOMERS - ROWS, None));

    let rewritten = Objects::erase(dir.path(), &everybody(), &redact, |_| {}).unwrap();
    assert_eq!(rewritten, BTreeMap::from([(kind::CUSTOMER, CUSTOMERS as u64)]), "those of before count too");
    assert_eq!((named(), objects.meta("privacy").unwrap().as_deref()), (0, Some("on")));
    assert!(!holds(dir.path(), b"Lovelace"));
}

#[test]
fn without_an_outline_there_is_no_dictionary() {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    let batch = Batch { objects: (0..CUSTOMERS).map(customer).collect(), ..Batch::default() };
    objects.commit_blocking(batch).unwrap();
    assert_eq!(query(dir.path(), "SELECT count(*) FROM dictionaries"), 0);
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// A body that cannot be compressed much, of any size up to one that takes several pages.
    fn body(&mut self) -> String {
        let length = match self.below(400) {
            0 => 20_000,
            1..=9 => 3_000,
            _ => 300,
        };
        let letters = (0..40 + self.below(length)).map(|_| char::from(b'0' + self.below(75) as u8));
        letters.collect()
    }
}

/// Customers whose objects come, grow and shrink, and what in the file would give away each body that they ever had.
struct Lives {
    chance: Chance,
    dir: tempfile::TempDir,
    marks: BTreeMap<String, Vec<u64>>,
    now: i64,
}

/// How many bytes of a compressed body are enough to know it by.
const MARK: usize = size_of::<u64>();
const PEOPLE: usize = 200;
const OBJECTS_EACH: usize = 9;

impl Lives {
    fn new(seed: u64) -> Self {
        Self { chance: Chance(seed), dir: tempfile::tempdir().unwrap(), marks: BTreeMap::new(), now: 1 }
    }

    /// Writes new versions of some objects; of all of them at first.
    fn write(&mut self, ids: Vec<usize>) {
        let codec = Codec::default();
        let batch: Vec<_> = ids
            .into_iter()
            .map(|id| {
                let (owner, body) = (format!("cus_{}", id % PEOPLE), self.chance.body());
                let bytes = codec.compress(kind::INVOICE, &body).unwrap().bytes;
                let marks = self.marks.entry(owner.clone()).or_default();
                // From several places: what is left may be a part.
                for at in (20..bytes.len() - MARK).step_by(200) {
                    marks.push(u64::from_ne_bytes(bytes[at..at + MARK].try_into().unwrap()));
                }
                object(kind::INVOICE, &format!("in_{id}"), &owner, body)
            })
            .collect();
        self.now += 1;
        let objects = Objects::open(self.dir.path(), &[], None).unwrap();
        let batch = Batch { objects: batch, seen_at: UnixSeconds(self.now), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
    }

    fn some(&mut self, count: usize) -> Vec<usize> {
        let chosen = (0..count).map(|_| self.chance.below(PEOPLE * OBJECTS_EACH));
        chosen.collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// How many marks of these people are in the folder.
    fn left_of(&self, people: &[CustomerId]) -> usize {
        let marks: HashSet<u64> =
            people.iter().filter_map(|id| self.marks.get(id.as_str())).flatten().copied().collect();
        assert!(!marks.is_empty());
        let mut left = 0;
        for entry in std::fs::read_dir(self.dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let windows = bytes.windows(MARK).map(|window| u64::from_ne_bytes(window.try_into().unwrap()));
            left += windows.filter(|window| marks.contains(window)).count();
        }
        left
    }

    fn erase(&mut self, people: &[CustomerId]) {
        let erasure = Erasure { whose: Whose::Customers(people), note: ("erased", "5"), outline: outline() };
        let rewritten = Objects::erase(self.dir.path(), &erasure, &|_| Some("{}".into()), |_| {}).unwrap();
        assert_eq!(rewritten[&kind::INVOICE], (people.len() * OBJECTS_EACH) as u64);
    }
}

#[test]
fn whatever_a_customers_objects_went_through_nothing_of_them_is_left() {
    let mut lingered = 0;
    for seed in 0..2 {
        let mut lives = Lives::new(seed);
        lives.write((0..PEOPLE * OBJECTS_EACH).collect());
        for _ in 0..20 {
            let some = lives.some(300);
            lives.write(some);
        }
        let people = (0..20).map(|_| CustomerId::from(format!("cus_{}", lives.chance.below(PEOPLE))));
        let people: Vec<_> = people.collect::<BTreeSet<_>>().into_iter().collect();
        assert!(lives.left_of(&people) > 20, "seed {seed}: the search finds what is there");
        // As far as overwriting what is deleted gets.
        let mut conn = file::open_for_writing(&lives.dir.path().join(FILE_NAME)).unwrap();
        let rows: Vec<_> = rows_of(&conn, &people).unwrap().into_iter().collect();
        let erased = |row: &i64| Change { row: *row, kind: kind::INVOICE, body: "{}".into() };
        put(&mut conn, &Codec::default(), &rows.iter().map(erased).collect::<Vec<_>>()).unwrap();
        empty_log(&conn).unwrap();
        drop(conn);
        lingered += lives.left_of(&people);

        lives.erase(&people);
        assert_eq!(lives.left_of(&people), 0, "seed {seed}");
        let objects = Objects::open_read_only(lives.dir.path()).unwrap();
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new(), "seed {seed}");
        let kept = objects.scan(kind::INVOICE, None, usize::MAX).unwrap();
        let erased = kept.iter().filter(|stored| &*stored.object.body == "{}").count();
        assert_eq!(erased, people.len() * OBJECTS_EACH, "seed {seed}");
    }
    assert!(lingered > 0, "pages keep old bytes: else there would be nothing to sweep");
}
