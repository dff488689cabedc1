//! Bills that set values, and bills of differences: one test a rule.

use InvoiceStatus::{Draft, Open, Paid, Void};
use SubscriptionStatus::{Active, Canceled, PastDue, Paused, Trialing};
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules};
use rust_decimal::Decimal;

use super::build::*;
use crate::ledger::{Cause, ChangeCause, LeftOut, LineVerdict, build, line_verdicts};

/// A period's bill: `(price, quantity, net)`.
pub(super) fn period(status: InvoiceStatus, start: &str, end: &str, lines: &[(&str, i64, i64)]) -> Invoice {
    let lines = lines.iter().map(|(price, quantity, net)| InvoiceLine {
        quantity: (*quantity).into(),
        effect: LineEffect::Sets,
        ..line(price, *net, start, end)
    });
    invoice(start, status, lines.collect())
}

/// A change's bill: `(price, quantity, net)` for a share in hundred-thousandths of the interval.
pub(super) fn change(
    status: InvoiceStatus,
    start: &str,
    end: &str,
    share: i64,
    lines: &[(&str, i64, i64)],
) -> Invoice {
    let share = Decimal::new(share, 5);
    let lines = lines.iter().map(|(price, quantity, net)| InvoiceLine {
        quantity: (*quantity).into(),
        is_proration: true,
        is_proration_credit: *net < 0,
        effect: LineEffect::Adds { share },
        ..line(price, *net, start, end)
    });
    invoice(start, status, lines.collect())
}

fn with_pause(subscription: Subscription, start: &str, end: Option<&str>) -> Subscription {
    let pauses = vec![Pause { start: at(start), end: end.map(at) }];
    Subscription { pauses, ..subscription }
}

/// Basic in January, pro from the middle of it on, then pro until it rests, and again from May.
pub(super) fn life() -> Vec<Invoice> {
    vec![
        period(Paid, "2026-01-10", "2026-02-10", &[("basic", 2, 2000)]),
        period(Paid, "2026-02-10", "2026-03-10", &[("basic", 2, 2000)]),
        change(Paid, "2026-02-24", "2026-03-10", 50_000, &[("pro", 1, 1500), ("basic", -2, -1000)]),
        period(Paid, "2026-03-10", "2026-04-10", &[("pro", 1, 3000)]),
        period(Paid, "2026-05-05", "2026-06-05", &[("pro", 1, 3000)]),
    ]
}

const LIFE: &[(&str, i64)] =
    &[("2026-01-10", 2000), ("2026-02-24", 3000), ("2026-04-10", 0), ("2026-05-05", 3000), ("2026-06-05", 0)];

#[test]
fn a_life_is_the_same_whether_its_pause_is_known_or_shows_only_as_a_hole() {
    let known = with_pause(ended("2026-06-05"), "2026-04-10", Some("2026-05-05"));
    expect(&history(known, life()), LIFE);
    expect(&history(ended("2026-06-05"), life()), LIFE);
    // While it rests.
    let resting = with_pause(subscription(Paused), "2026-04-10", None);
    expect(&history(resting, life()[..4].to_vec()), &LIFE[..3]);
}

#[test]
fn every_step_says_which_rule_made_it() {
    let ledger = ledger(&history(ended("2026-06-05"), life()));
    let rules: Vec<(String, &str)> =
        ledger.steps.iter().map(|step| (step.price.to_string(), step.cause.rule())).collect();
    let rules: Vec<(&str, &str)> = rules.iter().map(|(price, rule)| (price.as_str(), *rule)).collect();
    assert_eq!(
        rules,
        [
            ("basic", "billed"),
            ("basic", "removed"),
            ("pro", "changed"),
            ("pro", "not_billed"),
            ("pro", "billed"),
            ("pro", "ended"),
        ]
    );
}

