//! A ledger of made-up customers for the benchmarks: each has one subscription that changes, ends and comes back over
//! three years, and pays for it.

use std::error::Error;
use std::io::Write;

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::ledger::{
    ApartStep, Cause, CustomerLedger, ListPart, ListStep, MoneyFact, MoneyKind, MrrReason, PriceBook, Step,
    SubscriptionFacts, UnbilledItem,
};
use model::billing::{PaymentMeans, Period, SubscriptionStatus};
use model::{Currency, PriceId, SubscriptionId, UnixSeconds};
use rayon::prelude::*;

const STEPS_PER_SUBSCRIPTION: u64 = 10;
const PLANS: u64 = 40;
const DAY_SECONDS: u64 = 86_400;
/// 2023-01-01.
const START: u64 = 1_672_531_200;
/// 2026-10-01, after the last change.
pub const NOW: UnixSeconds = UnixSeconds(1_790_812_800);
const COUNTRIES: [&str; 6] = ["US", "GB", "DE", "FR", "JP", "BR"];

/// # Errors
/// When a currency's code cannot be read.
pub fn ledger(subscriptions: u64) -> Result<Ledger, Box<dyn Error>> {
    let (prices, currencies) = sold()?;
    let builder = LedgerBuilder::new();
    (0..subscriptions).into_par_iter().for_each(|number| {
        let (entry, ledger) = customer(number, &prices, &currencies);
        builder.add(entry, &ledger);
    });
    Ok(builder.finish(&PriceBook::default(), TimeZone::UTC))
}

/// Every change of every subscription as a line of CSV: the customer's number, currency, day and difference.
///
/// # Errors
/// When a currency's code can't be read, or a line can't be written.
pub fn write_rows(subscriptions: u64, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (prices, currencies) = sold()?;
    for number in 0..subscriptions {
        for step in customer(number, &prices, &currencies).1.steps {
            let (day, minor) = (step.at.day(&TimeZone::UTC), step.delta_minor);
            writeln!(out, "{number},{},{day},{minor}", step.currency)?;
        }
    }
    Ok(())
}

/// The prices, and the currencies that they are in.
fn sold() -> Result<(Vec<PriceId>, Vec<Currency>), Box<dyn Error>> {
    let prices = (0..PLANS).map(|plan| PriceId::from(format!("price_{plan:03}"))).collect();
    let currencies: Result<Vec<Currency>, _> =
        ["usd", "eur", "gbp", "jpy"].iter().map(|code| code.parse()).collect();
    Ok((prices, currencies?))
}

/// What is random about a customer, from its number alone.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn is_one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// The ids and the currency that everything of a customer shares.
struct Sold<'a> {
    subscription: SubscriptionId,
    price: &'a PriceId,
    currency: Currency,
}

