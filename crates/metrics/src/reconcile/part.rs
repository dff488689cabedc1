//! The columns of the statement.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::Reason;

/// Anything of a month that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReconciledPart {
    /// What was paid.
    Total,
    Used,
    LeftOut(Reason),
    Unexplained,
}

impl ReconciledPart {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Used => "used",
            Self::LeftOut(reason) => reason.as_str(),
            Self::Unexplained => "unexplained",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Total => "Paid",
            Self::Used => "Counted in MRR",
            Self::LeftOut(reason) => reason.label(),
            Self::Unexplained => "Unexplained",
        }
    }
}

impl FromStr for ReconciledPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "total" => Ok(Self::Total),
            "used" => Ok(Self::Used),
            "unexplained" => Ok(Self::Unexplained),
            reason => reason.parse().map(Self::LeftOut),
        }
    }
}

impl Serialize for ReconciledPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
