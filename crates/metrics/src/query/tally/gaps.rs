//! Days on which a currency stops or begins to have a rate. What is worth something then leaves the figures, or joins them,
//! although nobody did anything and no rate moved: that is neither a movement of a customer nor of the rates.

use model::Day;

use super::super::exchange::TooLarge;
use super::Shape;

#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pub(super) bucket: usize,
    /// The first day that is not like the one before.
    pub(super) day: Day,
    /// Whether there is a rate on the day, and none on the one before.
    has_rate: bool,
}

impl Gap {
    /// All of a currency in the range.
    pub(super) fn all(shape: &Shape<'_>, currency: u32) -> Vec<Self> {
        let has_rate = |day: Day| shape.exchange.factor_on(currency, day).is_some();
        let days = (shape.span.first.0..=shape.span.last.0).map(Day);
        let changed = days.filter(|day| has_rate(*day) != has_rate(day.previous()));
        changed.map(|day| Self { bucket: shape.span.bucket(day), day, has_rate: has_rate(day) }).collect()
    }

    /// What it adds to MRR, of something that is worth so much just before the day and at its end.
    pub(super) fn minor(
        self,
        shape: &Shape<'_>,
        currency: u32,
        before: i64,
        after: i64,
    ) -> Result<i64, TooLarge> {
        let on = if self.has_rate { self.day } else { self.day.previous() };
        let Some(factor) = shape.exchange.factor_on(currency, on) else { return Ok(0) };
        if self.has_rate {
            // What changed on the day is a movement.
            Ok(factor.convert(after)? - factor.convert(after - before)?)
        } else {
            Ok(-factor.convert(before)?)
        }
    }
}
