//! The worked examples of `docs/metrics`. An `example` block says what was billed to a customer and, behind `=>`, what it
//! is worth. A `metric` block says what several customers are worth and, behind `=>`, what a metric makes of it. An
//! `mrr-statement` block says what was billed and, behind `=>`, the lines of the statement. A `provider-mrr` block says what
//! several customers are worth and what the provider says they are and, behind `=>`, how the two compare. A `renewals` block says
//! what was billed and, behind `=>`, the renewals that differ: their day, MRR before and after, and the cause.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers stop at a bad example"
)]

#[path = "examples/answer.rs"]
mod answer;
#[path = "examples/provider_mrr.rs"]
mod provider_mrr;
#[path = "examples/scenario.rs"]
mod scenario;

use std::path::PathBuf;

use metrics::columns::{CustomerEntry, LedgerBuilder};
use metrics::ledger::{PriceBook, build, different_renewals};
use metrics::registry::METRICS;
use metrics::statement::mrr::statement;
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, MrrMethod, UnixSeconds};
use rust_decimal::Decimal;

#[derive(Default)]
struct Example {
    rules: LedgerRules,
    prices: PriceBook,
    history: CustomerHistory,
    expected: Vec<(UnixSeconds, i64)>,
    /// Lines of the statement of MRR.
    statement: Vec<(String, i64)>,
    /// Renewals that differ: day, MRR before and after, and cause.
    renewals: Vec<(UnixSeconds, i64, i64, String)>,
}

#[test]
fn the_documented_examples_come_out_as_documented() {
    let mut count = 0;
    for (path, block) in blocks("example") {
        let example = read(&block);
        let ledger = build(&example.history, &example.prices, example.rules);
        let totals: Vec<_> = ledger.totals().iter().map(|total| (total.at, total.mrr_minor)).collect();
        assert_eq!(totals, example.expected, "{}:\n{block}", path.display());
        count += 1;
    }
    assert!(count >= 29, "only {count} examples were found");
}

#[test]
fn the_documented_statements_come_out_as_documented() {
    const METHOD: MrrMethod = MrrMethod {
        statuses: &[SubscriptionStatus::Active, SubscriptionStatus::PastDue],
        counts_until_end: false,
        published_in: "",
    };
    let mut count = 0;
    for (path, block) in blocks("mrr-statement") {
        let example = read(&block);
        let builder = LedgerBuilder::new();
        let built = build(&example.history, &example.prices, example.rules);
        builder.add(CustomerEntry::unknown("cus_1".into()), &built);
        let ledger = builder.finish(&example.prices, jiff::tz::TimeZone::UTC);
        let found = statement(&ledger, Some(METHOD), at("2026-01-15"));
        let [bridge] = found.currencies.as_slice() else { panic!("{found:?} is not one currency") };
        let mut lines = vec![("mrr".to_owned(), bridge.mrr_minor)];
        let reasons = bridge.reasons.iter();
        lines.extend(reasons.map(|sum| (sum.reason.to_string(), sum.amount_minor)));
        lines.push(("provider_mrr".to_owned(), bridge.provider_mrr_minor));
        assert_eq!(lines, example.statement, "{}:\n{block}", path.display());
        assert_eq!(bridge.unexplained_minor, 0, "{}:\n{block}", path.display());
        count += 1;
    }
    assert!(count >= 3, "only {count} statements were found");
}

#[test]
fn the_documented_renewals_differ_as_documented() {
    let mut checked = 0;
    for (path, block) in blocks("renewals") {
        let example = read(&block);
        let found = different_renewals(&example.history, &example.prices, example.rules);
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.at, one.before_minor, one.billed_minor, one.cause.as_str().to_owned()))
            .collect();
        assert_eq!(found, example.renewals, "{}:\n{block}", path.display());
        checked += found.len();
    }
    assert!(checked >= 2, "only {checked} renewals were found");
}

#[test]
fn the_documented_comparisons_with_the_providers_mrr_come_out_as_documented() {
    let mut checked = 0;
    for (path, block) in blocks("provider-mrr") {
        let (found, expected) = provider_mrr::compared(&block);
        assert_eq!(found, expected, "{}:\n{block}", path.display());
        checked += expected.len();
    }
    assert!(checked >= 3, "only {checked} days were found");
}

