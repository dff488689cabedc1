//! Bills that were given up: what they say of the period, of other items, and of changes that stood on them.

use InvoiceStatus::{Open, Uncollectible, Void};
use SubscriptionStatus::{Active, PastDue};
use model::billing::*;

use super::super::Cause;
use super::build::*;

fn month(item: &str, price: &str, amount: i64, from: &str, to: &str) -> InvoiceLine {
    on(item, line(price, amount, from, to))
}

#[test]
fn a_pause_that_ends_in_leaving_is_worth_nothing_from_its_first_bill() {
    for status in [Void, Uncollectible] {
        let given_up = never_attempted(invoice(
            "2026-02-01",
            status,
            vec![line("basic", 1000, "2026-02-01", "2026-03-01")],
        ));
        let history =
            history(ended("2026-02-20"), vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), given_up]);
        expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0)]);
    }
}

#[test]
fn a_pause_that_ends_in_another_plan_is_worth_nothing_until_that_is_billed() {
    let given_up = never_attempted(invoice(
        "2026-02-01",
        Void,
        vec![month("si_1", "basic", 1000, "2026-02-01", "2026-03-01")],
    ));
    let history = history(
        with_items(subscription(Active), &[("si_1", "pro", 1)]),
        vec![
            bill("2026-01-01", vec![month("si_1", "basic", 1000, "2026-01-01", "2026-02-01")]),
            given_up,
            bill("2026-03-01", vec![month("si_1", "pro", 3000, "2026-03-01", "2026-04-01")]),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), ("2026-02-01", 0), ("2026-03-01", 3000)]);
}

#[test]
fn a_given_up_period_takes_the_items_along_whose_time_is_over() {
    let given_up = never_attempted(invoice(
        "2026-02-01",
        Void,
        vec![month("si_1", "basic", 1000, "2026-02-01", "2026-03-01")],
    ));
    let first = bill(
        "2026-01-01",
        vec![
            month("si_1", "basic", 1000, "2026-01-01", "2026-02-01"),
            month("si_2", "pro", 3000, "2026-01-01", "2026-02-01"),
            month("si_3", "annual", 24_000, "2026-01-01", "2027-01-01"),
        ],
    );
    let items = [("si_1", "basic", 1), ("si_2", "pro", 1), ("si_3", "annual", 1)];
    let history = history(with_items(subscription(Active), &items), vec![first, given_up]);
    expect(&history, &[("2026-01-01", 6000), ("2026-02-01", 2000)]);
}

#[test]
fn a_failed_bill_of_who_left_does_not_shorten_what_was_paid_before() {
    let failed = invoice("2026-02-01", Void, vec![line("basic", 1000, "2026-02-01", "2026-03-01")]);
    let history = history(ended("2026-02-20"), vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), failed]);
    expect(&history, &[("2026-01-01", 1000), ("2026-02-20", 0)]);
}

#[test]
fn a_change_on_a_bill_that_was_given_up_counts_where_it_was_made() {
    let change = "2026-01-16T12:00:00Z";
    let changed = |items: &[(&str, &str, i64)], status| {
        let bill_of_change = invoice(
            "2026-01-16",
            status,
            vec![
                on("si_1", proration("basic", 1, -500, change, "2026-02-01")),
                on("si_1", proration("pro", 1, 1500, change, "2026-02-01")),
            ],
        );
        history(
            with_items(subscription(Active), items),
            vec![
                bill("2026-01-01", vec![month("si_1", "basic", 1000, "2026-01-01", "2026-02-01")]),
                bill_of_change,
            ],
        )
    };
    expect(&changed(&[("si_1", "pro", 1)], Void), &[("2026-01-01", 1000), (change, 3000)]);
    expect(&changed(&[("si_1", "pro", 1)], Uncollectible), &[("2026-01-01", 1000), (change, 3000)]);
    expect(&changed(&[("si_1", "basic", 1)], Void), &[("2026-01-01", 1000)]);
}

