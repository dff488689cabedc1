//! From what was billed to list prices: each reason on the smallest history that has it.

use model::billing::*;
use model::{Currency, LedgerRules, UnixSeconds};
use rust_decimal::Decimal;

use super::build::*;
use crate::ledger::MrrReason::*;
use crate::ledger::{ListPart, MrrReason, build};

/// What leads from the value to that of the list prices at an instant, and that value.
fn parts(history: &CustomerHistory, rules: LedgerRules, on: &str) -> (Vec<(MrrReason, i64)>, i64) {
    let ledger = build(history, &prices(), rules);
    let sum = |part: ListPart| -> i64 {
        let own = ledger.list_steps.iter().filter(|step| step.part == part && step.at <= at(on));
        own.map(|step| step.delta_minor).sum()
    };
    let reasons = MrrReason::ALL.map(|reason| (reason, sum(ListPart::Reason(reason))));
    let reasons: Vec<_> = reasons.into_iter().filter(|(_, minor)| *minor != 0).collect();
    let value = ledger.totals().iter().rfind(|total| total.at <= at(on)).map_or(0, |total| total.mrr_minor);
    let led_to: i64 = value + reasons.iter().map(|(_, minor)| minor).sum::<i64>();
    assert_eq!(led_to, sum(ListPart::Value), "the reasons {reasons:?} do not lead from {value}");
    (reasons, led_to)
}

fn expect_parts(history: &CustomerHistory, reasons: &[(MrrReason, i64)], value: i64) {
    assert_eq!(parts(history, LedgerRules::default(), "2026-01-20"), (reasons.to_vec(), value));
}

fn active(items: &[(&str, &str, i64)]) -> Subscription {
    with_items(subscription(SubscriptionStatus::Active), items)
}

/// January of a price, billed for the item `si`.
fn january(price: &str, quantity: i64, amount_minor: i64, discount_minor: i64) -> Invoice {
    let line = on("si", line(price, amount_minor, "2026-01-01", "2026-02-01"));
    bill("2026-01-01", vec![InvoiceLine { quantity: quantity.into(), discount_minor, ..line }])
}

fn discounted(subscription: Subscription, discount: Discount) -> Subscription {
    Subscription { discounts: vec![discount], ..subscription }
}

fn percent(percent: i64, ends_at: Option<UnixSeconds>) -> Discount {
    Discount { percent_off: Some(percent.into()), amount_off: None, ends_at, is_once: false }
}

#[test]
fn what_is_billed_at_its_list_price_needs_no_reason() {
    expect_parts(&history(active(&[("si", "basic", 2)]), vec![january("basic", 2, 2000, 0)]), &[], 2000);
}

#[test]
fn a_permanent_discount_is_on_both_sides_and_one_that_ends_is_not() {
    let bill = || vec![january("basic", 1, 1000, 200)];
    let of = |discount| history(discounted(active(&[("si", "basic", 1)]), discount), bill());
    expect_parts(&of(percent(20, None)), &[], 800);
    expect_parts(&of(percent(20, Some(at("2026-06-01")))), &[(EndingDiscount, 200)], 1000);
    expect_parts(&of(Discount { is_once: true, ..percent(20, None) }), &[(EndingDiscount, 200)], 1000);
    expect_parts(&of(Discount::UNKNOWN), &[(OtherDiscount, 200)], 1000);
    let amount = Discount { percent_off: None, amount_off: Some((200, Currency::USD)), ..percent(0, None) };
    expect_parts(&of(amount.clone()), &[], 800);
    let euros = Discount { amount_off: Some((200, "eur".parse().unwrap())), ..amount };
    expect_parts(&of(euros), &[(OtherDiscount, 200)], 1000);
}

#[test]
fn a_permanent_discount_that_was_not_billed_yet_is_a_reason_of_its_own() {
    let subscription = discounted(active(&[("si", "basic", 1)]), percent(20, None));
    expect_parts(&history(subscription, vec![january("basic", 1, 1000, 0)]), &[(NewDiscount, -200)], 800);
}

