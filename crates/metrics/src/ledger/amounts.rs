//! Exact arithmetic: months of an interval as fractions, full prices in picos of a minor unit, one rounding at the end.

use model::Currency;
use model::billing::{BillingInterval, Price, PriceScheme, Recurrence, Tier};
use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};

use super::exact::{Exact, round_ratio};

/// A price's decimals end at the twelfth.
const PICOS: i128 = 1_000_000_000_000;

/// How many months an interval has, as a fraction: a week is 12/52 of one, a day 12/365.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IntervalMonths {
    numerator: i128,
    denominator: i128,
}

impl IntervalMonths {
    pub(super) fn of(recurrence: Recurrence) -> Self {
        let count = i128::from(recurrence.interval_count.max(1));
        let (numerator, denominator) = match recurrence.interval {
            BillingInterval::Day => (12, 365),
            BillingInterval::Week => (12, 52),
            BillingInterval::Month => (1, 1),
            BillingInterval::Year => (12, 1),
        };
        Self { numerator: numerator * count, denominator }
    }

    /// `amount ÷ months` of an exact amount, rounded in the same way.
    pub(super) fn per_month_exactly(self, amount: Exact) -> i64 {
        let months = Exact::ratio(self.numerator, self.denominator);
        amount.over(months).map_or(0, Exact::to_minor)
    }

    /// `amount ÷ months`, rounded half away from zero to one minor unit.
    pub(super) fn per_month(self, amount: Picos) -> i64 {
        round_ratio(amount.0.saturating_mul(self.denominator), self.numerator.saturating_mul(PICOS))
    }
}

/// An amount of money in picos of a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Picos(i128);

impl Picos {
    pub(super) const ONE_MINOR: Self = Self(PICOS);

    pub(super) fn of_minor(amount_minor: i64) -> Self {
        Self(i128::from(amount_minor).saturating_mul(PICOS))
    }

    pub(super) fn exactly(self) -> Exact {
        Exact::ratio(self.0, PICOS)
    }

    /// Rounded half away from zero.
    pub(super) fn to_minor(self) -> i64 {
        round_ratio(self.0, PICOS)
    }

    /// `self × ratio`. What does not fit is cut off at its twelfth decimal first.
    pub(super) fn times(self, ratio: Ratio) -> Self {
        let Ratio { by, of } = ratio;
        let (by, of) = (i128::from(by), i128::from(of.max(1)));
        let exact = self.0.checked_mul(by).map(|product| product / of);
        Self(exact.unwrap_or_else(|| (self.0 / of).saturating_mul(by)))
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    pub(super) fn distance(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).saturating_abs())
    }
}

/// A proportion, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    pub by: i64,
    /// Above zero.
    pub of: i64,
}

impl Ratio {
    pub(super) const WHOLE: Self = Self { by: 1, of: 1 };

    pub(super) fn inverse(self) -> Self {
        Self { by: self.of, of: self.by }
    }
}

/// As finely as taxes are set.
const RATE_DECIMALS_MAX: u32 = 3;

/// The tax that is inside an amount, at a percentage of the amount without it. Amounts of three-decimal currencies
/// end in 0.
pub(super) fn inclusive_tax_minor(amount_minor: i64, percent: Decimal, currency: Currency) -> i64 {
    let grain: i64 = if currency.exponent() == 3 { 10 } else { 1 };
    let Some(whole) = percent.checked_add(Decimal::ONE_HUNDRED) else { return 0 };
    let (Some(percent), Some(whole)) = (picos(percent), picos(whole)) else { return 0 };
    let grains = round_ratio(
        i128::from(amount_minor).saturating_mul(percent),
        whole.saturating_mul(i128::from(grain)),
    );
    grains.saturating_mul(grain)
}

/// The tax that is inside an amount where another amount says as much of it as is known: its own tax. Of the percentages that
/// make that tax the one with the fewest decimals is taken, because rates are such, so that a larger amount is not off by
/// what the smaller was rounded by; where none makes it, the tax is in proportion.
pub(super) fn tax_like(known: Ratio, amount: Picos, currency: Currency) -> i64 {
    let net_minor = known.of.saturating_sub(known.by);
    let percent = Decimal::from(known.by)
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|hundredfold| hundredfold.checked_div(Decimal::from(net_minor)));
    let rounded = percent.into_iter().flat_map(|percent| {
        (0..=RATE_DECIMALS_MAX).map(move |decimals| {
            percent.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
        })
    });
    let makes_it = |percent: &Decimal| inclusive_tax_minor(known.of, *percent, currency) == known.by;
    match rounded.into_iter().find(makes_it) {
        Some(percent) => inclusive_tax_minor(amount.to_minor(), percent, currency),
        None => amount.times(known).to_minor(),
    }
}

