//! What there is to filter by, and to convert to.

use std::collections::BTreeSet;

use model::{Currency, Day, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use super::scope::UNKNOWN;
use super::{Dimension, labels};
use crate::columns::{Country, Ledger, Plan, PlanInterval};
use crate::fx::Rates;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Facets {
    pub plans: Vec<PlanFacet>,
    pub products: Vec<ProductFacet>,
    pub intervals: Vec<String>,
    #[schema(value_type = Vec<String>)]
    pub currencies: Vec<Currency>,
    /// The currencies that today's amounts can be converted to: one without exchange rates is none of them.
    #[schema(value_type = Vec<String>)]
    pub targets: Vec<Currency>,
    pub countries: Vec<String>,
    /// Why MRR can expand and contract, in plain words.
    pub causes: Vec<ValueFacet>,
    pub churn_reasons: Vec<ValueFacet>,
    /// What customers chose as the reason why they left.
    pub feedback: Vec<ValueFacet>,
    /// Why payments failed.
    pub decline_codes: Vec<ValueFacet>,
    /// For how long what is at risk can have been unpaid.
    pub ages: Vec<ValueFacet>,
    /// Whether there is anything that a figure could be of: a subscription (also a trial), a payment, or one that failed.
    pub has_figures: bool,
    /// The first and the last day on which any MRR changed.
    #[schema(value_type = Option<String>, format = Date)]
    pub first_on: Option<Day>,
    #[schema(value_type = Option<String>, format = Date)]
    pub last_on: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanFacet {
    pub id: String,
    pub label: String,
    pub product_id: Option<String>,
    pub product: Option<String>,
    pub interval: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub is_active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ProductFacet {
    pub id: String,
    pub label: String,
}

/// A value of a breakdown, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ValueFacet {
    pub id: String,
    pub label: String,
}

impl ValueFacet {
    fn new(by: Dimension, id: &str) -> Self {
        Self { id: id.to_owned(), label: labels::label(by, id) }
    }

    /// Of a dimension that has no other values than its own.
    fn closed(by: Dimension) -> Vec<Self> {
        labels::closed(by).into_iter().flatten().map(|id| Self::new(by, id)).collect()
    }

    /// What was sent, in the order in which it is shown, and at the end what was not said.
    fn sent<'a>(by: Dimension, values: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let values: BTreeSet<&str> = values.filter(|value| !["", UNKNOWN].contains(value)).collect();
        let mut values: Vec<&str> = values.into_iter().collect();
        values.sort_by_key(|value| labels::rank(by, value));
        values.into_iter().chain([UNKNOWN]).map(|id| Self::new(by, id)).collect()
    }
}

/// Everything that a ledger's rows can be filtered by, and converted to.
pub fn facets(ledger: &Ledger, rates: &Rates, now: UnixSeconds) -> Facets {
    let plans = ledger.catalog().plans();
    let mut used = vec![false; plans.len()];
    for plan in ledger.chunks().iter().flat_map(|chunk| chunk.plans()) {
        used[plan.0 as usize] = true;
    }
    let used: Vec<&Plan> = plans.iter().zip(used).filter(|(_, used)| *used).map(|(plan, _)| plan).collect();
    let mut intervals: Vec<PlanInterval> = used.iter().filter_map(|plan| plan.interval).collect();
    intervals.sort_unstable();
    intervals.dedup();
    let products = used.iter().filter_map(|plan| {
        let id = plan.product.as_ref()?.to_string();
        Some(ProductFacet { label: plan.product_label.clone().unwrap_or_else(|| id.clone()), id })
    });
    let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
    let countries: BTreeSet<Country> = countries.map(|(country, _)| *country).collect();
    let feedback = ledger.chunks().iter().flat_map(|chunk| chunk.all_feedback());
    let decline_codes = ledger.chunks().iter().flat_map(|chunk| chunk.decline_codes());
    let days = || ledger.chunks().iter().filter_map(|chunk| chunk.row_days());
    let billed: BTreeSet<Currency> = used.iter().map(|plan| plan.currency).collect();
    let billed: Vec<Currency> = billed.into_iter().collect();
    let mut facets = Facets {
        plans: used.iter().map(|plan| PlanFacet::from(*plan)).collect(),
        products: products.collect(),
        intervals: intervals.into_iter().map(|interval| interval.to_string()).collect(),
        targets: rates.targets(ledger.calendar().day(now), &billed),
        currencies: billed,
        countries: countries.into_iter().filter_map(Country::code).collect(),
        causes: ValueFacet::closed(Dimension::Cause),
        churn_reasons: ValueFacet::closed(Dimension::ChurnReason),
        feedback: ValueFacet::sent(Dimension::Feedback, feedback),
        decline_codes: ValueFacet::sent(Dimension::DeclineCode, decline_codes),
        ages: ValueFacet::closed(Dimension::Age),
        has_figures: ledger.has_figures(),
        first_on: days().map(|(first, _)| first).min(),
        last_on: days().map(|(_, last)| last).max(),
    };
    facets.plans.sort_by(|a, b| (&a.label, &a.id, a.currency).cmp(&(&b.label, &b.id, b.currency)));
    facets.products.sort_by(|a, b| (&a.label, &a.id).cmp(&(&b.label, &b.id)));
    facets.products.dedup();
    facets
}

impl From<&Plan> for PlanFacet {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.price.to_string(),
            label: plan.label.clone(),
            product_id: plan.product.as_ref().map(ToString::to_string),
            product: plan.product_label.clone(),
            interval: plan.interval.map(|interval| interval.to_string()),
            currency: plan.currency,
            is_active: plan.is_active,
        }
    }
}
