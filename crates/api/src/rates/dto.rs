//! Entered rates, as the API takes and shows them.

use ::metrics::fx::EntryError;
use ::sync::EnterError;
use model::{Currency, Day};
use serde::{Deserialize, Serialize};
use store::RateRecord;
use utoipa::ToSchema;

use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct RateRequest {
    /// An ISO 4217 code.
    pub currency: String,
    /// What the rate is in: how many units of `currency` are one `base`.
    pub base: String,
    /// The first day, or the only day.
    #[schema(format = Date)]
    pub from: String,
    /// The last day, inclusive. Default: `from`.
    #[schema(format = Date)]
    pub to: Option<String>,
    /// A decimal number as text, so that it is exact.
    pub rate: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RateView {
    pub id: String,
    #[schema(value_type = String)]
    pub currency: Currency,
    #[schema(value_type = String)]
    pub base: Currency,
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    #[schema(value_type = String, format = Date)]
    pub to: Day,
    pub rate: String,
    /// A person's username, a token's name, or `command line`.
    pub entered_by: String,
    pub entered_at: i64,
}

impl From<RateRecord> for RateView {
    fn from(record: RateRecord) -> Self {
        Self {
            id: record.id,
            currency: record.rate.currency,
            base: record.rate.base,
            from: record.rate.first_on,
            to: record.rate.last_on,
            rate: record.rate.rate,
            entered_by: record.entered_by,
            entered_at: record.entered_at.0,
        }
    }
}

/// A refused entry, and the field of the request that it is about.
pub fn refused(error: &EntryError) -> Problem {
    let field = match error {
        EntryError::UnknownCurrency(_) | EntryError::Euro { .. } => "currency",
        EntryError::SameCurrency(_) | EntryError::Circle { .. } | EntryError::BaseWithoutRates(_) => "base",
        EntryError::BadDate(_) | EntryError::FarDate(_) => "from",
        EntryError::Backwards { .. } => "to",
        EntryError::BadRate(_) | EntryError::AbsurdRate(_) | EntryError::FarOff { .. } => "rate",
    };
    Problem::field(field, error.to_string())
}

impl From<EnterError> for Problem {
    fn from(error: EnterError) -> Self {
        match error {
            EnterError::Entry { error, .. } => refused(&error),
            EnterError::TooMany => Self::field("rate", error.to_string()),
            EnterError::Store(error) => error.into(),
        }
    }
}
