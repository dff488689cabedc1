use model::billing::*;
use model::{ChurnAt, LedgerRules};
use rust_decimal::Decimal;

use super::build::*;
use crate::ledger::explain::explain;
use crate::ledger::{Cause, LeftOut, LineVerdict, MoneyKind, Valuation, build, line_verdicts};

use InvoiceStatus::{Draft, Open, Paid, Uncollectible, Void};
use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Unpaid};

#[test]
fn a_billed_period_counts_from_its_start() {
    let history = history(subscription(Active), vec![paid("basic", 1000, "2026-01-01", "2026-02-01")]);
    expect(&history, &[("2026-01-01", 1000)]);
}

#[test]
fn a_year_is_spread_over_twelve_months_and_rounded_once() {
    let history = history(subscription(Active), vec![paid("annual", 23_999, "2026-01-01", "2027-01-01")]);
    expect(&history, &[("2026-01-01", 2000)]);
}

#[test]
fn discounts_and_taxes_inside_the_price_do_not_count() {
    let mut discounted = line("basic", 1000, "2026-01-01", "2026-02-01");
    discounted.discount_minor = 250;
    discounted.inclusive_tax_minor = 120;
    let history = history(
        subscription(Active),
        vec![invoice("2026-01-01", Paid, vec![discounted]), paid("basic", 1000, "2026-02-01", "2026-03-01")],
    );
    expect(&history, &[("2026-01-01", 630), ("2026-02-01", 1000)]);
}

#[test]
fn the_lines_of_graduated_tiers_are_one_value() {
    let mut first = line("seats", 5000, "2026-01-01", "2026-02-01");
    first.quantity = Decimal::from(5);
    let mut second = line("seats", 1800, "2026-01-01", "2026-02-01");
    second.quantity = Decimal::from(3);
    let history = history(subscription(Active), vec![invoice("2026-01-01", Paid, vec![first, second])]);
    expect(&history, &[("2026-01-01", 6800)]);
}

#[test]
fn one_off_lines_and_usage_never_count() {
    let lines = vec![
        line("basic", 1000, "2026-01-01", "2026-02-01"),
        line("setup", 9900, "2026-01-01", "2026-01-01"),
        line("usage", 470, "2026-01-01", "2026-02-01"),
    ];
    let history = history(subscription(Active), vec![invoice("2026-01-01", Paid, lines)]);
    expect(&history, &[("2026-01-01", 1000)]);
    let with_usage =
        build(&history, &prices(), LedgerRules { include_metered: true, ..LedgerRules::default() });
    // What was used in January is known, and billed, at its end.
    let expected = [("2026-01-01", 1000), ("2026-02-01", 1470)].map(|(on, minor)| (on.to_owned(), minor));
    assert_eq!(totals(&with_usage), expected);
    let verdicts: Vec<LineVerdict> = line_verdicts(&history, &prices(), LedgerRules::default())
        .into_iter()
        .map(|(_, _, verdict)| verdict)
        .collect();
    assert_eq!(
        verdicts,
        [
            LineVerdict::Recurring,
            LineVerdict::LeftOut(LeftOut::OneOff),
            LineVerdict::LeftOut(LeftOut::Metered)
        ]
    );
}

#[test]
fn a_trial_has_no_value_until_its_first_paid_period() {
    let history = history(
        subscription(Active),
        vec![paid("basic", 0, "2026-01-01", "2026-01-15"), paid("basic", 1000, "2026-01-15", "2026-02-15")],
    );
    expect(&history, &[("2026-01-15", 1000)]);
}

#[test]
fn an_unpaid_invoice_counts_while_its_subscription_runs() {
    let invoices = |status| {
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice("2026-02-01", status, vec![line("basic", 1500, "2026-02-01", "2026-03-01")]),
        ]
    };
    for status in [Open, Draft] {
        expect(
            &history(subscription(PastDue), invoices(status)),
            &[("2026-01-01", 1000), ("2026-02-01", 1500)],
        );
    }
    // Canceled: the invoice no longer counts, what it replaced runs on to the end.
    expect(&history(ended("2026-02-15"), invoices(Open)), &[("2026-01-01", 1000), ("2026-02-15", 0)]);
    expect(
        &history(
            subscription(Incomplete),
            vec![invoice("2026-01-01", Open, vec![line("basic", 1000, "2026-01-01", "2026-02-01")])],
        ),
        &[],
    );
}