#[test]
fn an_amount_off_is_spread_over_the_items_to_the_cent() {
    let items = active(&[("si", "basic", 1), ("si_2", "pro", 1), ("si_3", "basic", 1)]);
    let amount = Discount { percent_off: None, amount_off: Some((1000, Currency::USD)), ..percent(0, None) };
    let lines = [("si", "basic", 1000, 200), ("si_2", "pro", 3000, 600), ("si_3", "basic", 1000, 200)];
    let lines = lines.map(|(item, price, amount_minor, discount_minor)| {
        let line = on(item, line(price, amount_minor, "2026-01-01", "2026-02-01"));
        InvoiceLine { discount_minor, ..line }
    });
    expect_parts(&history(discounted(items, amount), vec![bill("2026-01-01", lines.to_vec())]), &[], 4000);
}

#[test]
fn a_full_discount_that_ends_leads_from_nothing_to_the_price() {
    let subscription = discounted(active(&[("si", "basic", 1)]), percent(100, Some(at("2026-06-01"))));
    let bills = vec![january("basic", 1, 1000, 1000)];
    expect_parts(&history(subscription, bills), &[(EndingDiscount, 1000)], 1000);
}

#[test]
fn what_changed_after_the_last_bill_is_told_apart() {
    let billed = || vec![january("basic", 1, 1000, 0)];
    expect_parts(&history(active(&[("si", "basic", 3)]), billed()), &[(Quantity, 2000)], 3000);
    expect_parts(&history(active(&[("si", "pro", 1)]), billed()), &[(Price, 2000)], 3000);
    let replaced = history(active(&[("si_2", "pro", 1)]), billed());
    expect_parts(&replaced, &[(NotBilled, 3000), (ItemRemoved, -1000)], 3000);
}

#[test]
fn a_bill_at_another_price_is_one_change_and_a_new_quantity_the_next() {
    let billed = vec![january("basic", 2, 1500, 0)];
    expect_parts(&history(active(&[("si", "basic", 2)]), billed.clone()), &[(OtherAmount, 500)], 2000);
    let more = history(active(&[("si", "basic", 5)]), billed);
    expect_parts(&more, &[(OtherAmount, 500), (Quantity, 3000)], 5000);
}

#[test]
fn where_lines_name_no_items_a_single_other_price_took_the_place_of_the_one_before() {
    let billed = vec![paid("basic", 1000, "2026-01-01", "2026-02-01")];
    expect_parts(&history(active(&[("si", "pro", 1)]), billed), &[(Price, 2000)], 3000);
}

#[test]
fn what_was_never_billed_counts_at_its_price() {
    let unbilled = history(active(&[("si", "basic", 2)]), Vec::new());
    expect_parts(&unbilled, &[(NeverBilled, 2000)], 2000);
    let rules = LedgerRules { count_unbilled: true, ..LedgerRules::default() };
    assert_eq!(parts(&unbilled, rules, "2026-01-20"), (Vec::new(), 2000));
    let taxed = Subscription { inclusive_tax_percent: Some(25.into()), ..active(&[("si", "basic", 2)]) };
    let taxed = history(discounted(taxed, percent(50, None)), Vec::new());
    assert_eq!(parts(&taxed, rules, "2026-01-20"), (vec![(NewDiscount, -1000), (Tax, -200)], 800));
}

#[test]
fn a_period_whose_bill_was_given_up_and_a_paused_collection_are_told_apart() {
    let january = january("basic", 1, 1000, 0);
    let void = InvoiceStatus::Void;
    let given_up = never_attempted(Invoice { status: void, ..january });
    let is_given_up = history(active(&[("si", "basic", 1)]), vec![given_up.clone()]);
    expect_parts(&is_given_up, &[(GivenUp, 1000)], 1000);
    let paused = Subscription { is_collection_paused: true, ..active(&[("si", "basic", 1)]) };
    expect_parts(&history(paused, vec![given_up]), &[(CollectionPaused, 1000)], 1000);
}

#[test]
fn after_a_trial_the_price_is_not_billed_yet() {
    let trial = Some(Period { start: at("2026-01-01"), end: at("2026-01-15") });
    let subscription = Subscription { trial, ..active(&[("si", "basic", 1)]) };
    let line = on("si", line("basic", 0, "2026-01-01", "2026-01-15"));
    let history = history(subscription, vec![bill("2026-01-01", vec![line])]);
    expect_parts(&history, &[(NotBilled, 1000)], 1000);
}

