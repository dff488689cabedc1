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
        revises: None,
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

fn ledger_of(histories: Vec<(&str, Vec<Invoice>)>) -> Ledger {
    let builder = LedgerBuilder::new();
    for (id, invoices) in histories {
        let history = CustomerHistory { invoices, ..CustomerHistory::default() };
        builder.add(
            CustomerEntry::unknown(CustomerId::from(id)),
            &build(&history, &prices(), LedgerRules::default()),
        );
    }
    builder.finish(&prices(), TimeZone::UTC)
}

/// Two months of several customers: one pays tax, one lacks lines, one is billed 0, and one pays only later.
fn paid_by_several() -> Vec<(&'static str, Vec<Invoice>)> {
    let (january, february) = ("2024-01-05T00:00:00Z", "2024-02-05T00:00:00Z");
    // Each of a subscription of its own: a second bill of the same period would replace the first.
    let of_plan = |id: &str, minor| {
        let subscription = Some(SubscriptionId::from(format!("sub_{id}")));
        vec![InvoiceLine { subscription, ..line("plan", minor) }]
    };
    let plan = |id: &str, at: &str, minor| invoice(id, at, minor, 0, of_plan(id, minor));
    let mut missing = plan("in_3", january, 700);
    missing.total_minor = 900;
    let mut too_much = plan("in_4", "2024-01-06T00:00:00Z", 700);
    too_much.total_minor = 500;
    vec![
        (
            "cus_a",
            vec![invoice("in_1", january, 1_190, 190, of_plan("in_1", 1_000)), plan("in_2", february, 1_000)],
        ),
        ("cus_b", vec![missing, too_much]),
        ("cus_c", vec![invoice("in_5", january, 0, 0, vec![])]),
        ("cus_d", vec![invoice("in_6", january, 2_500, 0, vec![line("plan", 2_000), line("setup", 500)])]),
        ("cus_e", vec![plan("in_7", february, 3_000)]),
    ]
}

fn behind(ledger: &Ledger, part: &str) -> Vec<(String, i64)> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let asked = ReconciledCustomersQuery {
            month_on: "2024-01-20".parse().unwrap(),
            currency: Currency::USD,
            part: part.parse().unwrap(),
            cursor,
            limit: 2,
        };
        let page = customers(ledger, &asked).unwrap();
        all.extend(page.data.into_iter().map(|one| (one.customer_id, one.counted_minor)));
        cursor = page.next_cursor;
        if cursor.is_none() {
            assert_eq!(all.len(), page.total);
            return all;
        }
    }
}

#[test]
fn the_customers_behind_a_cell_add_up_to_it() {
    let ledger = ledger_of(paid_by_several());
    let own = |id: &str, minor| (id.to_owned(), minor);
    assert_eq!(
        behind(&ledger, "total"),
        [own("cus_d", 2_500), own("cus_b", 1_400), own("cus_a", 1_190), own("cus_c", 0)],
        "a bill of 0 was paid as well"
    );
    assert_eq!(behind(&ledger, "used"), [own("cus_d", 2_000), own("cus_b", 1_400), own("cus_a", 1_000)]);
    assert_eq!(behind(&ledger, "tax"), [own("cus_a", 190)]);
    assert_eq!(behind(&ledger, "one_off"), [own("cus_d", 500)]);
    assert_eq!(behind(&ledger, "metered"), []);
    // What one bill lacks is not made good by another that has too much.
    assert_eq!(behind(&ledger, "unexplained"), [own("cus_b", 0)]);
    let (from, to) = ("2024-01-01".parse().unwrap(), "2024-01-31".parse().unwrap());
    let month = &reconcile(&ledger, from, to)[0];
    let sum = |part: &str| behind(&ledger, part).iter().map(|(_, minor)| minor).sum::<i64>();
    assert_eq!((sum("total"), sum("used")), (month.total_minor, month.used_minor));
    for left_out in &month.left_out {
        assert_eq!(sum(left_out.reason.as_str()), left_out.amount_minor, "{:?}", left_out.reason);
    }
}

#[test]
fn a_customer_behind_a_cell_has_everything_that_it_paid_in_the_month() {
    let asked = ReconciledCustomersQuery {
        month_on: "2024-01-01".parse().unwrap(),
        currency: Currency::USD,
        part: ReconciledPart::LeftOut(Reason::Tax),
        cursor: None,
        limit: 5,
    };
    let ledger = ledger_of(paid_by_several());
    let page = customers(&ledger, &asked).unwrap();
    let [one] = page.data.as_slice() else { panic!("{page:?}") };
    assert_eq!((one.invoices, one.total_minor, one.used_minor, one.unexplained_minor), (1, 1_190, 1_000, 0));
    assert_eq!(one.left_out, [LeftOutSum { reason: Reason::Tax, amount_minor: 190 }]);
    let euros = ReconciledCustomersQuery { currency: Currency::EUR, ..asked.clone() };
    assert_eq!(customers(&ledger, &euros).unwrap().total, 0);
    let bad = ReconciledCustomersQuery { cursor: Some("x".to_owned()), ..asked };
    assert!(customers(&ledger, &bad).is_err());
}

#[test]
fn the_lines_of_an_invoice_add_up_to_its_total() {
    let histories = paid_by_several();
    let of = |id: &str| {
        let (_, invoices) = histories.iter().find(|(own, _)| *own == id).unwrap();
        let history = CustomerHistory { invoices: invoices.clone(), ..CustomerHistory::default() };
        let month = ("2024-01-01".parse().unwrap(), Currency::USD);
        super::invoices(&history, &prices(), LedgerRules::default(), month, &TimeZone::UTC)
    };
    let lines = |invoice: &ReconciledInvoice| {
        let lines =
            invoice.lines.iter().map(|line| (line.part.as_str(), line.id.is_some(), line.amount_minor));
        assert_eq!(lines.clone().map(|(.., minor)| minor).sum::<i64>(), invoice.total_minor);
        lines.collect::<Vec<_>>()
    };
    let taxed = of("cus_a");
    assert_eq!(taxed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["in_1"], "of the month alone");
    assert_eq!(lines(&taxed[0]), [("tax", false, 190), ("used", true, 1_000)]);
    let [missing, too_much] = &of("cus_b")[..] else { panic!() };
    assert_eq!(lines(missing), [("used", true, 700), ("unexplained", false, 200)]);
    assert_eq!(lines(too_much), [("used", true, 700), ("unexplained", false, -200)]);
    assert_eq!(lines(&of("cus_d")[0]), [("used", true, 2_000), ("one_off", true, 500)]);
}

#[test]
fn every_part_is_named_as_it_is_read() {
    let parts = [ReconciledPart::Total, ReconciledPart::Used, ReconciledPart::Unexplained];
    for part in parts.into_iter().chain(Reason::ALL.map(ReconciledPart::LeftOut)) {
        assert_eq!(part.as_str().parse(), Ok(part));
    }
    assert!("taxes".parse::<ReconciledPart>().is_err());
}
