//! What the movements of all pages come to.

use model::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Reporting;
use super::super::exchange::Factor;
use super::super::type_sums::TypeSum;
use super::{Found, List, MovementKind};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementSum {
    #[serde(rename = "type")]
    pub kind: MovementKind,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub delta_minor: i64,
    /// In the reporting currency, each at the rate of its day, without what has none; left out where nothing has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
    pub count: i64,
}

impl MovementSum {
    pub(super) fn new(kind: MovementKind, currency: Currency, sum: TypeSum) -> Self {
        let TypeSum { minor, converted, count } = sum;
        Self { kind, currency, delta_minor: minor, converted_minor: converted, count }
    }
}

impl List<'_> {
    /// As a row says it.
    pub(super) fn converted(&self, one: &Found) -> Option<i64> {
        match self.asked.query.currency {
            Reporting::Native => None,
            Reporting::In(target) if target == one.currency => Some(one.one.after - one.one.before),
            Reporting::In(target) => {
                let factor = Factor::of(self.rates, one.on, one.currency, target)?;
                one.converted(self.ledger, &self.scope, &factor)
            }
        }
    }
}
