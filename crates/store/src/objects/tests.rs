use crate::kind;
use model::{Column, Counterparts, RawObject, UnixSeconds};

use super::*;
use crate::ConnectionFiles;

mod dictionaries;
mod properties;

fn temp() -> (tempfile::TempDir, Objects) {
    let dir = tempfile::tempdir().unwrap();
    let objects = Objects::open(dir.path(), &[], None).unwrap();
    (dir, objects)
}

fn object(kind: ObjectKind, id: &str, counterparts: Counterparts, body: &str) -> RawObject {
    let created_at = Some(UnixSeconds(1000));
    RawObject { kind, id: id.to_owned(), created_at, counterparts, is_deleted: false, body: body.into() }
}

fn of_customer(customer: &str) -> Counterparts {
    Counterparts { customer: Some(customer.to_owned()), ..Counterparts::default() }
}

fn of_invoice(invoice: &str) -> Counterparts {
    Counterparts { invoice: Some(invoice.to_owned()), ..Counterparts::default() }
}

fn of_charge(charge: &str) -> Counterparts {
    Counterparts { charge: Some(charge.to_owned()), ..Counterparts::default() }
}

fn invoice(id: &str, customer: &str, body: &str) -> RawObject {
    object(kind::INVOICE, id, of_customer(customer), body)
}

fn tombstone(kind: ObjectKind, id: &str) -> RawObject {
    let gone = object(kind, id, Counterparts::default(), r#"{"deleted":true}"#);
    RawObject { is_deleted: true, created_at: None, ..gone }
}

fn batch(seen_at: i64, objects: Vec<RawObject>) -> Batch {
    Batch { objects, seen_at: UnixSeconds(seen_at), ..Batch::default() }
}

fn body(objects: &Objects, id: &str) -> String {
    objects.get(kind::INVOICE, id).unwrap().unwrap().object.body.into()
}

#[test]
fn an_object_comes_back_as_it_was_received() {
    let (_dir, objects) = temp();
    let text = "{ \"id\" : \"in_1\",\n  \"name\":\"Ünïcode 😀 \\u00e9\" }";
    let sent = invoice("in_1", "cus_1", text);
    let committed = objects.commit_blocking(batch(5, vec![sent.clone()])).unwrap();
    assert_eq!(committed.inserted, 1);
    assert_eq!(committed.touched_customers, [CustomerId::from("cus_1")]);
    assert_eq!(committed.changed_kinds, [kind::INVOICE]);
    let stored = objects.get(kind::INVOICE, "in_1").unwrap().unwrap();
    assert_eq!(stored, Stored { object: sent, seen_at: UnixSeconds(5) });
    assert_eq!(objects.get(kind::CHARGE, "in_1").unwrap(), None);
}

#[test]
fn the_version_that_was_asked_for_later_wins() {
    let (_dir, objects) = temp();
    objects.commit_blocking(batch(10, vec![invoice("in_1", "cus_1", "new")])).unwrap();
    let late = objects.commit_blocking(batch(9, vec![invoice("in_1", "cus_1", "old")])).unwrap();
    assert_eq!((late.updated, late.unchanged), (0, 1));
    assert!(late.touched_customers.is_empty());
    assert_eq!(body(&objects, "in_1"), "new");
    let newer = objects.commit_blocking(batch(11, vec![invoice("in_1", "cus_1", "newest")])).unwrap();
    assert_eq!((newer.updated, newer.unchanged), (1, 0));
    assert_eq!(body(&objects, "in_1"), "newest");
}

#[test]
fn a_version_seen_again_unchanged_still_beats_one_from_between() {
    let (_dir, objects) = temp();
    objects.commit_blocking(batch(10, vec![invoice("in_1", "cus_1", "a")])).unwrap();
    let again = objects.commit_blocking(batch(30, vec![invoice("in_1", "cus_1", "a")])).unwrap();
    assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, 1));
    objects.commit_blocking(batch(20, vec![invoice("in_1", "cus_1", "b")])).unwrap();
    assert_eq!(body(&objects, "in_1"), "a");
}