#[test]
fn the_documented_metrics_come_out_as_documented() {
    let mut checked = 0;
    for (path, block) in blocks("metric") {
        let scenario = scenario::read(&block);
        assert!(!scenario.expectations.is_empty(), "an example expects something:\n{block}");
        let ledger = answer::ledger(&scenario);
        for expected in &scenario.expectations {
            let (found, written) = (
                answer::answer(&scenario, &ledger, expected),
                answer::normalized(&expected.value, &expected.metric),
            );
            assert_eq!(found, written, "{} in {}:\n{block}", expected.metric, path.display());
            checked += 1;
        }
    }
    assert!(checked >= 170, "only {checked} values were found");
}

#[test]
fn every_metric_has_a_worked_example_on_its_page() {
    let blocks = blocks("metric");
    for metric in METRICS {
        let file = metric.docs_page.trim_start_matches("metrics/");
        let expects = format!("=> {} ", metric.id);
        let is_shown = blocks.iter().any(|(path, block)| path.ends_with(file) && block.contains(&expects));
        assert!(is_shown, "{file} has no example of {}", metric.id);
    }
}

/// The fenced blocks of a kind, with their pages, in order.
fn blocks(kind: &str) -> Vec<(PathBuf, String)> {
    // Relative to the package, where tests are run: a built test may have been built in another checkout.
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir("../../docs/metrics").unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let mut blocks = Vec::new();
    for path in pages {
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split(&format!("```{kind}\n")).skip(1) {
            blocks.push((path.clone(), block.split("```").next().unwrap().to_owned()));
        }
    }
    blocks
}

fn read(block: &str) -> Example {
    let mut example = Example::default();
    for text in block.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["setting", "churn_at", "requested"] => example.rules.churn_at = ChurnAt::Requested,
            ["setting", "churn_at", "paid_through"] => example.rules.churn_at = ChurnAt::PaidThrough,
            ["setting", "include_metered"] => example.rules.include_metered = true,
            ["setting", "count_unbilled"] => example.rules.count_unbilled = true,
            ["price", name, amount, interval, facts @ ..] => {
                example.prices.insert(price(name, minor(amount), interval, facts));
            }
            ["subscription", status, facts @ ..] => {
                example.history.subscriptions.push(subscription(status, facts))
            }
            ["item", name, price, quantity @ ..] => {
                let subscription = example.history.subscriptions.last_mut();
                let items = &mut subscription.expect("an item stands under its subscription").items;
                items.push(item(name, price, quantity.first().copied().unwrap_or("x1")));
            }
            ["invoice", on, status, facts @ ..] => {
                let attempt_count = fact(facts, "attempted").map_or(0, |count| count.parse().unwrap());
                let invoice = Invoice { attempt_count, ..invoice(at(on), status) };
                example.history.invoices.push(invoice);
            }
            ["line", name, amount, period, facts @ ..] => {
                push(&mut example.history, line(name, minor(amount), period, facts));
            }
            ["proration", name, quantity, amount, period, facts @ ..] => {
                push(&mut example.history, proration(name, quantity, minor(amount), period, facts));
            }
            ["pending", name, quantity, amount, period, facts @ ..] => {
                let line = proration(name, quantity, minor(amount), period, facts);
                let id = format!("ii_{}", example.history.invoice_items.len()).into();
                example.history.invoice_items.push(InvoiceItem { id, customer: None, invoice: None, line });
            }
            ["=>", on, before, billed, cause] => {
                example.renewals.push((at(on), minor(before), minor(billed), (*cause).to_owned()));
            }
            ["=>", line, amount] if !line.starts_with(char::is_numeric) => {
                example.statement.push(((*line).to_owned(), minor(amount)));
            }
            ["=>", on, amount] => example.expected.push((at(on), minor(amount))),
            other => panic!("an example can't say {other:?}"),
        }
    }
    assert!(
        !(example.expected.is_empty() && example.statement.is_empty() && example.renewals.is_empty()),
        "an example expects something:\n{block}"
    );
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

/// `facts` may say that it is metered, and what it costs in other currencies: `eur 9.00`.
fn price(name: &str, amount_minor: i64, interval: &str, facts: &[&str]) -> Price {
    let interval = match interval {
        "month" => BillingInterval::Month,
        "year" => BillingInterval::Year,
        other => panic!("an example can't bill by {other}"),
    };
    let (is_metered, others) = match facts {
        ["metered", others @ ..] => (true, others),
        others => (false, others),
    };
    let option = |pair: &[&str]| CurrencyOption {
        currency: pair[0].parse().unwrap(),
        scheme: PriceScheme::PerUnit(Some(minor(pair[1]).into())),
    };
    Price {
        id: name.into(),
        product: None,
        nickname: None,
        currency: Currency::USD,
        recurrence: Some(Recurrence { interval, interval_count: 1, is_metered }),
        scheme: PriceScheme::PerUnit(Some(amount_minor.into())),
        currency_options: others.chunks(2).map(option).collect(),
        transform_quantity: None,
        is_active: true,
    }
}

