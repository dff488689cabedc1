//! Money by customer, measure and day: as it was meant to move, and as the stored objects say.

use std::collections::BTreeMap;

use connect::Source;
use metrics::ledger::{MoneyKind, PriceBook, build};
use model::{Currency, LedgerRules, UnixSeconds};
use sandbox::{Measure, Sandbox};
use store::Objects;

const DAY: i64 = 86_400;

type Moved = BTreeMap<(String, Currency, Measure, i64), i64>;

/// Fees and what is left of them are booked when a payment is completed, which may be the day after.
fn add(moved: &mut Moved, customer: &str, currency: Currency, measure: Measure, at: UnixSeconds, minor: i64) {
    let is_booked = matches!(measure, Measure::Fees | Measure::NetCash);
    let day = if is_booked { 0 } else { at.0.div_euclid(DAY) };
    *moved.entry((customer.to_owned(), currency, measure, day)).or_default() += minor;
}

fn listed(moved: Moved) -> String {
    let moved = moved.into_iter().filter(|(_, minor)| *minor != 0);
    let line = |((customer, currency, measure, day), minor)| {
        format!("{customer} {currency} {measure:?} {day} {minor}\n")
    };
    moved.map(line).collect()
}

/// From an instant on. Empty where the merchant does not say.
pub fn meant(sandbox: &Sandbox, since: UnixSeconds) -> String {
    let mut moved = Moved::new();
    for money in sandbox.expected_money().into_iter().filter(|money| money.at >= since) {
        add(&mut moved, money.customer.as_str(), money.currency, money.measure, money.at, money.amount_minor);
    }
    listed(moved)
}

pub fn found(source: Source, objects: &Objects, since: UnixSeconds) -> String {
    let mut moved = Moved::new();
    let mut after = None;
    loop {
        let page = objects.scan(source.customers(), after.as_deref(), 500).unwrap();
        let Some(last) = page.last() else { return listed(moved) };
        after = Some(last.object.id.clone());
        for customer in page.into_iter().map(|stored| stored.object.id) {
            let theirs = objects.by_customer(&customer.as_str().into(), source.history_kinds()).unwrap();
            let theirs: Vec<_> = theirs.into_iter().map(|stored| stored.object).collect();
            let history = source.billed(theirs.iter()).history;
            let money = build(&history, &PriceBook::default(), LedgerRules::default()).money;
            for fact in money.into_iter().filter(|fact| fact.at >= since) {
                let measure = match fact.kind {
                    MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue => Measure::GrossRevenue,
                    MoneyKind::Refund => Measure::Refunds,
                    MoneyKind::CreditNote => Measure::CreditNotes,
                    MoneyKind::DisputeLost => Measure::Disputes,
                    MoneyKind::Payment => Measure::PaymentsCollected,
                    _ => continue,
                };
                add(&mut moved, &customer, fact.currency, measure, fact.at, fact.amount_minor);
            }
            for object in theirs.iter().filter(|object| source.balance_kinds().contains(&object.kind)) {
                let moved_there = source.balance_transactions(object).unwrap();
                for one in moved_there.into_iter().filter(|one| one.created_at >= since) {
                    add(&mut moved, &customer, one.currency, Measure::Fees, one.created_at, one.fee_minor);
                    add(&mut moved, &customer, one.currency, Measure::NetCash, one.created_at, one.net_minor);
                }
            }
        }
    }
}
