//! What customers pay with, where that is inside of other objects and reading it takes a permission of its own.

use model::{ObjectKind, RawObject};

use crate::Source;

/// What there is to know of it.
#[derive(Debug, Clone, Copy)]
pub struct PaymentMethodTerms {
    /// What payment methods are called among the kinds of object, although none is kept by itself.
    pub kind: ObjectKind,
    /// For a list on a page.
    pub label: &'static str,
    /// What the dashboard calls the permission to read them.
    pub permission: &'static str,
    /// What the API calls it.
    pub scope: &'static str,
    /// What you lose without it.
    pub without: &'static str,
    /// The kinds whose objects have them inside.
    pub inside: &'static [ObjectKind],
    /// Whether an event of this type says that a customer's payment method changed.
    pub is_change: fn(&str) -> bool,
    /// Whether an agreement that runs is paid with a method of its own, not with its customer's.
    pub has_own: fn(&RawObject) -> bool,
}

impl Source {
    /// What there is to know of its payment methods, if they are read.
    pub fn payment_methods(self) -> Option<&'static PaymentMethodTerms> {
        self.definition().extras.payment_methods
    }
}