#[test]
fn a_deletion_stays_until_the_object_is_seen_alive_later() {
    let (_dir, objects) = temp();
    objects.commit_blocking(batch(10, vec![invoice("in_1", "cus_1", "live")])).unwrap();
    let gone = objects.commit_blocking(batch(20, vec![tombstone(kind::INVOICE, "in_1")])).unwrap();
    assert_eq!(gone.touched_customers, [CustomerId::from("cus_1")], "whose it was is still known");
    objects.commit_blocking(batch(20, vec![invoice("in_1", "cus_1", "live")])).unwrap();
    let stored = objects.get(kind::INVOICE, "in_1").unwrap().unwrap().object;
    assert!(stored.is_deleted);
    assert_eq!(stored.created_at, Some(UnixSeconds(1000)));
    assert_eq!((objects.kinds().unwrap()[0].count, objects.kinds().unwrap()[0].deleted), (0, 1));

    objects.commit_blocking(batch(21, vec![invoice("in_1", "cus_1", "live")])).unwrap();
    assert!(!objects.get(kind::INVOICE, "in_1").unwrap().unwrap().object.is_deleted);
    assert_eq!((objects.kinds().unwrap()[0].count, objects.kinds().unwrap()[0].deleted), (1, 0));
}

#[test]
fn a_customer_has_all_that_follows_from_its_invoices_and_charges_in_any_order_of_arrival() {
    let customer = object(kind::CUSTOMER, "cus_1", Counterparts::default(), "{}");
    let all = [
        customer,
        invoice("in_1", "cus_1", "{}"),
        object(kind::INVOICE_LINE, "il_1", of_invoice("in_1"), "{}"),
        object(kind::CHARGE, "ch_1", of_invoice("in_1"), "{}"),
        object(kind::REFUND, "re_1", of_charge("ch_1"), "{}"),
    ];
    for turn in 0..all.len() {
        for reversed in [false, true] {
            let mut order = all.to_vec();
            order.rotate_left(turn);
            if reversed {
                order.reverse();
            }
            let (_dir, objects) = temp();
            for one in order {
                objects.commit_blocking(batch(1, vec![one])).unwrap();
            }
            let found = objects.by_customer(&CustomerId::from("cus_1"), kind::ALL).unwrap();
            let ids: Vec<_> = found.iter().map(|stored| stored.object.id.as_str()).collect();
            assert_eq!(ids, ["cus_1", "in_1", "il_1", "ch_1", "re_1"], "turn {turn}, reversed {reversed}");
            assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
        }
    }
}

#[test]
fn customers_are_those_that_are_there_and_those_that_are_only_named() {
    let (_dir, objects) = temp();
    let customer = object(kind::CUSTOMER, "cus_2", Counterparts::default(), "{}");
    let charge = object(kind::CHARGE, "ch_1", of_customer("cus_3"), "{}");
    let wanted = vec![invoice("in_1", "cus_1", "{}"), invoice("in_2", "cus_1", "{}"), charge, customer];
    objects.commit_blocking(batch(1, wanted)).unwrap();
    let all: Vec<CustomerId> = ["cus_1", "cus_2", "cus_3"].map(CustomerId::from).into();
    assert_eq!(objects.all_customer_ids().unwrap(), all);
    assert_eq!(objects.customer_ids(Some(&all[0]), 1).unwrap(), [all[1].clone()]);

    let kinds = [kind::CUSTOMER, kind::INVOICE];
    let read = objects.read_customers(&all, &kinds).unwrap();
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 0]);
}

