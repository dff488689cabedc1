//! What a request of Reconcile and a preview of other rules cost, beside reading all objects, which neither does.
//!
//! `cargo xtask bench reconcile -- [customers, 100000] [invoices of each, 12]`

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use connect::Source;
use jiff::tz::TimeZone;
use metrics::fx::Rates;
use metrics::preview::preview;
use metrics::reconcile::{self, ReconciledCustomersQuery, ReconciledPart};
use metrics::view::{Reach, View};
use model::{ChurnAt, Counterparts, Currency, LedgerRules, ObjectKind, RawObject, Settings, UnixSeconds};
use serde_json::{Value, json};
use store::{Batch, ConnectionFiles, Objects, StoreError};
use sync::{history, projection};

const SOURCE: Source = Source::ALL[0];
const SUBSCRIPTION: ObjectKind = ObjectKind::new("subscription");
const MONTH_SECONDS: i64 = 2_629_746;
/// 2024-01-01.
const START: i64 = 1_704_067_200;
/// Customers whose objects are written or read at once.
const AT_ONCE: usize = 1_000;
const ROUNDS: u32 = 10;
/// What an answer may take.
const LIMIT_MS: u128 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<i64>());
    let customers = numbers.next().transpose()?.unwrap_or(100_000);
    let invoices = numbers.next().transpose()?.unwrap_or(12);
    let dir = tempfile::tempdir()?;
    let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write()?;
    write(&objects, customers, invoices)?;
    println!("{customers} customers with {invoices} invoices each");

    let reading = Cost::of(1, || read_all(&objects))?;
    reading.print("read all objects");
    let mut ledger = None;
    let building = Cost::of(1, || {
        let built =
            projection::build_all(SOURCE, &objects, LedgerRules::default(), TimeZone::UTC, &|_, _| {});
        built.map(|built| ledger = Some(built.ledger))
    })?;
    building.print("and build a ledger");
    let ledger = ledger.ok_or("no ledger was built")?;
    let sizes = ledger.blob_ids().filter_map(|id| ledger.to_bytes(id)).map(|bytes| bytes.len());
    println!("the ledger's file   {:>9} MB", sizes.sum::<usize>() / 1_000_000);

    let now = UnixSeconds(START + invoices * MONTH_SECONDS);
    let view = View {
        ledger: ledger.into(),
        rates: Rates::embedded(),
        settings: Settings::default(),
        default_currency: None,
        mrr_method: None,
        now,
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
    };
    let today = view.today();
    let year_ago = UnixSeconds(now.0 - 12 * MONTH_SECONDS).day(&TimeZone::UTC);
    let reconciling =
        Cost::of(ROUNDS, || Ok::<_, StoreError>(reconcile::reconcile(&view.ledger, year_ago, today)))?;
    reconciling.print_against("reconcile a year", &reading);
    let cell = ReconciledCustomersQuery {
        // One with bills of all customers.
        month_on: UnixSeconds(START + 2 * MONTH_SECONDS).day(&TimeZone::UTC),
        currency: Currency::USD,
        part: ReconciledPart::Total,
        cursor: None,
        limit: 50,
    };
    let opening = Cost::of(ROUNDS, || reconcile::customers(&view.ledger, &cell))?;
    opening.print_against("open a cell", &reading);
    let rules = LedgerRules { churn_at: ChurnAt::Requested, include_metered: true, count_unbilled: true };
    let previewing = Cost::of(ROUNDS, || preview(&view, rules, TimeZone::UTC))?;
    previewing.print_against("preview rules", &building);
    let zone = TimeZone::get("America/New_York")?;
    let previewing = Cost::of(ROUNDS, || preview(&view, rules, zone.clone()))?;
    previewing.print_against("and another zone", &building);
    Ok(())
}

/// The least that an answer from the objects takes.
fn read_all(objects: &Objects) -> Result<(), StoreError> {
    for ids in objects.all_customer_ids()?.chunks(AT_ONCE) {
        for stored in objects.read_customers(ids, SOURCE.history_kinds())? {
            black_box(history::from_objects(SOURCE, &stored));
        }
    }
    Ok(())
}

/// Wall and CPU time of a round.
struct Cost {
    wall: Duration,
    cpu: Duration,
}

impl Cost {
    fn of<T, E>(rounds: u32, mut run: impl FnMut() -> Result<T, E>) -> Result<Self, E> {
        let (wall, cpu) = (Instant::now(), cpu_time());
        for _ in 0..rounds {
            black_box(run()?);
        }
        Ok(Self { wall: wall.elapsed() / rounds, cpu: cpu_time().saturating_sub(cpu) / rounds })
    }

    fn print(&self, name: &str) {
        println!("{name:<20}{:>9} ms  {:>7} ms of CPU", self.wall.as_millis(), self.cpu.as_millis());
    }