#[test]
fn the_order_of_arrival_is_irrelevant_and_movements_add_up() {
    let subscription = ended("2026-06-05");
    let expected = ledger(&history(subscription.clone(), life()));
    for turn in 0..life().len() {
        let mut invoices = life();
        invoices.rotate_left(turn);
        for invoice in &mut invoices {
            invoice.lines.reverse();
        }
        let ledger = ledger(&history(subscription.clone(), invoices));
        assert_eq!(ledger.totals(), expected.totals());
        let moved: i64 = ledger.steps.iter().map(|step| step.delta_minor).sum();
        assert_eq!(moved, 0, "it ended");
    }
}

#[test]
fn a_seat_more_is_worth_what_each_was_though_the_share_is_rounded() {
    // 1000 ÷ 1.1 by a discount: 909 a seat. A third of a month is billed at 303.
    let seats = vec![
        period(Paid, "2026-01-01", "2026-02-01", &[("basic", 3, 2727)]),
        change(Paid, "2026-01-20", "2026-02-01", 38_710, &[("basic", 1, 352)]),
    ];
    let ledger = ledger(&history(subscription(Active), seats.clone()));
    assert_eq!(totals(&ledger), [("2026-01-01".to_owned(), 2727), ("2026-01-20".to_owned(), 3636)]);
    assert_eq!(ledger.causes[1], ChangeCause::Quantity);
    // Written as the old quantity taken back and the new one billed, it is the same.
    let pair = [
        seats[0].clone(),
        change(Paid, "2026-01-20", "2026-02-01", 38_710, &[("basic", -3, -1056), ("basic", 4, 1408)]),
    ];
    expect(&history(subscription(Active), pair.to_vec()), &[("2026-01-01", 2727), ("2026-01-20", 3636)]);
}

#[test]
fn a_yearly_price_is_rounded_once_when_it_is_read() {
    let year = vec![
        period(Paid, "2026-01-01", "2027-01-01", &[("annual", 1, 10_000)]),
        change(Paid, "2026-07-01", "2027-01-01", 50_411, &[("annual", 2, 10_082)]),
    ];
    // 833.33 and 2500, not three times 833.
    expect(&history(subscription(Active), year), &[("2026-01-01", 833), ("2026-07-01", 2500)]);
}

#[test]
fn what_a_renewal_no_longer_names_is_gone_and_what_it_names_is_worth_that() {
    // Changes that nobody billed: a quantity, and a price that was dropped.
    let invoices = vec![
        period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000), ("pro", 1, 3000)]),
        period(Paid, "2026-02-01", "2026-03-01", &[("basic", 5, 5000)]),
    ];
    let ledger = ledger(&history(subscription(Active), invoices));
    assert_eq!(totals(&ledger), [("2026-01-01".to_owned(), 4000), ("2026-02-01".to_owned(), 5000)]);
    assert!(ledger.steps.iter().any(|step| matches!(step.cause, Cause::NotRenewed { .. })));
}

#[test]
fn a_change_put_off_to_the_next_bill_counts_from_when_it_was_made() {
    let mut renewal = period(Paid, "2026-02-01", "2026-03-01", &[("basic", 3, 3000)]);
    let put_off = change(Paid, "2026-01-16", "2026-02-01", 51_613, &[("basic", 2, 1032)]);
    renewal.lines.extend(put_off.lines);
    let invoices = vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]), renewal];
    expect(&history(subscription(Active), invoices), &[("2026-01-01", 1000), ("2026-01-16", 3000)]);
}

#[test]
fn another_interval_begins_a_period_of_its_own() {
    let mut switch = change(Paid, "2026-01-16", "2026-02-01", 51_613, &[("basic", -1, -516)]);
    let year = change(Paid, "2026-01-16", "2027-01-16", 100_000, &[("annual", 1, 24_000)]);
    switch.lines.extend(year.lines);
    let invoices = vec![
        period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]),
        switch,
        period(Paid, "2027-01-16", "2028-01-16", &[("annual", 1, 24_000)]),
    ];
    expect(&history(subscription(Active), invoices), &[("2026-01-01", 1000), ("2026-01-16", 2000)]);
}

