//! How the answers of the `metrics` crate look, for the API's description. The answers themselves are that
//! crate's; a test holds what is sent against this.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// What every series can be asked for. Filters may be repeated: any of the values within one, all of them together.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AskedParams {
    /// First day, `YYYY-MM-DD`; without it twelve months before `to`.
    pub from: Option<String>,
    /// Last day; without it today.
    pub to: Option<String>,
    /// `day`, `week`, `month`, `quarter` or `year`; without it `month`.
    pub interval: Option<String>,
    /// `native` (without it), or the code of a currency to convert to.
    pub currency: Option<String>,
    /// `plan`, `product`, `interval`, `currency` or `country`: a series a group.
    pub by: Option<String>,
    #[param(inline)]
    pub plan: Option<Vec<String>>,
    #[param(inline)]
    pub product: Option<Vec<String>>,
    /// As in `month`, `year`, `3-month`.
    #[param(inline)]
    pub billing_interval: Option<Vec<String>>,
    #[param(inline)]
    pub filter_currency: Option<Vec<String>>,
    #[param(inline)]
    pub country: Option<Vec<String>>,
}

/// The filters alone.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    pub currency: Option<String>,
    #[param(inline)]
    pub plan: Option<Vec<String>>,
    #[param(inline)]
    pub product: Option<Vec<String>>,
    #[param(inline)]
    pub billing_interval: Option<Vec<String>>,
    #[param(inline)]
    pub filter_currency: Option<Vec<String>>,
    #[param(inline)]
    pub country: Option<Vec<String>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MrrAnswer {
    pub metric: String,
    pub interval: String,
    /// `native` or a currency.
    pub currency: String,
    pub timezone: String,
    pub data_through: Option<i64>,
    pub is_history_complete: bool,
    #[schema(format = Date)]
    pub reaches_back_on: Option<String>,
    /// The day of the newest reference rate that was used.
    #[schema(format = Date)]
    pub rates_on: Option<String>,
    pub unconverted: Vec<Unconverted>,
    /// Kinds of objects that feed the metric and cannot be had: the figures lack them.
    pub absent: Vec<String>,
    pub series: Vec<MrrSeries>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MrrSeries {
    pub currency: String,
    pub group: Option<Group>,
    pub points: Vec<MrrPoint>,
}

/// MRR at the end of a period and what moved in it. Losses are negative.
#[derive(Debug, Serialize, ToSchema)]
pub struct MrrPoint {
    #[schema(format = Date)]
    pub start_on: String,
    #[schema(format = Date)]
    pub end_on: String,
    pub mrr_minor: i64,
    pub customers: i64,
    pub subscriptions: i64,
    pub new_minor: i64,
    pub expansion_minor: i64,
    pub contraction_minor: i64,
    pub churn_minor: i64,
    pub reactivation_minor: i64,
    pub fx_minor: i64,
    pub new_customers: i64,
    pub expansion_customers: i64,
    pub contraction_customers: i64,
    pub churn_customers: i64,
    pub reactivation_customers: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ValueAnswer {
    pub metric: String,
    pub interval: String,
    pub currency: String,
    pub timezone: String,
    pub data_through: Option<i64>,
    pub is_history_complete: bool,
    #[schema(format = Date)]
    pub reaches_back_on: Option<String>,
    #[schema(format = Date)]
    pub rates_on: Option<String>,
    pub unconverted: Vec<Unconverted>,
    /// Kinds of objects that feed the metric and cannot be had: the figures lack them.
    pub absent: Vec<String>,
    pub series: Vec<ValueSeries>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ValueSeries {
    pub currency: String,
    pub group: Option<Group>,
    pub points: Vec<ValuePoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ValuePoint {
    #[schema(format = Date)]
    pub start_on: String,
    #[schema(format = Date)]
    pub end_on: String,
    /// Minor units, a count or a ratio, by the metric's unit. Absent: a ratio with nothing to divide by.
    pub value: Option<f64>,
}

/// A currency without a rate, with its own total.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unconverted {
    pub currency: String,
    pub mrr_minor: i64,
}

/// One part of a breakdown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// What a filter names it by.
    pub key: String,
    pub label: String,
}

/// An amount in the currency's smallest unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Facets {
    pub plans: Vec<PlanFacet>,
    pub products: Vec<ProductFacet>,
    pub intervals: Vec<String>,
    pub currencies: Vec<String>,
    pub countries: Vec<String>,
    /// The first day on which any MRR changed.
    #[schema(format = Date)]
    pub first_on: Option<String>,
    #[schema(format = Date)]
    pub last_on: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlanFacet {
    pub id: String,
    pub label: String,
    pub product_id: Option<String>,
    pub product: Option<String>,
    pub interval: Option<String>,
    pub currency: String,
    pub is_active: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProductFacet {
    pub id: String,
    pub label: String,
}

/// How things stand now, against the end of last month.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    pub currency: String,
    pub mrr: SummaryMrr,
    pub arr_minor: i64,
    pub arpa_minor: Option<i64>,
    pub active_customers: i64,
    pub active_subscriptions: i64,
    /// Of the running month. Absent with a filter that revenue does not have.
    pub net_revenue_minor: Option<i64>,
    pub refunds_minor: Option<i64>,
    pub customer_churn_rate: Option<f64>,
    #[schema(format = Date)]
    pub month_on: String,
    #[schema(format = Date)]
    pub compared_with_on: String,
    #[schema(format = Date)]
    pub rates_on: Option<String>,
    pub unconverted: Vec<Unconverted>,
    /// Kinds of objects that feed the metric and cannot be had: the figures lack them.
    pub absent: Vec<String>,
    pub data_through: Option<i64>,
    pub is_history_complete: bool,
    #[schema(format = Date)]
    pub reaches_back_on: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryMrr {
    pub value_minor: i64,
    pub before_minor: i64,
    pub change_minor: i64,
    pub change_ratio: Option<f64>,
}