#[test]
fn a_change_within_a_period_counts_its_full_price_from_the_change() {
    // Half of January remains: 15.5 of 31 days.
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        subscription(Active),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-02-01",
                Paid,
                vec![
                    proration("basic", 1, -500, change, "2026-02-01"),
                    proration("pro", 1, 1500, change, "2026-02-01"),
                    line("pro", 3000, "2026-02-01", "2026-03-01"),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-01-16T12:00:00Z", 3000)]);
}

#[test]
fn a_pending_change_counts_before_it_is_billed_and_once_when_it_is() {
    let change = "2026-01-16T12:00:00Z";
    let mut history = history(subscription(Active), vec![paid("basic", 1000, "2026-01-01", "2026-02-01")]);
    history.invoice_items = vec![
        pending(proration("basic", 1, -500, change, "2026-02-01")),
        pending(proration("basic", 3, 1500, change, "2026-02-01")),
    ];
    expect(&history, &[("2026-01-01", 1000), (change, 3000)]);

    // The invoice arrives while the items are still known as pending.
    let mut lines: Vec<InvoiceLine> = history.invoice_items.iter().map(|item| item.line.clone()).collect();
    for (line, item) in lines.iter_mut().zip(&history.invoice_items) {
        line.invoice_item = Some(item.id.clone());
    }
    history.invoices.push(invoice("2026-02-01", Paid, lines));
    expect(&history, &[("2026-01-01", 1000), (change, 3000)]);
}

#[test]
fn a_pending_change_counts_though_the_subscription_ended_since() {
    let change = "2026-01-16T12:00:00Z";
    let mut history = history(ended("2026-01-20"), vec![paid("basic", 1000, "2026-01-01", "2026-02-01")]);
    history.invoice_items = vec![
        pending(proration("basic", 1, -500, change, "2026-02-01")),
        pending(proration("basic", 2, 1000, change, "2026-02-01")),
    ];
    expect(&history, &[("2026-01-01", 1000), (change, 2000), ("2026-01-20", 0)]);
}

#[test]
fn a_pending_change_of_prices_with_tax_inside_is_worth_what_is_left_without_it() {
    // 19 % inside 30.00: the item says 15.00 for half of January and nothing of the tax.
    let change = "2026-01-16T12:00:00Z";
    let mut taxed = subscription(Active);
    taxed.inclusive_tax_percent = Some(Decimal::from(19));
    let mut history = history(taxed, Vec::new());
    history.invoice_items = vec![pending(proration("pro", 1, 1500, change, "2026-02-01"))];
    expect(&history, &[(change, 2521)]);

    // Billed, the line says its tax: the same.
    let mut line = history.invoice_items.remove(0).line;
    line.inclusive_tax_minor = 239;
    history.invoices.push(invoice("2026-02-01", Paid, vec![line]));
    expect(&history, &[(change, 2521)]);
}

#[test]
fn a_discount_in_a_proration_scales_the_full_price() {
    // 20 % off: 1200 instead of 1500 for the second half of January.
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        subscription(Active),
        vec![
            paid("basic", 800, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-01-16",
                Paid,
                vec![
                    proration("basic", 1, -400, change, "2026-02-01"),
                    proration("pro", 1, 1200, change, "2026-02-01"),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 800), (change, 2400)]);
    assert!(matches!(
        ledger(&history).steps[2].cause,
        Cause::Prorated { valuation: Valuation::ByAmount, .. }
    ));
}

#[test]
fn one_minor_unit_of_rounding_is_no_discount() {
    let change = "2026-01-16T12:00:00Z";
    for (amount, expected) in [(1499, 3000), (1500, 3000), (1501, 3000), (1498, 2996)] {
        let history = history(
            subscription(Active),
            vec![invoice("2026-01-16", Paid, vec![proration("pro", 1, amount, change, "2026-02-01")])],
        );
        expect(&history, &[(change, expected)]);
    }
}

#[test]
fn the_length_of_a_period_follows_its_anchor_not_its_clamped_end() {
    // Anchored on the 31st: the period from January 31 to February 28 has 28 days, though a month before February 28
    // is January 28.
    let mut anchored = subscription(Active);
    anchored.billing_cycle_anchor = Some(at("2026-01-31"));
    let history = history(
        anchored,
        vec![invoice("2026-02-14", Paid, vec![proration("pro", 1, 1500, "2026-02-14", "2026-02-28")])],
    );
    expect(&history, &[("2026-02-14", 3000)]);
    assert!(matches!(
        ledger(&history).steps[0].cause,
        Cause::Prorated { valuation: Valuation::FullPrice, .. }
    ));
}

#[test]
fn graduated_tiers_are_evaluated_at_the_new_quantity() {
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        subscription(Active),
        vec![
            paid("seats", 3000, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-01-16",
                Paid,
                vec![
                    proration("seats", 3, -1500, change, "2026-02-01"),
                    proration("seats", 8, 3400, change, "2026-02-01"),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 3000), (change, 6800)]);
}

#[test]
fn unused_time_given_back_removes_the_price() {
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        subscription(Active),
        vec![
            invoice(
                "2026-01-01",
                Paid,
                vec![
                    line("basic", 1000, "2026-01-01", "2026-02-01"),
                    line("pro", 3000, "2026-01-01", "2026-02-01"),
                ],
            ),
            invoice("2026-01-16", Paid, vec![proration("pro", 1, -1500, change, "2026-02-01")]),
        ],
    );
    expect(&history, &[("2026-01-01", 4000), (change, 1000)]);
}

