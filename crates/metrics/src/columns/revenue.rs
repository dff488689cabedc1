//! What each customer has paid, less what it got back: the rows of its money that are revenue, so that answers need not
//! look through the others. Twelve bytes for each such row, and 40 for each customer.

use model::{Currency, Day};

use super::ends::range;
use super::rows::{MoneyRows, NO_INSTANT};
use crate::ledger::MoneyKind;

#[derive(Debug, Default)]
pub(super) struct RevenueRows {
    /// One per customer: where its rows end.
    ends: Vec<u32>,
    days: Vec<Day>,
    amount_minor: Vec<i64>,
    /// One per customer.
    totals: Vec<Total>,
}

/// What there is to say of a customer's money without a look at its rows.
#[derive(Debug, Clone, Copy)]
struct Total {
    /// Of all its revenue; `None` where there are several.
    currency: Option<Currency>,
    /// All of it together.
    minor: i64,
    /// When the last of any of its money moved, and its last payment.
    last_at: i64,
    last_payment_at: i64,
}

/// A customer's revenue in order of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Revenue<'a> {
    pub(crate) days: &'a [Day],
    /// Below 0 for what was given back.
    pub(crate) amount_minor: &'a [i64],
    pub(crate) currency: Currency,
    /// All of it together.
    pub(crate) sum_minor: i64,
    /// `None`: it never paid.
    pub(crate) last_payment_at: Option<i64>,
}

impl RevenueRows {
    pub(super) fn of(money: &MoneyRows, days: &[Day]) -> Self {
        let mut all = Self::default();
        for customer in 0..money.ends.len() {
            let own = range(&money.ends, customer);
            let (mut currency, mut minor) = (None, 0_i64);
            let mut is_one = true;
            for row in own.clone() {
                if let Some(sign) = money.kind[row].revenue_sign() {
                    is_one &= currency.is_none_or(|known| known == money.currency[row]);
                    currency = Some(money.currency[row]);
                    all.days.push(days[row]);
                    let own_minor = sign.wrapping_mul(money.amount_minor[row]);
                    all.amount_minor.push(own_minor);
                    minor = minor.saturating_add(own_minor);
                }
            }
            all.ends.push(u32::try_from(all.days.len()).unwrap_or(u32::MAX));
            let payment = own.clone().rev().find(|row| money.kind[*row] == MoneyKind::Payment);
            all.totals.push(Total {
                currency: Some(currency.unwrap_or(Currency::USD)).filter(|_| is_one),
                minor,
                last_at: money.at[own].last().copied().unwrap_or(NO_INSTANT),
                last_payment_at: payment.map_or(NO_INSTANT, |row| money.at[row]),
            });
        }
        all.days.shrink_to_fit();
        all.amount_minor.shrink_to_fit();
        all
    }

    /// `None` where it is in several currencies, or something of the customer's money moves after `now` only.
    pub(super) fn of_customer(&self, customer: usize, now: i64) -> Option<Revenue<'_>> {
        let total = self.totals[customer];
        let currency = total.currency.filter(|_| total.last_at <= now)?;
        let own = range(&self.ends, customer);
        let last_payment_at = Some(total.last_payment_at).filter(|at| *at != NO_INSTANT);
        Some(Revenue {
            days: &self.days[own.clone()],
            amount_minor: &self.amount_minor[own],
            currency,
            sum_minor: total.minor,
            last_payment_at,
        })
    }
}
