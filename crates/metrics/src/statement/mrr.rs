//! The statement of MRR: for each currency, from our MRR to the number that the provider's own published method gives,
//! reason by reason.
//!
//! Ours is read from what was billed, the provider's from its subscriptions as they are now. For every subscription the
//! ledger keeps what leads from the one to the other; here it is decided which subscriptions the provider counts, and
//! everything is added up. What nothing explains is 0.

mod column;
mod customers;
mod own;

use std::collections::BTreeMap;

use model::{Currency, MrrMethod, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::columns::Ledger;
pub use crate::ledger::MrrReason;
pub use column::MrrColumn;
pub use customers::{MrrCustomer, MrrCustomerPage, MrrCustomersQuery, MrrReasonAmount, customers};
use own::{Own, Reader};

/// From our MRR to the provider's, as of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrStatement {
    /// Where the provider publishes its method; without one there is nothing to compare with.
    pub method_published_in: Option<String>,
    pub currencies: Vec<MrrBridge>,
}

/// One currency. Our MRR, all reasons and what is unexplained add up to the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrBridge {
    #[schema(value_type = String)]
    pub currency: Currency,
    /// As the metric `mrr`, natively.
    pub mrr_minor: i64,
    /// With MRR.
    pub customers: u64,
    /// In the order in which they are read.
    pub reasons: Vec<MrrReasonSum>,
    pub unexplained_minor: i64,
    /// With anything unexplained.
    pub unexplained_customers: u64,
    /// By the provider's published method.
    pub provider_mrr_minor: i64,
    /// With MRR by that method.
    pub provider_customers: u64,
}

/// What one reason adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrReasonSum {
    #[schema(value_type = String)]
    pub reason: MrrReason,
    /// Below zero where the provider counts less.
    pub amount_minor: i64,
    /// With an amount other than 0 for this reason.
    pub customers: u64,
}

/// Of currencies in which there is anything to show.
pub fn statement(ledger: &Ledger, method: Option<MrrMethod>, now: UnixSeconds) -> MrrStatement {
    let Some(method) = method else {
        return MrrStatement { method_published_in: None, currencies: Vec::new() };
    };
    let reader = Reader::new(ledger, method, now);
    let chunks = ledger.chunks().par_iter().map(|chunk| {
        let mut sheet = Sheet::default();
        for customer in 0..chunk.customer_count() {
            reader.of_customer(chunk, customer).iter().for_each(|own| sheet.add(own));
        }
        sheet
    });
    let sheet = chunks.reduce(Sheet::default, Sheet::merged);
    MrrStatement {
        method_published_in: Some(method.published_in.to_owned()),
        currencies: sheet.0.into_iter().map(|(currency, sums)| sums.bridge(currency)).collect(),
    }
}

#[derive(Debug, Default)]
struct Sheet(BTreeMap<Currency, Sums>);

/// Each with the number of customers.
#[derive(Debug, Default)]
struct Sums {
    mrr: Sum,
    provider: Sum,
    unexplained: Sum,
    reasons: BTreeMap<MrrReason, Sum>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    minor: i64,
    customers: u64,
}

impl Sheet {
    fn add(&mut self, own: &Own) {
        let sums = self.0.entry(own.currency).or_default();
        sums.mrr.add(own.mrr_minor);
        sums.provider.add(own.provider_minor);
        sums.unexplained.add(own.unexplained_minor());
        for (reason, minor) in &own.reasons {
            sums.reasons.entry(*reason).or_default().add(*minor);
        }
    }

    fn merged(mut self, other: Self) -> Self {
        for (currency, sums) in other.0 {
            self.0.entry(currency).or_default().merge(sums);
        }
        self
    }
}

impl Sums {
    fn merge(&mut self, other: Self) {
        self.mrr.merge(other.mrr);
        self.provider.merge(other.provider);
        self.unexplained.merge(other.unexplained);
        for (reason, sum) in other.reasons {
            self.reasons.entry(reason).or_default().merge(sum);
        }
    }

    fn bridge(self, currency: Currency) -> MrrBridge {
        let reasons = self.reasons.into_iter().filter(|(_, sum)| sum.customers > 0);
        let reasons = reasons.map(|(reason, Sum { minor, customers })| MrrReasonSum {
            reason,
            amount_minor: minor,
            customers,
        });
        MrrBridge {
            currency,
            mrr_minor: self.mrr.minor,
            customers: self.mrr.customers,
            reasons: reasons.collect(),
            unexplained_minor: self.unexplained.minor,
            unexplained_customers: self.unexplained.customers,
            provider_mrr_minor: self.provider.minor,
            provider_customers: self.provider.customers,
        }
    }
}

impl Sum {
    fn add(&mut self, minor: i64) {
        self.minor = self.minor.saturating_add(minor);
        self.customers += u64::from(minor != 0);
    }

    fn merge(&mut self, other: Self) {
        self.minor = self.minor.saturating_add(other.minor);
        self.customers += other.customers;
    }
}
