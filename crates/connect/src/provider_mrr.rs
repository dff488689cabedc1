//! A provider's own figures of MRR, where its API has them.

use model::ObjectKind;

use crate::Source;

/// What there is to know of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderMrrTerms {
    /// What they are called among the kinds of object, although they are none.
    pub kind: ObjectKind,
    /// For a list on a page.
    pub label: &'static str,
    /// What the dashboard calls the permission to read them.
    pub permission: &'static str,
    /// What the API calls it.
    pub scope: &'static str,
    /// What you lose without it.
    pub without: &'static str,
}

impl Source {
    /// What there is to know of its own figures of MRR, if its API has them.
    pub fn provider_mrr(self) -> Option<ProviderMrrTerms> {
        self.definition().extras.provider_mrr
    }
}
