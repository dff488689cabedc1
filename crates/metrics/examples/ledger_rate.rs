//! How long ledgers take to build from what was billed, beside a loop that only adds the same lines up.
//!
//! `cargo xtask bench ledger -- [subscriptions…, 10000 1000000]`

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{PriceBook, build};
use metrics::query::{self, Filter, Query, Reporting};
use model::billing::{
    BillingInterval, CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, Period, Price, PriceScheme,
    Recurrence, Subscription, SubscriptionStatus,
};
use model::{Currency, Interval, LedgerRules, UnixSeconds, WeekStart};
use rayon::prelude::*;
use rust_decimal::Decimal;

const INVOICES: i64 = 24;
const MONTH_SECONDS: i64 = 2_629_746;
/// 2024-01-01.
const START: i64 = 1_704_067_200;
/// Histories that are in memory at once.
const AT_ONCE: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Result<Vec<u64>, _> = std::env::args().skip(1).map(|size| size.parse()).collect();
    let sizes = sizes?;
    for size in if sizes.is_empty() { vec![10_000, 1_000_000] } else { sizes } {
        measure(size)?;
    }
    Ok(())
}

fn measure(subscriptions: u64) -> Result<(), Box<dyn Error>> {
    let book = prices();
    let builder = LedgerBuilder::new();
    let (mut adding, mut building) = (Cost::default(), Cost::default());
    for first in (0..subscriptions).step_by(usize::try_from(AT_ONCE)?) {
        let numbers = first..subscriptions.min(first + AT_ONCE);
        let histories: Vec<(u64, CustomerHistory)> =
            numbers.into_par_iter().map(|number| (number, history(number))).collect();
        adding.of(|| {
            let sums = histories.par_iter().map(|(_, history)| {
                let lines = history.invoices.iter().flat_map(|invoice| &invoice.lines);
                lines.map(|line| line.amount_minor - line.discount_minor).sum::<i64>()
            });
            black_box(sums.sum::<i64>());
        });
        building.of(|| {
            histories.par_iter().for_each(|(number, history)| {
                let entry = CustomerEntry::unknown(format!("cus_{number:014}").into());
                builder.add(entry, &build(history, &book, LedgerRules::default()));
            });
        });
    }
    let mut finishing = Cost::default();
    let ledger = finishing.of(|| builder.finish(&book, TimeZone::UTC));
    let lines = subscriptions * u64::try_from(INVOICES)?;
    println!("{subscriptions} subscriptions, {lines} invoice lines, {} rows", ledger.row_count());
    adding.print("adding up");
    building.print("ledgers");
    finishing.print("columns");
    let asked = Query {
        from: "2025-01-01".parse()?,
        to: "2025-12-31".parse()?,
        interval: Interval::Month,
        week_start: WeekStart::Monday,
        currency: Reporting::Native,
        filter: Filter::default(),
        within_days: None,
        by: None,
        now: UnixSeconds(i64::MAX),
    };
    let rates = Rates::embedded();
    let mut querying = Cost::default();
    querying.of(|| query::mrr(&ledger, &rates, &asked))?;
    querying.print("MRR of a year");
    Ok(())
}

/// Wall and CPU time, added up.
#[derive(Default)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

impl Cost {
    fn of<T>(&mut self, run: impl FnOnce() -> T) -> T {
        let (wall, cpu) = (Instant::now(), cpu_time());
        let done = run();
        self.wall += wall.elapsed();
        self.cpu += cpu_time().saturating_sub(cpu);
        done
    }

    fn print(&self, name: &str) {
        println!("{name:<16}{:>9} ms  {:>7} ms of CPU", self.wall.as_millis(), self.cpu.as_millis());
    }
}

/// Of all threads, as Linux counts it, to a hundredth of a second; elsewhere 0.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn prices() -> PriceBook {
    let mut book = PriceBook::default();
    for tier in 0..4_i64 {
        book.insert(Price {
            id: format!("price_{tier}").into(),
            product: None,
            nickname: None,
            currency: Currency::USD,
            recurrence: Some(Recurrence {
                interval: BillingInterval::Month,
                interval_count: 1,
                is_metered: false,
            }),
            scheme: PriceScheme::PerUnit(Some(Decimal::from(1000 * (tier + 1)))),
            currency_options: Vec::new(),
            transform_quantity: None,
            is_active: true,
        });
    }
    book
}

/// Two years of monthly bills on one subscription that moves to the next price now and then.
fn history(number: u64) -> CustomerHistory {
    let customer = format!("cus_{number:014}");
    let subscription = format!("sub_{number:014}");
    let start = START + i64::try_from(number % 2_000_000).unwrap_or(0);
    let invoices = (0..INVOICES).map(|month| {
        let period = Period {
            start: UnixSeconds(start + month * MONTH_SECONDS),
            end: UnixSeconds(start + (month + 1) * MONTH_SECONDS),
        };
        let tier = (month / 8 + i64::try_from(number % 2).unwrap_or(0)).min(3);
        let id = format!("in_{number:014}_{month:02}");
        Invoice {
            number: None,
            customer: Some(customer.as_str().into()),
            subscription: Some(subscription.as_str().into()),
            status: InvoiceStatus::Paid,
            currency: Currency::USD,
            created_at: period.start,
            paid_at: Some(period.start),
            finalized_at: None,
            due_at: None,
            given_up_at: None,
            billing_reason: None,
            attempt_count: 1,
            total_minor: 1000 * (tier + 1),
            tax_minor: 0,
            shipping_minor: 0,
            revises: None,
            billing_credits_minor: 0,
            amount_paid_minor: 1000 * (tier + 1),
            amount_due_minor: 1000 * (tier + 1),
            lines: vec![InvoiceLine {
                id: format!("il_{number:014}_{month:02}").into(),
                description: None,
                amount_minor: 1000 * (tier + 1),
                discount_minor: 0,
                inclusive_tax_minor: 0,
                inclusive_tax_percent: None,
                currency: Currency::USD,
                period,
                is_proration: false,
                is_proration_credit: false,
                quantity: Decimal::ONE,
                price: Some(format!("price_{tier}").into()),
                subscription: Some(subscription.as_str().into()),
                subscription_item: None,
                invoice_item: None,
                price_then: None,
                effect: model::billing::LineEffect::Whole,
            }],
            id: id.into(),
        }
    });
    CustomerHistory {
        invoices: invoices.collect(),
        subscriptions: vec![Subscription {
            created_at: Some(UnixSeconds(start)),
            started_at: Some(UnixSeconds(start)),
            billing_cycle_anchor: Some(UnixSeconds(start)),
            currency: Some(Currency::USD),
            ..Subscription::new(
                subscription.as_str().into(),
                customer.as_str().into(),
                SubscriptionStatus::Active,
            )
        }],
        ..CustomerHistory::default()
    }
}
