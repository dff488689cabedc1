//! How long an MRR query takes over a synthetic ledger, beside a loop that only adds one column up.
//!
//! `cargo run --release -p metrics --example query_rate -- [subscriptions, 1000000]`

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{Cause, CustomerLedger, MoneyFact, MoneyKind, PriceBook, Step, SubscriptionFacts};
use metrics::query::{self, Dimension, Filter, Query, Reporting};
use model::billing::SubscriptionStatus;
use model::{Currency, Interval, PriceId, SubscriptionId, UnixSeconds, WeekStart};
use rayon::prelude::*;

const STEPS_PER_SUBSCRIPTION: u64 = 10;
const PLANS: u64 = 40;
const DAY_SECONDS: u64 = 86_400;
/// 2023-01-01, and what is asked about: the third year after it.
const START: u64 = 1_672_531_200;
const ROUNDS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let subscriptions = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse::<u64>())?;
    let built = Instant::now();
    let ledger = synthetic(subscriptions)?;
    println!("{subscriptions} subscriptions, {} rows", ledger.row_count());
    println!("building        {:>9} ms", built.elapsed().as_millis());
    let kept = Instant::now();
    let blobs: Vec<(u32, Vec<u8>)> =
        ledger.blob_ids().filter_map(|blob| Some((blob, ledger.to_bytes(blob)?))).collect();
    let bytes: usize = blobs.iter().map(|(_, blob)| blob.len()).sum();
    println!("writing         {:>9} ms  {} MB", kept.elapsed().as_millis(), bytes / 1_000_000);
    let loaded = Instant::now();
    let ledger = Ledger::from_bytes(blobs, TimeZone::UTC)?;
    println!("loading         {:>9} ms", loaded.elapsed().as_millis());

    let rates = Rates::embedded();
    for (name, currency, by) in [
        ("mrr, native", Reporting::Native, None),
        ("mrr by plan", Reporting::Native, Some(Dimension::Plan)),
        ("mrr in eur", Reporting::In(Currency::EUR), None),
        ("by plan in eur", Reporting::In(Currency::EUR), Some(Dimension::Plan)),
    ] {
        let asked = last_year(currency, by)?;
        measure(name, || query::mrr(&ledger, &rates, &asked).map(|answer| answer.series.len()))?;
    }
    // The bare limit: reading one column of as many numbers in memory and doing nothing else with it.
    let column: Vec<i64> = (0..).take(ledger.row_count()).collect();
    measure("one column", || Ok::<_, query::QueryError>(column.par_iter().sum::<i64>()))?;
    Ok(())
}

fn last_year(currency: Reporting, by: Option<Dimension>) -> Result<Query, model::DayError> {
    Ok(Query {
        from: "2025-01-01".parse()?,
        to: "2025-12-31".parse()?,
        interval: Interval::Month,
        week_start: WeekStart::Monday,
        currency,
        filter: Filter::default(),
        by,
        within_days: None,
        now: UnixSeconds(i64::MAX),
    })
}

fn measure<T, E>(name: &str, mut run: impl FnMut() -> Result<T, E>) -> Result<(), E> {
    black_box(run()?);
    let (wall, cpu) = (Instant::now(), cpu_time());
    for _ in 0..ROUNDS {
        black_box(run()?);
    }
    let cpu = (cpu_time().saturating_sub(cpu) / ROUNDS).as_millis();
    println!("{name:<16}{:>9} ms  {cpu} ms of CPU", (wall.elapsed() / ROUNDS).as_millis());
    Ok(())
}

/// Of all threads, as Linux counts it, to a hundredth of a second; elsewhere 0.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn synthetic(subscriptions: u64) -> Result<Ledger, Box<dyn Error>> {
    let prices: Vec<PriceId> = (0..PLANS).map(|plan| PriceId::from(format!("price_{plan:03}"))).collect();
    let currencies: Result<Vec<Currency>, _> =
        ["usd", "eur", "gbp", "jpy"].iter().map(|code| code.parse()).collect();
    let currencies = currencies?;
    let builder = LedgerBuilder::new();
    (0..subscriptions).into_par_iter().for_each(|number| {
        let (entry, ledger) = customer(number, &prices, &currencies);
        builder.add(entry, &ledger);
    });
    Ok(builder.finish(&PriceBook::default(), TimeZone::UTC))
}

/// One subscription that changes, ends and comes back over three years.
fn customer(number: u64, prices: &[PriceId], currencies: &[Currency]) -> (CustomerEntry, CustomerLedger) {
    let mut random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let id = SubscriptionId::from(format!("sub_{number:014}"));
    let plan = usize::try_from(next(PLANS)).unwrap_or(0);
    let currency = currencies[plan % currencies.len()];
    let mut at = START + next(700 * DAY_SECONDS);
    let mut value_minor = 0;
    let mut steps = Vec::new();
    for step in 0..STEPS_PER_SUBSCRIPTION {
        let before = value_minor;
        value_minor = if step % 5 == 4 { 0 } else { i64::try_from(1_000 + next(90) * 100).unwrap_or(0) };
        at += (5 + next(60)) * DAY_SECONDS;
        if value_minor != before {
            steps.push(Step {
                at: UnixSeconds(i64::try_from(at).unwrap_or(0)),
                subscription: id.clone(),
                price: prices[plan].clone(),
                currency,
                value_minor,
                delta_minor: value_minor - before,
                cause: Cause::Ended,
            });
        }
    }
    let money = steps.iter().map(|step| MoneyFact {
        at: step.at,
        kind: MoneyKind::InvoiceRevenue,
        currency,
        amount_minor: step.value_minor,
        source: String::new(),
    });
    let facts = SubscriptionFacts {
        id,
        status: SubscriptionStatus::Active,
        started_at: Some(UnixSeconds(i64::try_from(START).unwrap_or(0))),
        ended_at: None,
        cancel_at: None,
        trial: None,
        trial_items: Vec::new(),
        reason: None,
        feedback: None,
        is_involuntary: false,
        unbilled: Vec::new(),
    };
    let mut entry = CustomerEntry::unknown(format!("cus_{number:014}").into());
    entry.name = Some(format!("Customer {number}"));
    entry.email = Some(format!("customer{number}@example.com"));
    (
        entry,
        CustomerLedger {
            money: money.collect(),
            steps,
            subscriptions: vec![facts],
            ..CustomerLedger::default()
        },
    )
}
