//! What a list of what is ahead answers.

use model::{Currency, Day, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::UpcomingKind;
use crate::schema::MoneyAmount;

/// Soonest first, then the most MRR.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UpcomingPage {
    pub what: UpcomingKind,
    /// The first and the last day of the list.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    #[schema(value_type = String, format = Date)]
    pub to: Day,
    pub data: Vec<Upcoming>,
    pub next_cursor: Option<String>,
    /// On all pages, as everything below.
    pub total: usize,
    /// Each once, however many of its subscriptions are listed.
    pub customers: usize,
    /// MRR, one per currency that is not 0.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// The same of what has a rate, in the reporting currency; `None` natively.
    pub mrr_converted_minor: Option<i64>,
}

/// What happens to one subscription, and what it is worth in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Upcoming {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub subscription_id: String,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    /// Labels of what it is of.
    pub plans: Vec<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Of a trial: what it would be worth. Of a subscription that is set to end: what it is worth now.
    pub mrr_minor: i64,
    /// At the rate of today; `None` natively, and where there is none.
    pub converted_minor: Option<i64>,
    /// Also of a trial, which then does not become a paid subscription.
    pub is_set_to_end: bool,
    /// What the customer chose as the reason for that.
    pub feedback: Option<String>,
}
