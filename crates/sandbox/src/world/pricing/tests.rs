//! Worked out by hand.

use super::*;

fn every(interval: BillingInterval, interval_count: u32) -> Recurrence {
    Recurrence { interval, interval_count, is_metered: false }
}

fn minor(amount: i64) -> i128 {
    i128::from(amount) * PICOS
}

fn tiers() -> Vec<Tier> {
    let tier = |up_to, unit, flat_minor| Tier { up_to, unit_picos: minor(unit), flat_minor };
    vec![tier(Some(5), 1000, 0), tier(Some(20), 800, 500), tier(None, 500, 0)]
}

#[test]
fn a_graduated_price_bills_a_line_a_tier_and_its_flat_amounts() {
    let graduated = Scheme::Graduated(tiers());
    let amounts = |quantity| -> Vec<(i64, i64)> {
        graduated.parts(None, quantity, 1).iter().map(|part| (part.quantity, part.amount_minor)).collect()
    };
    assert_eq!(amounts(5), [(5, 5000)]);
    assert_eq!(amounts(7), [(5, 5000), (2, 1600), (1, 500)]);
    assert_eq!(amounts(23), [(5, 5000), (15, 12_000), (1, 500), (3, 1500)]);
    assert_eq!(graduated.full_picos(None, 23), minor(19_000));
}

#[test]
fn a_volume_price_bills_all_units_at_one_tier() {
    let volume = Scheme::Volume(tiers());
    let amount = |quantity| volume.parts(None, quantity, 1)[0].amount_minor;
    assert_eq!([amount(5), amount(6), amount(21)], [5000, 5300, 10_500]);
}

#[test]
fn packages_and_fractions_of_a_cent_are_rounded_once() {
    let up = Some(Package { divide_by: 100, is_rounded_up: true });
    let down = Some(Package { divide_by: 100, is_rounded_up: false });
    let price = Scheme::PerUnit { picos: minor(250) };
    assert_eq!(price.parts(up, 101, 1)[0].amount_minor, 500);
    assert_eq!(price.parts(down, 199, 1)[0].amount_minor, 250);
    // 1.25 cents × 2 = 2.5 → 3, not 2 × 1.
    let fraction = Scheme::PerUnit { picos: 1_250_000_000_000 };
    assert_eq!(fraction.parts(None, 2, 1)[0].amount_minor, 3);
}

#[test]
fn an_amount_off_is_spread_to_the_last_cent_and_never_beyond_the_total() {
    assert_eq!(Reduction::Amount(100).spread(&[333, 333, 334], 1), [33, 34, 33]);
    assert_eq!(Reduction::Amount(5000).spread(&[1000, 500], 1), [1000, 500]);
    assert_eq!(Reduction::Percent(1250).spread(&[999, 1000], 1), [125, 125]);
    assert_eq!(Reduction::Percent(1000).spread(&[12_350], 10), [1240]);
}

#[test]
fn taxes_are_inside_or_on_top() {
    let inclusive = TaxRule { rate: 1900, is_inclusive: true };
    assert_eq!((inclusive.tax(11_900, 1), inclusive.net(11_900, 1)), (1900, 10_000));
    let exclusive = TaxRule { rate: 2000, is_inclusive: false };
    assert_eq!((exclusive.tax(4999, 1), exclusive.net(4999, 1)), (1000, 4999));
}

#[test]
fn a_share_of_a_period_is_counted_in_seconds() {
    let (month, ten_days) = (30 * 86_400, 10 * 86_400);
    assert_eq!(prorate(minor(4900), ten_days, month, 1), 1633);
    assert_eq!(prorate(minor(-4900), ten_days, month, 1), -1633);
    assert_eq!(prorate(minor(9990), ten_days + 1, month, 1), 3330);
    assert_eq!(prorate(minor(12_340), ten_days, month, 10), 4110);
}

#[test]
fn an_interval_is_divided_by_its_months() {
    assert_eq!(per_month(49_000, every(BillingInterval::Year, 1)), 4083);
    assert_eq!(per_month(10_000, every(BillingInterval::Month, 3)), 3333);
    assert_eq!(per_month(1000, every(BillingInterval::Week, 1)), 4333);
    assert_eq!(per_month(100, every(BillingInterval::Day, 1)), 3042);
    assert_eq!(per_month(5, every(BillingInterval::Month, 2)), 3);
}

#[test]
fn a_change_is_worth_its_full_price_or_what_the_discount_left_of_it() {
    let span = (10 * 86_400, 30 * 86_400);
    let whole = |amount_minor| whole_by_share(minor(4900), minor(3920), (amount_minor, 0), span);
    assert_eq!(whole(1633), minor(4900));
    // A fifth off: 1306.67 asked for ten days of thirty, so 1307 × 3.
    assert_eq!(whole(1307), minor(3921));
    assert_eq!(whole(0), 0);
    let stated = whole_by_share(minor(4900), minor(3920), (1633, 326), span);
    assert_eq!(stated, minor(4900) * 1307 / 1633, "what is stated comes off in proportion");
    assert_eq!(whole_by_share(minor(200), minor(160), (53, 0), span), minor(160), "66 cents tell nothing");
    assert_eq!(rounding_picos(2, span), 2 * PICOS);
    assert_eq!(rounding_picos(1, (86_400, 30 * 86_400)), 15 * PICOS);
}
