use jiff::tz::TimeZone;
use model::billing::{
    BillingInterval, CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, Period, Price, PriceScheme,
    Recurrence,
};
use model::{CustomerId, InvoiceLineId, LedgerRules, PriceId, SubscriptionId, UnixSeconds};

use super::*;
use crate::columns::{CustomerEntry, LedgerBuilder};
use crate::ledger::{PriceBook, build};

fn at(text: &str) -> UnixSeconds {
    UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

fn price(id: &str, recurrence: Option<(BillingInterval, bool)>) -> Price {
    Price {
        id: PriceId::from(id),
        product: None,
        nickname: None,
        currency: Currency::USD,
        recurrence: recurrence.map(|(interval, is_metered)| Recurrence {
            interval,
            interval_count: 1,
            is_metered,
        }),
        scheme: PriceScheme::PerUnit(None),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: true,
    }
}

fn prices() -> PriceBook {
    let mut book = PriceBook::default();
    book.insert(price("plan", Some((BillingInterval::Month, false))));
    book.insert(price("usage", Some((BillingInterval::Month, true))));
    book.insert(price("setup", None));
    book
}

fn line(price: &str, amount_minor: i64) -> InvoiceLine {
    InvoiceLine {
        id: InvoiceLineId::from(format!("il_{price}_{amount_minor}")),
        description: None,
        amount_minor,
        discount_minor: 0,
        inclusive_tax_minor: 0,
        inclusive_tax_percent: None,
        currency: Currency::USD,
        period: Period { start: at("2024-01-01T00:00:00Z"), end: at("2024-02-01T00:00:00Z") },
        is_proration: false,
        is_proration_credit: false,
        quantity: 1.into(),
        price: Some(PriceId::from(price)),
        subscription: Some(SubscriptionId::from("sub")),
        subscription_item: None,
        invoice_item: None,
        price_then: None,
        effect: model::billing::LineEffect::Whole,
    }
}

fn invoice(id: &str, paid_at: &str, total_minor: i64, tax_minor: i64, lines: Vec<InvoiceLine>) -> Invoice {
    Invoice {
        id: InvoiceId::from(id),
        number: None,
        customer: None,
        subscription: None,
        status: InvoiceStatus::Paid,
        currency: Currency::USD,
        created_at: at("2024-01-01T00:00:00Z"),
        paid_at: Some(at(paid_at)),
        finalized_at: None,
        due_at: None,
        given_up_at: None,
        billing_reason: None,
        attempt_count: 1,
        total_minor,
        tax_minor,
        shipping_minor: 0,
        billing_credits_minor: 0,
        amount_paid_minor: total_minor,
        amount_due_minor: total_minor,
        lines,
    }
}

fn reconciled(invoices: Vec<Invoice>, zone: &str) -> Vec<ReconciledMonth> {
    let builder = LedgerBuilder::new();
    for invoice in invoices {
        let entry = CustomerEntry::unknown(CustomerId::from(format!("cus_of_{}", invoice.id)));
        let history = CustomerHistory { invoices: vec![invoice], ..CustomerHistory::default() };
        builder.add(entry, &build(&history, &prices(), LedgerRules::default()));
    }
    let ledger = builder.finish(&prices(), TimeZone::get(zone).unwrap());
    reconcile(&ledger, "2024-01-15".parse().unwrap(), "2024-12-31".parse().unwrap())
}

#[test]
fn totals_are_what_was_used_and_what_was_left_out() {
    let mut discounted = line("plan", 10_000);
    discounted.discount_minor = 1_000;
    discounted.inclusive_tax_minor = 900;
    let mut credit = line("plan", -2_000);
    credit.is_proration = true;
    let mut upgrade = line("plan", 3_000);
    upgrade.is_proration = true;
    let lines = vec![discounted, credit, upgrade, line("usage", 450), line("setup", 5_000)];
    // 16,450 of lines less 1,000 discount, and 700 of exclusive tax.
    let months = reconciled(vec![invoice("in_1", "2024-01-05T00:00:00Z", 16_150, 1_600, lines)], "UTC");
    let told = serde_json::to_value(&months).unwrap();
    assert_eq!(
        told,
        serde_json::json!([{
            "month_on": "2024-01-01", "currency": "usd", "invoices": 1, "total_minor": 16_150, "used_minor": 11_100,
            "left_out": [
                {"reason": "tax", "amount_minor": 1_600},
                {"reason": "one_off", "amount_minor": 5_000},
                {"reason": "metered", "amount_minor": 450},
                {"reason": "proration_credit", "amount_minor": -2_000},
            ],
            "unexplained_minor": 0, "unexplained_invoices": [],
        }])
    );
    let left_out: i64 = months[0].left_out.iter().map(|sum| sum.amount_minor).sum();
    assert_eq!(months[0].used_minor + left_out + months[0].unexplained_minor, months[0].total_minor);
}

#[test]
fn shipping_and_billing_credits_are_in_the_total_and_on_no_line() {
    // 10,000 of a line less 1,500 of credits, 700 of shipping and 920 of tax on both.
    let mut paid = invoice("in_1", "2024-01-05T00:00:00Z", 10_120, 920, vec![line("plan", 10_000)]);
    paid.shipping_minor = 700;
    paid.billing_credits_minor = 1_500;
    // What was taken from the customer's balance changes what is due, not the total.
    paid.amount_due_minor = 4_000;
    let month = &reconciled(vec![paid], "UTC")[0];
    assert_eq!((month.used_minor, month.unexplained_minor), (10_000, 0));
    let left_out = month.left_out.iter().map(|sum| (sum.reason, sum.amount_minor));
    assert_eq!(
        left_out.collect::<Vec<_>>(),
        [(Reason::Tax, 920), (Reason::Shipping, 700), (Reason::BillingCredit, -1_500)]
    );
}

#[test]
fn an_invoice_whose_lines_are_missing_is_named() {
    let months =
        reconciled(vec![invoice("in_1", "2024-01-05T00:00:00Z", 900, 0, vec![line("plan", 500)])], "UTC");
    assert_eq!(months[0].unexplained_minor, 400);
    assert_eq!(months[0].unexplained_invoices, [InvoiceId::from("in_1")]);
}

#[test]
fn the_month_is_that_of_the_payment_in_the_zone() {
    let paid = invoice("in_1", "2024-01-31T23:30:00Z", 500, 0, vec![line("plan", 500)]);
    let month = |zone| reconciled(vec![paid.clone()], zone)[0].month_on.to_string();
    assert_eq!(month("UTC"), "2024-01-01");
    assert_eq!(month("Europe/Berlin"), "2024-02-01");
}

#[test]
fn only_paid_invoices_are_reconciled() {
    let mut open = invoice("in_1", "2024-01-05T00:00:00Z", 500, 0, vec![line("plan", 500)]);
    open.status = InvoiceStatus::Open;
    assert!(reconciled(vec![open], "UTC").is_empty());
}

#[test]
fn months_outside_the_range_are_left_out() {
    let paid = |id, at| invoice(id, at, 500, 0, vec![line("plan", 500)]);
    let all =
        ["2023-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z"];
    let months = reconciled(all.iter().map(|at| paid(at, at)).collect(), "UTC");
    let months: Vec<String> = months.iter().map(|month| month.month_on.to_string()).collect();
    assert_eq!(months, ["2024-01-01", "2024-12-01"]);
}

#[test]
fn some_of_the_invoices_that_do_not_add_up_are_named_and_all_are_counted() {
    let missing =
        (0..12).map(|number| invoice(&format!("in_{number}"), "2024-01-05T00:00:00Z", 900, 0, vec![]));
    let month = &reconciled(missing.collect(), "UTC")[0];
    assert_eq!((month.invoices, month.unexplained_minor, month.total_minor), (12, 10_800, 10_800));
    assert_eq!(month.unexplained_invoices.len(), EXAMPLES_MAX);
}