    fn print_against(&self, name: &str, before: &Self) {
        let times = before.cpu.as_micros() / self.cpu.as_micros().max(1);
        let (wall, cpu) = (self.wall.as_millis(), self.cpu.as_millis());
        println!("{name:<20}{wall:>9} ms  {cpu:>7} ms of CPU, limit {LIMIT_MS} ms, {times} times less");
    }
}

/// Of all threads, as Linux counts it, to a hundredth of a second; elsewhere 0.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn write(objects: &Objects, customers: i64, invoices: i64) -> Result<(), StoreError> {
    let commit = |objects_of: Vec<RawObject>| {
        let batch = Batch { objects: objects_of, seen_at: UnixSeconds(START), ..Batch::default() };
        objects.commit_blocking(batch)
    };
    commit([("plan", "licensed"), ("usage", "metered")].map(|(id, usage)| price(id, usage)).into())?;
    let numbers: Vec<i64> = (0..customers).collect();
    for some in numbers.chunks(AT_ONCE) {
        commit(some.iter().flat_map(|number| customer(*number, invoices)).collect())?;
    }
    Ok(())
}

fn price(id: &str, usage: &str) -> RawObject {
    let body = json!({
        "currency": "usd", "active": true, "type": "recurring", "billing_scheme": "per_unit", "unit_amount": 1000,
        "unit_amount_decimal": "1000",
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": usage },
    });
    object(SOURCE.prices(), id.to_owned(), START, Counterparts::default(), body)
}

/// A customer with one subscription, by the month. One in five cancels before the last month, one in seven also pays for
/// usage, and one in fifty is not billed yet.
fn customer(number: i64, invoices: i64) -> Vec<RawObject> {
    let start = START + number % 2_000_000;
    let (id, subscription) = (format!("cus_{number:014}"), format!("sub_{number:014}"));
    let of = Counterparts { customer: Some(id.clone()), ..Counterparts::default() };
    let body =
        json!({ "name": format!("Customer {number}"), "email": format!("customer{number}@example.com") });
    let mut objects = vec![object(SOURCE.customers(), id.clone(), start, Counterparts::default(), body)];
    let item = json!({ "id": "si_1", "object": "subscription_item", "quantity": 1, "price": "plan" });
    let mut body = json!({
        "customer": &id, "status": "active", "start_date": start, "currency": "usd",
        "items": { "object": "list", "data": [item], "has_more": false },
    });
    if number % 5 == 0 {
        body["status"] = json!("canceled");
        body["canceled_at"] = json!(start + (invoices - 2) * MONTH_SECONDS);
        body["ended_at"] = json!(start + (invoices - 1) * MONTH_SECONDS);
    }
    objects.push(object(SUBSCRIPTION, subscription.clone(), start, of.clone(), body));
    let of = Counterparts { subscription: Some(subscription.clone()), ..of };
    let billed = if number % 50 == 1 { 0 } else { invoices };
    objects.extend((0..billed).map(|month| {
        let prices: &[&str] = if number % 7 == 0 { &["plan", "usage"] } else { &["plan"] };
        let at = start + month * MONTH_SECONDS;
        let body = invoice(&id, &subscription, at, prices);
        object(SOURCE.bills(), format!("in_{number:014}_{month:02}"), at, of.clone(), body)
    }));
    objects
}

/// A paid invoice with a line for each of the prices, and tax.
fn invoice(customer: &str, subscription: &str, at: i64, prices: &[&str]) -> Value {
    let lines: Vec<Value> = prices
        .iter()
        .map(|price| {
            json!({
                "id": format!("il_{price}_{at}"), "object": "line_item", "amount": 1000, "currency": "usd", "quantity": 1,
                "period": { "start": at, "end": at + MONTH_SECONDS },
                "pricing": { "type": "price_details", "price_details": { "price": price } },
                "parent": { "type": "subscription_item_details", "subscription_item_details": {
                    "subscription": subscription, "subscription_item": "si_1", "proration": false,
                } },
            })
        })
        .collect();
    let net = 1000 * prices.len();
    json!({
        "customer": customer, "status": "paid", "currency": "usd", "total": net + 190, "subtotal": net,
        "total_taxes": [{ "amount": 190, "tax_behavior": "exclusive" }], "billing_reason": "subscription_cycle",
        "status_transitions": { "paid_at": at + 60 },
        "parent": { "type": "subscription_details", "subscription_details": { "subscription": subscription } },
        "lines": { "object": "list", "data": lines, "has_more": false },
    })
}

fn object(kind: ObjectKind, id: String, at: i64, of: Counterparts, mut body: Value) -> RawObject {
    body["id"] = json!(&id);
    body["object"] = json!(kind.as_str());
    body["created"] = json!(at);
    RawObject {
        kind,
        id,
        created_at: Some(UnixSeconds(at)),
        counterparts: of,
        is_deleted: false,
        body: body.to_string().into(),
    }
}