#[test]
fn a_price_that_is_added_in_full_without_a_period_leaves_the_others_as_they_are() {
    let added = change(Paid, "2026-01-16", "2026-01-16", 100_000, &[("pro", 1, 3000)]);
    let mut invoices = vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]), added];
    expect(
        &history(ended("2026-02-01"), invoices.clone()),
        &[("2026-01-01", 1000), ("2026-01-16", 4000), ("2026-02-01", 0)],
    );
    invoices.push(period(Paid, "2026-02-01", "2026-03-01", &[("basic", 1, 1000), ("pro", 1, 3000)]));
    let history = history(subscription(Active), invoices);
    expect(&history, &[("2026-01-01", 1000), ("2026-01-16", 4000)]);
}

#[test]
fn from_a_long_interval_to_a_short_one_the_rest_of_the_long_one_hides_no_hole() {
    let mut switch = change(Paid, "2026-03-01", "2027-01-01", 83_836, &[("annual", -1, -20_121)]);
    let month = change(Paid, "2026-03-01", "2026-04-01", 100_000, &[("basic", 1, 1000)]);
    switch.lines.extend(month.lines);
    let invoices = vec![
        period(Paid, "2026-01-01", "2027-01-01", &[("annual", 1, 24_000)]),
        switch,
        period(Paid, "2026-05-01", "2026-06-01", &[("basic", 1, 1000)]),
    ];
    let steps = [("2026-01-01", 2000), ("2026-03-01", 1000), ("2026-04-01", 0), ("2026-05-01", 1000)];
    expect(&history(subscription(Active), invoices), &steps);
}

#[test]
fn before_differences_were_billed_the_new_quantity_came_in_full_and_the_old_one_back() {
    let replaces = |price: &str, quantity: i64, net| InvoiceLine {
        quantity: quantity.into(),
        is_proration: true,
        effect: LineEffect::Replaces { share: Decimal::new(5, 1) },
        ..line(price, net, "2024-01-16", "2024-02-01")
    };
    let removes = |price: &str, net| InvoiceLine {
        is_proration: true,
        is_proration_credit: true,
        effect: LineEffect::Removes,
        ..line(price, net, "2024-01-16", "2024-02-01")
    };
    let month = period(Paid, "2024-01-01", "2024-02-01", &[("basic", 1, 1000)]);
    let old = |lines: Vec<InvoiceLine>, given_back| CustomerHistory {
        given_back,
        ..history(subscription(Active), vec![month.clone(), bill("2024-01-16", lines)])
    };
    let more = old(vec![replaces("basic", 3, 1500)], vec![removes("basic", -500)]);
    expect(&more, &[("2024-01-01", 1000), ("2024-01-16", 3000)]);
    let other = old(vec![replaces("pro", 1, 1500)], vec![removes("basic", -500)]);
    expect(&other, &[("2024-01-01", 1000), ("2024-01-16", 3000)]);
    let dropped = old(Vec::new(), vec![removes("basic", -500)]);
    expect(&dropped, &[("2024-01-01", 1000), ("2024-01-16", 0)]);
}

#[test]
fn an_open_bill_counts_while_the_subscription_is_served_and_a_draft_never_does() {
    let month = |status| vec![period(status, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)])];
    for status in [Active, PastDue, Trialing] {
        expect(&history(subscription(status), month(Open)), &[("2026-01-01", 1000)]);
        expect(&history(subscription(status), month(Draft)), &[]);
    }
    expect(&history(subscription(Paused), month(Open)), &[]);
    expect(&history(ended("2026-01-20"), month(Open)), &[]);
}

