//! The statement of cash: month by month and currency by currency, from the payments that were collected to what was added
//! to the balance.
//!
//! It begins with what customers' charges say and ends with what the balance says, which the provider keeps apart. A payment
//! and its balance transaction are matched by the charge's id. They may be of different months, and of different currencies:
//! then the payment leaves one month or currency and comes into another, by lines of their own. What nothing explains is 0
//! unless an object is missing.

mod lines;
mod transactions;

use std::collections::BTreeMap;

use model::{Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::columns::{BalanceRow, Chunk, Ledger, PaymentFacts};
use crate::ledger::MoneyKind;
use crate::months::Months;

pub use lines::CashLine;
use lines::{CashPart, parts};
pub use transactions::{
    CashColumn, CashPayment, CashTransaction, CashTransactionPage, CashTransactionsQuery, transactions,
};

/// One month of one currency. The payments and all lines add up to the net cash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashMonth {
    /// The month's first day.
    #[schema(value_type = String, format = Date)]
    pub month_on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// As the metric `payments_collected` of the month. `None` where charges can't be read.
    pub payments_collected_minor: Option<i64>,
    /// In the order in which they are read. None where balance transactions can't be read.
    pub lines: Vec<CashSum>,
    /// As the metric `net_cash` of the month. `None` where balance transactions can't be read.
    pub net_cash_minor: Option<i64>,
    /// `None` where either of the two is not known.
    pub unexplained_minor: Option<i64>,
}

/// One line of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashSum {
    #[schema(value_type = String)]
    pub line: CashLine,
    /// Below zero where it lowers what was collected.
    pub amount_minor: i64,
    /// How many balance transactions it is the sum of. A line of payments that are in no balance has none.
    pub transactions: u64,
}

/// The months with a day of a range, and what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashStatement {
    pub months: Vec<CashMonth>,
}

/// Of the months with a day of `from..=to` in which anything was collected or booked, in order, and of currencies within
/// them. Days are those of the ledger's zone, and nothing after `now` counts.
pub fn cash(ledger: &Ledger, from: Day, to: Day, now: UnixSeconds) -> CashStatement {
    let months = Months::of(from, to, ledger.zone());
    let payments = ledger.chunks().par_iter().map(|chunk| Sheet::of_payments(chunk, &months, now));
    let booked = ledger.balance().months().par_iter().map(|booked| {
        let rows = booked.rows_with_payments().take_while(|(row, _)| row.at <= now);
        Sheet::of_balance(rows, &months)
    });
    let sheet = payments.chain(booked).reduce(Sheet::default, Sheet::merged);
    let all = sheet.0.into_iter();
    CashStatement {
        months: all.map(|((month, currency), sums)| sums.month(months.first_day(month), currency)).collect(),
    }
}

/// Sums by the place of the month, and by currency.
#[derive(Debug, Default)]
struct Sheet(BTreeMap<(usize, Currency), Sums>);

#[derive(Debug, Default)]
struct Sums {
    collected_minor: i64,
    net_minor: i64,
    lines: BTreeMap<CashLine, (i64, u64)>,
}

impl Sheet {
    fn of_payments(chunk: &Chunk, months: &Months, now: UnixSeconds) -> Self {
        let mut sheet = Self::default();
        for (at, kind, currency, amount_minor) in chunk.all_money() {
            let is_booked = match kind {
                MoneyKind::Payment => true,
                MoneyKind::UnbookedPayment => false,
                _ => continue,
            };
            let Some(month) = months.place(at).filter(|_| at <= now) else { continue };
            let sums = sheet.0.entry((month, currency)).or_default();
            if is_booked {
                sums.collected_minor = sums.collected_minor.saturating_add(amount_minor);
            } else {
                sums.add(CashLine::NotBooked, amount_minor.saturating_neg(), 0);
            }
        }
        sheet
    }

    fn of_balance<'a>(
        rows: impl Iterator<Item = (BalanceRow<'a>, Option<PaymentFacts>)>,
        months: &Months,
    ) -> Self {
        let mut sheet = Self::default();
        for (row, payment) in rows {
            for CashPart { month, currency, line, amount_minor } in parts(&row, payment.as_ref(), months) {
                sheet.0.entry((month, currency)).or_default().add(line, amount_minor, 1);
            }
            let Some(month) = months.place(row.at).filter(|_| !row.category.is_moved_elsewhere()) else {
                continue;
            };
            let sums = sheet.0.entry((month, row.currency)).or_default();
            sums.net_minor = sums.net_minor.saturating_add(row.net_minor);
        }
        sheet
    }

    fn merged(mut self, other: Self) -> Self {
        for (key, sums) in other.0 {
            self.0.entry(key).or_default().merge(sums);
        }
        self
    }
}

impl Sums {
    fn add(&mut self, line: CashLine, amount_minor: i64, transactions: u64) {
        let sum = self.lines.entry(line).or_default();
        *sum = (sum.0.saturating_add(amount_minor), sum.1 + transactions);
    }

    fn merge(&mut self, other: Self) {
        self.collected_minor = self.collected_minor.saturating_add(other.collected_minor);
        self.net_minor = self.net_minor.saturating_add(other.net_minor);
        for (line, (amount_minor, transactions)) in other.lines {
            self.add(line, amount_minor, transactions);
        }
    }

    fn month(self, month_on: Day, currency: Currency) -> CashMonth {
        let lines = self.lines.into_iter();
        let lines =
            lines.map(|(line, (amount_minor, transactions))| CashSum { line, amount_minor, transactions });
        let lines: Vec<CashSum> = lines.filter(|sum| sum.line != CashLine::Unexplained).collect();
        let explained =
            lines.iter().fold(self.collected_minor, |sum, line| sum.saturating_add(line.amount_minor));
        CashMonth {
            month_on,
            currency,
            payments_collected_minor: Some(self.collected_minor),
            lines,
            net_cash_minor: Some(self.net_minor),
            unexplained_minor: Some(self.net_minor.saturating_sub(explained)),
        }
    }
}

impl CashStatement {
    /// Without what only charges say: that they can't be read doesn't mean that nothing was collected.
    #[must_use]
    pub(crate) fn without_charges(mut self) -> Self {
        for month in &mut self.months {
            month.lines.retain(|sum| sum.line != CashLine::NotBooked);
            (month.payments_collected_minor, month.unexplained_minor) = (None, None);
        }
        self
    }

    /// Without what only the balance says.
    #[must_use]
    pub(crate) fn without_balance(mut self) -> Self {
        for month in &mut self.months {
            month.lines.clear();
            (month.net_cash_minor, month.unexplained_minor) = (None, None);
        }
        self
    }
}
