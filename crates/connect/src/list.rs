//! The lists that a source has: what each needs, what it feeds, and when it is read.

use model::ObjectKind;

/// One list of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    pub kind: ObjectKind,
    pub stage: Stage,
    /// Whether the list of events reports every change of its objects.
    pub tells_changes: bool,
    /// Whether the provider lets its users delete such objects, or some of them.
    pub is_deletable: bool,
    /// Whether it can be asked for what was created in a window of time. A server that lacks it is found out.
    pub has_windows: bool,
    /// Whether it can be asked for what was changed since an instant.
    pub has_changes: bool,
    /// The parts of the figures that depend on its objects alone, and are missing without them.
    pub parts: &'static [Part],
    /// Below the base address; for the source itself.
    pub(crate) path: &'static str,
    /// In the plural, for a list on a page.
    pub label: &'static str,
    /// What the dashboard calls the permission to read it.
    pub permission: &'static str,
    /// What the API calls it; for the source itself.
    pub(crate) scope: &'static str,
    /// Whether nothing can be computed without it.
    pub is_required: bool,
    /// What you lose without it.
    pub without: &'static str,
}

impl List {
    /// One that is indispensable, and of which the provider says nothing more.
    pub const fn new(kind: ObjectKind, stage: Stage, label: &'static str, path: &'static str) -> Self {
        Self {
            kind,
            stage,
            tells_changes: false,
            is_deletable: false,
            has_windows: true,
            has_changes: false,
            parts: &[],
            path,
            label,
            permission: label,
            scope: "",
            is_required: true,
            without: "everything",
        }
    }
}

/// When a list's objects are needed, in a first load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Few, and named by all else: at once.
    Names,
    /// What runs today is among them, however old: at once.
    Running,
    /// The newest month at once, then the year, then the rest.
    Billed,
    /// The newest month at once, then the rest.
    People,
    /// After all that MRR is made of.
    Rest,
}

/// A part of the figures that one list alone brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    PendingItems,
    Charges,
    Refunds,
    CreditNotes,
    InvoicePayments,
    Disputes,
    BalanceTransactions,
    FailedPayments,
}

/// What a source reports only of what happened lately: before the oldest object of a kind it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lately {
    pub kind: ObjectKind,
    pub parts: &'static [Part],
}
