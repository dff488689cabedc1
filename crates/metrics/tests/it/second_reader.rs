//! A second reader of the rules: a plain, slow restatement, written from the definitions alone, that shares nothing with
//! the ledger but its input. Both are to say the same of merchants with lives of every kind.

mod ahead;
mod bills;
pub mod lives;
mod rules;
mod worth;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::tz::TimeZone;
use metrics::columns::{Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::build;
use metrics::query::{self, Dimension, MrrPoint, Query};
use model::billing::{CustomerHistory, Invoice, InvoiceLine};
use model::{Currency, Day, Interval, LedgerRules, UnixSeconds};
use rules::Change;

use super::world::{self, TestCustomer};

/// More with `SECOND_READER_MERCHANTS`, one alone by its seed with `SECOND_READER_SEED`.
const MERCHANTS: u64 = 50;
/// Of those that are read differently, the ones with the shortest lives.
const SHOWN: usize = 6;

#[test]
fn a_second_reader_of_the_rules_says_the_same() {
    let only = std::env::var("SECOND_READER_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let (mut count, mut findings) = (0, Vec::new());
    let most = std::env::var("SECOND_READER_MERCHANTS").map_or(MERCHANTS, |most| most.parse().unwrap());
    for seed in only.map_or(0..most, |seed| seed..seed + 1) {
        let merchant = lives::merchant(seed);
        for (number, history) in merchant.customers.iter().enumerate() {
            let ledger = build(history, &merchant.prices, merchant.rules);
            let totals = ledger.totals();
            let built: Vec<Change> =
                totals.iter().map(|total| (total.at, total.currency, total.mrr_minor)).collect();
            let read = rules::totals(history, &merchant.prices, merchant.rules);
            count += read.len();
            if built != read {
                findings.push(told(seed, number, history, merchant.rules, &built, &read));
            }
        }
    }
    findings.sort_by_key(String::len);
    let shown = findings.iter().take(SHOWN).cloned().collect::<String>();
    assert!(findings.is_empty(), "{} customers are read differently:\n{shown}", findings.len());
    assert!(only.is_some() || count > 1_500, "only {count} changes were compared");
}

#[test]
fn the_movements_of_a_period_are_what_its_mrr_changed_by() {
    for seed in 0..MERCHANTS {
        let merchant = lives::merchant(seed);
        let read = read_all(&merchant);
        for interval in [Interval::Week, Interval::Month, Interval::Year] {
            for ((_, currency), points) in points(&ledger(&merchant), interval, None) {
                let mut before = 0;
                for point in points {
                    let moved = [
                        point.new_minor,
                        point.expansion_minor,
                        point.contraction_minor,
                        point.churn_minor,
                        point.reactivation_minor,
                        point.fx_minor,
                    ];
                    let on = point.start_on;
                    assert_eq!(moved.iter().sum::<i64>(), point.mrr_minor - before, "seed {seed}, {on}");
                    assert_eq!(point.mrr_minor, at_end(&read, currency, point.end_on), "seed {seed}, {on}");
                    before = point.mrr_minor;
                }
                assert!(interval != Interval::Month || seed > 0 || before > 0, "all have left");
            }
        }
    }
}

#[test]
fn the_rows_of_a_breakdown_are_the_total() {
    for seed in 0..MERCHANTS {
        let ledger = ledger(&lives::merchant(seed));
        let totals = points(&ledger, Interval::Month, None);
        for by in [Dimension::Plan, Dimension::Product, Dimension::Interval, Dimension::Country] {
            let mut rows: BTreeMap<(Currency, Day), (i64, i64)> = BTreeMap::new();
            for ((_, currency), points) in points(&ledger, Interval::Month, Some(by)) {
                for point in points {
                    let sum = rows.entry((currency, point.start_on)).or_default();
                    sum.0 += point.mrr_minor;
                    sum.1 += net(&point);
                }
            }
            assert!(!totals.is_empty());
            for ((_, currency), points) in &totals {
                for point in points {
                    let row = rows.remove(&(*currency, point.start_on)).unwrap_or_default();
                    assert_eq!(
                        row,
                        (point.mrr_minor, net(point)),
                        "seed {seed}, {} by {by:?}",
                        point.start_on
                    );
                }
            }
            assert!(rows.values().all(|row| *row == (0, 0)), "seed {seed}: rows without a total by {by:?}");
        }
    }
}

fn net(point: &MrrPoint) -> i64 {
    let gained = point.new_minor + point.expansion_minor + point.reactivation_minor;
    gained + point.contraction_minor + point.churn_minor + point.fx_minor
}

fn ledger(merchant: &lives::Merchant) -> Ledger {
    let builder = LedgerBuilder::new();
    for (number, history) in merchant.customers.iter().enumerate() {
        let entry = TestCustomer::new(&format!("cus_{number}")).entry();
        builder.add(entry, &build(history, &merchant.prices, merchant.rules));
    }
    builder.finish(&merchant.prices, TimeZone::UTC)
}

/// From before the first bill on, by group and currency.
fn points(
    ledger: &Ledger,
    interval: Interval,
    by: Option<Dimension>,
) -> BTreeMap<(String, Currency), Vec<MrrPoint>> {
    let query = Query { interval, by, ..world::query("2022-12-01", "2029-12-31") };
    let answer = query::mrr(ledger, &Rates::default(), &query).unwrap();
    let key = |group: Option<&query::Group>| group.map_or(String::new(), |group| group.key.clone());
    answer.series.into_iter().map(|one| ((key(one.group.as_ref()), one.currency), one.points)).collect()
}

/// What the second reader makes of every customer.
fn read_all(merchant: &lives::Merchant) -> Vec<Vec<Change>> {
    let read = |history| rules::totals(history, &merchant.prices, merchant.rules);
    merchant.customers.iter().map(read).collect()
}

fn at_end(read: &[Vec<Change>], currency: Currency, on: Day) -> i64 {
    let end = UnixSeconds((i64::from(on.0) + 1) * 86_400);
    let last = |changes: &Vec<Change>| {
        let of_currency = changes.iter().rfind(|change| change.1 == currency && change.0 < end);
        of_currency.map_or(0, |change| change.2)
    };
    read.iter().map(last).sum()
}

/// A customer's history in few words, and what either made of it.
fn told(
    seed: u64,
    number: usize,
    history: &CustomerHistory,
    rules: LedgerRules,
    built: &[Change],
    read: &[Change],
) -> String {
    let mut text = format!("\nseed {seed}, customer {number}, {rules:?}\n");
    for one in &history.subscriptions {
        let items: Vec<String> =
            one.items.iter().map(|item| format!("{} {} x{}", item.id, item.price, item.quantity)).collect();
        let (canceled, ended) = (one.canceled_at.map(instant), one.ended_at.map(instant));
        let pending = one.pending_update.as_ref().map(|update| &update.invoice);
        writeln!(
            text,
            "  {} {} canceled {canceled:?} ended {ended:?} pending {pending:?} tax {:?}: {items:?}",
            one.id,
            one.status.as_str(),
            one.inclusive_tax_percent
        )
        .unwrap();
    }
    for Invoice { id, status, attempt_count, created_at, lines, .. } in &history.invoices {
        let status = status.as_str();
        writeln!(text, "  {id} {} {status}, {attempt_count} attempts", instant(*created_at)).unwrap();
        lines.iter().for_each(|line| write_line(&mut text, line));
    }
    let pending = history.invoice_items.iter().filter(|item| item.invoice.is_none());
    for (index, item) in pending.enumerate() {
        text.push_str(if index == 0 { "  pending\n" } else { "" });
        write_line(&mut text, &item.line);
    }
    for at in built.iter().chain(read).map(|change| change.0).collect::<BTreeSet<_>>() {
        let of = |changes: &[Change]| changes.iter().find(|change| change.0 == at).map(|change| change.2);
        let (built, read) = (of(built), of(read));
        let mark = if built == read { "" } else { "  <<<" };
        let say = |value: Option<i64>| value.map_or("-".to_owned(), |value| value.to_string());
        writeln!(text, "  => {} ledger {} reader {}{mark}", instant(at), say(built), say(read)).unwrap();
    }
    text
}

fn write_line(text: &mut String, line: &InvoiceLine) {
    let kind = match (line.is_proration, line.is_proration_credit) {
        (false, _) => "ordinary",
        (true, false) => "proration",
        (true, true) => "credit",
    };
    let item = line.subscription_item.as_ref().map_or("-", |id| id.as_str());
    writeln!(
        text,
        "    {kind} {item} {} x{} {} (discount {}, tax {}) {}..{}",
        line.price.as_ref().unwrap(),
        line.quantity,
        line.amount_minor,
        line.discount_minor,
        line.inclusive_tax_minor,
        instant(line.period.start),
        instant(line.period.end)
    )
    .unwrap();
}

fn instant(at: UnixSeconds) -> String {
    let seconds = at.0.rem_euclid(86_400);
    let on = Day(i32::try_from(at.0.div_euclid(86_400)).unwrap());
    format!("{on}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