#[test]
fn usage_counts_only_here() {
    let line = on("si_usage", line("usage", 470, "2025-12-01", "2026-01-01"));
    let mut january = january("basic", 1, 1000, 0);
    january.lines.push(line);
    let history = history(active(&[("si", "basic", 1), ("si_usage", "usage", 1)]), vec![january]);
    expect_parts(&history, &[], 1000);
    let rules = LedgerRules { include_metered: true, ..LedgerRules::default() };
    assert_eq!(parts(&history, rules, "2026-01-20"), (vec![(Usage, -470)], 1000));
}

#[test]
fn a_price_that_is_not_known_is_a_reason_and_not_nothing() {
    let mut book = prices();
    let mut custom = price("custom", 0, BillingInterval::Month, 1);
    custom.scheme = PriceScheme::PerUnit(None);
    book.insert(custom);
    let history = history(active(&[("si", "custom", 1)]), vec![january("custom", 1, 700, 0)]);
    let ledger = build(&history, &book, LedgerRules::default());
    let found: Vec<_> = ledger.list_steps.iter().map(|step| (step.part, step.delta_minor)).collect();
    assert_eq!(found, [(ListPart::Reason(UnknownPrice), -700)]);
}

#[test]
fn the_last_cent_is_rounding() {
    let subscription = discounted(active(&[("si", "basic", 1)]), percent(15, None));
    expect_parts(&history(subscription, vec![january("basic", 1, 1000, 151)]), &[(Rounding, 1)], 850);
}

#[test]
fn a_tax_inside_the_price_is_on_neither_side() {
    let line = on("si", line("basic", 1000, "2026-01-01", "2026-02-01"));
    let line = InvoiceLine { inclusive_tax_minor: 160, ..line };
    let taxed = history(active(&[("si", "basic", 1)]), vec![bill("2026-01-01", vec![line])]);
    expect_parts(&taxed, &[], 840);
}

#[test]
fn a_change_within_a_period_is_compared_with_its_full_price() {
    let change = on("si", proration("pro", 1, 1500, "2026-01-16T12:00:00Z", "2026-02-01"));
    let bills = vec![january("basic", 1, 1000, 0), bill("2026-01-16", vec![change])];
    expect_parts(&history(active(&[("si", "pro", 1)]), bills.clone()), &[], 3000);
    let subscription = discounted(active(&[("si", "pro", 1)]), percent(20, None));
    expect_parts(&history(subscription, bills), &[(NewDiscount, -600)], 2400);
}

#[test]
fn what_ends_later_goes_over_to_another_reason_then() {
    let mut bill = january("annual", 1, 24_000, 0);
    bill.lines[0].period.end = at("2027-01-01");
    let addon = on("si_addon", line("basic", 1000, "2026-01-01", "2026-02-01"));
    bill.lines.push(addon);
    let history = history(active(&[("si", "annual", 1)]), vec![bill]);
    let rules = LedgerRules::default();
    assert_eq!(parts(&history, rules, "2026-01-20"), (vec![(ItemRemoved, -1000)], 2000));
    assert_eq!(parts(&history, rules, "2026-02-20"), (Vec::new(), 2000));
}

#[test]
fn a_subscription_that_is_over_has_no_list_price() {
    let bills = vec![january("basic", 1, 1000, 0)];
    let over = with_items(ended("2026-01-10"), &[("si", "basic", 1)]);
    assert!(build(&history(over, bills), &prices(), LedgerRules::default()).list_steps.is_empty());
}

#[test]
fn tiers_are_evaluated_at_the_quantity() {
    let billed = vec![january("seats", 7, 6200, 0)];
    expect_parts(&history(active(&[("si", "seats", 7)]), billed.clone()), &[], 6200);
    let more = active(&[("si", "seats", 8)]);
    assert_eq!(more.items[0].quantity, Decimal::from(8));
    expect_parts(&history(more, billed), &[(Quantity, 600)], 6800);
}
