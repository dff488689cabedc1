//! The worked examples of `docs/metrics`: each block says what was billed and, behind `=>`, what the customer is worth.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers stop at a bad example"
)]

use std::path::Path;

use metrics::ledger::{PriceBook, build};
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, UnixSeconds};
use rust_decimal::Decimal;

#[derive(Default)]
struct Example {
    rules: LedgerRules,
    prices: PriceBook,
    history: CustomerHistory,
    expected: Vec<(UnixSeconds, i64)>,
}

#[test]
fn the_documented_examples_come_out_as_documented() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics");
    let mut count = 0;
    for entry in std::fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("```example\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let example = read(block);
            let ledger = build(&example.history, &example.prices, example.rules);
            let totals: Vec<_> = ledger.totals().iter().map(|total| (total.at, total.mrr_minor)).collect();
            assert_eq!(totals, example.expected, "{}:\n{block}", path.display());
            count += 1;
        }
    }
    assert!(count >= 9, "only {count} examples were found");
}

fn read(block: &str) -> Example {
    let mut example = Example::default();
    for text in block.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["setting", "churn_at", "requested"] => example.rules.churn_at = ChurnAt::Requested,
            ["setting", "churn_at", "paid_through"] => example.rules.churn_at = ChurnAt::PaidThrough,
            ["price", name, amount, interval] => example.prices.insert(price(name, minor(amount), interval)),
            ["subscription", status, facts @ ..] => {
                example.history.subscriptions.push(subscription(status, facts))
            }
            ["invoice", on, status] => example.history.invoices.push(invoice(at(on), status)),
            ["line", name, amount, period, facts @ ..] => {
                let mut line = line(name, minor(amount), period);
                line.discount_minor = fact(facts, "discount").map_or(0, minor);
                line.inclusive_tax_minor = fact(facts, "tax").map_or(0, minor);
                push(&mut example.history, line);
            }
            ["proration", name, quantity, amount, period] => {
                push(&mut example.history, proration(name, quantity, minor(amount), period));
            }
            ["pending", name, quantity, amount, period] => {
                let line = proration(name, quantity, minor(amount), period);
                let id = format!("ii_{}", example.history.invoice_items.len()).into();
                example.history.invoice_items.push(InvoiceItem { id, customer: None, invoice: None, line });
            }
            ["=>", on, amount] => example.expected.push((at(on), minor(amount))),
            other => panic!("an example can't say {other:?}"),
        }
    }
    assert!(!example.expected.is_empty());
    example
}

fn push(history: &mut CustomerHistory, line: InvoiceLine) {
    history.invoices.last_mut().expect("a line stands under its invoice").lines.push(line);
}

fn fact<'a>(facts: &[&'a str], name: &str) -> Option<&'a str> {
    facts.iter().position(|word| *word == name).map(|index| facts[index + 1])
}

fn at(text: &str) -> UnixSeconds {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

fn minor(text: &str) -> i64 {
    (text.parse::<Decimal>().unwrap() * Decimal::ONE_HUNDRED).try_into().unwrap()
}

fn price(name: &str, amount_minor: i64, interval: &str) -> Price {
    let interval = match interval {
        "month" => BillingInterval::Month,
        "year" => BillingInterval::Year,
        other => panic!("an example can't bill by {other}"),
    };
    Price {
        id: name.into(),
        product: None,
        nickname: None,
        currency: Currency::USD,
        recurrence: Some(Recurrence { interval, interval_count: 1, is_metered: false }),
        scheme: PriceScheme::PerUnit(Some(amount_minor.into())),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: true,
    }
}

fn subscription(status: &str, facts: &[&str]) -> Subscription {
    let status = match status {
        "active" => SubscriptionStatus::Active,
        "canceled" => SubscriptionStatus::Canceled,
        "unpaid" => SubscriptionStatus::Unpaid,
        other => panic!("an example has no status {other}"),
    };
    Subscription {
        id: "sub_1".into(),
        customer: "cus_1".into(),
        status,
        created_at: None,
        started_at: None,
        ended_at: fact(facts, "ended").map(at),
        canceled_at: fact(facts, "canceled").map(at),
        cancel_at: None,
        is_canceled_at_period_end: false,
        cancellation_reason: None,
        cancellation_feedback: None,
        trial: None,
        billing_cycle_anchor: None,
        is_collection_paused: false,
        inclusive_tax_percent: None,
        pending_update: None,
        currency: None,
        items: Vec::new(),
    }
}

fn invoice(created_at: UnixSeconds, status: &str) -> Invoice {
    let status = match status {
        "paid" => InvoiceStatus::Paid,
        "open" => InvoiceStatus::Open,
        "void" => InvoiceStatus::Void,
        other => panic!("an example has no invoice that is {other}"),
    };
    Invoice {
        id: format!("in_{created_at}").into(),
        number: None,
        customer: None,
        subscription: None,
        status,
        currency: Currency::USD,
        created_at,
        paid_at: None,
        billing_reason: None,
        attempt_count: 0,
        total_minor: 0,
        tax_minor: 0,
        shipping_minor: 0,
        billing_credits_minor: 0,
        amount_paid_minor: 0,
        amount_due_minor: 0,
        lines: Vec::new(),
    }
}

fn line(price: &str, amount_minor: i64, period: &str) -> InvoiceLine {
    let (start, end) = period.split_once("..").unwrap();
    InvoiceLine {
        id: format!("il_{price}_{period}_{amount_minor}").into(),
        description: None,
        amount_minor,
        discount_minor: 0,
        inclusive_tax_minor: 0,
        inclusive_tax_percent: None,
        currency: Currency::USD,
        period: Period { start: at(start), end: at(end) },
        is_proration: false,
        is_proration_credit: false,
        quantity: Decimal::ONE,
        price: Some(price.into()),
        subscription: Some("sub_1".into()),
        subscription_item: None,
        invoice_item: None,
    }
}

fn proration(price: &str, quantity: &str, amount_minor: i64, period: &str) -> InvoiceLine {
    let quantity = quantity.trim_start_matches('x').parse().unwrap();
    InvoiceLine { is_proration: true, quantity, ..line(price, amount_minor, period) }
}
