//! What an alert about a payment says.

use model::UnixSeconds;
use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};

use super::alert::{Alert, Failed, Paid, What};

/// What of a price is left without tax and after a coupon, as far as the last payment tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NetShare {
    net_minor: i64,
    whole_minor: i64,
}

impl NetShare {
    pub(super) fn of(self, minor: i64) -> i64 {
        if self.whole_minor == 0 {
            return minor;
        }
        let net = Decimal::from(minor).checked_mul(self.net_minor.into());
        let net = net.map(|net| net / Decimal::from(self.whole_minor));
        let round =
            |net: Decimal| net.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64();
        net.and_then(round).unwrap_or(minor)
    }
}

impl Paid {
    /// What the plan costs for so many, as the alert says it.
    fn whole_minor(&self) -> Option<i64> {
        Decimal::from(self.unit_minor?).checked_mul(self.quantity)?.round().to_i64()
    }

    fn net_minor(&self) -> i64 {
        self.gross_minor - self.tax_minor
    }

    /// Whether it is the price of a whole period, and not the net of two plans or something beside it. A coupon takes off
    /// an amount that is not known, so with one anything may be.
    pub(super) fn is_whole(&self) -> bool {
        let Some(whole) = self.whole_minor().filter(|_| !self.has_coupon) else { return true };
        self.gross_minor == whole || self.net_minor() == whole
    }

    pub(super) fn net_share(&self) -> NetShare {
        let net_minor = self.net_minor();
        let of = |whole_minor| NetShare { net_minor, whole_minor };
        match self.whole_minor() {
            Some(whole) if self.has_coupon => of(whole),
            // Tax comes on top, or is inside: whichever is closer, where something was added.
            Some(whole) if (net_minor - whole).abs() <= (self.gross_minor - whole).abs() => of(net_minor),
            _ => of(self.gross_minor),
        }
    }

    /// What a payment that was due says of the value: its amount, without what was added to it or taken off it once. That
    /// the same is added to another bill shows that it recurs.
    pub(super) fn regular_minor(&self, others: &[&Self]) -> i64 {
        let Some(whole) = self.whole_minor().filter(|_| !self.is_whole()) else { return self.net_minor() };
        let surplus = |paid: &Self| Some(paid.gross_minor - paid.whole_minor()?);
        let is_alike = |other: &&&Self| other.payment != self.payment && surplus(other) == surplus(self);
        if others.iter().any(|other| is_alike(&other)) {
            return self.net_minor();
        }
        // Whether tax comes on top, another payment tells better.
        let plain = others.iter().rev().find(|other| !other.has_coupon && other.is_whole());
        plain.map_or_else(|| self.net_share(), |plain| plain.net_share()).of(whole)
    }
}

impl Alert {
    pub(super) fn failed(&self) -> Option<&Failed> {
        if let What::Failed(failed) = &self.what { Some(failed) } else { None }
    }

    pub(super) fn is_failure_of(&self, payment: &str) -> bool {
        self.failed().is_some_and(|failed| failed.payment == payment)
    }

    pub(super) fn plan(&self) -> Option<String> {
        match &self.what {
            What::Created(terms) | What::Updated(terms) => terms.plan.clone(),
            What::Paid(paid) => paid.plan.clone(),
            _ => None,
        }
    }

    pub(super) fn next_at(&self) -> Option<UnixSeconds> {
        match &self.what {
            What::Created(terms) | What::Updated(terms) => terms.next_at,
            What::Paid(paid) => paid.next_at,
            _ => None,
        }
    }
}
