//! What was shown on 10 May of a customer with a monthly plan, and what became of April and before.

use jiff::tz::TimeZone;
use model::billing::{InvoiceStatus, SubscriptionStatus};
use model::{ChurnAt, Currency, CustomerId, LedgerRules, Restatement, RestatementReason};

use super::*;
use crate::columns::{CustomerEntry, LedgerBuilder};
use crate::ledger::tests::build::*;
use crate::ledger::{PriceBook, build};

const SHOWN_ON: &str = "2026-05-10";

fn id() -> CustomerId {
    CustomerId::from("cus_1")
}

fn columns(history: &CustomerHistory) -> Ledger {
    let builder = LedgerBuilder::new();
    builder.add(CustomerEntry::unknown(id()), &ledger(history));
    builder.finish(&PriceBook::default(), TimeZone::UTC)
}

fn restated(before: &CustomerHistory, after: &CustomerHistory) -> Vec<Restatement> {
    let shown = columns(before);
    PreviousFigures::new(&shown, at(SHOWN_ON), &TimeZone::UTC).restated(&id(), after, &ledger(after))
}

/// `(month, old, new, reason)`.
fn told(found: &[Restatement]) -> Vec<(String, i64, i64, RestatementReason)> {
    let told = found
        .iter()
        .map(|one| (one.month_on.to_string()[..7].to_owned(), one.old_minor, one.new_minor, one.reason));
    told.collect()
}

fn expect_told(found: &[Restatement], expected: &[(&str, i64, i64, RestatementReason)]) {
    let expected: Vec<_> =
        expected.iter().map(|(month, old, new, reason)| ((*month).to_owned(), *old, *new, *reason)).collect();
    assert_eq!(told(found), expected);
}

/// Paid from January to March, with April's invoice in some state, and May's if there is one.
fn with_april(subscription: model::billing::Subscription, april: InvoiceStatus) -> CustomerHistory {
    let mut invoices: Vec<_> = [("01", "02"), ("02", "03"), ("03", "04")]
        .map(|(from, to)| paid("basic", 1000, &format!("2026-{from}-01"), &format!("2026-{to}-01")))
        .into();
    invoices.push(invoice("2026-04-01", april, vec![line("pro", 3000, "2026-04-01", "2026-05-01")]));
    history(subscription, invoices)
}

fn running() -> model::billing::Subscription {
    subscription(SubscriptionStatus::Active)
}

#[test]
fn nothing_is_restated_while_past_months_stay() {
    let before = with_april(running(), InvoiceStatus::Open);
    assert_eq!(restated(&before, &before), []);
    let mut after = with_april(running(), InvoiceStatus::Paid);
    after.invoices.push(paid("pro", 3000, "2026-05-01", "2026-06-01"));
    assert_eq!(restated(&before, &after), []);
}

#[test]
fn a_voided_invoice_takes_its_month_back() {
    let before = with_april(running(), InvoiceStatus::Open);
    let after = with_april(running(), InvoiceStatus::Void);
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 3000, 0, RestatementReason::InvoiceVoided)]);
    assert_eq!(found[0].invoice.as_ref(), Some(&after.invoices[3].id));
    assert_eq!((&found[0].customer, found[0].currency), (&id(), Currency::USD));
}

#[test]
fn so_does_one_that_is_written_off() {
    let before = with_april(running(), InvoiceStatus::Open);
    let after = with_april(running(), InvoiceStatus::Uncollectible);
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 3000, 0, RestatementReason::InvoiceUncollectible)]);
}

#[test]
fn a_period_that_was_given_up_goes_to_zero() {
    let only = |status| {
        let renewed = line("basic", 1000, "2026-04-01", "2026-05-01");
        history(
            running(),
            vec![
                paid("basic", 1000, "2026-03-01", "2026-04-01"),
                invoice("2026-04-01", status, vec![renewed]),
            ],
        )
    };
    let found = restated(&only(InvoiceStatus::Open), &only(InvoiceStatus::Uncollectible));
    expect_told(&found, &[("2026-04", 1000, 0, RestatementReason::InvoiceUncollectible)]);
    assert!(found[0].invoice.is_some());
}

#[test]
fn money_that_never_came_for_a_subscription_that_ended_leaves_every_month_it_was_shown_in() {
    let open = || {
        vec![invoice(
            "2026-02-01",
            InvoiceStatus::Open,
            vec![line("annual", 24_000, "2026-02-01", "2027-02-01")],
        )]
    };
    let found = restated(&history(running(), open()), &history(ended("2026-05-10"), open()));
    let reason = RestatementReason::SubscriptionEndedUnpaid;
    expect_told(
        &found,
        &[("2026-02", 2000, 0, reason), ("2026-03", 2000, 0, reason), ("2026-04", 2000, 0, reason)],
    );
}

#[test]
fn a_subscription_that_was_given_up_as_unpaid_ends_where_its_first_unpaid_period_began() {
    let before = with_april(subscription(SubscriptionStatus::PastDue), InvoiceStatus::Open);
    let after = with_april(subscription(SubscriptionStatus::Unpaid), InvoiceStatus::Open);
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 3000, 0, RestatementReason::SubscriptionEndedUnpaid)]);
}

