//! What a key may read, checked before anything is saved.

use model::ObjectKind;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub kind: ObjectKind,
    /// In the plural, for a list on a page.
    pub label: &'static str,
    /// What the dashboard calls the permission.
    pub permission: &'static str,
    pub state: ProbeState,
    /// Whether nothing can be computed without it.
    pub is_required: bool,
    /// What you lose without it.
    pub without: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeState {
    Granted,
    /// The permission by the provider's own name, where it says it.
    Missing {
        permission: Option<String>,
    },
    /// The server has no such endpoint.
    Absent,
}
