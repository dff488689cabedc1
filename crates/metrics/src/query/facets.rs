//! What there is to filter by.

use model::{Currency, Day};
use serde::Serialize;

use crate::columns::Ledger;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facets {
    pub plans: Vec<PlanFacet>,
    pub products: Vec<ProductFacet>,
    pub intervals: Vec<String>,
    pub currencies: Vec<Currency>,
    pub countries: Vec<String>,
    /// The first and the last day on which any MRR changed.
    pub first_on: Option<Day>,
    pub last_on: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanFacet {
    pub id: String,
    pub label: String,
    pub product_id: Option<String>,
    pub product: Option<String>,
    pub interval: Option<String>,
    pub currency: Currency,
    pub is_active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ProductFacet {
    pub id: String,
    pub label: String,
}

/// Everything that a ledger's rows can be filtered by.
pub fn facets(_ledger: &Ledger) -> Facets {
    unimplemented!("in a minute")
}
