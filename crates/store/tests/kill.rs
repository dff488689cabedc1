//! Killing the process that writes, at any moment, parts no page of objects from its cursor and loses nothing that
//! was reported as written.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test whose helpers are no tests themselves")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};
use store::{Batch, ConnectionFiles, Objects, Outline, Window};

const INVOICE: ObjectKind = ObjectKind::new("invoice");

const FOLDER_VARIABLE: &str = "CHARTSY_TEST_KILL_FOLDER";
const CURSORS: u32 = 3;
const PAGE: u64 = 40;
const ROUNDS: usize = 25;

fn object(cursor: u32, number: u64) -> RawObject {
    let id = format!("in_{cursor}_{number:08}");
    let body = format!(r#"{{"id":"{id}","object":"invoice","total":{}}}"#, number * 7919 % 10_007);
    RawObject {
        kind: INVOICE,
        id,
        created_at: Some(UnixSeconds(number as i64)),
        counterparts: Counterparts {
            customer: Some(format!("cus_{}", number % 50)),
            ..Counterparts::default()
        },
        is_deleted: false,
        body: body.into(),
    }
}

/// The page after `done` objects of a cursor, and the cursor behind it.
fn page(cursor: u32, done: u64) -> Batch {
    let objects: Vec<_> = (done..done + PAGE).map(|number| object(cursor, number)).collect();
    let window = Window {
        kind: INVOICE,
        number: cursor,
        created_gte: None,
        created_lte: None,
        starting_after: objects.last().map(|last| last.id.clone()),
        is_done: false,
        objects: done + PAGE,
    };
    Batch { objects, windows: vec![window], seen_at: UnixSeconds(1), ..Batch::default() }
}

fn done_by_cursor(objects: &Objects) -> Vec<u64> {
    let mut done = vec![0; CURSORS as usize];
    for window in objects.windows().unwrap() {
        done[window.number as usize] = window.objects;
    }
    done
}

/// The process that is killed: this test alone, started by the one below. Without a folder it has nothing to do.
#[test]
#[ignore = "started by the test that kills it"]
fn write_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else { return };
    let outline: Outline = Arc::new(|_, body| Some(body.into()));
    let files = ConnectionFiles::in_folder(Path::new(&folder));
    let objects = files.objects_to_write_of(&[], outline).unwrap();
    let start = done_by_cursor(&objects);
    std::thread::scope(|scope| {
        for (cursor, mut done) in (0..CURSORS).zip(start) {
            let objects = &objects;
            scope.spawn(move || {
                loop {
                    objects.commit_blocking(page(cursor, done)).unwrap();
                    done += PAGE;
                    writeln!(std::io::stdout().lock(), "\nwritten {cursor} {done}").unwrap();
                }
            });
        }
    });
}

/// Starts the writer, waits until it has reported `pages`, and kills it. Returns what it reported per cursor.
fn write_and_kill(folder: &Path, pages: usize, spins: usize) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["write_until_killed", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER_VARIABLE, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    while said.len() < pages {
        let line = lines.next().expect("the writer ended by itself").unwrap();
        said.extend(written(&line));
    }
    (0..spins).for_each(|_| std::hint::spin_loop());
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died, but for a last line that may be cut off.
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    let whole = rest.len().saturating_sub(1);
    said.extend(rest[..whole].iter().filter_map(|line| written(line)));

    let mut reported = vec![0; CURSORS as usize];
    for (cursor, done) in said {
        reported[cursor] = done;
    }
    reported
}

/// Cursor and count of a line of the writer; `None` for what the test harness says.
fn written(line: &str) -> Option<(usize, u64)> {
    let (cursor, done) = line.strip_prefix("written ")?.split_once(' ')?;
    Some((cursor.parse().ok()?, done.parse().ok()?))
}

#[test]
fn a_killed_writer_leaves_every_object_that_its_cursors_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut before = vec![0; CURSORS as usize];
    for round in 0..ROUNDS {
        let reported = write_and_kill(dir.path(), round * 7 % 23, round * 104_729 % 1_500_000);

        let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
        let done = done_by_cursor(&objects);
        for cursor in 0..CURSORS as usize {
            assert!(
                done[cursor] >= reported[cursor].max(before[cursor]),
                "round {round}: {done:?} {reported:?}"
            );
        }
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new(), "round {round}");
        let kept = objects.kinds().unwrap().first().map_or(0, |kind| kind.count);
        assert_eq!(kept, done.iter().sum::<u64>(), "round {round}: no object without its cursor");
        for (cursor, &done) in (0..CURSORS).zip(&done) {
            for number in before[cursor as usize]..done {
                let wanted = object(cursor, number);
                let found = objects.get(INVOICE, &wanted.id).unwrap();
                assert_eq!(found.map(|stored| stored.object), Some(wanted), "round {round}");
            }
        }
        before = done;
    }
    assert!(before.iter().sum::<u64>() > ROUNDS as u64 * PAGE, "the writer got somewhere: {before:?}");
}
