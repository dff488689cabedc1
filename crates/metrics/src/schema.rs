//! How words of `model` are described to clients, where a type of our own does not do it.

use serde::Serialize;
use utoipa::ToSchema;

/// An amount in the currency's smallest unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyAmount {
    pub amount_minor: i64,
    pub currency: String,
}
