//! Fractions without a rounding: a value that was read from a share of a period is rounded once, when it is shown.

use rust_decimal::Decimal;

/// What does not fit any more is kept to this part of a minor unit.
const FINEST: i128 = 1_000_000_000_000;

/// Minor units, or a number of units, as a fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    by: i128,
    /// Above zero.
    of: i128,
}

impl Exact {
    pub(super) const ZERO: Self = Self { by: 0, of: 1 };

    /// `of` is not zero; a fraction over zero is zero.
    pub(super) fn ratio(by: i128, of: i128) -> Self {
        if of == 0 || by == 0 {
            return Self::ZERO;
        }
        let divisor = common_divisor(by.unsigned_abs(), of.unsigned_abs());
        let divisor = i128::try_from(divisor).unwrap_or(1) * of.signum();
        Self { by: by / divisor, of: of / divisor }
    }

    pub(super) fn whole(number: i64) -> Self {
        Self { by: number.into(), of: 1 }
    }

    pub(super) fn decimal(number: Decimal) -> Self {
        let of = 10_i128.checked_pow(number.scale()).unwrap_or(i128::MAX);
        Self::ratio(number.mantissa(), of)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let exact = || {
            let by = self.by.checked_mul(other.of)?.checked_add(other.by.checked_mul(self.of)?)?;
            Some(Self::ratio(by, self.of.checked_mul(other.of)?))
        };
        exact().unwrap_or_else(|| Self::ratio(self.finest().saturating_add(other.finest()), FINEST))
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.plus(Self { by: other.by.saturating_neg(), of: other.of })
    }

    pub(super) fn times(self, other: Self) -> Self {
        // Across, so that what can be canceled never grows.
        let (one, two) = (Self::ratio(self.by, other.of), Self::ratio(other.by, self.of));
        let exact = one.by.checked_mul(two.by).zip(one.of.checked_mul(two.of));
        exact.map_or_else(
            || Self::ratio((self.finest() / other.of).saturating_mul(other.by), FINEST),
            |(by, of)| Self::ratio(by, of),
        )
    }

    /// `None` over zero.
    pub(super) fn over(self, other: Self) -> Option<Self> {
        (other.by != 0).then(|| self.times(Self::ratio(other.of, other.by)))
    }

    pub(super) fn size(self) -> Self {
        Self { by: self.by.saturating_abs(), of: self.of }
    }

    pub(super) fn is_below_zero(self) -> bool {
        self.by < 0
    }

    pub(super) fn is_at_most(self, other: Self) -> bool {
        !other.minus(self).is_below_zero()
    }

    /// Rounded half away from zero.
    pub(super) fn to_minor(self) -> i64 {
        round_ratio(self.by, self.of)
    }

    fn finest(self) -> i128 {
        let (whole, rest) = (self.by / self.of, self.by % self.of);
        // A rest is below its divisor, so one of the two orders fits.
        let rest =
            rest.checked_mul(FINEST).map_or_else(|| rest / (self.of / FINEST).max(1), |rest| rest / self.of);
        whole.saturating_mul(FINEST).saturating_add(rest)
    }
}

fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Half away from zero. The denominator is above zero.
pub(super) fn round_ratio(numerator: i128, denominator: i128) -> i64 {
    let half_up =
        numerator.abs().saturating_mul(2).saturating_add(denominator) / denominator.saturating_mul(2).max(1);
    let rounded = i64::try_from(half_up).unwrap_or(i64::MAX);
    if numerator < 0 { -rounded } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_scaled_up_and_down_again_is_what_it_was() {
        let share = Exact::decimal(Decimal::new(33_333, 5));
        let whole = Exact::whole(100).over(share).unwrap();
        assert_eq!(whole.times(share), Exact::whole(100));
        assert_eq!(whole.minus(whole), Exact::ZERO);
        assert_eq!(whole.to_minor(), 300);
        assert_eq!(Exact::whole(1).over(Exact::ZERO), None);
    }

    #[test]
    fn halves_are_rounded_away_from_zero_and_what_does_not_fit_is_cut() {
        assert_eq!(Exact::ratio(5, 2).to_minor(), 3);
        assert_eq!(Exact::ratio(5, -2).to_minor(), -3);
        let thin = Exact::ratio(1, i128::MAX - 1).plus(Exact::ratio(1, i128::MAX - 2)).plus(Exact::whole(7));
        assert_eq!(thin.to_minor(), 7);
        let large = Exact::ratio(i128::MAX, 3).times(Exact::ratio(1, i128::MAX / 7));
        assert!(Exact::whole(2).is_at_most(large) && large.is_at_most(Exact::whole(3)));
    }
}
