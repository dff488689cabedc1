//! What it costs to erase one customer among many, with an invoice a month and what was booked for each: in place, and by
//! rewriting the whole file, as is done once to files of earlier versions.
//!
//! `cargo run --release -p store --example erase_rate -- [customers] [invoices each]`

#[path = "support/invoices.rs"]
mod invoices;
#[path = "support/measure.rs"]
mod measure;

use std::collections::HashSet;
use std::path::Path;

use model::{Counterparts, CustomerId, ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;
use store::{Batch, ConnectionFiles, Erasure, Rewritable, StoreError, Whose};

use invoices::{chance, invoice, outline, redact};
use measure::{Measure, disk_bytes, size};

const BOOKING: ObjectKind = ObjectKind::new("balance_transaction");
/// Objects of one batch.
const BATCH: usize = 10_000;

/// What was spent on an erasure.
struct Spent {
    cpu_ms: u64,
    written: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let customers = numbers.next().unwrap_or(20_000).max(1);
    let invoices_each = numbers.next().unwrap_or(12).max(1);
    let dir = std::env::temp_dir().join(format!("chartsy-erase-rate-{}", std::process::id()));
    let files = ConnectionFiles::in_folder(&dir);

    load(&files, customers, invoices_each)?;
    println!("{} bytes on disk", size(&dir));
    let in_place = erase_one(&files, "erase in place", invoices_each)?;
    forget_how_it_was_written(&dir)?;
    let by_rewriting = erase_one(&files, "erase by rewriting", invoices_each)?;
    println!(
        "{} times the CPU time and {} times the bytes are saved",
        by_rewriting.cpu_ms / in_place.cpu_ms.max(1),
        by_rewriting.written / in_place.written.max(1),
    );
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn load(files: &ConnectionFiles, customers: usize, invoices_each: usize) -> Result<(), StoreError> {
    let objects = files.objects_to_write_of(&[], outline())?;
    let total = customers * invoices_each;
    let loading = Measure::start();
    for first in (0..total).step_by(BATCH) {
        let numbers = first..total.min(first + BATCH);
        let invoices: Vec<_> = numbers.map(|number| invoice(number, number % customers)).collect();
        let bookings = invoices.iter().map(booking).collect();
        for objects_of_kind in [invoices, bookings] {
            let batch = Batch { objects: objects_of_kind, seen_at: UnixSeconds(1), ..Batch::default() };
            objects.commit_blocking(batch)?;
        }
    }
    drop(objects);
    loading.end("write", total * 2);
    Ok(())
}

/// What the provider says of the money of an invoice. It names no customer.
fn booking(invoice: &RawObject) -> RawObject {
    let id = format!("txn_{}", &invoice.id[3..]);
    let body = format!(
        r#"{{"id":"{id}","object":"balance_transaction","amount":1000,"currency":"usd","description":"for {}","fee":59,"net":941,"source":"{}","status":"available","type":"charge"}}"#,
        chance(invoice.created_at.map_or(0, |at| at.0 as u64), 12),
        invoice.id,
    );
    RawObject {
        kind: BOOKING,
        id,
        counterparts: Counterparts::default(),
        body: body.into(),
        ..invoice.clone()
    }
}

/// Erases the first customer, again where that is done already: it costs the same but for what is written.
fn erase_one(files: &ConnectionFiles, what: &str, invoices_each: usize) -> Result<Spent, StoreError> {
    #[derive(Deserialize)]
    struct Booked<'b> {
        source: &'b str,
    }
    let before = disk_bytes();
    let erasing = Measure::start();
    let reader = files.objects_to_read()?;
    let customer = [CustomerId::from(format!("cus_{}", chance(0, 14)))];
    let theirs: HashSet<String> =
        reader.ids_by_customer(&customer[0])?.into_iter().map(|(_, id)| id).collect();
    let is_theirs = |seen: &Rewritable<'_>| match seen.customer {
        Some(owner) => owner == customer[0].as_str(),
        None => {
            serde_json::from_str::<Booked<'_>>(seen.body).is_ok_and(|booked| theirs.contains(booked.source))
        }
    };
    let redact = |seen: &Rewritable<'_>| is_theirs(seen).then(|| redact(seen.body)).flatten();
    let whose = Whose::Customers(&customer);
    let erasure = Erasure { whose, note: ("erased", "1"), outline: outline() };
    let erased: u64 = files.erase(&erasure, redact, |_| {})?.values().sum();
    assert_eq!(erased, 2 * invoices_each as u64, "invoices, and what was booked for them");
    let cpu_ms = erasing.end(what, 2 * invoices_each);
    let written = disk_bytes().saturating_sub(before);
    println!("{written} bytes written");
    Ok(Spent { cpu_ms, written })
}

/// As a file of an earlier version: nothing says that it may be trusted to have overwritten what was deleted.
fn forget_how_it_was_written(dir: &Path) -> rusqlite::Result<()> {
    rusqlite::Connection::open(dir.join("objects.db"))?
        .execute("DELETE FROM meta WHERE key = 'erasure'", [])?;
    Ok(())
}
