//! The five types of movements.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a customer's MRR changed on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MovementType)]
pub enum MovementKind {
    New,
    Expansion,
    Contraction,
    Churn,
    Reactivation,
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

    pub(in crate::query) fn is_loss(self) -> bool {
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
