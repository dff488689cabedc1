//! What a price is worth after a difference was billed for the rest of its period.
//!
//! The share of the period that a line states has few decimals, and amounts are whole minor units. Scaled up to a whole
//! period, both errors would show, so the value is taken from what is known exactly wherever the amount is its share.

use rust_decimal::Decimal;

use super::super::ChangeValuation;
use super::super::exact::Exact;

/// What a price is worth for a whole interval, and how many of it there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worth {
    pub whole: Exact,
    pub quantity: Decimal,
}

impl Default for Worth {
    fn default() -> Self {
        Self { whole: Exact::ZERO, quantity: Decimal::ZERO }
    }
}

/// What was billed of one price, at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta {
    /// After discounts.
    pub net: Exact,
    /// Before them.
    pub subtotal: Exact,
    /// More, or below zero less.
    pub quantity: Decimal,
    /// Of an interval, above zero.
    pub share: Exact,
    /// What the quantity costs for an interval.
    pub list_price: Option<Exact>,
}

/// The next bill of a whole period with the new quantity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next {
    pub whole: Exact,
}

/// A share is written with five decimals, so it is wrong by up to this part of the whole.
const SHARE_ERROR: i64 = 200_000;

impl Delta {
    fn units(&self) -> Exact {
        Exact::decimal(self.quantity).size()
    }

    /// Whether an amount is the share of a whole, as far as rounding tells: by up to so much, and the error of the share.
    fn is_share(&self, amount: Exact, whole: Exact, tolerance: Exact) -> bool {
        let error = whole.size().times(Exact::ratio(1, SHARE_ERROR.into()));
        amount.minus(whole.times(self.share)).size().is_at_most(tolerance.plus(error))
    }
}

/// `next`: where there is one.
pub(super) fn after(before: Worth, delta: &Delta, next: Option<Next>) -> (Worth, ChangeValuation) {
    let quantity = before.quantity + delta.quantity;
    let at = |whole: Exact| {
        // Of a price that is gone, or of which more is taken back than is known of.
        let is_none = whole.is_below_zero() || quantity <= Decimal::ZERO;
        if is_none { Worth::default() } else { Worth { whole, quantity } }
    };
    if quantity.is_zero() && !delta.quantity.is_zero() {
        return (Worth::default(), ChangeValuation::ByUnit);
    }
    if let Some(unit) = before.whole.over(Exact::decimal(before.quantity)) {
        let whole = unit.times(Exact::decimal(delta.quantity));
        if delta.is_share(delta.net, whole, delta.units()) {
            return (at(unit.times(Exact::decimal(quantity))), ChangeValuation::ByUnit);
        }
    }
    let is_new = before == Worth::default();
    let is_whole = delta.share == Exact::whole(1);
    if is_new
        && !is_whole
        && let Some(full) = delta.list_price
        && delta.is_share(delta.subtotal, full, delta.units())
        && let Some(left) = delta.net.over(delta.subtotal)
    {
        return (at(full.times(left)), ChangeValuation::ByListPrice);
    }
    if !is_whole && let Some(Next { whole }) = next {
        let tolerance = delta.units().plus(Exact::whole(1));
        if delta.is_share(delta.net, whole.minus(before.whole), tolerance) {
            return (at(whole), ChangeValuation::ByNextBill);
        }
    }
    let added = delta.net.over(delta.share).unwrap_or(Exact::ZERO);
    (at(before.whole.plus(added)), ChangeValuation::ByAmount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(quantity: i64, net: i64, share: i64, list_price: Option<i64>) -> Delta {
        Delta {
            net: Exact::whole(net),
            subtotal: Exact::whole(net),
            quantity: quantity.into(),
            share: Exact::ratio(share.into(), 100_000),
            list_price: list_price.map(Exact::whole),
        }
    }

    fn worth(whole: i64, quantity: i64) -> Worth {
        Worth { whole: Exact::whole(whole), quantity: quantity.into() }
    }

    #[test]
    fn units_more_or_less_are_worth_what_each_was() {
        // 2 of 3 units at 33.33 for 0.41667 of a month: 1388.76, of which scaled up 3333.01 would be left.
        let more = after(worth(3333, 1), &delta(2, 2778, 41_667, None), None);
        assert_eq!(more, (worth(9999, 3), ChangeValuation::ByUnit));
        let less = after(worth(9999, 3), &delta(-2, -2778, 41_667, None), None);
        assert_eq!(less, (worth(3333, 1), ChangeValuation::ByUnit));
    }

    #[test]
    fn what_is_removed_leaves_exactly_nothing() {
        let gone = after(worth(4000, 2), &delta(-2, -1999, 50_000, None), None);
        assert_eq!(gone, (Worth::default(), ChangeValuation::ByUnit));
        let unknown = after(Worth::default(), &delta(-1, -500, 50_000, None), None);
        assert_eq!(unknown.0, Worth::default());
    }

    #[test]
    fn a_new_price_is_worth_its_list_price_less_the_discount_on_the_bill() {
        let new = after(Worth::default(), &delta(1, 1666, 33_330, Some(5000)), None);
        assert_eq!(new, (worth(5000, 1), ChangeValuation::ByListPrice));
        let mut discounted = delta(1, 1333, 33_330, Some(5000));
        discounted.subtotal = Exact::whole(1666);
        let (value, valuation) = after(Worth::default(), &discounted, None);
        assert_eq!((value.whole.to_minor(), valuation), (4001, ChangeValuation::ByListPrice));
    }

    #[test]
    fn else_the_next_bill_tells_and_else_the_amount() {
        let converted = delta(1, 1389, 33_330, Some(5000));
        let next = Some(Next { whole: Exact::whole(4166) });
        assert_eq!(after(Worth::default(), &converted, next), (worth(4166, 1), ChangeValuation::ByNextBill));
        let other = Some(Next { whole: Exact::whole(5000) });
        let (value, valuation) = after(Worth::default(), &converted, other);
        assert_eq!((value.whole, valuation), (Exact::ratio(138_900_000, 33_330), ChangeValuation::ByAmount));
    }

    #[test]
    fn a_whole_interval_is_worth_what_was_billed() {
        let whole = after(Worth::default(), &delta(1, 1667, 100_000, Some(1668)), None);
        assert_eq!(whole, (worth(1667, 1), ChangeValuation::ByAmount));
    }
}