/// One subscription that changes, ends and comes back over three years.
fn customer(number: u64, prices: &[PriceId], currencies: &[Currency]) -> (CustomerEntry, CustomerLedger) {
    let mut chance = Chance(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let plan = chance.below(PLANS) as usize;
    let sold = Sold {
        subscription: SubscriptionId::from(format!("sub_{number:014}")),
        price: &prices[plan],
        currency: currencies[plan % currencies.len()],
    };
    let first_at = START + chance.below(700 * DAY_SECONDS);
    let steps = steps(&sold, first_at, &mut chance);
    let at_risk = at_risk(&sold, &steps, &mut chance);
    let list_steps = list_steps(&sold, &steps, &mut chance);
    let money = steps.iter().flat_map(|step| money(step, &mut chance)).collect();
    let facts = facts(&sold, first_at, &mut chance);
    let mut entry = CustomerEntry::unknown(format!("cus_{number:014}").into());
    entry.name = Some(format!("Customer {number}"));
    entry.email = Some(format!("customer{number}@example.com"));
    entry.country = Some(COUNTRIES[chance.below(COUNTRIES.len() as u64) as usize].to_owned());
    let ledger = CustomerLedger {
        steps,
        at_risk,
        list_steps,
        money,
        subscriptions: vec![facts],
        ..CustomerLedger::default()
    };
    (entry, ledger)
}

fn steps(sold: &Sold<'_>, first_at: u64, chance: &mut Chance) -> Vec<Step> {
    let mut at = first_at;
    let mut value_minor = 0;
    let mut steps = Vec::new();
    for step in 0..STEPS_PER_SUBSCRIPTION {
        let before = value_minor;
        value_minor = if step % 5 == 4 { 0 } else { (1_000 + chance.below(90) * 100) as i64 };
        at += (5 + chance.below(60)) * DAY_SECONDS;
        if value_minor != before {
            steps.push(Step {
                at: UnixSeconds(at as i64),
                subscription: sold.subscription.clone(),
                price: sold.price.clone(),
                currency: sold.currency,
                value_minor,
                delta_minor: value_minor - before,
                cause: Cause::Ended,
            });
        }
    }
    steps
}

/// What it is worth now by its list price, sometimes with a discount that ends.
fn list_steps(sold: &Sold<'_>, steps: &[Step], chance: &mut Chance) -> Vec<ListStep> {
    let Some(last) = steps.last().filter(|step| step.value_minor > 0) else { return Vec::new() };
    let step = |part, delta_minor| ListStep {
        at: UnixSeconds(i64::MIN),
        subscription: sold.subscription.clone(),
        currency: sold.currency,
        part,
        delta_minor,
    };
    let off_minor = if chance.is_one_in(3) { 500 } else { 0 };
    let mut all = vec![step(ListPart::Value, last.value_minor + off_minor)];
    if off_minor != 0 {
        all.push(step(ListPart::Reason(MrrReason::EndingDiscount), off_minor));
    }
    all
}

/// A payment that fails now and then, and is made a week later.
fn at_risk(sold: &Sold<'_>, steps: &[Step], chance: &mut Chance) -> Vec<ApartStep> {
    let failing = steps.iter().filter(|step| step.value_minor > 0 && chance.is_one_in(40));
    let change = |at, delta_minor| ApartStep {
        at,
        subscription: sold.subscription.clone(),
        price: sold.price.clone(),
        currency: sold.currency,
        delta_minor,
    };
    let week = 7 * DAY_SECONDS as i64;
    let both = failing.flat_map(|step| {
        [change(step.at, step.value_minor), change(UnixSeconds(step.at.0 + week), -step.value_minor)]
    });
    let mut all: Vec<ApartStep> = both.collect();
    all.sort_by_key(|step| step.at);
    all
}

/// What is paid at a change, and what goes wrong with it.
fn money(step: &Step, chance: &mut Chance) -> Vec<MoneyFact> {
    let mut kinds = Vec::new();
    if step.value_minor > 0 {
        kinds.extend([MoneyKind::InvoiceRevenue, MoneyKind::Payment]);
        for (kind, rarity) in [
            (MoneyKind::Refund, 30),
            (MoneyKind::FailedPayment, 12),
            (MoneyKind::FailedInvoice, 15),
            (MoneyKind::DisputeOpened, 200),
        ] {
            if chance.is_one_in(rarity) {
                kinds.push(kind);
            }
        }
    }
    let fact = |kind| MoneyFact {
        at: step.at,
        kind,
        currency: step.currency,
        amount_minor: step.value_minor,
        source: String::new(),
        decline_code: None,
    };
    kinds.into_iter().map(fact).collect()
}

fn facts(sold: &Sold<'_>, first_at: u64, chance: &mut Chance) -> SubscriptionFacts {
    let first_at = first_at as i64;
    let month = 30 * DAY_SECONDS as i64;
    let is_tried = chance.is_one_in(4);
    let offered = UnbilledItem { price: sold.price.clone(), currency: sold.currency, value_minor: 2_900 };
    SubscriptionFacts {
        id: sold.subscription.clone(),
        status: SubscriptionStatus::Active,
        started_at: Some(UnixSeconds(first_at - month)),
        ended_at: None,
        cancel_at: chance
            .is_one_in(30)
            .then(|| UnixSeconds(NOW.0 + chance.below(90) as i64 * DAY_SECONDS as i64)),
        ends_with_period: false,
        renews_at: None,
        trial: is_tried.then(|| Period { start: UnixSeconds(first_at - month), end: UnixSeconds(first_at) }),
        trial_items: if is_tried { vec![offered] } else { Vec::new() },
        reason: None,
        feedback: None,
        means: PaymentMeans::Unknown,
        is_involuntary: false,
        unbilled: Vec::new(),
        imported_from: None,
    }
}
