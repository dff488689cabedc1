//! What a list of customers answers.

use model::{Day, Money, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use super::{CustomerState, CustomerStatus};
use crate::schema::MoneyAmount;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Customers)]
pub struct CustomerPage {
    pub data: Vec<CustomerRow>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
    /// Of all pages; `None` unless they were asked for.
    pub sums: Option<CustomerSums>,
}

/// What the customers of a list are worth together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CustomerSums {
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// Of what has a rate; `None` natively.
    pub mrr_converted_minor: Option<i64>,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub lost_mrr: Vec<Money>,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub revenue: Vec<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CustomerRow {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub country: Option<String>,
    #[schema(value_type = Option<i64>)]
    pub created_at: Option<UnixSeconds>,
    pub state: CustomerState,
    pub status: CustomerStatus,
    /// One per currency that is not 0.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// Of what has a rate; `None` natively, and where nothing has one.
    pub mrr_converted_minor: Option<i64>,
    /// Labels of the plans it has.
    pub plans: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub first_paid_on: Option<Day>,
    /// `None` while any currency is above 0.
    #[schema(value_type = Option<String>, format = Date)]
    pub churned_on: Option<Day>,
    /// What a customer that has left was worth just before.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub lost_mrr: Vec<Money>,
    /// Net revenue of all time, of all plans.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub revenue: Vec<Money>,
    #[schema(value_type = Option<String>, format = Date)]
    pub last_payment_on: Option<Day>,
    /// The first day from now on on which one of its subscriptions is set to end.
    #[schema(value_type = Option<String>, format = Date)]
    pub ends_on: Option<Day>,
    /// The first day from now on on which one of its subscriptions is billed again, also one that costs nothing.
    #[schema(value_type = Option<String>, format = Date)]
    pub renews_on: Option<Day>,
    pub is_deleted: bool,
}
