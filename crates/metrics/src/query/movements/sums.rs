//! What the movements of all pages come to.

use model::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::MovementKind;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementSum {
    #[serde(rename = "type")]
    pub kind: MovementKind,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub delta_minor: i64,
    pub count: i64,
}

/// The sum and the number by type and currency: there are few.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<((MovementKind, Currency), (i64, i64))>);

impl Sums {
    pub(super) fn add(&mut self, kind: MovementKind, currency: Currency, delta_minor: i64) {
        let sum = self.of(kind, currency);
        *sum = (sum.0.saturating_add(delta_minor), sum.1 + 1);
    }

    fn of(&mut self, kind: MovementKind, currency: Currency) -> &mut (i64, i64) {
        let place = self.0.iter().position(|(key, _)| *key == (kind, currency)).unwrap_or_else(|| {
            self.0.push(((kind, currency), (0, 0)));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    pub(super) fn merged(mut self, other: Self) -> Self {
        for ((kind, currency), (delta_minor, count)) in other.0 {
            let sum = self.of(kind, currency);
            *sum = (sum.0.saturating_add(delta_minor), sum.1 + count);
        }
        self
    }

    pub(super) fn list(mut self) -> Vec<MovementSum> {
        self.0.sort_unstable_by_key(|(key, _)| *key);
        let sums = self.0.into_iter();
        sums.map(|((kind, currency), (delta_minor, count))| MovementSum {
            kind,
            currency,
            delta_minor,
            count,
        })
        .collect()
    }
}
