//! What a share of a period says of the whole: full prices, discounts and taxes inside, and shares too small to tell.

use SubscriptionStatus::Active;
use model::Currency;
use model::billing::*;
use rust_decimal::Decimal;

use super::build::*;
use crate::ledger::{Cause, Valuation, build};

fn discounted(line: InvoiceLine, discount_minor: i64) -> InvoiceLine {
    InvoiceLine { discount_minor, ..line }
}

/// A first bill, a change and the next bill, all of one item.
fn life(first: InvoiceLine, changes: Vec<InvoiceLine>, next: InvoiceLine) -> CustomerHistory {
    let on_1 = |line| on("si_1", line);
    let mut lines: Vec<InvoiceLine> = changes.into_iter().map(on_1).collect();
    lines.push(on_1(next));
    history(subscription(Active), vec![bill("2026-01-01", vec![on_1(first)]), bill("2026-02-01", lines)])
}

fn seats(quantity: i64, amount_minor: i64, start: &str, end: &str) -> InvoiceLine {
    InvoiceLine { quantity: quantity.into(), ..line("basic", amount_minor, start, end) }
}

#[test]
fn a_backdated_start_is_worth_the_full_price_however_its_months_are_counted() {
    // 61 days as 61/30 of a month or as two months; 5 to 15 March as 10 of the 31 days to 5 April.
    for (amount, from, to) in [
        (2033, "2026-09-01", "2026-11-01"),
        (2000, "2026-09-01", "2026-11-01"),
        (1968, "2026-09-01", "2026-11-01"),
        (323, "2026-03-05", "2026-03-15"),
        (500, "2026-02-15", "2026-03-01"),
        // Three months and ten of the 31 days from 5 July.
        (3323, "2026-04-05", "2026-07-15"),
    ] {
        let history = history(
            subscription(Active),
            vec![bill("2026-10-15", vec![proration("basic", 1, amount, from, to)])],
        );
        expect(&history, &[(from, 1000)]);
    }
}

#[test]
fn a_change_for_the_rest_of_a_longer_period_is_the_full_price() {
    // 292 of the 365 days of the year that was billed.
    let change = "2026-03-15";
    let history = history(
        subscription(Active),
        vec![
            bill("2026-01-01", vec![on("si_1", line("annual", 24_000, "2026-01-01", "2027-01-01"))]),
            bill(
                change,
                vec![
                    on("si_1", proration("annual", 1, -19_200, change, "2027-01-01")),
                    on("si_1", proration("annual", 2, 38_400, change, "2027-01-01")),
                ],
            ),
        ],
    );
    expect(&history, &[("2026-01-01", 2000), (change, 4000)]);
}

#[test]
fn an_itemized_discount_is_taken_off_in_proportion() {
    let change = "2026-01-16T12:00:00Z";
    let history = life(
        discounted(line("basic", 1000, "2026-01-01", "2026-02-01"), 500),
        vec![
            discounted(proration("basic", 1, -500, change, "2026-02-01"), -250),
            discounted(proration("basic", 3, 1500, change, "2026-02-01"), 750),
        ],
        discounted(seats(3, 3000, "2026-02-01", "2026-03-01"), 1500),
    );
    expect(&history, &[("2026-01-01", 500), (change, 1500)]);
    let valuations: Vec<Valuation> = ledger(&history)
        .steps
        .iter()
        .filter_map(|step| match step.cause {
            Cause::Prorated { valuation, .. } => Some(valuation),
            _ => None,
        })
        .collect();
    assert_eq!(valuations, [Valuation::Itemized]);
}

#[test]
fn a_share_that_is_too_small_takes_the_discount_of_a_bill_of_the_item() {
    // A third off: an hour of 20.00 is two cents either way.
    let change = "2026-01-31T23:00:00Z";
    let life_with = |next: InvoiceLine| {
        life(
            discounted(line("basic", 1000, "2026-01-01", "2026-02-01"), 330),
            vec![
                proration("basic", 1, -1, change, "2026-02-01"),
                proration("basic", 2, 2, change, "2026-02-01"),
            ],
            next,
        )
    };
    let alike = life_with(discounted(seats(2, 2000, "2026-02-01", "2026-03-01"), 660));
    expect(&alike, &[("2026-01-01", 670), (change, 1340)]);
    // None of that quantity: the bill before says it.
    let other = life_with(discounted(seats(4, 4000, "2026-02-01", "2026-03-01"), 0));
    expect(&other, &[("2026-01-01", 670), (change, 1340), ("2026-02-01", 4000)]);
    // Comped for good: the change is worth nothing as well.
    let comped = life(
        discounted(line("basic", 1000, "2026-01-01", "2026-02-01"), 1000),
        vec![proration("basic", 2, 0, change, "2026-02-01")],
        discounted(seats(2, 2000, "2026-02-01", "2026-03-01"), 2000),
    );
    expect(&comped, &[]);
}

#[test]
fn the_rounding_of_a_scaled_share_does_not_move_at_the_renewal() {
    // 33 % off 20.00 from 20 January on: 12 of 31 days are 7.74, with the discount 5.19 (or 5.18 and a bit).
    let change = "2026-01-20";
    let history = life(
        discounted(line("basic", 1000, "2026-01-01", "2026-02-01"), 330),
        vec![
            proration("basic", 1, -259, change, "2026-02-01"),
            proration("basic", 2, 519, change, "2026-02-01"),
        ],
        discounted(seats(2, 2000, "2026-02-01", "2026-03-01"), 660),
    );
    expect(&history, &[("2026-01-01", 670), (change, 1340)]);
}

#[test]
fn the_tax_of_a_change_is_that_of_the_full_price() {
    let taxed = |line: InvoiceLine, inclusive_tax_minor| InvoiceLine { inclusive_tax_minor, ..line };
    let change = "2026-01-16T12:00:00Z";
    // 19 % inside: 10.00 holds 1.60, 30.00 holds 4.79; half a month of it 2.39.
    let history = life(
        taxed(line("basic", 1000, "2026-01-01", "2026-02-01"), 160),
        vec![
            taxed(proration("basic", 1, -500, change, "2026-02-01"), -80),
            taxed(proration("basic", 3, 1500, change, "2026-02-01"), 239),
        ],
        taxed(seats(3, 3000, "2026-02-01", "2026-03-01"), 479),
    );
    expect(&history, &[("2026-01-01", 840), (change, 2521)]);
}

#[test]
fn a_change_in_another_currency_takes_the_price_of_that_currency() {
    let mut book = prices();
    let mut several = price("several", 1000, BillingInterval::Month, 1);
    several.currency_options = vec![CurrencyOption {
        currency: Currency::EUR,
        scheme: PriceScheme::PerUnit(Some(Decimal::from(900))),
    }];
    book.insert(several);
    let change = "2026-01-31T18:00:00Z";
    let euros = |line: InvoiceLine| InvoiceLine { currency: Currency::EUR, ..line };
    let invoices = vec![
        bill("2026-01-01", vec![euros(line("several", 900, "2026-01-01", "2026-02-01"))]),
        bill(
            "2026-01-31",
            vec![
                euros(proration("several", 1, -7, change, "2026-02-01")),
                euros(proration("several", 2, 15, change, "2026-02-01")),
            ],
        ),
    ];
    let history = history(subscription(Active), invoices);
    let totals = totals(&build(&history, &book, model::LedgerRules::default()));
    assert_eq!(totals, [("2026-01-01".to_owned(), 900), (change.to_owned(), 1800)]);
}
