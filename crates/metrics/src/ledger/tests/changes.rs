//! Changes within a period that come several at once, or after nothing.

use InvoiceStatus::Paid;
use SubscriptionStatus::Active;
use model::billing::*;

use super::build::*;

#[test]
fn a_tier_that_stays_full_is_not_taken_for_undone() {
    let change = "2026-01-16T12:00:00Z";
    let lines = [(5, -2500), (3, -900), (5, 2500), (6, 1800)];
    let lines = lines.map(|(quantity, amount)| proration("seats", quantity, amount, change, "2026-02-01"));
    let history = history(
        subscription(Active),
        vec![paid("seats", 6800, "2026-01-01", "2026-02-01"), invoice("2026-01-16", Paid, lines.to_vec())],
    );
    expect(&history, &[("2026-01-01", 6800), (change, 8600)]);
}

#[test]
fn a_change_after_a_hole_counts_from_the_change() {
    let lines = vec![
        proration("basic", 1, -500, "2026-02-15", "2026-03-01"),
        proration("basic", 5, 2500, "2026-02-15", "2026-03-01"),
    ];
    let history = history(
        subscription(Active),
        vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), invoice("2026-02-15", Paid, lines)],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0), ("2026-02-15", 5000)]);
}
