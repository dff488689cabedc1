//! An item holds one price at a time; what is not billed any more is worth nothing.

use InvoiceStatus::{Open, Paid, Void};
use SubscriptionStatus::Active;
use model::LedgerRules;
use model::billing::*;

use super::build::*;
use crate::ledger::{Cause, LeftOut, LineVerdict, build, line_verdicts};

#[test]
fn a_price_gives_way_to_the_next_one_of_its_item() {
    // Swapped without proration, with a new anchor: nothing says that the old price is gone, and its period is not over.
    let history = history(
        with_items(subscription(Active), &[("si_1", "annual", 1)]),
        vec![
            bill("2026-01-01", vec![on("si_1", line("basic", 1000, "2026-01-01", "2026-02-01"))]),
            bill("2026-01-15", vec![on("si_1", line("annual", 24_000, "2026-01-15", "2027-01-15"))]),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-01-15", 2000)]);
    assert!(ledger(&history).steps.iter().any(|step| matches!(step.cause, Cause::OtherPrice { .. })));
}

#[test]
fn a_price_that_comes_back_to_its_item_counts_again() {
    let on_1 = |line| on("si_1", line);
    let history = history(
        subscription(Active),
        vec![
            bill("2026-01-01", vec![on_1(line("basic", 1000, "2026-01-01", "2026-02-01"))]),
            bill("2026-01-15", vec![on_1(line("pro", 3000, "2026-01-15", "2026-02-15"))]),
            bill("2026-02-15", vec![on_1(line("basic", 1000, "2026-02-15", "2026-03-15"))]),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-01-15", 3000), ("2026-02-15", 1000)]);
}

#[test]
fn two_items_of_one_price_add_up() {
    let month = || line("basic", 1000, "2026-01-01", "2026-02-01");
    let history = history(
        subscription(Active),
        vec![bill("2026-01-01", vec![on("si_1", month()), on("si_2", month())])],
    );
    expect(&history, &[("2026-01-01", 2000)]);
}

#[test]
fn an_add_on_that_is_dropped_from_a_longer_plan_ends_with_its_own_period() {
    let month = |from, to| on("si_2", line("basic", 1000, from, to));
    let dropped = |items: &[(&str, &str, i64)]| {
        history(
            with_items(subscription(Active), items),
            vec![
                bill(
                    "2026-01-01",
                    vec![
                        on("si_1", line("annual", 24_000, "2026-01-01", "2027-01-01")),
                        month("2026-01-01", "2026-02-01"),
                    ],
                ),
                bill("2026-02-01", vec![month("2026-02-01", "2026-03-01")]),
            ],
        )
    };
    expect(&dropped(&[("si_1", "annual", 1)]), &[("2026-01-01", 3000), ("2026-03-01", 2000)]);
    // Among the items still, its next bill is only late.
    expect(&dropped(&[("si_1", "annual", 1), ("si_2", "basic", 1)]), &[("2026-01-01", 3000)]);
}

#[test]
fn usage_ends_a_flat_price_when_its_period_begins() {
    let on_1 = |line| on("si_1", line);
    let history = history(
        with_items(subscription(Active), &[("si_1", "usage", 1)]),
        vec![
            bill("2026-01-01", vec![on_1(line("basic", 1000, "2026-01-01", "2026-02-01"))]),
            bill("2026-03-01", vec![on_1(line("usage", 470, "2026-02-01", "2026-03-01"))]),
            bill("2026-04-01", vec![on_1(line("usage", 530, "2026-03-01", "2026-04-01"))]),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    // Usage counts when it is known, from the end of its period to the next.
    let rules = LedgerRules { include_metered: true, ..LedgerRules::default() };
    let counted = totals(&build(&history, &prices(), rules));
    let expected = [("2026-01-01", 1000), ("2026-02-01", 0), ("2026-03-01", 470), ("2026-04-01", 530)];
    assert_eq!(counted, expected.map(|(on, minor)| (on.to_owned(), minor)));
}

#[test]
fn a_hole_of_more_than_a_day_is_worth_nothing() {
    let billed_again = |on: &str| {
        history(
            subscription(Active),
            vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), paid("basic", 1000, on, "2026-04-15")],
        )
    };
    expect(&billed_again("2026-03-15"), &[("2026-01-01", 1000), ("2026-02-01", 0), ("2026-03-15", 1000)]);
    expect(&billed_again("2026-02-02"), &[("2026-01-01", 1000)]);
}

#[test]
fn of_two_bills_of_one_period_the_newer_counts() {
    let month = |amount| on("si_1", line("basic", amount, "2026-01-01", "2026-02-01"));
    let history = history(
        subscription(Active),
        vec![bill("2026-01-01", vec![month(1000)]), bill("2026-01-05", vec![month(800)])],
    );
    expect(&history, &[("2026-01-01", 800)]);
    let verdicts = line_verdicts(&history, &prices(), LedgerRules::default());
    assert_eq!(verdicts[0].2, LineVerdict::LeftOut(LeftOut::Replaced));
    assert_eq!(verdicts[1].2, LineVerdict::Recurring);
}

#[test]
fn a_pending_update_waits_for_its_invoice() {
    let change = "2026-01-16T12:00:00Z";
    let awaiting = |invoice: Option<&str>, status| {
        let mut subscription = with_items(subscription(Active), &[("si_1", "basic", 1)]);
        subscription.pending_update =
            (status == Open).then(|| PendingUpdate { invoice: invoice.map(Into::into) });
        let lines = vec![
            on("si_1", proration("basic", 1, -500, change, "2026-02-01")),
            on("si_1", proration("pro", 1, 1500, change, "2026-02-01")),
        ];
        let mut update = super::build::invoice("2026-01-16", status, lines);
        update.id = "in_update".into();
        let first = bill("2026-01-01", vec![on("si_1", line("basic", 1000, "2026-01-01", "2026-02-01"))]);
        history(subscription, vec![first, update])
    };
    expect(&awaiting(Some("in_update"), Open), &[("2026-01-01", 1000)]);
    expect(&awaiting(None, Open), &[("2026-01-01", 1000)]);
    expect(&awaiting(None, Paid), &[("2026-01-01", 1000), (change, 3000)]);
    // Dropped after a day: the change was never made, and neither was what it would have given back.
    expect(&awaiting(None, Void), &[("2026-01-01", 1000)]);
}

#[test]
fn an_active_subscription_without_a_bill_counts_only_where_that_is_set() {
    let history = history(with_items(subscription(Active), &[("si_1", "annual", 2)]), Vec::new());
    expect(&history, &[]);
    assert_eq!(ledger(&history).subscriptions[0].unbilled[0].value_minor, 4000);
    let rules = LedgerRules { count_unbilled: true, ..LedgerRules::default() };
    assert_eq!(totals(&build(&history, &prices(), rules)), [("2026-01-01".to_owned(), 4000)]);
}