#[test]
fn a_scan_meets_every_object_of_its_kind_once() {
    let (_dir, objects) = temp();
    let wanted: Vec<_> = (0..25).map(|n| invoice(&format!("in_{n:02}"), "cus_1", "{}")).collect();
    objects.commit_blocking(batch(1, wanted.clone())).unwrap();
    objects
        .commit_blocking(batch(1, vec![object(kind::PRICE, "price_1", Counterparts::default(), "{}")]))
        .unwrap();
    let (mut met, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = objects.scan(kind::INVOICE, after.as_deref(), 10).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.object.id.clone());
        met.extend(page.into_iter().map(|stored| stored.object));
    }
    assert_eq!(met, wanted);
}

#[test]
fn what_a_list_no_longer_has_is_gone_once_it_is_read_to_its_end_and_not_before() {
    let (_dir, objects) = temp();
    let line = |id: &str| object(kind::INVOICE_LINE, id, of_invoice("in_1"), "{}");
    let begun = vec![(kind::INVOICE, "in_1".to_owned())];
    let rest = |id: &str| Followup {
        kind: kind::INVOICE,
        id: id.to_owned(),
        starting_after: Some("il_1".to_owned()),
    };
    let parent = || vec![invoice("in_1", "cus_1", "{}")];
    objects.commit_blocking(batch(5, parent())).unwrap();
    objects.commit_blocking(batch(5, vec![line("il_2"), line("il_3")])).unwrap();
    let alive = || {
        let stored = objects.scan(kind::INVOICE_LINE, None, 10).unwrap();
        let alive = stored.into_iter().filter(|one| !one.object.is_deleted).map(|one| one.object.id);
        alive.collect::<Vec<_>>()
    };
    // Not by any clock: the same second, and an earlier one.
    for seen_at in [5, 1] {
        let begin =
            Batch { lists_begun: begun.clone(), followups_added: vec![rest("in_1")], ..batch(5, parent()) };
        objects.commit_blocking(begin).unwrap();
        assert_eq!(alive(), ["il_2", "il_3"], "while it is read");
        let end = Batch { followups_done: vec![rest("in_1")], ..batch(seen_at, vec![line("il_3")]) };
        let committed = objects.commit_blocking(end).unwrap();
        assert_eq!(committed.touched_customers, [CustomerId::from("cus_1")]);
        assert_eq!(alive(), ["il_3"]);
        assert_eq!(objects.followups().unwrap(), []);
        let back =
            Batch { lists_begun: begun.clone(), followups_done: vec![rest("in_1")], ..batch(5, parent()) };
        objects.commit_blocking(Batch { objects: vec![line("il_2"), line("il_3")], ..back }).unwrap();
        assert_eq!(alive(), ["il_2", "il_3"], "a line may come back");
    }
    let kinds = objects.kinds().unwrap();
    let lines = kinds.iter().find(|facts| facts.kind == kind::INVOICE_LINE).unwrap();
    assert_eq!((lines.count, lines.deleted), (2, 0));
    assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
}

const REFERENCES: &[Reference] = &[
    Reference { from: kind::INVOICE, column: Column::Customer, to: kind::CUSTOMER },
    Reference { from: kind::REFUND, column: Column::Charge, to: kind::CHARGE },
];