#[test]
fn a_renewal_that_was_given_up_is_worth_nothing_where_life_goes_on() {
    let first = || period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]);
    let void = || period(Void, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
    let steps: &[(&str, i64)] = &[("2026-01-01", 1000), ("2026-02-01", 0)];
    expect(&history(subscription(Paused), vec![first(), void()]), steps);
    let later = period(Paid, "2026-03-01", "2026-04-01", &[("basic", 1, 1000)]);
    let came_back = history(ended("2026-04-01"), vec![first(), void(), later]);
    expect(&came_back, &[("2026-01-01", 1000), ("2026-02-01", 0), ("2026-03-01", 1000), ("2026-04-01", 0)]);
    // Billed again for the same period, it was not given up.
    let mut again = period(Paid, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
    again.id = "in_again".into();
    expect(&history(subscription(Active), vec![first(), void(), again]), &steps[..1]);
}

#[test]
fn a_change_whose_bill_was_given_up_was_not_made() {
    let invoices = vec![
        period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]),
        change(Void, "2026-01-16", "2026-02-01", 50_000, &[("basic", 4, 2000)]),
    ];
    let history = history(subscription(Active), invoices);
    expect(&history, &[("2026-01-01", 1000)]);
    let verdicts = line_verdicts(&history, &prices(), LedgerRules::default());
    assert_eq!(verdicts[1].2, LineVerdict::LeftOut(LeftOut::Void));
}

#[test]
fn a_change_whose_bill_was_given_up_counts_where_what_was_billed_next_shows_that_it_was_made() {
    let with = |next: &[(&str, i64, i64)]| {
        let invoices = vec![
            period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]),
            change(Void, "2026-01-16", "2026-02-01", 50_000, &[("basic", 4, 2000)]),
            period(Paid, "2026-02-01", "2026-03-01", next),
        ];
        history(subscription(Active), invoices)
    };
    expect(&with(&[("basic", 5, 5000)]), &[("2026-01-01", 1000), ("2026-01-16", 5000)]);
    expect(&with(&[("basic", 1, 1000)]), &[("2026-01-01", 1000)]);
    // Asked for again, and paid for then.
    let again = change(Paid, "2026-01-18", "2026-02-01", 45_161, &[("basic", 4, 1806)]);
    let mut twice = with(&[("basic", 5, 5000)]);
    twice.invoices.insert(2, again);
    expect(&twice, &[("2026-01-01", 1000), ("2026-01-18", 5000)]);
}

/// The last period's bill was never paid: how often it was tried to collect it, and by when the customer had to pay it.
fn unpaid_end(attempt_count: u32, due_on: Option<&str>, ended_on: &str) -> CustomerHistory {
    let void = period(Void, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
    let last = Invoice { attempt_count, due_at: due_on.map(at), ..void };
    let first = period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]);
    history(ended(ended_on), vec![first, last])
}

#[test]
fn what_could_not_be_collected_was_served_until_the_end_and_what_the_customer_left_unpaid_was_not() {
    let served: &[(&str, i64)] = &[("2026-01-01", 1000), ("2026-03-03", 0)];
    expect(&unpaid_end(5, None, "2026-03-03"), served);
    // Ended before anybody tried, or tried with what the provider does not tell.
    expect(&unpaid_end(0, None, "2026-03-03"), served);
    expect(&unpaid_end(1, Some("2026-02-15"), "2026-03-03"), served);
    let left = unpaid_end(0, Some("2026-02-15"), "2026-03-03");
    expect(&left, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    // It was paused meanwhile, and nobody knows from when on.
    expect(&unpaid_end(5, None, "2026-09-01"), &[("2026-01-01", 1000), ("2026-03-04", 0)]);
}

#[test]
fn service_ends_with_what_was_billed_although_the_subscription_ends_later() {
    let month = || vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)])];
    expect(&history(ended("2026-05-01"), month()), &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    expect(&history(ended("2026-01-20"), month()), &[("2026-01-01", 1000), ("2026-01-20", 0)]);
    let never_issued = period(Draft, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
    let both = month().into_iter().chain([never_issued]).collect();
    expect(&history(ended("2026-02-20"), both), &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    let requested = Subscription { canceled_at: Some(at("2026-01-05")), ..ended("2026-02-01") };
    let ledger = ledger_with(&history(requested, month()), ChurnAt::Requested);
    assert_eq!(totals(&ledger), [("2026-01-01".to_owned(), 1000), ("2026-01-05".to_owned(), 0)]);
}

#[test]
fn a_pause_that_ends_within_a_paid_period_brings_its_value_back_without_a_bill() {
    let paused = with_pause(subscription(Active), "2026-01-10", Some("2026-01-20"));
    let month = vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 2, 2000)])];
    let history = history(paused, month);
    expect(&history, &[("2026-01-01", 2000), ("2026-01-10", 0), ("2026-01-20", 2000)]);
    assert_eq!(ledger(&history).steps[2].cause, Cause::Resumed);
}