#[test]
fn a_switch_to_another_interval_starts_a_new_period() {
    let history = history(
        subscription(Active),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-01-11",
                Paid,
                vec![
                    proration("basic", 1, -677, "2026-01-11", "2026-02-01"),
                    line("annual", 24_000, "2026-01-11", "2027-01-11"),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-01-11", 2000)]);
}

#[test]
fn a_switch_without_proration_counts_from_the_next_period() {
    let history = history(
        subscription(Active),
        vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), paid("pro", 3000, "2026-02-01", "2026-03-01")],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 3000)]);
    assert!(matches!(ledger(&history).steps[1].cause, Cause::NotRenewed { .. }));
}

#[test]
fn a_price_whose_own_period_still_runs_is_not_dropped_by_anothers_renewal() {
    let history = history(
        subscription(Active),
        vec![
            invoice(
                "2026-01-01",
                Paid,
                vec![
                    line("basic", 1000, "2026-01-01", "2026-02-01"),
                    line("annual", 24_000, "2026-01-01", "2027-01-01"),
                ],
            ),
            paid("basic", 1000, "2026-02-01", "2026-03-01"),
        ],
    );
    expect(&history, &[("2026-01-01", 3000)]);
}

#[test]
fn a_voided_period_has_no_value_while_the_subscription_goes_on() {
    for given_up in [Void, Uncollectible] {
        let invoices = vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice("2026-02-01", given_up, vec![line("basic", 1000, "2026-02-01", "2026-03-01")]),
        ];
        expect(&history(subscription(Active), invoices.clone()), &[("2026-01-01", 1000), ("2026-02-01", 0)]);
        let mut resumed = invoices.clone();
        resumed.push(paid("basic", 1000, "2026-03-01", "2026-04-01"));
        expect(
            &history(ended("2026-04-01"), resumed),
            &[("2026-01-01", 1000), ("2026-02-01", 0), ("2026-03-01", 1000), ("2026-04-01", 0)],
        );
        // Ended, and nothing billed after: the period before runs to the end.
        expect(&history(ended("2026-02-20"), invoices), &[("2026-01-01", 1000), ("2026-02-20", 0)]);
    }
}

#[test]
fn a_voided_invoice_that_was_replaced_gives_nothing_up() {
    let history = history(
        subscription(Active),
        vec![
            invoice("2026-01-01", Void, vec![line("basic", 1000, "2026-01-01", "2026-02-01")]),
            paid("basic", 900, "2026-01-01", "2026-02-01"),
        ],
    );
    expect(&history, &[("2026-01-01", 900)]);
}

#[test]
fn churn_counts_from_the_end_the_request_or_the_last_paid_day() {
    let mut subscription = ended("2026-02-20");
    subscription.canceled_at = Some(at("2026-01-10"));
    let history = history(
        subscription,
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice("2026-02-01", Open, vec![line("basic", 1000, "2026-02-01", "2026-03-01")]),
        ],
    );
    let last = |churn_at| totals(&ledger_with(&history, churn_at)).pop();
    assert_eq!(last(ChurnAt::Ended), Some(("2026-02-20".to_owned(), 0)));
    assert_eq!(last(ChurnAt::Requested), Some(("2026-01-10".to_owned(), 0)));
    assert_eq!(last(ChurnAt::PaidThrough), Some(("2026-02-01".to_owned(), 0)));
}