/// Two more of what costs 10.00 a month, for the rest of January.
fn from_one_to_three(change: &str) -> Vec<InvoiceLine> {
    vec![
        on("si_1", proration("basic", 1, -500, change, "2026-02-01")),
        on("si_1", proration("basic", 3, 1500, change, "2026-02-01")),
    ]
}

#[test]
fn a_later_bill_shows_that_a_change_was_made() {
    let change = "2026-01-16T12:00:00Z";
    let seats = |quantity: i64, amount, from, to| InvoiceLine {
        quantity: quantity.into(),
        ..month("si_1", "basic", amount, from, to)
    };
    let void = invoice("2026-01-16", Void, from_one_to_three(change));
    let mut subscription = subscription(PastDue);
    subscription.items.clear();
    let first = bill("2026-01-01", vec![seats(1, 1000, "2026-01-01", "2026-02-01")]);
    let made = vec![
        first.clone(),
        void.clone(),
        bill("2026-02-01", vec![seats(3, 3000, "2026-02-01", "2026-03-01")]),
    ];
    expect(&history(subscription.clone(), made), &[("2026-01-01", 1000), (change, 3000)]);
    // Billed at once, it may have depended on the payment.
    let dropped =
        vec![first.clone(), void, bill("2026-02-01", vec![seats(1, 1000, "2026-02-01", "2026-03-01")])];
    expect(&history(subscription.clone(), dropped), &[("2026-01-01", 1000)]);

    // Billed with the next period, it was made before that.
    let mut lines = from_one_to_three(change);
    lines.push(seats(2, 2000, "2026-02-01", "2026-03-01"));
    let with_the_next = invoice("2026-02-01", Void, lines);
    let later = bill("2026-03-01", vec![seats(2, 2000, "2026-03-01", "2026-04-01")]);
    let fewer_by_then = history(subscription, vec![first, with_the_next, later]);
    let steps = [("2026-01-01", 1000), (change, 3000), ("2026-02-01", 0), ("2026-03-01", 2000)];
    expect(&fewer_by_then, &steps);
}

#[test]
fn a_change_that_was_billed_again_counts_once() {
    let change = "2026-01-16T12:00:00Z";
    let lines = || from_one_to_three(change);
    let history = history(
        with_items(subscription(Active), &[("si_1", "basic", 3)]),
        vec![
            bill("2026-01-01", vec![month("si_1", "basic", 1000, "2026-01-01", "2026-02-01")]),
            invoice("2026-01-16", Void, lines()),
            invoice("2026-01-17", Open, lines()),
        ],
    );
    expect(&history, &[("2026-01-01", 1000), (change, 3000)]);
}

#[test]
fn a_bill_that_was_given_up_is_named_by_the_line_of_each_item() {
    let both = |from: &str, to: &str| {
        vec![month("si_1", "basic", 1000, from, to), month("si_2", "pro", 3000, from, to)]
    };
    let mut given_up = never_attempted(invoice("2026-02-01", Void, both("2026-02-01", "2026-03-01")));
    for (line, id) in given_up.lines.iter_mut().zip(["il_basic", "il_pro"]) {
        line.id = id.into();
    }
    let history = history(
        with_items(subscription(Active), &[("si_1", "basic", 1), ("si_2", "pro", 1)]),
        vec![bill("2026-01-01", both("2026-01-01", "2026-02-01")), given_up],
    );
    let named: Vec<(String, String)> = ledger(&history)
        .steps
        .iter()
        .filter_map(|step| match &step.cause {
            Cause::GivenUp { lines } => Some((step.price.to_string(), lines[0].line.to_string())),
            _ => None,
        })
        .collect();
    let own = [("basic", "il_basic"), ("pro", "il_pro")].map(|(price, line)| (price.into(), line.into()));
    assert_eq!(named, own);
}