#[test]
fn what_ends_while_it_rests_does_not_come_back_whenever_the_setting_says_that_it_ended() {
    let month = vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)])];
    let paused = with_pause(ended("2026-01-20"), "2026-01-10", Some("2026-01-20"));
    let steps = [("2026-01-01".to_owned(), 1000), ("2026-01-10".to_owned(), 0)];
    let history = history(paused, month);
    for churn_at in [ChurnAt::Ended, ChurnAt::PaidThrough] {
        assert_eq!(totals(&ledger_with(&history, churn_at)), steps);
    }
}

#[test]
fn a_price_that_was_left_for_one_of_a_shorter_interval_is_not_what_was_paid_through() {
    let mut switch = change(Paid, "2026-03-01", "2027-01-01", 83_836, &[("annual", -1, -20_121)]);
    switch.lines.extend(change(Paid, "2026-03-01", "2026-04-01", 100_000, &[("basic", 1, 1000)]).lines);
    let invoices = vec![period(Paid, "2026-01-01", "2027-01-01", &[("annual", 1, 24_000)]), switch];
    let steps =
        [("2026-01-01".to_owned(), 2000), ("2026-03-01".to_owned(), 1000), ("2026-04-01".to_owned(), 0)];
    let history = history(ended("2026-03-10"), invoices);
    assert_eq!(totals(&ledger_with(&history, ChurnAt::PaidThrough)), steps);
}

#[test]
fn a_bill_that_is_late_puts_its_subscription_at_risk_although_nobody_tried_to_collect_it() {
    let bill = |due_on: Option<&str>, status| Invoice {
        attempt_count: 0,
        due_at: due_on.map(at),
        finalized_at: Some(at("2026-01-01")),
        ..period(status, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)])
    };
    let at_risk = |status, bill| {
        let ledger = ledger(&history(subscription(status), vec![bill]));
        assert!(ledger.money.iter().all(|fact| fact.kind != crate::ledger::MoneyKind::FailedInvoice));
        ledger.at_risk.iter().map(|step| (step.at, step.delta_minor)).collect::<Vec<_>>()
    };
    assert_eq!(at_risk(PastDue, bill(Some("2026-01-15"), Open)), [(at("2026-01-15"), 1000)]);
    assert_eq!(at_risk(PastDue, bill(None, Open)), [(at("2026-01-01"), 1000)]);
    assert_eq!(at_risk(Active, bill(Some("2026-01-15"), Open)), []);
    // Paid in the end, or in time.
    let paid_on = |on| Invoice { paid_at: Some(at(on)), ..bill(Some("2026-01-15"), Paid) };
    assert_eq!(at_risk(Active, paid_on("2026-01-20")), [(at("2026-01-15"), 1000), (at("2026-01-20"), -1000)]);
    assert_eq!(at_risk(Active, paid_on("2026-01-15")), []);
}

#[test]
fn a_price_that_was_edited_later_counts_as_it_was_when_it_was_billed() {
    // 20.00 a month, and by now 240.00 a year.
    let then = Some(Box::new(price("annual", 2000, BillingInterval::Month, 1)));
    let mut added = change(Paid, "2026-01-08", "2026-02-01", 77_419, &[("annual", 1, 1548)]);
    let mut next = period(Paid, "2026-02-01", "2026-03-01", &[("annual", 1, 2000), ("basic", 1, 1000)]);
    for line in
        added.lines.iter_mut().chain(&mut next.lines).filter(|line| line.price == Some("annual".into()))
    {
        line.price_then.clone_from(&then);
    }
    let first = period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]);
    let history = history(subscription(Active), vec![first, added, next]);
    expect(&history, &[("2026-01-01", 1000), ("2026-01-08", 3000)]);
}

