//! What money was meant to move: written down as it moves, in the words of the definitions.

use model::{Currency, CustomerId, UnixSeconds};
use serde::Serialize;

/// What an amount is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Bills without tax, on the day they were paid.
    GrossRevenue,
    /// Refunds without tax, on the day they were asked for, once approved.
    Refunds,
    /// Chargebacks and warnings less what was won back, without tax.
    Disputes,
    CreditNotes,
    /// What was captured, tax included.
    PaymentsCollected,
    /// In the currency of payouts.
    Fees,
    /// In the currency of payouts.
    NetCash,
}

/// An amount that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedMoney {
    pub customer: CustomerId,
    pub currency: Currency,
    pub at: UnixSeconds,
    pub measure: Measure,
    pub amount_minor: i64,
}
