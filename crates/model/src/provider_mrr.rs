//! What a provider itself says an account's MRR was.

use serde::{Deserialize, Serialize};

use crate::{Currency, Day, UnixSeconds};

/// MRR at the end of each day, as the provider computes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMrr {
    /// The provider has converted everything to it, at rates of its own.
    pub currency: Currency,
    /// In order, each day once; only days that are over.
    pub days: Vec<ProviderMrrDay>,
}

/// One day. It begins and ends at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMrrDay {
    pub on: Day,
    pub mrr_minor: i64,
}

/// What came of requesting it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMrrReading {
    pub at: UnixSeconds,
    pub outcome: ProviderMrrOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderMrrOutcome {
    Read(ProviderMrr),
    /// The key doesn't have this permission.
    PermissionMissing(String),
    /// The server doesn't have these figures.
    Absent,
}