#[test]
fn trial_fees_one_off_charges_and_bills_that_change_nothing_are_no_recurring_value() {
    let month = |effect| InvoiceLine { effect, ..line("basic", 500, "2026-01-01", "2026-02-01") };
    let effects = [
        (LineEffect::PaidTrial, LeftOut::PaidTrial),
        (LineEffect::Once, LeftOut::OneOff),
        (LineEffect::Nothing, LeftOut::NoChange),
    ];
    for (effect, reason) in effects {
        let left_out = bill("2026-01-01", vec![month(effect)]);
        let next = period(Paid, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
        let history = history(subscription(Active), vec![left_out, next]);
        expect(&history, &[("2026-02-01", 1000)]);
        let ledger = ledger(&history);
        assert!(ledger.unexplained.is_empty());
        let verdicts = line_verdicts(&history, &prices(), LedgerRules::default());
        assert_eq!(verdicts[0].2, LineVerdict::LeftOut(reason));
    }
}

#[test]
fn another_currency_takes_the_place_of_the_one_before() {
    let mut euros = period(Paid, "2026-02-01", "2026-03-01", &[("basic", 1, 900)]);
    euros.currency = Currency::EUR;
    euros.lines.iter_mut().for_each(|line| line.currency = Currency::EUR);
    let invoices = vec![period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]), euros];
    let ledger = ledger(&history(subscription(Active), invoices));
    let steps: Vec<(Currency, i64)> =
        ledger.steps.iter().map(|step| (step.currency, step.value_minor)).collect();
    assert_eq!(steps, [(Currency::USD, 1000), (Currency::EUR, 900), (Currency::USD, 0)]);
}

#[test]
fn paid_bills_are_explained_to_the_cent() {
    let ledger = build(&history(ended("2026-06-05"), life()), &prices(), LedgerRules::default());
    assert!(ledger.unexplained.is_empty());
    let parts: i64 = ledger.paid.iter().map(|row| row.amount_minor).sum();
    assert_eq!(parts, life().iter().map(|invoice| invoice.total_minor).sum::<i64>());
}

#[test]
fn what_takes_a_credit_or_a_dispute_back_is_below_zero_on_its_own_day() {
    use crate::ledger::MoneyKind::{CreditNote as Credited, DisputeLost, DisputeOpened};
    let credit = |id: &str, on: &str, minor| CreditNote {
        id: id.into(),
        invoice: None,
        customer: None,
        is_void: false,
        currency: Currency::USD,
        created_at: at(on),
        post_payment_minor: minor,
        refunded_minor: 0,
    };
    let dispute = |id: &str, on: &str, minor| Dispute {
        id: id.into(),
        charge: None,
        status: DisputeStatus::Lost,
        currency: Currency::USD,
        amount_minor: minor,
        created_at: at(on),
        won_back_minor: 0,
        moved_at: Some(at(on)),
    };
    let history = CustomerHistory {
        credit_notes: vec![credit("a", "2026-01-01", 500), credit("b", "2026-01-02", -200)],
        disputes: vec![dispute("c", "2026-01-03", 900), dispute("d", "2026-01-04", -900)],
        ..CustomerHistory::default()
    };
    let money: Vec<_> =
        ledger(&history).money.into_iter().map(|fact| (fact.kind, fact.amount_minor)).collect();
    let expected =
        [(Credited, 500), (Credited, -200), (DisputeOpened, 900), (DisputeLost, 900), (DisputeLost, -900)];
    assert_eq!(money, expected);
}

#[test]
fn a_subscription_that_ended_has_no_status_left_to_count_its_open_bills() {
    let open = period(Open, "2026-02-01", "2026-03-01", &[("basic", 1, 1000)]);
    let first = period(Paid, "2026-01-01", "2026-02-01", &[("basic", 1, 1000)]);
    let history = history(ended("2026-02-01"), vec![first, open]);
    assert_eq!(history.subscriptions[0].status, Canceled);
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
}
