//! A second reader of the rules: a plain, slow restatement, written from the definitions alone, that shares nothing with
//! the ledger but its input. Both are to say the same of merchants with lives of every kind.

mod bills;
mod lives;
mod rules;
mod worth;

use std::fmt::Write;

use metrics::ledger::build;
use model::billing::{CustomerHistory, Invoice, InvoiceLine};
use model::{Day, LedgerRules, UnixSeconds};
use rules::Change;

const MERCHANTS: u64 = 50;

#[test]
fn a_second_reader_of_the_rules_says_the_same() {
    let only = std::env::var("SECOND_READER_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let (mut count, mut findings) = (0, Vec::new());
    for seed in only.map_or(0..MERCHANTS, |seed| seed..seed + 1) {
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
    let shown = findings.iter().take(400).cloned().collect::<String>();
    assert!(findings.is_empty(), "{} customers are read differently:\n{shown}", findings.len());
    assert!(only.is_some() || count > 1_500, "only {count} changes were compared");
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
    for at in built.iter().chain(read).map(|change| change.0).collect::<std::collections::BTreeSet<_>>() {
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
