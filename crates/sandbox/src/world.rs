//! The merchants behind the sandbox: what Stripe would have of them, and what each of their customers was *meant* to
//! be worth. The expected_mrr is written down when somebody acts (signs up, switches, stops paying), never read back
//! from the invoices that follow, so that it can judge what others make of those.

use crate::ObjectKind;
use model::{Currency, CustomerId, UnixSeconds};
use serde::Serialize;
use serde_json::Value;

mod arrivals;
mod billing;
mod calendar;
mod cancellation;
mod catalog;
pub(crate) mod chance;
pub(crate) mod contacts;
mod expected_mrr;
mod first_period;
mod ids;
mod listing;
mod non_recurring;
mod objects;
mod own_prices;
mod payments;
mod pricing;
mod proration;
mod records;
mod revision;
mod scenarios;
mod scheduled;
mod simulated;
mod subscribing;
#[cfg(test)]
mod tests;
mod unpaid_changes;

pub(crate) use calendar::{add_months, after};
pub use simulated::{Simulated, Start};

/// A merchant's account at the provider. Objects are in the current shape and whole: embedded lists are complete and
/// `tiers` are included. Cutting, expanding and other shapes are the server's part.
pub trait Merchant: Send + Sync {
    fn account(&self) -> Value;

    /// The provider's clock. Nothing has been created after it.
    fn now(&self) -> UnixSeconds;

    /// A page of a kind's objects, newest `created` first.
    ///
    /// # Errors
    /// When the cursor names no object.
    fn list(&self, query: &ListQuery) -> Result<ListPage, UnknownCursor>;

    /// The same page as JSON texts, where that is quicker than trees; `None`: use `list`.
    fn list_json(&self, _query: &ListQuery) -> Option<Result<RawPage, UnknownCursor>> {
        None
    }

    /// How many objects there are of each kind that has any.
    fn counts(&self) -> Vec<(ObjectKind, u64)> {
        let count = |kind: ObjectKind| {
            // More than a merchant that is held in memory can have.
            let mut query = ListQuery::new(kind, 1 << 30);
            query.filter.status = (kind == ObjectKind::Subscription).then(|| "all".to_owned());
            self.list(&query).map_or(0, |page| page.objects.len() as u64)
        };
        let counts = ObjectKind::ALL.iter().map(|kind| (*kind, count(*kind)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// One object; a deleted customer as its tombstone (`"deleted": true`).
    fn get(&self, kind: ObjectKind, id: &str) -> Option<Value>;

    /// A discount, where `discounts` is expanded. It is not a kind of its own: nothing lists them.
    fn discount(&self, id: &str) -> Option<Value>;

    /// What a customer pays with, by itself and where it is expanded.
    fn payment_method(&self, _id: &str) -> Option<Value> {
        None
    }

    /// What every customer was meant to be worth, by customer, instant and currency: one step a change.
    fn expected_mrr(&self) -> Box<dyn Iterator<Item = ExpectedStep> + Send + '_>;

    /// Lives on until `to` and returns the events that happened, oldest first. An earlier `to` changes nothing.
    fn advance(&mut self, to: UnixSeconds) -> Vec<Value>;
}

/// Which objects, from where on, and how many.
#[derive(Debug, Clone)]
pub struct ListQuery {
    pub kind: ObjectKind,
    /// Inclusive bounds on `created`.
    pub created_gte: Option<i64>,
    pub created_lte: Option<i64>,
    pub cursor: Option<Cursor>,
    /// At least 1.
    pub limit: usize,
    pub filter: ListFilter,
}

/// An object's id, itself left out.
#[derive(Debug, Clone)]
pub enum Cursor {
    StartingAfter(String),
    EndingBefore(String),
}

/// All of what is set must hold. A filter that a kind does not have is ignored, as Stripe does.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub customer: Option<String>,
    pub subscription: Option<String>,
    pub invoice: Option<String>,
    pub charge: Option<String>,
    pub product: Option<String>,
    /// Invoice payments that were made by it.
    pub payment_intent: Option<String>,
    /// For subscriptions `None` hides the canceled ones and `all` shows them.
    pub status: Option<String>,
    pub is_active: Option<bool>,
    /// Invoice items on no invoice.
    pub is_pending: Option<bool>,
    /// Event types; empty: any.
    pub types: Vec<String>,
}

impl ListQuery {
    pub fn new(kind: ObjectKind, limit: usize) -> Self {
        Self {
            kind,
            created_gte: None,
            created_lte: None,
            cursor: None,
            limit,
            filter: ListFilter::default(),
        }
    }
}

/// Newest first.
#[derive(Debug, Clone, Default)]
pub struct ListPage {
    pub objects: Vec<Value>,
    pub has_more: bool,
}

/// Newest first, each object as JSON.
#[derive(Debug, Clone, Default)]
pub struct RawPage {
    pub objects: Vec<String>,
    pub has_more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such {kind}: '{id}'")]
pub struct UnknownCursor {
    pub kind: ObjectKind,
    pub id: String,
}

/// From `at` on, the customer was meant to be worth this much per month in this currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedStep {
    pub customer: CustomerId,
    pub currency: Currency,
    pub at: UnixSeconds,
    pub mrr_minor: i64,
}
