//! What a chunk shows of its columns.

use model::billing::{CancellationReason, Period, SubscriptionStatus};
use model::{Currency, Day, UnixSeconds};

use crate::ledger::{ListPart, MoneyKind};

/// A customer's rows, column by column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowSlices<'a> {
    pub(crate) at: &'a [i64],
    pub(crate) days: &'a [Day],
    pub(crate) subscription: &'a [u32],
    pub(crate) plan: &'a [u32],
    pub(crate) delta_minor: &'a [i64],
}

/// A customer's money, column by column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoneySlices<'a> {
    pub(crate) at: &'a [i64],
    pub(crate) days: &'a [Day],
    pub(crate) kind: &'a [MoneyKind],
    pub(crate) currency: &'a [Currency],
    pub(crate) amount_minor: &'a [i64],
    /// Into the chunk's decline codes, where there is one.
    pub(crate) code: &'a [u16],
}

impl MoneySlices<'_> {
    /// How many of the rows there are up to the end of a day, and up to a moment.
    pub(crate) fn so_far(&self, last: Day, now: UnixSeconds) -> usize {
        let is_after = |row: &usize| self.days[*row] > last || self.at[*row] > now.0;
        // Both only ever grow, and nearly always nothing is left out.
        self.days.len() - (0..self.days.len()).rev().take_while(is_after).count()
    }
}

/// An invoice whose payment failed, as the chunk keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailedInvoiceView {
    /// Into the chunk's subscriptions.
    pub(crate) subscription: u32,
    pub(crate) failed_at: UnixSeconds,
    pub(crate) until: Option<UnixSeconds>,
}

/// What leads from a subscription's value to that of its list prices, as the chunk keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListView {
    pub(crate) at: UnixSeconds,
    /// Into the chunk's subscriptions.
    pub(crate) subscription: u32,
    pub(crate) currency: Currency,
    pub(crate) part: ListPart,
    pub(crate) delta_minor: i64,
}

/// A subscription as the chunk keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionView<'a> {
    pub id: &'a str,
    pub status: SubscriptionStatus,
    pub is_involuntary: bool,
    pub started_at: Option<UnixSeconds>,
    pub ended_at: Option<UnixSeconds>,
    pub cancel_at: Option<UnixSeconds>,
    pub ends_with_period: bool,
    pub renews_at: Option<UnixSeconds>,
    pub trial: Option<Period>,
    /// Into the ledger's catalog.
    pub trial_plan: Option<u32>,
    pub reason: Option<CancellationReason>,
    /// Empty where none was given.
    pub feedback: &'a str,
}
