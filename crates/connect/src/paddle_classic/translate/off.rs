//! What a coupon takes off each payment.

use rust_decimal::Decimal;

use super::alert::Paid;
use super::basis::rounded;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Off {
    Nothing,
    Percent(Decimal),
    Flat(i64),
    /// What it was on a payment, where the coupon is not listed.
    Share {
        left_minor: i64,
        whole_minor: i64,
    },
}

impl Off {
    /// What is taken off a payment. `None`: something, and nothing says how much.
    pub fn of(paid: &Paid) -> Option<Self> {
        if paid.coupon.is_none() {
            return Some(Self::Nothing);
        }
        let terms = paid.coupon_terms.as_ref()?;
        match (terms.percent_off, terms.amount_off) {
            (Some(percent), _) => Some(Self::Percent(percent)),
            // In other currencies it is what Paddle makes of it.
            (None, Some((minor, currency))) if currency == paid.currency => Some(Self::Flat(minor)),
            _ => None,
        }
    }

    /// What was taken off a payment of which so much was left.
    pub fn seen(paid: &Paid, price_minor: i64, left_minor: i64) -> Self {
        let is_flat = paid.coupon_terms.as_ref().is_some_and(|terms| terms.amount_off.is_some());
        match price_minor - left_minor {
            // Something else was added that is more.
            off if off < 0 => Self::Nothing,
            off if is_flat => Self::Flat(off),
            _ => Self::Share { left_minor, whole_minor: price_minor },
        }
    }

    pub fn left_minor(&self, price_minor: i64) -> i64 {
        let price = Decimal::from(price_minor);
        let off = match self {
            Self::Nothing => return price_minor,
            Self::Flat(off) => return (price_minor - off).max(0),
            Self::Percent(percent) => price.checked_mul(*percent).map(|off| off / Decimal::ONE_HUNDRED),
            Self::Share { whole_minor: 0, .. } => return price_minor,
            Self::Share { left_minor, whole_minor } => {
                let off = price.checked_mul((whole_minor - left_minor).into());
                off.map(|off| off / Decimal::from(*whole_minor))
            }
        };
        off.and_then(rounded).map_or(price_minor, |off| price_minor - off)
    }
}
