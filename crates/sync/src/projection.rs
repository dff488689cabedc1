//! The ledger as a projection of the objects: made anew, read from its file, or brought up to date.

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RebuildReport {
    pub customers: u64,
    pub objects_skipped: u64,
    /// Whether what was stored was something else. `None`: nothing usable was stored.
    pub differed: Option<bool>,
}
