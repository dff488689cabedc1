//! What things cost: tiers, packages, discounts, taxes, shares of a period, and what an amount is worth per month.
//! Every amount is rounded once, half away from zero.

use model::Currency;
use model::billing::{BillingInterval, Recurrence};

/// Prices have up to twelve decimals of a minor unit.
pub(super) const PICOS: i128 = 1_000_000_000_000;

#[derive(Debug, Clone)]
pub(super) enum Scheme {
    PerUnit {
        picos: i128,
    },
    /// Each unit at the price of the tier that it falls into.
    Graduated(Vec<Tier>),
    /// All units at the price of the tier that the quantity falls into.
    Volume(Vec<Tier>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Tier {
    /// `None`: no upper end.
    pub up_to: Option<i64>,
    pub unit_picos: i128,
    pub flat_minor: i64,
}

/// Quantity is divided by this before it is multiplied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Package {
    pub divide_by: i64,
    pub is_rounded_up: bool,
}

/// What one line of a period's bill asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub amount_minor: i64,
    pub quantity: i64,
    pub unit_picos: i128,
    /// Counted from 1; `None` where the price has one line whatever the quantity.
    pub tier: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reduction {
    /// In hundredths of a percent.
    Percent(i64),
    Amount(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TaxRule {
    /// In hundredths of a percent.
    pub rate: i64,
    pub is_inclusive: bool,
}

/// The step that charged amounts come in: the last digit of a three-decimal currency is always 0.
pub(super) fn grain(currency: Currency) -> i64 {
    if currency.exponent() == 3 { 10 } else { 1 }
}

/// `numerator ÷ denominator` to a whole number, halves away from zero.
pub(super) fn round(numerator: i128, denominator: i128) -> i64 {
    let rounded = ((numerator.abs() * 2 + denominator) / (denominator * 2)) as i64;
    if numerator < 0 { -rounded } else { rounded }
}

fn round_to(grain: i64, numerator: i128, denominator: i128) -> i64 {
    round(numerator, denominator * i128::from(grain)) * grain
}

impl Package {
    fn packages(self, quantity: i64) -> i64 {
        let up = if self.is_rounded_up { self.divide_by - 1 } else { 0 };
        (quantity + up) / self.divide_by
    }
}

impl Scheme {
    /// The lines that bill a quantity for one whole period.
    pub(super) fn parts(&self, package: Option<Package>, quantity: i64, grain: i64) -> Vec<Part> {
        let units = package.map_or(quantity, |package| package.packages(quantity));
        match self {
            Self::PerUnit { picos } => {
                let amount_minor = round_to(grain, picos * i128::from(units), PICOS);
                vec![Part { amount_minor, quantity, unit_picos: *picos, tier: None }]
            }
            Self::Volume(tiers) => {
                let tier = volume_tier(tiers, units);
                let amount_minor = round_to(grain, tier_picos(tier, units), PICOS);
                vec![Part { amount_minor, quantity, unit_picos: tier.unit_picos, tier: None }]
            }
            Self::Graduated(tiers) => {
                let mut parts = Vec::new();
                for (number, tier, units) in graduated(tiers, units) {
                    let amount_minor = round_to(grain, tier.unit_picos * i128::from(units), PICOS);
                    let tier_number = Some(number);
                    parts.push(Part {
                        amount_minor,
                        quantity: units,
                        unit_picos: tier.unit_picos,
                        tier: tier_number,
                    });
                    if tier.flat_minor != 0 {
                        let unit_picos = i128::from(tier.flat_minor) * PICOS;
                        parts.push(Part {
                            amount_minor: tier.flat_minor,
                            quantity: 1,
                            unit_picos,
                            tier: tier_number,
                        });
                    }
                }
                parts
            }
        }
    }

    /// What a quantity costs for one whole period, before any rounding.
    pub(super) fn full_picos(&self, package: Option<Package>, quantity: i64) -> i128 {
        let units = package.map_or(quantity, |package| package.packages(quantity));
        match self {
            Self::PerUnit { picos } => picos * i128::from(units),
            Self::Volume(tiers) => tier_picos(volume_tier(tiers, units), units),
            Self::Graduated(tiers) => {
                graduated(tiers, units).iter().map(|(_, tier, units)| tier_picos(*tier, *units)).sum()
            }
        }
    }
}

fn tier_picos(tier: Tier, units: i64) -> i128 {
    tier.unit_picos * i128::from(units) + i128::from(tier.flat_minor) * PICOS
}

fn volume_tier(tiers: &[Tier], units: i64) -> Tier {
    let fits = |tier: &&Tier| tier.up_to.is_none_or(|up_to| units <= up_to);
    let nothing = Tier { up_to: None, unit_picos: 0, flat_minor: 0 };
    tiers.iter().find(fits).copied().unwrap_or(nothing)
}

/// The tiers that a quantity reaches, numbered from 1, with how much of it falls into each.
fn graduated(tiers: &[Tier], units: i64) -> Vec<(usize, Tier, i64)> {
    let mut below = 0;
    let mut reached = Vec::new();
    for (index, tier) in tiers.iter().enumerate() {
        if index > 0 && units <= below {
            break;
        }
        let up_to = tier.up_to.map_or(units, |up_to| up_to.min(units));
        reached.push((index + 1, *tier, up_to - below));
        below = up_to;
    }
    reached
}

impl Reduction {
    /// How much comes off each amount. An amount off is spread over them in proportion, to the last unit.
    pub(super) fn spread(self, amounts: &[i64], grain: i64) -> Vec<i64> {
        match self {
            Self::Percent(percent) => {
                let off = |amount: &i64| round_to(grain, i128::from(*amount) * i128::from(percent), 10_000);
                amounts.iter().map(off).collect()
            }
            Self::Amount(amount_off) => {
                let total: i64 = amounts.iter().sum();
                let off = amount_off.min(total);
                let (mut seen, mut given) = (0, 0);
                let part = |amount: &i64| {
                    seen += amount;
                    let due = round_to(grain, i128::from(off) * i128::from(seen), i128::from(total.max(1)));
                    let part = due - given;
                    given = due;
                    part
                };
                amounts.iter().map(part).collect()
            }
        }
    }
}

impl TaxRule {
    /// The tax in (inclusive) or on (exclusive) a discounted amount.
    pub(super) fn tax(self, taxable_minor: i64, grain: i64) -> i64 {
        let base = if self.is_inclusive { 10_000 + self.rate } else { 10_000 };
        round_to(grain, i128::from(taxable_minor) * i128::from(self.rate), i128::from(base))
    }

    /// What of a discounted amount is the merchant's.
    pub(super) fn net(self, taxable_minor: i64, grain: i64) -> i64 {
        if self.is_inclusive { taxable_minor - self.tax(taxable_minor, grain) } else { taxable_minor }
    }
}

/// The part of a whole period's price that falls on `part_s` of its `whole_s` seconds.
pub(super) fn prorate(picos: i128, part_s: i64, whole_s: i64, grain: i64) -> i64 {
    round_to(grain, picos * i128::from(part_s), PICOS * i128::from(whole_s))
}

/// Months of an interval as a fraction.
fn months(recurrence: Recurrence) -> (i128, i128) {
    let count = i128::from(recurrence.interval_count);
    match recurrence.interval {
        BillingInterval::Day => (12 * count, 365),
        BillingInterval::Week => (12 * count, 52),
        BillingInterval::Month => (count, 1),
        BillingInterval::Year => (12 * count, 1),
    }
}

/// `None`: not counted in months.
pub(super) fn whole_months(recurrence: Recurrence) -> Option<i64> {
    let count = i64::from(recurrence.interval_count);
    match recurrence.interval {
        BillingInterval::Day | BillingInterval::Week => None,
        BillingInterval::Month => Some(count),
        BillingInterval::Year => Some(12 * count),
    }
}

/// What a period's amount is worth per month.
pub(super) fn per_month(amount_minor: i64, recurrence: Recurrence) -> i64 {
    let (numerator, denominator) = months(recurrence);
    round(i128::from(amount_minor) * denominator, numerator)
}

/// The same of a price with its decimals.
pub(super) fn price_per_month(picos: i128, recurrence: Recurrence) -> i64 {
    let (numerator, denominator) = months(recurrence);
    round(picos * denominator, numerator * PICOS)
}

/// A share of less says too little of the whole.
const TELLING_SHARE_MINOR: i128 = 100;

/// What the whole period costs by the amount that was billed for the rest of it: the full price, unless the amount is more
/// than a minor unit away from its share. Then a discount is in it, and it is scaled by the ratio. A discount that is stated
/// comes off in proportion. Of a share that is too small to tell, `by_bill_picos`, which another bill of the item says.
pub(super) fn whole_by_share(
    full_picos: i128,
    by_bill_picos: i128,
    (amount_minor, off_minor): (i64, i64),
    (part_s, whole_s): (i64, i64),
) -> i128 {
    let (part, whole) = (i128::from(part_s), i128::from(whole_s));
    if full_picos * part < TELLING_SHARE_MINOR * PICOS * whole {
        return by_bill_picos;
    }
    let billed_picos = i128::from(amount_minor) * PICOS;
    let difference = billed_picos * whole - full_picos * part;
    let whole_picos =
        if difference.abs() <= whole * PICOS { full_picos } else { billed_picos * whole / part };
    whole_picos * i128::from(amount_minor - off_minor) / i128::from(amount_minor.max(1))
}

/// How far the rounding of a share can move the whole: a minor unit a unit, or half a unit of the share as often as it goes
/// into the whole.
pub(super) fn rounding_picos(quantity: i64, (part_s, whole_s): (i64, i64)) -> i128 {
    let half = PICOS * i128::from(whole_s) / (2 * i128::from(part_s));
    half.max(i128::from(quantity.max(1)) * PICOS)
}

#[cfg(test)]
mod tests;