#[test]
fn an_unpaid_subscription_ends_with_its_first_unpaid_period() {
    let unpaid = |status, on: &str, until: &str| invoice(on, status, vec![line("basic", 1000, on, until)]);
    let history = history(
        subscription(Unpaid),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            unpaid(Open, "2026-02-01", "2026-03-01"),
            unpaid(Draft, "2026-03-01", "2026-04-01"),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    assert!(ledger(&history).subscriptions[0].is_involuntary);
}

#[test]
fn an_unpaid_bill_of_a_change_ends_with_the_change() {
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        subscription(Unpaid),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-01-16",
                Open,
                vec![
                    proration("basic", 1, -500, change, "2026-02-01"),
                    proration("pro", 1, 1500, change, "2026-02-01"),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), (change, 0)]);
}

#[test]
fn nothing_counts_after_the_end() {
    let history = history(
        ended("2026-02-01"),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            paid("basic", 1000, "2026-02-01", "2026-03-01"),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
}

#[test]
fn a_subscription_that_is_not_known_counts_by_its_paid_lines() {
    let mut history = history(
        subscription(Canceled),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice("2026-02-01", Open, vec![line("basic", 5000, "2026-02-01", "2026-03-01")]),
        ],
    );
    history.subscriptions.clear();
    expect(&history, &[("2026-01-01", 1000)]);
}

#[test]
fn every_step_is_explained_by_the_lines_it_read() {
    let change = "2026-01-16T12:00:00Z";
    let history = history(
        ended("2026-03-01"),
        vec![
            paid("basic", 1000, "2026-01-01", "2026-02-01"),
            invoice(
                "2026-01-16",
                Paid,
                vec![
                    proration("basic", 1, -500, change, "2026-02-01"),
                    proration("pro", 1, 1500, change, "2026-02-01"),
                ],
            ),
        ],
    );
    let explanation = explain(&history, &prices(), LedgerRules::default(), Some(at("2026-01-20")));
    assert_eq!(explanation.mrr.len(), 1);
    assert_eq!(explanation.mrr[0].amount_minor, 3000);
    let pro = explanation.parts.iter().find(|part| part.price.as_str() == "pro").unwrap();
    assert_eq!(pro.steps[0].rule, "prorated");
    assert_eq!(pro.steps[0].lines[0].amount_minor, 1500);
    assert_eq!(
        pro.steps[0].arithmetic.as_deref(),
        Some("1 unit at full price ÷ 1 month = 30.00 USD a month")
    );
    let all = explain(&history, &prices(), LedgerRules::default(), None);
    assert_eq!(all.mrr[0].amount_minor, 0);
    assert!(all.parts.iter().all(|part| part.value_minor == 0));
}

#[test]
fn revenue_is_the_paid_total_without_tax_and_charges_without_an_invoice() {
    let mut taxed = paid("basic", 1190, "2026-01-01", "2026-02-01");
    taxed.tax_minor = 190;
    let charge = |id: &str, invoice: Option<&str>, intent: &str| Charge {
        id: id.into(),
        customer: None,
        invoice: invoice.map(Into::into),
        payment_intent: Some(intent.to_owned()),
        status: ChargeStatus::Succeeded,
        currency: model::Currency::USD,
        amount_minor: 500,
        amount_captured_minor: 500,
        is_booked: true,
        amount_refunded_minor: 0,
        created_at: at("2026-01-05"),
        failure_code: None,
        decline_code: None,
        is_disputed: false,
    };
    let mut history = history(subscription(Active), vec![taxed]);
    history.charges = vec![
        charge("ch_old", Some("in_1"), "pi_1"),
        charge("ch_new", None, "pi_2"),
        charge("ch_free", None, "pi_3"),
    ];
    history.invoice_payments = vec![InvoicePayment {
        invoice: "in_2".into(),
        payment_intent: Some("pi_2".to_owned()),
        charge: None,
        is_paid: true,
    }];
    let money = ledger(&history).money;
    let of = |kind| money.iter().filter(|fact| fact.kind == kind).map(|fact| fact.amount_minor).sum::<i64>();
    assert_eq!(of(MoneyKind::InvoiceRevenue), 1000);
    assert_eq!(of(MoneyKind::ChargeRevenue), 500);
    assert_eq!(of(MoneyKind::Payment), 1500);
}
