//! What each customer has paid, less what it got back: the rows of its money that are revenue, so that answers need not
//! look through the others. Twelve bytes for each such row, and 24 for each customer.

use model::{Currency, Day};

use super::chunk::{NO_INSTANT, range};
use super::rows::MoneyRows;
use crate::ledger::MoneyKind;

#[derive(Debug, Default)]
pub(super) struct RevenueRows {
    /// One per customer: where its rows end.
    ends: Vec<u32>,
    days: Vec<Day>,
    amount_minor: Vec<i64>,
    /// One per customer: of all its revenue; `None` where there are several.
    currencies: Vec<Option<Currency>>,
    /// One per customer: when the last of any of its money moved, and its last payment.
    last_at: Vec<i64>,
    last_payment_at: Vec<i64>,
}

/// A customer's revenue in order of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Revenue<'a> {
    pub(crate) days: &'a [Day],
    /// Below 0 for what was given back.
    pub(crate) amount_minor: &'a [i64],
    pub(crate) currency: Currency,
    /// `None`: it never paid.
    pub(crate) last_payment_at: Option<i64>,
}

impl Revenue<'_> {
    /// All of it together.
    pub(crate) fn sum_minor(&self) -> i64 {
        self.amount_minor.iter().fold(0, |sum, minor| sum.saturating_add(*minor))
    }
}

impl RevenueRows {
    pub(super) fn of(money: &MoneyRows, days: &[Day]) -> Self {
        let mut all = Self::default();
        for customer in 0..money.ends.len() {
            let own = range(&money.ends, customer);
            let mut currency = None;
            let mut is_one = true;
            for row in own.clone() {
                if let Some(sign) = money.kind[row].revenue_sign() {
                    is_one &= currency.is_none_or(|known| known == money.currency[row]);
                    currency = Some(money.currency[row]);
                    all.days.push(days[row]);
                    all.amount_minor.push(sign.wrapping_mul(money.amount_minor[row]));
                }
            }
            all.ends.push(u32::try_from(all.days.len()).unwrap_or(u32::MAX));
            all.currencies.push(Some(currency.unwrap_or(Currency::USD)).filter(|_| is_one));
            all.last_at.push(money.at[own.clone()].last().copied().unwrap_or(NO_INSTANT));
            let payment = own.rev().find(|row| money.kind[*row] == MoneyKind::Payment);
            all.last_payment_at.push(payment.map_or(NO_INSTANT, |row| money.at[row]));
        }
        all.days.shrink_to_fit();
        all.amount_minor.shrink_to_fit();
        all
    }

    /// `None` where it is in several currencies, or something of the customer's money moves after `now` only.
    pub(super) fn of_customer(&self, customer: usize, now: i64) -> Option<Revenue<'_>> {
        let currency = self.currencies[customer].filter(|_| self.last_at[customer] <= now)?;
        let own = range(&self.ends, customer);
        let last_payment_at = Some(self.last_payment_at[customer]).filter(|at| *at != NO_INSTANT);
        Some(Revenue {
            days: &self.days[own.clone()],
            amount_minor: &self.amount_minor[own],
            currency,
            last_payment_at,
        })
    }
}
