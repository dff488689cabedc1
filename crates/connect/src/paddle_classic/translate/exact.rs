//! What an alert about a payment says.

use model::UnixSeconds;
use rust_decimal::Decimal;

use super::alert::{Alert, Failed, Paid, Terms, What};

impl Paid {
    pub(super) fn net_minor(&self) -> i64 {
        self.gross_minor - self.tax_minor
    }
}

impl Terms {
    /// What all of it costs.
    pub(super) fn price_minor(&self) -> Option<Decimal> {
        self.unit_minor?.checked_mul(self.quantity)
    }
}

impl Alert {
    pub(super) fn failed(&self) -> Option<&Failed> {
        if let What::Failed(failed) = &self.what { Some(failed) } else { None }
    }

    pub(super) fn is_failure_of(&self, payment: &str) -> bool {
        self.failed().is_some_and(|failed| failed.payment == payment)
    }

    pub(super) fn plan(&self) -> Option<String> {
        match &self.what {
            What::Created(terms) | What::Updated(terms) => terms.plan.clone(),
            What::Paid(paid) => paid.plan.clone(),
            _ => None,
        }
    }

    pub(super) fn next_at(&self) -> Option<UnixSeconds> {
        match &self.what {
            What::Created(terms) | What::Updated(terms) => terms.next_at,
            What::Paid(paid) => paid.next_at,
            _ => None,
        }
    }
}