fn subscription(status: &str, facts: &[&str]) -> Subscription {
    let status = match status {
        "active" => SubscriptionStatus::Active,
        "past_due" => SubscriptionStatus::PastDue,
        "canceled" => SubscriptionStatus::Canceled,
        "unpaid" => SubscriptionStatus::Unpaid,
        other => panic!("an example has no status {other}"),
    };
    Subscription {
        id: "sub_1".into(),
        customer: "cus_1".into(),
        status,
        created_at: None,
        started_at: fact(facts, "started").map(at),
        ended_at: fact(facts, "ended").map(at),
        canceled_at: fact(facts, "canceled").map(at),
        cancel_at: None,
        is_canceled_at_period_end: facts.contains(&"cancels"),
        cancellation_reason: None,
        cancellation_feedback: None,
        trial: None,
        billing_cycle_anchor: None,
        is_collection_paused: false,
        inclusive_tax_percent: None,
        payment_method: None,
        pauses: Vec::new(),
        imported_from: None,
        foreseen: Vec::new(),
        pending_update: facts.contains(&"pending_update").then_some(PendingUpdate { invoice: None }),
        discounts: facts
            .iter()
            .position(|word| *word == "discount")
            .map(|at| discount(&facts[at + 1..]))
            .into_iter()
            .collect(),
        currency: None,
        items: Vec::new(),
    }
}

/// `20% forever`, or `repeating` or `once`.
fn discount(facts: &[&str]) -> Discount {
    let percent = facts[0].trim_end_matches('%').parse().unwrap();
    let ends_at = (facts[1] == "repeating").then(|| at("2027-01-01"));
    Discount { percent_off: Some(percent), amount_off: None, ends_at, is_once: facts[1] == "once" }
}

fn item(name: &str, price: &str, quantity: &str) -> SubscriptionItem {
    SubscriptionItem { id: name.into(), price: price.into(), quantity: count(quantity), current_period: None }
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
        finalized_at: None,
        due_at: None,
        given_up_at: None,
        billing_reason: None,
        attempt_count: 0,
        total_minor: 0,
        tax_minor: 0,
        shipping_minor: 0,
        revises: None,
        billing_credits_minor: 0,
        amount_paid_minor: 0,
        amount_due_minor: 0,
        lines: Vec::new(),
    }
}

fn line(price: &str, amount_minor: i64, period: &str, facts: &[&str]) -> InvoiceLine {
    let (start, end) = period.split_once("..").unwrap();
    InvoiceLine {
        id: format!("il_{price}_{period}_{amount_minor}").into(),
        description: None,
        amount_minor,
        discount_minor: fact(facts, "discount").map_or(0, minor),
        inclusive_tax_minor: fact(facts, "tax").map_or(0, minor),
        inclusive_tax_percent: None,
        currency: fact(facts, "currency").map_or(Currency::USD, |code| code.parse().unwrap()),
        period: Period { start: at(start), end: at(end) },
        is_proration: false,
        is_proration_credit: false,
        quantity: facts.iter().find(|word| word.starts_with('x')).map_or(Decimal::ONE, |word| count(word)),
        price: Some(price.into()),
        subscription: Some("sub_1".into()),
        subscription_item: fact(facts, "item").map(Into::into),
        invoice_item: None,
        price_then: None,
        effect: effect(facts),
    }
}

/// Where changes are billed as differences, a line `sets` what a price is worth, or `adds` to it for a share of its interval.
fn effect(facts: &[&str]) -> LineEffect {
    match fact(facts, "adds") {
        Some(share) => LineEffect::Adds { share: share.parse().unwrap() },
        None if facts.contains(&"sets") => LineEffect::Sets,
        None => LineEffect::Whole,
    }
}

fn proration(price: &str, quantity: &str, amount_minor: i64, period: &str, facts: &[&str]) -> InvoiceLine {
    InvoiceLine { is_proration: true, quantity: count(quantity), ..line(price, amount_minor, period, facts) }
}

/// `x3` is three.
fn count(text: &str) -> Decimal {
    text.trim_start_matches('x').parse().unwrap()
}
