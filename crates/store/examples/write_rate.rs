//! How many objects a CPU second are written, read back by customer and checked, on invoices of about 2 KB, and how many
//! bytes that writes for each that is kept.
//!
//! A load within a provider's limits writes page by page: `-- 500000 100 4`.
//!
//! `cargo run --release -p store --example write_rate -- [invoices] [objects per batch] [writers]`

use std::path::Path;
use std::time::Instant;

use model::{Column, Counterparts, ObjectKind, RawObject, Reference, UnixSeconds};
use store::{Batch, ConnectionFiles, Objects, StoreError};

const INVOICE: ObjectKind = ObjectKind::new("invoice");

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

    let objects = ConnectionFiles::in_folder(&dir).objects_to_write()?;
    let before = disk_bytes();
    let measure = Measure::start();
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
    measure.end("write", total);

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

/// Wall and CPU time of one step.
struct Measure {
    wall: Instant,
    cpu_ticks: u64,
}

impl Measure {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu_ticks: cpu_ticks() }
    }

    fn end(self, what: &str, objects: usize) {
        let wall_ms = self.wall.elapsed().as_millis() as u64;
        let cpu_ms = (cpu_ticks() - self.cpu_ticks) * 10;
        let per_cpu_second = objects as u64 * 1000 / cpu_ms.max(1);
        println!("{what:24} {objects:>9} in {wall_ms:>6} ms, {cpu_ms:>6} ms of CPU: {per_cpu_second}/CPU s");
    }
}

/// User and system time of this process, in hundredths of a second (Linux).
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn proc_line(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned()
}

/// What this process has had written to disks (Linux).
fn disk_bytes() -> u64 {
    proc_line("/proc/self/io", "write_bytes:").parse().unwrap_or(0)
}

fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// An invoice with one line, with ids that look like chance.
fn invoice(number: usize, owner: usize) -> RawObject {
    let id = format!("in_{}", chance(number as u64, 24));
    let customer = format!("cus_{}", chance(owner as u64, 14));
    let subscription = format!("sub_{}", chance(owner as u64 + 1, 24));
    let created_at = 1_700_000_000 + number as i64 * 37;
    let amount = 900 + (number as i64 * 7919) % 90_000;
    let link = chance(number as u64 + 5, 60);
    let line = format!(
        r#"{{"id":"il_{}","object":"line_item","amount":{amount},"currency":"usd","description":"1 × Team (at ${}.{:02} / month)","discount_amounts":[],"discountable":true,"discounts":[],"invoice":"{id}","livemode":true,"metadata":{{}},"parent":{{"invoice_item_details":null,"subscription_item_details":{{"invoice_item":null,"proration":false,"proration_details":{{"credited_items":null}},"subscription":"{subscription}","subscription_item":"si_{}"}},"type":"subscription_item_details"}},"period":{{"end":{},"start":{created_at}}},"pretax_credit_amounts":[],"pricing":{{"price_details":{{"price":"price_1Mteam","product":"prod_Nteam"}},"type":"price_details","unit_amount_decimal":"{amount}"}},"quantity":1,"taxes":[]}}"#,
        chance(number as u64 + 9, 24),
        amount / 100,
        amount % 100,
        chance(number as u64 + 7, 14),
        created_at + 2_592_000
    );
    let body = format!(
        r#"{{"id":"{id}","object":"invoice","account_country":"US","account_name":"Example","account_tax_ids":null,"amount_due":{amount},"amount_paid":{amount},"amount_overpaid":0,"amount_remaining":0,"amount_shipping":0,"attempt_count":1,"attempted":true,"auto_advance":false,"automatic_tax":{{"disabled_reason":null,"enabled":false,"liability":null,"status":null}},"billing_reason":"subscription_cycle","collection_method":"charge_automatically","created":{created_at},"currency":"usd","customer":"{customer}","customer_address":null,"customer_email":"{}@example.com","customer_name":"{}","customer_phone":null,"default_payment_method":null,"description":null,"discounts":[],"due_date":null,"effective_at":{created_at},"ending_balance":0,"hosted_invoice_url":"https://invoice.example.com/i/{link}","invoice_pdf":"https://pay.example.com/invoice/{link}/pdf","lines":{{"object":"list","data":[{line}],"has_more":false,"total_count":1,"url":"/v1/invoices/{id}/lines"}},"livemode":true,"metadata":{{}},"number":"AB12-{number:06}","parent":{{"quote_details":null,"subscription_details":{{"metadata":{{}},"subscription":"{subscription}"}},"type":"subscription_details"}},"period_end":{created_at},"period_start":{},"starting_balance":0,"status":"paid","status_transitions":{{"finalized_at":{created_at},"marked_uncollectible_at":null,"paid_at":{},"voided_at":null}},"subtotal":{amount},"total":{amount},"total_taxes":[],"webhooks_delivered_at":{created_at}}}"#,
        chance(owner as u64 + 3, 9),
        chance(owner as u64 + 4, 12),
        created_at - 2_592_000,
        created_at + 40
    );
    let counterparts = Counterparts {
        customer: Some(customer),
        subscription: Some(subscription),
        ..Counterparts::default()
    };
    RawObject {
        kind: INVOICE,
        id,
        created_at: Some(UnixSeconds(created_at)),
        counterparts,
        is_deleted: false,
        body: body.into(),
    }
}

/// Letters and digits that follow from a number alone and compress as badly as chance.
fn chance(seed: u64, length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(LETTERS[(state >> 33) as usize % LETTERS.len()])
        })
        .collect()
}