/// So many percent of an amount, rounded half away from zero.
pub(super) fn percent_of(minor: i64, percent: Decimal) -> i64 {
    let share = Decimal::from(minor).checked_mul(percent).map(|product| product / Decimal::ONE_HUNDRED);
    let rounded = share.map(|share| share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
    rounded.and_then(|rounded| rounded.to_i64()).unwrap_or(0)
}

/// What a quantity costs for one whole period in a currency. `None` where the price does not say.
pub(super) fn full_price_in(price: &Price, currency: Currency, quantity: Decimal) -> Option<Picos> {
    let option = price.currency_options.iter().find(|option| option.currency == currency);
    match option {
        _ if price.currency == currency => full_price(&price.scheme, price, quantity),
        Some(option) => full_price(&option.scheme, price, quantity),
        None => None,
    }
}

fn full_price(scheme: &PriceScheme, price: &Price, quantity: Decimal) -> Option<Picos> {
    let quantity = match price.transform_quantity {
        Some(transform) if transform.divide_by > 0 => {
            let packages = quantity.checked_div(Decimal::from(transform.divide_by))?;
            if transform.is_rounded_up { packages.ceil() } else { packages.floor() }
        }
        _ => quantity,
    };
    let full = match scheme {
        PriceScheme::PerUnit(unit_amount) => picos((*unit_amount)?.checked_mul(quantity)?),
        PriceScheme::Volume(tiers) => volume(tiers, quantity),
        PriceScheme::Graduated(tiers) => graduated(tiers, quantity),
        PriceScheme::UnknownTiers => None,
    };
    full.map(Picos)
}

fn volume(tiers: &[Tier], quantity: Decimal) -> Option<i128> {
    let tier = tiers.iter().find(|tier| tier.up_to.is_none_or(|up_to| quantity <= up_to))?;
    tier_picos(tier, quantity)
}

fn graduated(tiers: &[Tier], quantity: Decimal) -> Option<i128> {
    let mut reached = reached(tiers, quantity).peekable();
    reached.peek()?;
    reached.try_fold(0_i128, |sum, (tier, quantity)| sum.checked_add(tier_picos(tier, quantity)?))
}

/// How much of a quantity falls into each tier of a graduated price, as far as it reaches.
pub(super) fn tier_quantities(price: &Price, quantity: Decimal) -> Option<Vec<Decimal>> {
    let PriceScheme::Graduated(tiers) = &price.scheme else { return None };
    Some(reached(tiers, quantity).map(|(_, quantity)| quantity).collect())
}

/// The tiers that a quantity reaches, with what falls into each. The first one's flat amount is due even for a quantity of
/// zero.
fn reached(tiers: &[Tier], quantity: Decimal) -> impl Iterator<Item = (&Tier, Decimal)> {
    let mut below = Decimal::ZERO;
    tiers.iter().enumerate().map_while(move |(index, tier)| {
        let up_to = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
        let is_reached = up_to > below || index == 0;
        let own = (up_to - std::mem::replace(&mut below, up_to)).max(Decimal::ZERO);
        is_reached.then_some((tier, own))
    })
}

fn tier_picos(tier: &Tier, quantity: Decimal) -> Option<i128> {
    let units = tier.unit_amount.unwrap_or_default().checked_mul(quantity)?;
    picos(units)?.checked_add(picos(tier.flat_amount.unwrap_or_default())?)
}

fn picos(amount: Decimal) -> Option<i128> {
    let amount = amount.round_dp(12);
    amount.mantissa().checked_mul(10_i128.checked_pow(12_u32.checked_sub(amount.scale())?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::billing::TransformQuantity;

    fn per_month(interval: BillingInterval, interval_count: u32, amount_minor: i64) -> i64 {
        let months = IntervalMonths::of(Recurrence { interval, interval_count, is_metered: false });
        months.per_month(Picos::of_minor(amount_minor))
    }

    #[test]
    fn a_tax_like_another_is_at_the_roundest_rate_that_makes_it() {
        let like = |tax_minor, of_minor, amount_minor| {
            tax_like(Ratio { by: tax_minor, of: of_minor }, Picos::of_minor(amount_minor), Currency::USD)
        };
        // 20 %, 19 %, 7.7 % and 8.875 %.
        for (tax_minor, of_minor, amount_minor, expected) in [
            (167, 1_000, 2_000, 333),
            (160, 999, 1_998, 319),
            (7_149, 100_000, 200_000, 14_299),
            (8_152, 100_007, 200_014, 16_304),
            (0, 1_000, 2_000, 0),
            (167, 1_000, 1_000, 167),
            // No rate makes it.
            (500, 500, 1_000, 1_000),
        ] {
            assert_eq!(like(tax_minor, of_minor, amount_minor), expected, "{tax_minor} of {of_minor}");
        }
    }

    #[test]
    fn an_interval_is_worth_its_share_of_a_month() {
        assert_eq!(per_month(BillingInterval::Month, 1, 4900), 4900);
        assert_eq!(per_month(BillingInterval::Month, 3, 10_000), 3333);
        assert_eq!(per_month(BillingInterval::Year, 1, 49_000), 4083);
        assert_eq!(per_month(BillingInterval::Year, 2, 24_000), 1000);
        assert_eq!(per_month(BillingInterval::Week, 1, 1000), 4333);
        assert_eq!(per_month(BillingInterval::Week, 2, 1000), 2167);
        assert_eq!(per_month(BillingInterval::Day, 1, 100), 3042);
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(per_month(BillingInterval::Month, 2, 5), 3);
        assert_eq!(per_month(BillingInterval::Month, 2, -5), -3);
        assert_eq!(per_month(BillingInterval::Month, 4, 5), 1);
    }

    fn price(scheme: PriceScheme) -> Price {
        Price {
            id: "price_1".into(),
            product: None,
            nickname: None,
            currency: model::Currency::USD,
            recurrence: None,
            scheme,
            currency_options: Vec::new(),
            transform_quantity: None,
            is_active: true,
        }
    }

    fn tier(up_to: Option<i64>, unit: i64, flat: i64) -> Tier {
        Tier {
            up_to: up_to.map(Decimal::from),
            unit_amount: Some(unit.into()),
            flat_amount: Some(flat.into()),
        }
    }

    fn minor(price: &Price, quantity: i64) -> i128 {
        full_price_in(price, price.currency, quantity.into()).unwrap().0 / PICOS
    }

    #[test]
    fn graduated_tiers_add_up_and_volume_tiers_replace_each_other() {
        let tiers = vec![tier(Some(5), 1000, 0), tier(Some(10), 800, 500), tier(None, 500, 0)];
        let graduated = price(PriceScheme::Graduated(tiers.clone()));
        assert_eq!(minor(&graduated, 5), 5000);
        assert_eq!(minor(&graduated, 6), 5000 + 800 + 500);
        assert_eq!(minor(&graduated, 12), 5000 + 4000 + 500 + 1000);
        let volume = price(PriceScheme::Volume(tiers));
        assert_eq!(minor(&volume, 5), 5000);
        assert_eq!(minor(&volume, 6), 4800 + 500);
        assert_eq!(minor(&volume, 12), 6000);
    }

    #[test]
    fn quantities_in_packages_and_fractions_of_a_cent() {
        let mut packages = price(PriceScheme::PerUnit(Some(Decimal::from(700))));
        packages.transform_quantity = Some(TransformQuantity { divide_by: 10, is_rounded_up: true });
        assert_eq!(minor(&packages, 11), 1400);
        packages.transform_quantity = Some(TransformQuantity { divide_by: 10, is_rounded_up: false });
        assert_eq!(minor(&packages, 19), 700);
        let fraction = price(PriceScheme::PerUnit(Some(Decimal::new(1_234_567, 6))));
        assert_eq!(full_price_in(&fraction, Currency::USD, Decimal::from(3)), Some(Picos(3_703_701_000_000)));
    }

    #[test]
    fn a_price_of_several_currencies_says_what_each_costs() {
        let mut several = price(PriceScheme::PerUnit(Some(1000.into())));
        let scheme = PriceScheme::PerUnit(Some(900.into()));
        several.currency_options = vec![model::billing::CurrencyOption { currency: Currency::EUR, scheme }];
        let of_two = |currency| full_price_in(&several, currency, 2.into()).map(Picos::to_minor);
        assert_eq!(of_two(Currency::USD), Some(2000));
        assert_eq!(of_two(Currency::EUR), Some(1800));
        assert_eq!(of_two("gbp".parse().unwrap()), None, "dollars are no pounds");
    }

    #[test]
    fn an_absurd_price_is_unknown_instead_of_a_crash() {
        let absurd = price(PriceScheme::PerUnit(Some(Decimal::MAX)));
        assert_eq!(full_price_in(&absurd, Currency::USD, Decimal::MAX), None);
    }
}
