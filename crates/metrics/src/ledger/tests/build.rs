//! Histories in few words: dates as text, one customer, one subscription unless said otherwise.

use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, UnixSeconds};
use rust_decimal::Decimal;

use crate::ledger::{CustomerLedger, PriceBook, build};

pub(crate) fn at(text: &str) -> UnixSeconds {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

pub(crate) fn price(id: &str, amount: i64, interval: BillingInterval, interval_count: u32) -> Price {
    Price {
        id: id.into(),
        product: None,
        nickname: None,
        currency: Currency::USD,
        recurrence: Some(Recurrence { interval, interval_count, is_metered: false }),
        scheme: PriceScheme::PerUnit(Some(amount.into())),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: true,
    }
}

/// `basic` 10.00 and `pro` 30.00 a month, `annual` 240.00 a year, `usage` metered, `setup` once.
pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::default();
    book.insert(price("basic", 1000, BillingInterval::Month, 1));
    book.insert(price("pro", 3000, BillingInterval::Month, 1));
    book.insert(price("annual", 24_000, BillingInterval::Year, 1));
    let mut usage = price("usage", 5, BillingInterval::Month, 1);
    usage.recurrence = usage.recurrence.map(|recurrence| Recurrence { is_metered: true, ..recurrence });
    book.insert(usage);
    let mut setup = price("setup", 9900, BillingInterval::Month, 1);
    setup.recurrence = None;
    book.insert(setup);
    let mut seats = price("seats", 0, BillingInterval::Month, 1);
    let tier = |up_to: Option<i64>, unit: i64| Tier {
        up_to: up_to.map(Decimal::from),
        unit_amount: Some(unit.into()),
        flat_amount: None,
    };
    seats.scheme = PriceScheme::Graduated(vec![tier(Some(5), 1000), tier(None, 600)]);
    book.insert(seats);
    book
}

pub(crate) fn line(price: &str, amount_minor: i64, start: &str, end: &str) -> InvoiceLine {
    InvoiceLine {
        id: format!("il_{price}_{start}_{amount_minor}").into(),
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
        price_then: None,
        effect: model::billing::LineEffect::Whole,
    }
}

pub(crate) fn proration(
    price: &str,
    quantity: i64,
    amount_minor: i64,
    start: &str,
    end: &str,
) -> InvoiceLine {
    InvoiceLine {
        is_proration: true,
        is_proration_credit: amount_minor < 0,
        quantity: quantity.into(),
        ..line(price, amount_minor, start, end)
    }
}

pub(crate) fn invoice(created: &str, status: InvoiceStatus, lines: Vec<InvoiceLine>) -> Invoice {
    let total_minor = lines.iter().map(|line| line.amount_minor - line.discount_minor).sum();
    Invoice {
        id: format!("in_{created}_{}", lines.first().map_or("empty", |line| line.id.as_str())).into(),
        number: None,
        customer: Some("cus_1".into()),
        subscription: Some("sub_1".into()),
        status,
        currency: Currency::USD,
        created_at: at(created),
        paid_at: (status == InvoiceStatus::Paid).then(|| at(created)),
        finalized_at: None,
        due_at: None,
        given_up_at: None,
        billing_reason: None,
        attempt_count: 1,
        total_minor,
        tax_minor: lines.iter().map(|line| line.inclusive_tax_minor).sum(),
        shipping_minor: 0,
        revises: None,
        billing_credits_minor: 0,
        amount_paid_minor: total_minor,
        amount_due_minor: total_minor,
        lines,
    }
}

/// A month of a price, paid on its first day.
pub(crate) fn paid(price: &str, amount_minor: i64, start: &str, end: &str) -> Invoice {
    invoice(start, InvoiceStatus::Paid, vec![line(price, amount_minor, start, end)])
}

pub(crate) fn pending(line: InvoiceLine) -> InvoiceItem {
    let id = line.id.as_str().replace("il_", "ii_");
    InvoiceItem { id: id.into(), customer: Some("cus_1".into()), invoice: None, line }
}

pub(crate) fn subscription(status: SubscriptionStatus) -> Subscription {
    Subscription {
        created_at: Some(at("2026-01-01")),
        started_at: Some(at("2026-01-01")),
        billing_cycle_anchor: Some(at("2026-01-01")),
        currency: Some(Currency::USD),
        ..Subscription::new("sub_1".into(), "cus_1".into(), status)
    }
}

pub(crate) fn ended(on: &str) -> Subscription {
    let mut subscription = subscription(SubscriptionStatus::Canceled);
    subscription.ended_at = Some(at(on));
    subscription.canceled_at = Some(at(on));
    subscription
}

pub(crate) fn history(subscription: Subscription, invoices: Vec<Invoice>) -> CustomerHistory {
    CustomerHistory { subscriptions: vec![subscription], invoices, ..CustomerHistory::default() }
}

pub(crate) fn ledger(history: &CustomerHistory) -> CustomerLedger {
    build(history, &prices(), LedgerRules::default())
}

pub(crate) fn ledger_with(history: &CustomerHistory, churn_at: ChurnAt) -> CustomerLedger {
    build(history, &prices(), LedgerRules { churn_at, ..LedgerRules::default() })
}

/// The customer's totals as `(day or instant, amount)`.
pub(crate) fn totals(ledger: &CustomerLedger) -> Vec<(String, i64)> {
    let totals = ledger.totals();
    let text = |at: UnixSeconds| at.timestamp().to_string().replace("T00:00:00Z", "");
    totals.into_iter().map(|total| (text(total.at), total.mrr_minor)).collect()
}

pub(crate) fn expect(history: &CustomerHistory, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> =
        expected.iter().map(|(on, minor)| ((*on).to_owned(), *minor)).collect();
    assert_eq!(totals(&ledger(history)), expected);
}

/// The same line, billed for an item that is named.
pub(crate) fn on(item: &str, line: InvoiceLine) -> InvoiceLine {
    InvoiceLine { subscription_item: Some(item.into()), id: format!("{}_{item}", line.id).into(), ..line }
}

/// The subscription with these items: `(item, price, quantity)`.
pub(crate) fn with_items(subscription: Subscription, items: &[(&str, &str, i64)]) -> Subscription {
    let items = items.iter().map(|(id, price, quantity)| SubscriptionItem {
        id: (*id).into(),
        price: (*price).into(),
        quantity: (*quantity).into(),
        current_period: None,
    });
    Subscription { items: items.collect(), ..subscription }
}

/// As while its collection is paused.
pub(crate) fn never_attempted(invoice: Invoice) -> Invoice {
    Invoice { attempt_count: 0, ..invoice }
}

/// An invoice of several lines, paid on the day it was made.
pub(crate) fn bill(created: &str, lines: Vec<InvoiceLine>) -> Invoice {
    invoice(created, InvoiceStatus::Paid, lines)
}
