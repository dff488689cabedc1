//! What one line is worth a month.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use model::billing::{BillingInterval, Period, Price, PriceScheme, Recurrence};
use model::{Currency, UnixSeconds};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::rules::{Line, Reader};

/// Half away from zero.
pub fn rounded(amount: Decimal) -> i64 {
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap()
}

/// `count` intervals of a price after an instant, before it where negative.
pub fn moved(at: UnixSeconds, recurrence: Recurrence, count: i64) -> UnixSeconds {
    let count = count * i64::from(recurrence.interval_count);
    let span = match recurrence.interval {
        BillingInterval::Day => Span::new().days(count),
        BillingInterval::Week => Span::new().weeks(count),
        BillingInterval::Month => Span::new().months(count),
        BillingInterval::Year => Span::new().years(count),
    };
    let at = TimeZone::UTC.to_datetime(Timestamp::from_second(at.0).unwrap()).checked_add(span).unwrap();
    UnixSeconds(TimeZone::UTC.to_timestamp(at).unwrap().as_second())
}

pub fn a_month(amount: Decimal, recurrence: Recurrence) -> i64 {
    let count = Decimal::from(recurrence.interval_count);
    rounded(match recurrence.interval {
        BillingInterval::Month => amount / count,
        BillingInterval::Year => amount / (count * Decimal::from(12)),
        BillingInterval::Week => amount * Decimal::from(52) / (count * Decimal::from(12)),
        BillingInterval::Day => amount * Decimal::from(365) / (count * Decimal::from(12)),
    })
}

/// What an interval of the price costs before discounts, and how many tiers that is made of.
pub fn full_price(price: &Price, currency: Currency, quantity: Decimal) -> (Decimal, u32) {
    let option = price.currency_options.iter().find(|option| option.currency == currency);
    let scheme = if price.currency == currency { &price.scheme } else { &option.unwrap().scheme };
    let quantity = price.transform_quantity.map_or(quantity, |transform| {
        let parts = quantity / Decimal::from(transform.divide_by);
        if transform.is_rounded_up { parts.ceil() } else { parts.floor() }
    });
    match scheme {
        PriceScheme::PerUnit(unit) => (unit.unwrap() * quantity, 1),
        PriceScheme::Graduated(tiers) => {
            let (mut below, mut sum, mut count) = (Decimal::ZERO, Decimal::ZERO, 0);
            for tier in tiers {
                let top = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
                if top > below {
                    sum += (top - below) * tier.unit_amount.unwrap_or_default();
                    sum += tier.flat_amount.unwrap_or_default();
                    (below, count) = (top, count + 1);
                }
            }
            (sum, count)
        }
        PriceScheme::Volume(tiers) => {
            let holds = |up_to: Option<Decimal>| up_to.is_none_or(|up_to| quantity <= up_to);
            let tier = tiers.iter().find(|tier| holds(tier.up_to)).unwrap();
            let sum = quantity * tier.unit_amount.unwrap_or_default() + tier.flat_amount.unwrap_or_default();
            (sum, 1)
        }
        PriceScheme::UnknownTiers => unreachable!("no life has a price without its tiers"),
    }
}

/// The ordinary lines of one invoice with the same item, price and period start.
#[derive(Debug, Clone, Copy)]
pub struct Ordinary {
    pub gross: Decimal,
    pub discounted: Decimal,
    pub net: Decimal,
    pub quantity: Decimal,
}