#[test]
fn references_that_point_nowhere_are_counted_and_shown() {
    let (_dir, objects) = temp();
    let refund = object(kind::REFUND, "re_1", of_charge("ch_gone"), "{}");
    let lost: Vec<_> =
        (0..30).map(|n| invoice(&format!("in_{n:02}"), &format!("cus_{n:02}"), "{}")).collect();
    let kept = object(kind::CUSTOMER, "cus_00", Counterparts::default(), "{}");
    let deleted = tombstone(kind::CUSTOMER, "cus_01");
    objects.commit_blocking(batch(1, [lost, vec![refund, kept, deleted]].concat())).unwrap();
    let References { dangling, missing } = objects.references(REFERENCES, &[kind::CUSTOMER], 2).unwrap();
    assert_eq!(dangling.len(), 2);
    assert_eq!((dangling[0].from, dangling[0].to), (kind::INVOICE, kind::CUSTOMER));
    assert_eq!((dangling[0].count, dangling[0].examples.len()), (28, 20));
    let example = DanglingExample { id: "in_02".into(), points_to: "cus_02".into() };
    assert_eq!(dangling[0].examples[0], example);
    assert_eq!(dangling[1].examples, [DanglingExample { id: "re_1".into(), points_to: "ch_gone".into() }]);
    let expected = ["cus_02", "cus_03"].map(|id| (kind::CUSTOMER, id.to_owned()));
    assert_eq!(missing, expected);
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind_and_takes_no_other_down() {
    let (dir, objects) = temp();
    let conn = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let trap = "CREATE TRIGGER trap BEFORE INSERT ON objects WHEN new.id = 'in_bad'
        BEGIN SELECT raise(ABORT, 'trapped'); END";
    conn.execute_batch(trap).unwrap();
    std::thread::scope(|scope| {
        for n in 0..40 {
            let objects = &objects;
            scope.spawn(move || {
                let mut page = vec![invoice(&format!("in_{n}"), "cus_1", "{}")];
                if n % 10 == 0 {
                    page.push(invoice("in_bad", "cus_1", "{}"));
                }
                assert_eq!(objects.commit_blocking(batch(1, page)).is_err(), n % 10 == 0);
            });
        }
    });
    assert_eq!(objects.kinds().unwrap()[0].count, 36);
    for n in 0..40 {
        let found = objects.get(kind::INVOICE, &format!("in_{n}")).unwrap();
        assert_eq!(found.is_some(), n % 10 != 0, "in_{n}");
    }
}

#[tokio::test]
async fn a_page_and_its_cursor_are_there_together() {
    let (dir, objects) = temp();
    let window = Window {
        kind: kind::INVOICE,
        number: 3,
        created_gte: None,
        created_lte: Some(99),
        starting_after: Some("in_1".into()),
        is_done: false,
        objects: 1,
    };
    let followup = Followup { kind: kind::INVOICE, id: "in_1".into(), starting_after: Some("il_10".into()) };
    let page = Batch {
        windows: vec![window.clone()],
        followups_added: vec![followup.clone()],
        meta: vec![("started_at".into(), "5".into())],
        ..batch(1, vec![invoice("in_1", "cus_1", "{}")])
    };
    objects.commit(page).await.unwrap();
    drop(objects);

    let objects = Objects::open(dir.path(), &[], None).unwrap();
    assert_eq!(objects.windows().unwrap(), std::slice::from_ref(&window));
    assert_eq!(objects.followups().unwrap(), std::slice::from_ref(&followup));
    assert_eq!(objects.meta("started_at").unwrap().as_deref(), Some("5"));

    let half = Window { number: 4, ..window };
    let next = Batch {
        windows_cleared: vec![kind::INVOICE],
        windows: vec![half.clone()],
        followups_done: vec![followup],
        ..Batch::default()
    };
    objects.commit(next).await.unwrap();
    assert_eq!(objects.windows().unwrap(), [half]);
    assert_eq!(objects.followups().unwrap(), []);
}

#[test]
fn one_handle_writes_and_any_number_reads() {
    let (dir, objects) = temp();
    assert!(matches!(Objects::open(dir.path(), &[], None), Err(StoreError::AlreadyOpen { .. })));
    let reader = Objects::open_read_only(dir.path()).unwrap();
    objects.commit_blocking(batch(1, vec![invoice("in_1", "cus_1", "{}")])).unwrap();
    assert_eq!(reader.kinds().unwrap()[0].count, 1);
    let refused = reader.commit_blocking(Batch::default());
    assert!(matches!(refused, Err(StoreError::OpenedForReading { .. })));
    drop((objects, reader));
    let reader = Objects::open_read_only(dir.path()).unwrap();
    assert_eq!(reader.kinds().unwrap()[0].count, 1, "also when nobody writes");
    Objects::open(dir.path(), &[], None).unwrap();
}

#[test]
fn reading_what_was_never_written_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Objects::open_read_only(dir.path()), Err(StoreError::Missing { .. })));
}

