//! The list of customers: searched, filtered, sorted, a page at a time.

use model::{Day, Money, UnixSeconds};
use serde::{Deserialize, Serialize};

use super::{Filter, QueryError, Reporting};
use crate::columns::Ledger;
use crate::fx::Rates;

#[derive(Debug, Clone)]
pub struct CustomersQuery {
    /// Part of a name, an e-mail or an id, in any case.
    pub search: Option<String>,
    pub state: Option<CustomerState>,
    /// With a plan, product, interval or currency named, only customers that ever had one, with the MRR of those.
    pub filter: Filter,
    pub sort: CustomerSort,
    pub is_descending: bool,
    /// MRR is that at the end of this day; `None`: now.
    pub on: Option<Day>,
    pub currency: Reporting,
    pub now: UnixSeconds,
    pub cursor: Option<String>,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CustomerState {
    /// MRR above 0.
    Active,
    /// Was above 0 and no longer is.
    Churned,
    /// Never was above 0.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CustomerSort {
    /// In the reporting currency; natively by the plain sum of smallest units.
    Mrr,
    Name,
    Created,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerPage {
    pub data: Vec<CustomerRow>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerRow {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub country: Option<String>,
    pub created_at: Option<UnixSeconds>,
    pub state: CustomerState,
    /// One a currency that is not 0.
    pub mrr: Vec<Money>,
    /// `None` natively, and where a currency has no rate.
    pub mrr_converted_minor: Option<i64>,
    /// Labels of the plans it has.
    pub plans: Vec<String>,
    pub first_paid_on: Option<Day>,
    /// `None` while any currency is above 0.
    pub churned_on: Option<Day>,
    pub is_deleted: bool,
}

/// A page of customers.
///
/// # Errors
/// When the cursor is not one of this list.
pub fn customers(
    _ledger: &Ledger,
    _rates: &Rates,
    _asked: &CustomersQuery,
) -> Result<CustomerPage, QueryError> {
    unimplemented!("in a minute")
}