impl Reader<'_> {
    pub fn ordinary(&self, of: &Line) -> Ordinary {
        let mut sum = Ordinary {
            gross: Decimal::ZERO,
            discounted: Decimal::ZERO,
            net: Decimal::ZERO,
            quantity: Decimal::ZERO,
        };
        // Usage of several invoices adds up.
        let is_with =
            |line: &&Line| line.price.id == of.price.id && (of.is_usage() || line.on_invoice_of(of));
        for line in self.ordinary_lines(&of.item).filter(|line| line.start() == of.start()).filter(is_with) {
            let (amount, discount) =
                (Decimal::from(line.line.amount_minor), Decimal::from(line.line.discount_minor));
            sum.gross += amount;
            sum.discounted += amount - discount;
            sum.net += amount - discount - Decimal::from(line.line.inclusive_tax_minor);
            sum.quantity += line.line.quantity;
        }
        sum
    }

    pub fn worth(&self, line: &Line) -> i64 {
        if line.line.is_proration {
            self.proration(line)
        } else {
            a_month(self.ordinary(line).net, line.recurrence)
        }
    }

    /// The remaining time at a new price.
    fn proration(&self, line: &Line) -> i64 {
        let (full, tiers) = full_price(line.price, line.line.currency, line.line.quantity);
        let shares = self.shares(line);
        let tax_percent = match line.invoice {
            Some(_) => line.line.inclusive_tax_percent,
            None => self.subscription.and_then(|subscription| subscription.inclusive_tax_percent),
        };
        let tax_in = |amount: Decimal| {
            tax_percent.map_or(0, |percent| rounded(amount * percent / (percent + Decimal::ONE_HUNDRED)))
        };
        let nets: Vec<Decimal> = self
            .discounted(line, full, tiers, &shares)
            .into_iter()
            .map(|discounted| discounted - Decimal::from(tax_in(discounted)))
            .collect();
        // Dust.
        let next = self
            .ordinary_lines(&line.item)
            .filter(|other| other.start() > line.start() && other.price.id == line.price.id)
            .find(|other| self.ordinary(other).quantity == line.line.quantity);
        let bound = line.line.quantity.max(Decimal::new(5, 1) / shares[0]);
        match next {
            Some(next) if nets.iter().any(|net| (self.ordinary(next).net - net).abs() <= bound) => {
                self.worth(next)
            }
            _ => a_month(nets[0], line.recurrence),
        }
    }

    /// The full price less the discount that is in the line: all that it may be, the likeliest first.
    fn discounted(&self, line: &Line, full: Decimal, tiers: u32, shares: &[Decimal]) -> Vec<Decimal> {
        let (amount, discount) =
            (Decimal::from(line.line.amount_minor), Decimal::from(line.line.discount_minor));
        if full * shares[0] < Decimal::ONE_HUNDRED {
            // It tells no ratio, but may itemize another discount than the bill that would tell it.
            let off = |share: Decimal| (share - (amount - discount)).abs();
            match self.witness(line).map(|witness| witness.discounted / witness.gross) {
                Some(left) if discount.is_zero() || off(amount * left) <= Decimal::ONE => {
                    return vec![full * left];
                }
                None if discount.is_zero() => return vec![full],
                _ => {}
            }
        }
        if !discount.is_zero() {
            return vec![full * (amount - discount) / amount];
        }
        if shares.iter().any(|share| (full * share - amount).abs() <= Decimal::from(tiers)) {
            return vec![full];
        }
        shares.iter().map(|share| amount / share).collect()
    }

    /// The ordinary line that tells the proportion of a discount where a share is too small for that.
    fn witness(&self, line: &Line) -> Option<Ordinary> {
        let told =
            || self.ordinary_lines(&line.item).filter(|other| self.ordinary(other).gross > Decimal::ZERO);
        let is_same = |other: &&Line| {
            other.price.id == line.price.id && self.ordinary(other).quantity == line.line.quantity
        };
        let after = |other: &&Line| other.start() > line.start();
        let before = |other: &&Line| other.start() <= line.start();
        told()
            .filter(is_same)
            .find(after)
            .or_else(|| told().filter(is_same).filter(before).last())
            .or_else(|| told().filter(before).last())
            .or_else(|| told().find(after))
            .map(|witness| self.ordinary(witness))
    }

    /// What share of an interval the line may be. The first is the likeliest, where a discount hides which it is.
    fn shares(&self, line: &Line) -> Vec<Decimal> {
        let Period { start, end } = line.line.period;
        let one = |count: i64| moved(start, line.recurrence, count);
        let back = |count: i64| moved(end, line.recurrence, -count);
        let mut shares = Vec::new();
        let length = |from: UnixSeconds, to: UnixSeconds| Decimal::from(to.0 - from.0);
        let billed = self.billed.iter().filter(|other| {
            let period = other.line.period;
            !other.line.is_proration && !other.is_usage() && period.end == end && period.start < start
        });
        let interval = length(back(1), end);
        for other in billed {
            let whole = length(other.start(), end);
            let share = length(start, end) / whole;
            let is_interval = (whole - interval).abs() <= Decimal::from(4 * 86_400);
            shares.insert(if is_interval { 0 } else { shares.len() }, share);
        }
        let likeliest = shares.len().min(1);
        let mut own = vec![length(start, end) / interval, length(start, end) / length(start, one(1))];
        if one(1) < end {
            let whole = (1..).take_while(|count| one(*count) <= end).last().unwrap();
            let rest_from = one(whole);
            own.insert(0, Decimal::from(whole) + length(rest_from, end) / length(rest_from, one(whole + 1)));
            own.insert(
                1,
                Decimal::from(whole) + length(rest_from, end) / length(moved(end, line.recurrence, -1), end),
            );
            let whole = (1..).take_while(|count| back(*count) >= start).last().unwrap_or(0);
            let rest_to = back(whole);
            own.insert(2, Decimal::from(whole) + length(start, rest_to) / length(back(whole + 1), rest_to));
            own.insert(3, Decimal::from(whole) + length(start, rest_to) / length(start, one(1)));
        }
        if shares.first().is_some_and(|_| likeliest == 1) {
            shares.extend(own);
            shares
        } else {
            own.extend(shares);
            own
        }
    }
}