#[test]
fn a_file_of_a_newer_version_or_of_something_else_is_refused() {
    let (dir, objects) = temp();
    drop(objects);
    let path = dir.path().join(FILE_NAME);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Objects::open(dir.path(), &[], None), Err(StoreError::NewerFormat { found: 99, .. })));
    drop(conn);
    std::fs::write(&path, "not a database, but long enough to be taken for the header of one").unwrap();
    assert!(matches!(Objects::open(dir.path(), &[], None), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_body_that_the_disk_has_changed_is_found_and_never_taken_for_another() {
    let (dir, objects) = temp();
    let body = format!(r#"{{"id":"in_1","total":4200,"note":"{}"}}"#, "0123456789".repeat(20));
    objects.commit_blocking(batch(1, vec![invoice("in_1", "cus_1", &body)])).unwrap();
    drop(objects);
    let conn = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let whole: Vec<u8> = conn.query_row("SELECT body FROM objects", [], |row| row.get(0)).unwrap();
    let mut found = 0;
    for (place, bit) in (0..whole.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut changed = whole.clone();
        changed[place] ^= 1 << bit;
        conn.execute("UPDATE objects SET body = ?1", [&changed]).unwrap();
        let objects = Objects::open_read_only(dir.path()).unwrap();
        match objects.get(kind::INVOICE, "in_1") {
            Ok(stored) => assert_eq!(*stored.unwrap().object.body, *body, "bit {bit} of byte {place}"),
            Err(error) => {
                assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
                assert_eq!(objects.integrity_check().unwrap(), ["invoice: 1 can't be read"]);
                found += 1;
            }
        }
    }
    assert!(found > whole.len() * 7, "{found} of {} bits", whole.len() * 8);
}

#[test]
fn a_body_from_before_there_were_checksums_is_read() {
    let (dir, objects) = temp();
    objects.commit_blocking(batch(1, vec![invoice("in_1", "cus_1", "{}")])).unwrap();
    let conn = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    conn.execute("UPDATE objects SET body = substr(body, 1, length(body) - 4)", []).unwrap();
    assert_eq!(*objects.get(kind::INVOICE, "in_1").unwrap().unwrap().object.body, *"{}");
    assert!(objects.integrity_check().unwrap().is_empty());
}

#[test]
fn money_of_nobody_is_found_until_somebody_turns_out_to_own_it() {
    let (_dir, objects) = temp();
    let guest = object(kind::CHARGE, "ch_1", Counterparts::default(), "{}");
    let theirs = object(kind::REFUND, "re_1", of_charge("ch_2"), "{}");
    let price = object(kind::PRICE, "price_1", Counterparts::default(), "{}");
    assert!(!objects.has_ownerless().unwrap());
    let touched = |batch: Batch| -> Vec<String> {
        let touched = objects.commit_blocking(batch).unwrap().touched_ownerless;
        touched.into_iter().map(|(_, id)| id).collect()
    };
    assert!(touched(batch(1, vec![price])).is_empty());
    assert_eq!(touched(batch(1, vec![guest.clone(), theirs])), ["ch_1", "re_1"]);
    let ids = || -> Vec<String> { objects.ownerless().unwrap().into_iter().map(|s| s.object.id).collect() };
    assert_eq!(ids(), ["ch_1", "re_1"]);
    assert!(objects.has_ownerless().unwrap());
    let charge = object(kind::CHARGE, "ch_2", of_customer("cus_1"), "{}");
    assert_eq!(touched(batch(1, vec![charge])), ["re_1"], "the refund is theirs");
    assert_eq!(ids(), ["ch_1"]);
    let other = object(kind::CHARGE, "ch_3", of_customer("cus_1"), "{}");
    assert!(touched(batch(2, vec![other, guest])).is_empty(), "a customer's, and the same again");
    let found = object(kind::CHARGE, "ch_1", of_customer("cus_1"), "{}");
    assert_eq!(touched(batch(3, vec![found])), ["ch_1"]);
    assert!(!objects.has_ownerless().unwrap());
}

#[test]
fn an_object_that_changes_its_customer_concerns_the_old_and_the_new_one_and_takes_along_what_follows_from_it()
{
    let nobody = Counterparts::default;
    let all = [
        invoice("in_1", "cus_1", "{}"),
        object(kind::INVOICE_LINE, "il_1", of_invoice("in_1"), "{}"),
        object(kind::CHARGE, "ch_1", of_invoice("in_1"), "{}"),
        object(kind::REFUND, "re_1", of_charge("ch_1"), "{}"),
        // It says itself whose it is.
        object(
            kind::CHARGE,
            "ch_2",
            Counterparts { invoice: Some("in_1".into()), ..of_customer("cus_1") },
            "{}",
        ),
    ];
    let both = ["cus_1", "cus_2"].map(CustomerId::from);
    // In the tail of the index, and in its runs.
    for more in [0, 20_000] {
        let (_dir, objects) = temp();
        objects.commit_blocking(batch(1, all.to_vec())).unwrap();
        let others = (0..more).map(|n| object(kind::PRICE, &format!("price_{n}"), nobody(), "{}"));
        objects.commit_blocking(batch(1, others.collect())).unwrap();
        let moved = objects.commit_blocking(batch(2, vec![invoice("in_1", "cus_2", "{}")])).unwrap();
        assert_eq!(moved.touched_customers, both);
        let ids = |customer: &CustomerId| -> Vec<String> {
            let found = objects.by_customer(customer, kind::ALL).unwrap();
            found.into_iter().map(|stored| stored.object.id).collect()
        };
        assert_eq!(ids(&both[0]), ["ch_2"]);
        assert_eq!(ids(&both[1]), ["in_1", "il_1", "ch_1", "re_1"]);
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn every_kind_that_has_an_owner_tells_of_both_when_it_changes() {
    let (_dir, objects) = temp();
    for kind in kind::ALL.iter().filter(|kind| **kind != kind::CUSTOMER) {
        let version =
            |seen_at, customer| batch(seen_at, vec![object(*kind, "x_1", of_customer(customer), "{}")]);
        objects.commit_blocking(version(1, "cus_1")).unwrap();
        let moved = objects.commit_blocking(version(2, "cus_2")).unwrap();
        assert_eq!(moved.touched_customers, ["cus_1", "cus_2"].map(CustomerId::from), "{kind}");
    }
}

#[test]
fn what_is_in_the_runs_of_the_index_is_found_as_what_is_not_in_them_yet() {
    let made =
        |n: usize| invoice(&format!("in_{:06}", n * 7_919 % 1_000_000), &format!("cus_{}", n % 97), "{}");
    // Many objects at once, as in a load, and few, whose runs are shorter and merged.
    for (pages, each) in [(150, 200), (600, 50)] {
        let (dir, objects) = temp();
        for page in 0..pages {
            objects.commit_blocking(batch(1, (page * each..page * each + each).map(made).collect())).unwrap();
        }
        let again = objects.commit_blocking(batch(1, (0..pages * each).map(made).collect())).unwrap();
        assert_eq!((again.inserted, again.unchanged), (0, pages * each), "nothing is taken for new");
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
        let customers = objects.all_customer_ids().unwrap();
        assert_eq!(customers.len(), 97);
        let read = objects.read_customers(&customers, kind::ALL).unwrap();
        assert_eq!(read.iter().map(Vec::len).sum::<usize>(), pages * each);
        let ids = objects.scan(kind::INVOICE, None, usize::MAX).unwrap();
        assert!(ids.is_sorted_by(|a, b| a.object.id < b.object.id) && ids.len() == pages * each);
        drop(objects);
        let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
        let again = objects.commit_blocking(batch(1, (0..pages * each).map(made).collect())).unwrap();
        assert_eq!(again.inserted, 0, "nor by whoever opens the file next");
    }
}
