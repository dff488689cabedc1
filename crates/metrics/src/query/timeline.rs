//! One customer's MRR through time, and every customer's for export.

use model::{Currency, CustomerId, Day, Money, UnixSeconds};
use serde::Serialize;

use super::MovementKind;
use crate::columns::Ledger;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerTimeline {
    /// Now, one a currency that is not 0.
    pub mrr: Vec<Money>,
    pub timeline: Vec<TimelinePoint>,
    pub movements: Vec<TimelineMovement>,
}

/// MRR in a currency from an instant on, before the netting by day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelinePoint {
    pub at: UnixSeconds,
    pub on: Day,
    pub currency: Currency,
    pub mrr_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineMovement {
    pub on: Day,
    #[serde(rename = "type")]
    pub kind: MovementKind,
    pub currency: Currency,
    pub delta_minor: i64,
    pub mrr_after_minor: i64,
}

/// One line of the ledger's export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerSteps {
    pub customer: CustomerId,
    pub currency: Currency,
    pub at: UnixSeconds,
    pub mrr_minor: i64,
}

/// A customer's MRR up to `now`; `None` where there is none of this id.
pub fn customer_timeline(
    _ledger: &Ledger,
    _customer: &CustomerId,
    _now: UnixSeconds,
) -> Option<CustomerTimeline> {
    unimplemented!("in a minute")
}

/// Every customer's changes up to `now`, customers in order of ids, each in order of time.
pub fn steps(_ledger: &Ledger, _now: UnixSeconds) -> impl Iterator<Item = CustomerSteps> + '_ {
    std::iter::empty()
}
