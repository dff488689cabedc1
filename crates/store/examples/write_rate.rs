//! How many objects a CPU second are written, read back by customer and checked, on invoices of about 2 KB, and how many
//! bytes that writes for each that is kept.
//!
//! A load within a provider's limits writes page by page: `-- 500000 100 4`.
//!
//! `cargo run --release -p store --example write_rate -- [invoices] [objects per batch] [writers]`

#[path = "support/invoices.rs"]
mod invoices;
#[path = "support/measure.rs"]
mod measure;

use model::{Column, ObjectKind, RawObject, Reference, UnixSeconds};
use store::{Batch, ConnectionFiles, Objects, StoreError};

use invoices::{INVOICE, invoice, outline};
use measure::{Measure, disk_bytes, proc_line, size};

/// A year of them.
const INVOICES_EACH: usize = 12;

fn main() -> Result<(), StoreError> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let total = numbers.next().unwrap_or(200_000);
    let per_batch = numbers.next().unwrap_or(10_000).max(1);
    let writers = numbers.next().unwrap_or(2).max(1);
    let dir = std::env::temp_dir().join(format!("chartsy-write-rate-{}", std::process::id()));

    // Newest first, and a month of all customers after the other, as lists come.
    let customers = (total / INVOICES_EACH).max(1);
    let texts: Vec<RawObject> = (0..total).rev().map(|number| invoice(number, number % customers)).collect();
    let bytes: usize = texts.iter().map(|object| object.body.len()).sum();
    let made = Measure::start();
    let copies: usize = texts.chunks(per_batch).map(|chunk| chunk.to_vec().len()).sum();
    made.end("copy", copies);

    let objects = ConnectionFiles::in_folder(&dir).objects_to_write_of(&[], outline())?;
    let before = disk_bytes();
    let loading = Measure::start();
    let batches: Vec<&[RawObject]> = texts.chunks(per_batch).collect();
    let outcome: Result<(), StoreError> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..writers)
            .map(|worker| {
                let (objects, batches) = (&objects, &batches);
                scope.spawn(move || write(objects, batches.iter().skip(worker).step_by(writers)))
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
    });
    outcome?;
    loading.end("write", total);

    let measure = Measure::start();
    let customers = objects.all_customer_ids()?;
    measure.end("customer ids", customers.len());
    let measure = Measure::start();
    let mut read = 0;
    for page in customers.chunks(1000) {
        read += objects.read_customers(page, &[INVOICE])?.iter().map(Vec::len).sum::<usize>();
    }
    measure.end("read by customer", read);
    let measure = Measure::start();
    let again = write(&objects, batches.iter());
    again?;
    measure.end("write again, unchanged", total);
    let measure = Measure::start();
    let (customer, subscription) = (ObjectKind::new("customer"), ObjectKind::new("subscription"));
    let references = [(Column::Customer, customer), (Column::Subscription, subscription)]
        .map(|(column, to)| Reference { from: INVOICE, column, to });
    let found = objects.references(&references, &[customer], 1)?;
    measure.end("references", total);
    assert_eq!(found.dangling.len(), 2, "every customer and subscription is missing");

    drop(objects);
    let written = disk_bytes().saturating_sub(before);
    let kept = size(&dir).max(1);
    println!("{} bytes an object on disk, {} as received", kept / total as u64, bytes / total);
    let tenths = written.saturating_mul(10) / kept;
    println!("{written} bytes written by the load, {}.{} for each that is kept", tenths / 10, tenths % 10);
    println!("peak memory {}", proc_line("/proc/self/status", "VmHWM:"));
    std::fs::remove_dir_all(&dir).ok();
    Ok(())
}

fn write<'a>(
    objects: &Objects,
    batches: impl Iterator<Item = &'a &'a [RawObject]>,
) -> Result<(), StoreError> {
    for batch in batches {
        let batch = Batch { objects: batch.to_vec(), seen_at: UnixSeconds(1), ..Batch::default() };
        objects.commit_blocking(batch)?;
    }
    Ok(())
}