#[test]
fn an_end_that_is_set_to_an_earlier_day_is_told() {
    let before = with_april(running(), InvoiceStatus::Paid);
    let after = with_april(ended("2026-04-20"), InvoiceStatus::Paid);
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 3000, 0, RestatementReason::SubscriptionEnded)]);
}

#[test]
fn a_period_that_is_billed_late_is_told_with_its_invoice() {
    let mut before = with_april(running(), InvoiceStatus::Paid);
    let late = before.invoices.pop().unwrap();
    let mut after = before.clone();
    after.invoices.push(late.clone());
    let found = restated(&before, &after);
    assert!(found.iter().all(|one| one.invoice.as_ref() == Some(&late.id)));
    expect_told(&found, &[("2026-04", 1000, 3000, RestatementReason::LateInvoice)]);
}

#[test]
fn a_change_that_is_dated_back_is_told() {
    let before = history(running(), vec![paid("basic", 1000, "2026-04-01", "2026-05-01")]);
    let mut after = before.clone();
    after.invoice_items = vec![
        pending(proration("basic", 1, -500, "2026-04-16", "2026-05-01")),
        pending(proration("pro", 1, 1500, "2026-04-16", "2026-05-01")),
    ];
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 1000, 3000, RestatementReason::BackdatedChange)]);
    // And when the items are deleted again.
    let found = restated(&after, &before);
    assert_eq!(told(&found)[0].3, RestatementReason::InvoiceGone);
}

#[test]
fn a_bill_that_is_another_afterwards_is_told() {
    let before = with_april(running(), InvoiceStatus::Draft);
    let mut after = before.clone();
    after.invoices[3].lines[0].discount_minor = 300;
    let found = restated(&before, &after);
    expect_told(&found, &[("2026-04", 3000, 2700, RestatementReason::BillingChanged)]);
}

#[test]
fn a_month_that_was_still_running_when_it_was_last_shown_was_never_final() {
    let before = with_april(running(), InvoiceStatus::Open);
    let after = with_april(running(), InvoiceStatus::Void);
    let shown = columns(&before);
    let told_after = |through: &str| {
        PreviousFigures::new(&shown, at(through), &TimeZone::UTC)
            .restated(&id(), &after, &ledger(&after))
            .len()
    };
    assert_eq!(told_after("2026-04-30T23:59:59Z"), 0);
    assert_eq!(told_after("2026-05-01"), 1);
}

#[test]
fn each_currency_is_told_on_its_own() {
    let euros = |status| {
        let mut april = invoice("2026-04-01", status, vec![line("pro", 3000, "2026-04-01", "2026-05-01")]);
        april.lines[0].currency = Currency::EUR;
        let dollars = invoice("2026-04-01", status, vec![line("basic", 1000, "2026-04-01", "2026-05-01")]);
        history(running(), vec![april, dollars, paid("annual", 24_000, "2026-01-01", "2027-01-01")])
    };
    let found = restated(&euros(InvoiceStatus::Open), &euros(InvoiceStatus::Void));
    let totals: Vec<_> = found.iter().map(|one| (one.currency, one.old_minor, one.new_minor)).collect();
    assert_eq!(totals, [(Currency::EUR, 3000, 0), (Currency::USD, 3000, 2000)]);
}

#[test]
fn changed_settings_are_the_reason_whatever_else_moved() {
    let mut gone = ended("2026-05-01");
    gone.canceled_at = Some(at("2026-03-15"));
    let history = with_april(gone, InvoiceStatus::Paid);
    let shown = columns(&history);
    let requested =
        build(&history, &prices(), LedgerRules { churn_at: ChurnAt::Requested, ..LedgerRules::default() });
    let shown = PreviousFigures::new(&shown, at(SHOWN_ON), &TimeZone::UTC)
        .because(RestatementReason::SettingsChanged);
    let reason = RestatementReason::SettingsChanged;
    let found = shown.restated(&id(), &history, &requested);
    expect_told(&found, &[("2026-03", 1000, 0, reason), ("2026-04", 3000, 0, reason)]);
}

#[test]
fn what_the_list_says_otherwise_than_the_ledger_is_restated_again() {
    let whole = with_april(running(), InvoiceStatus::Paid);
    let mut without_april = whole.clone();
    without_april.invoices.pop();
    let found = restated(&whole, &without_april);
    expect_told(&found, &[("2026-04", 3000, 1000, RestatementReason::InvoiceGone)]);
    let again: Vec<_> = restated_otherwise(found.clone(), &columns(&whole)).collect();
    expect_told(&again, &[("2026-04", 1000, 3000, RestatementReason::BillingChanged)]);
    assert_eq!(restated_otherwise(again, &columns(&whole)).count(), 0);
    let nobody: Vec<_> = restated_otherwise(found, &Ledger::empty(TimeZone::UTC)).collect();
    expect_told(&nobody, &[("2026-04", 1000, 0, RestatementReason::BillingChanged)]);
}
