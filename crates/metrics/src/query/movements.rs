//! Movements one by one: what is behind a bar of the chart.

use std::fmt;
use std::str::FromStr;

use model::{Currency, Day};
use serde::{Deserialize, Serialize};

use super::{Query, QueryError};
use crate::columns::Ledger;
use crate::fx::Rates;

/// Why a customer's MRR changed on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MovementKind {
    New,
    Expansion,
    Contraction,
    Churn,
    Reactivation,
}

#[derive(Debug, Clone)]
pub struct MovementsQuery {
    /// Its interval and breakdown are of no matter here, and `from` and `to` are taken to the day.
    pub query: Query,
    /// Empty: all.
    pub kinds: Vec<MovementKind>,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// Newest day first, then by customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovementPage {
    pub data: Vec<Movement>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movement {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub on: Day,
    #[serde(rename = "type")]
    pub kind: MovementKind,
    pub currency: Currency,
    pub delta_minor: i64,
    pub mrr_after_minor: i64,
    /// The change in the reporting currency at the rate of its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted_minor: Option<i64>,
    /// Of churn: whether the subscription ended because payment failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_involuntary: Option<bool>,
}

/// A page of the movements of a range of days.
///
/// # Errors
/// When the range is empty or the cursor is not one of this list.
pub fn movements(
    _ledger: &Ledger,
    _rates: &Rates,
    _asked: &MovementsQuery,
) -> Result<MovementPage, QueryError> {
    unimplemented!("in a minute")
}

impl MovementKind {
    pub const ALL: [Self; 5] =
        [Self::New, Self::Expansion, Self::Contraction, Self::Churn, Self::Reactivation];

    /// By what is true before and after a day. `None` when nothing changed.
    pub fn of(before_minor: i64, after_minor: i64, was_ever_above: bool) -> Option<Self> {
        match (before_minor, after_minor) {
            (before, after) if before == after => None,
            (0, _) if was_ever_above => Some(Self::Reactivation),
            (0, _) => Some(Self::New),
            (_, 0) => Some(Self::Churn),
            (before, after) if after > before => Some(Self::Expansion),
            _ => Some(Self::Contraction),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Expansion => "expansion",
            Self::Contraction => "contraction",
            Self::Churn => "churn",
            Self::Reactivation => "reactivation",
        }
    }

    pub(super) fn is_loss(self) -> bool {
        matches!(self, Self::Contraction | Self::Churn)
    }
}

impl fmt::Display for MovementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MovementKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            format!("'{text}' is not a movement: use new, expansion, contraction, churn or reactivation")
        })
    }
}
