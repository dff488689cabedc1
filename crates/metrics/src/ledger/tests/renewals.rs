//! Renewals that are not what the bills before them had led to.

use InvoiceStatus::Paid;
use SubscriptionStatus::Active;
use model::LedgerRules;
use model::billing::*;

use super::build::*;
use super::deltas::{change, life, period};
use crate::ledger::{ChangeCause, different_renewals};

/// Day, before, billed, cause.
fn found(invoices: Vec<Invoice>) -> Vec<(String, i64, i64, ChangeCause)> {
    let history = history(subscription(Active), invoices);
    let found = different_renewals(&history, &prices(), LedgerRules::default());
    found
        .into_iter()
        .map(|one| {
            let on = one.at.timestamp().to_string()[..10].to_owned();
            (on, one.before_minor, one.billed_minor, one.cause)
        })
        .collect()
}

#[test]
fn what_a_bill_had_led_to_is_no_difference_nor_is_what_begins_again() {
    assert_eq!(found(life()), []);
}

#[test]
fn a_renewal_at_another_amount_or_quantity_is_one() {
    let renewals = vec![
        period(Paid, "2026-01-10", "2026-02-10", &[("basic", 1, 800)]),
        period(Paid, "2026-02-10", "2026-03-10", &[("basic", 1, 1000)]),
        period(Paid, "2026-03-10", "2026-04-10", &[("basic", 3, 3000)]),
        period(Paid, "2026-04-10", "2026-05-10", &[("basic", 3, 3000)]),
    ];
    assert_eq!(
        found(renewals),
        [
            ("2026-02-10".to_owned(), 800, 1000, ChangeCause::Discount),
            ("2026-03-10".to_owned(), 1000, 3000, ChangeCause::Quantity),
        ]
    );
}

#[test]
fn a_price_that_took_the_place_of_another_without_a_bill_is_one_difference() {
    let swapped = vec![
        period(Paid, "2026-01-10", "2026-02-10", &[("basic", 1, 1000)]),
        period(Paid, "2026-02-10", "2026-03-10", &[("pro", 1, 3000)]),
    ];
    assert_eq!(found(swapped), [("2026-02-10".to_owned(), 1000, 3000, ChangeCause::Plan)]);
}

#[test]
fn a_change_that_was_billed_otherwise_than_the_renewal_is_one_and_rounding_is_not() {
    let billed_too_low = |net: i64| {
        vec![
            period(Paid, "2026-01-10", "2026-02-10", &[("basic", 1, 1000)]),
            change(Paid, "2026-01-25", "2026-02-10", 50_000, &[("pro", 1, net)]),
            period(Paid, "2026-02-10", "2026-03-10", &[("basic", 1, 1000), ("pro", 1, 3000)]),
        ]
    };
    assert_eq!(found(billed_too_low(1500)), []);
    assert_eq!(found(billed_too_low(1000)), [("2026-02-10".to_owned(), 3000, 4000, ChangeCause::Discount)]);
    let rounded = vec![
        period(Paid, "2026-01-10", "2026-02-10", &[("basic", 1, 1000)]),
        period(Paid, "2026-02-10", "2026-03-10", &[("basic", 1, 1001)]),
    ];
    assert_eq!(found(rounded), []);
}
