//! What a price comes to: a coupon takes something off it, modifiers that recur are added, and tax comes on top or is inside.
//!
//! No alert itemizes a payment. It names the price, the coupon, the tax and the sum, and whatever of coupon, modifiers and tax
//! makes the sum out of the price is what was in force. A sum that nothing makes holds something that was charged once.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};

use super::agreed::Agreed;
use super::alert::Paid;
use super::bill::Payment;
use super::modifier;
use super::off::Off;
use crate::CouponDuration;

/// How tax and price go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tax {
    OnTop,
    /// As in a payment with these amounts.
    Inside {
        net_minor: i64,
        gross_minor: i64,
    },
}

/// What is in force from a payment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Basis {
    tax: Tax,
    off: Off,
    /// What modifiers add to each payment, as prices are.
    extra_minor: i64,
}

/// What a price is worth, without tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Value {
    /// After the discount, without modifiers.
    pub own_minor: i64,
    pub discount_minor: i64,
    /// Of modifiers that recur.
    pub extra_minor: i64,
    /// The same as it is listed.
    pub listed_extra_minor: i64,
}

impl Value {
    pub fn total_minor(self) -> i64 {
        self.own_minor + self.extra_minor
    }
}

/// What a payment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// What it bills each time.
    pub value: Value,
    /// It also bills something once, or is only a part of the price.
    pub is_netted: bool,
    pub basis: Basis,
}

impl Tax {
    fn of(paid: &Paid, is_inside: bool) -> Self {
        if is_inside {
            Self::Inside { net_minor: paid.net_minor(), gross_minor: paid.gross_minor }
        } else {
            Self::OnTop
        }
    }

    /// What a payment has of prices: without the tax if that came on top.
    fn base_minor(self, paid: &Paid) -> i64 {
        match self {
            Self::OnTop => paid.net_minor(),
            Self::Inside { .. } => paid.gross_minor,
        }
    }

    fn net_minor(self, minor: i64) -> i64 {
        match self {
            Self::Inside { net_minor, gross_minor } if gross_minor != 0 => {
                let net = Decimal::from(minor).checked_mul(net_minor.into());
                let net = net.map(|net| net / Decimal::from(gross_minor));
                net.and_then(rounded).unwrap_or(minor)
            }
            _ => minor,
        }
    }
}

impl Basis {
    /// Where no alert about a payment says anything yet: the price itself.
    pub const UNKNOWN: Self = Self { tax: Tax::OnTop, off: Off::Nothing, extra_minor: 0 };

    pub fn value(&self, price_minor: i64) -> Value {
        let left = self.off.left_minor(price_minor);
        let total = self.tax.net_minor(left.saturating_add(self.extra_minor));
        let extra_minor = self.tax.net_minor(self.extra_minor);
        Value {
            own_minor: total - extra_minor,
            discount_minor: self.tax.net_minor(price_minor - left),
            extra_minor,
            listed_extra_minor: self.extra_minor,
        }
    }
}

/// The basis at an instant: that of the last payment by then, else what the first one after tells of the time before it.
pub(super) fn at(payments: &[Payment], at: model::UnixSeconds) -> Basis {
    let read = |payment: &Payment| {
        Some((payment.exact.as_ref()?.at, payment.reading.as_ref().map(|reading| reading.basis.clone())?))
    };
    let mut later = None;
    for (paid_at, basis) in payments.iter().rev().filter_map(read) {
        if paid_at <= at {
            return basis;
        }
        later = Some(basis);
    }
    later.unwrap_or(Basis::UNKNOWN)
}

/// Reads recurring payments in order of time. What the first one costs says nothing where it has a price of its own.
pub(super) fn read(payments: &mut [Payment], agreed: &Agreed<'_>, is_first_apart: bool) {
    let facts: Vec<Option<Fact>> = payments
        .iter()
        .enumerate()
        .map(|(index, payment)| {
            let paid = payment.exact.as_ref().filter(|_| index > 0 || !is_first_apart)?;
            let before = index.checked_sub(1).map(|before| &payments[before]);
            let may_be_netted = agreed.may_be_netted(paid, before);
            Some(Fact { may_be_netted, ..Fact::of(paid, payments, agreed)? })
        })
        .collect();
    let facts = learned(facts);
    let mut before = at_first(&facts);
    let mut readings = Vec::new();
    for (index, fact) in facts.iter().enumerate() {
        let reading = fact.as_ref().map(|fact| fact.reading(&before, &facts, index));
        before = reading.as_ref().map_or(before, |reading| reading.basis.clone());
        readings.push(reading);
    }
    for (payment, reading) in payments.iter_mut().zip(readings) {
        payment.reading = reading;
    }
}

/// What was in force when the first alert about a payment came. Where that was not the first payment, it is what the later
/// ones show: modifiers don't say since when they are there.
fn at_first(facts: &[Option<Fact<'_>>]) -> Basis {
    let is_initial = facts.iter().flatten().next().is_none_or(|first| first.paid.is_initial);
    let told = facts.iter().flatten().find_map(|fact| fact.fit).filter(|_| !is_initial);
    told.map_or(Basis::UNKNOWN, |(tax, extra_minor)| Basis { tax, extra_minor, ..Basis::UNKNOWN })
}

/// What a coupon takes off that is not listed, or is in another currency, by what it took off payments of other prices.
fn learned(mut facts: Vec<Option<Fact<'_>>>) -> Vec<Option<Fact<'_>>> {
    let unknown = facts.iter().flatten().filter(|fact| fact.off.is_none());
    let guesses: Vec<(Option<String>, Off, bool)> = unknown
        .flat_map(|fact| fact.guesses().map(|off| (fact.paid.coupon.clone(), off, fact.is_flat())))
        .collect();
    let fitting = |facts: &[Option<Fact<'_>>], coupon: &Option<String>, off: &Off| {
        let own = facts.iter().flatten().filter(|fact| fact.off.is_none() && fact.paid.coupon == *coupon);
        let fitting: Vec<i64> =
            own.filter(|fact| fact.fitting(off).is_some()).map(|fact| fact.price_minor).collect();
        fitting
    };
    for (coupon, off, is_sure) in guesses {
        let prices = fitting(&facts, &coupon, &off);
        // The same price twice does not tell a share from an amount.
        let is_told = prices.len() > 1 && (is_sure || prices.iter().any(|price| *price != prices[0]));
        if !is_told {
            continue;
        }
        let is_own = |fact: &&mut Fact<'_>| fact.off.is_none() && fact.paid.coupon == coupon;
        for fact in facts.iter_mut().flatten().filter(is_own) {
            (fact.fit, fact.off) = (fact.fitting(&off), Some(off.clone()));
        }
    }
    facts
}

/// What is known of a payment.
struct Fact<'a> {
    paid: &'a Paid,
    price_minor: i64,
    /// `None`: by a coupon that is not listed, so by whatever is missing.
    off: Option<Off>,
    /// Whether the coupon is for later payments too.
    is_off_later: bool,
    /// What modifiers may add.
    sums: Vec<i64>,
    /// Whether tax is inside the price, by payments that no alert tells of.
    is_tax_inside: Option<bool>,
    /// It may be for less than a period, or for more.
    may_be_netted: bool,
    /// The tax and the modifiers that make the sum out of the price.
    fit: Option<(Tax, i64)>,
}

impl<'a> Fact<'a> {
    fn of(paid: &'a Paid, payments: &[Payment], agreed: &Agreed<'_>) -> Option<Self> {
        let price_minor = rounded(Decimal::from(paid.unit_minor?).checked_mul(paid.quantity)?)?;
        let off = Off::of(paid);
        let sums = modifier::sums(agreed.modifiers, paid.currency);
        let is_off_later = is_off_later(paid, payments);
        let is_tax_inside = agreed.is_tax_inside(paid, payments, &sums, price_minor);
        let may_be_netted = false;
        let fact =
            Self { paid, price_minor, off, is_off_later, sums, is_tax_inside, may_be_netted, fit: None };
        Some(Self { fit: fact.off.as_ref().and_then(|off| fact.fitting(off)), ..fact })
    }

    /// What the coupon took off, if nothing else did.
    fn guesses(&self) -> impl Iterator<Item = Off> {
        let bases = BTreeSet::from([self.paid.net_minor(), self.paid.gross_minor]);
        let extras: Vec<i64> = std::iter::once(0).chain(self.sums.iter().copied()).collect();
        let lefts =
            bases.into_iter().flat_map(move |base| extras.clone().into_iter().map(move |extra| base - extra));
        let whole_minor = self.price_minor;
        let is_flat = self.is_flat();
        lefts.filter(move |left| *left < whole_minor).flat_map(move |left_minor| {
            let share = (!is_flat).then_some(Off::Share { left_minor, whole_minor });
            std::iter::once(Off::Flat(whole_minor - left_minor)).chain(share)
        })
    }

    fn is_flat(&self) -> bool {
        self.paid.coupon_terms.as_ref().is_some_and(|terms| terms.amount_off.is_some())
    }

    fn fitting(&self, off: &Off) -> Option<(Tax, i64)> {
        let left = off.left_minor(self.price_minor);
        let extras = std::iter::once(&0).chain(&self.sums);
        extras.into_iter().find_map(|extra| {
            let minor = left + extra;
            // Where there is no tax, both are the same.
            let is_inside = minor != self.paid.net_minor();
            (!is_inside || minor == self.paid.gross_minor).then(|| (Tax::of(self.paid, is_inside), *extra))
        })
    }

    fn reading(&self, before: &Basis, facts: &[Option<Fact<'_>>], index: usize) -> Reading {
        // A coupon that is not listed takes off what it took off before.
        let known = self.off.clone().or_else(|| Some(before.off.clone()).filter(|off| *off != Off::Nothing));
        let fit = self.fit.or_else(|| self.fitting(known.as_ref()?));
        let (tax, off, extra_minor, is_netted) = match (known, fit) {
            (Some(off), Some((tax, extra))) => (tax, off, extra, false),
            (Some(off), None) => {
                let tax = self.tax_by(before, facts, index);
                let surplus = self.surplus_minor(tax);
                // That the same is added to another payment shows that it recurs.
                let others = facts.iter().enumerate().filter(|(other, _)| *other != index);
                let others = others.filter_map(|(_, other)| other.as_ref());
                let mut others = others.filter(|other| other.fit.is_none());
                let recurs = surplus.is_some() && others.any(|other| other.surplus_minor(tax) == surplus);
                let extra = surplus.filter(|_| recurs).unwrap_or(before.extra_minor);
                (tax, off, extra, !recurs)
            }
            (None, _) => {
                let tax = self.tax_by(before, facts, index);
                let left = tax.base_minor(self.paid) - before.extra_minor;
                (tax, Off::seen(self.paid, self.price_minor, left), before.extra_minor, false)
            }
        };
        // A coupon for one payment counts until the next.
        let with_coupon = Basis { tax, off, extra_minor };
        let value = with_coupon.value(self.price_minor);
        let off = if self.is_off_later { with_coupon.off.clone() } else { Off::Nothing };
        Reading { value: self.exactly(value, is_netted), is_netted, basis: Basis { off, ..with_coupon } }
    }

    /// As it was charged, where that is known to be all that it is worth.
    fn exactly(&self, value: Value, is_netted: bool) -> Value {
        if is_netted {
            return value;
        }
        Value { own_minor: self.paid.net_minor() - value.extra_minor, ..value }
    }

    fn surplus_minor(&self, tax: Tax) -> Option<i64> {
        let left = self.off.as_ref()?.left_minor(self.price_minor);
        Some(tax.base_minor(self.paid) - left)
    }

    /// Whether tax comes on top, a payment that is made of the price alone tells best: the last before this one.
    fn tax_by(&self, before: &Basis, facts: &[Option<Fact<'_>>], index: usize) -> Tax {
        // Its amounts say exactly how much is inside.
        let told = |fact: &Option<Fact<'_>>| Some(fact.as_ref()?.fit?.0);
        let (earlier, later) = facts.split_at(index);
        let told = earlier.iter().rev().find_map(told).or_else(|| later.iter().find_map(told));
        let far = |minor: i64| (minor - self.price_minor).abs();
        // What a coupon of an unknown amount leaves is close to nothing, and so is a part of the price.
        let is_near = self.off.is_some() && !self.may_be_netted;
        let is_closer = || is_near && far(self.paid.gross_minor) < far(self.paid.net_minor());
        told.unwrap_or_else(|| match before.tax {
            Tax::Inside { .. } => before.tax,
            Tax::OnTop => Tax::of(self.paid, self.is_tax_inside.unwrap_or_else(is_closer)),
        })
    }
}

/// A coupon that is on a later payment too, or on one that is not the first, is on all of them. Of a first payment the alert
/// says what the next will be.
fn is_off_later(paid: &Paid, payments: &[Payment]) -> bool {
    let Some(code) = &paid.coupon else { return false };
    if let Some(listed) = &paid.coupon_terms {
        return listed.duration == CouponDuration::Forever;
    }
    let exact = || payments.iter().filter_map(|payment| payment.exact.as_ref());
    let is_on_another =
        exact().any(|other| other.payment != paid.payment && other.coupon.as_ref() == Some(code));
    !paid.is_initial || is_on_another || paid.next_minor == Some(paid.gross_minor)
}

pub(super) fn rounded(amount: Decimal) -> Option<i64> {
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}
