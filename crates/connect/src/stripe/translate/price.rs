//! Prices, and plans as they were called before.

use model::billing::{
    BillingInterval, CurrencyOption, Price, PriceScheme, Recurrence, Tier, TransformQuantity,
};
use model::{PriceId, ProductId};
use serde::Deserialize;

use super::{LARGEST_AMOUNT, LARGEST_QUANTITY, ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Array, Flag, Keyed, Link, Number, Object, Ref, Text};

/// A price or a plan: a plan has the recurrence on itself, and calls the amount just that.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct PriceShape {
    id: Text,
    product: Ref,
    nickname: Text,
    currency: Text,
    active: Flag,
    recurring: Object<RecurringShape>,
    interval: Text,
    interval_count: Number,
    usage_type: Text,
    billing_scheme: Text,
    tiers_mode: Text,
    tiers: Array<TierShape>,
    unit_amount: Number,
    unit_amount_decimal: Number,
    amount: Number,
    amount_decimal: Number,
    transform_quantity: Object<TransformShape>,
    transform_usage: Object<TransformShape>,
    currency_options: Keyed<OptionShape>,
}

/// A price's amounts in another currency.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct OptionShape {
    unit_amount: Number,
    unit_amount_decimal: Number,
    tiers: Array<TierShape>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct RecurringShape {
    interval: Text,
    interval_count: Number,
    usage_type: Text,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct TierShape {
    up_to: Number,
    unit_amount: Number,
    unit_amount_decimal: Number,
    /// What plans called it at first.
    amount: Number,
    flat_amount: Number,
    flat_amount_decimal: Number,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct TransformShape {
    divide_by: Number,
    round: Text,
}

/// A price, or a plan.
///
/// # Errors
/// When it is no JSON object with an id and a currency, or an amount or the interval in it cannot be understood.
pub fn price(body: &str) -> Result<Price, ReadError> {
    read::<PriceShape>(kind::PRICE, body)?.read()
}

/// The id of a price that another object names or holds, and the price itself where it holds one that can be read. One
/// that cannot be read is left to the list of prices, which says what is wrong with it.
pub(super) fn linked(links: [&Link<PriceShape>; 3]) -> (Option<PriceId>, Option<Price>) {
    let id_of = |link: &&Link<PriceShape>| match link {
        Link::Absent => None,
        Link::Id(id) => Some(PriceId::from(id.as_str())),
        Link::Expanded(shape) => shape.id.as_str().filter(|id| !id.is_empty()).map(PriceId::from),
    };
    let id = links.iter().find_map(id_of);
    let inline = links.iter().find_map(|link| match link {
        Link::Expanded(shape) => shape.read().ok().filter(|price| Some(&price.id) == id.as_ref()),
        Link::Absent | Link::Id(_) => None,
    });
    (id, inline)
}

impl PriceShape {
    fn read(&self) -> Result<Price, ReadError> {
        let reading = Reading::begin(kind::PRICE, &self.id)?;
        let transform = self.transform_quantity.get().or(self.transform_usage.get());
        Ok(Price {
            id: PriceId::from(reading.id),
            product: self.product.id().map(ProductId::from),
            nickname: self.nickname.said(),
            currency: reading.currency(&self.currency)?,
            recurrence: self.recurrence(reading)?,
            scheme: self.scheme(reading)?,
            currency_options: self.currency_options(reading)?,
            transform_quantity: transform.and_then(TransformShape::read),
            is_active: self.active.0.unwrap_or(true),
        })
    }

    fn recurrence(&self, reading: Reading<'_>) -> Result<Option<Recurrence>, ReadError> {
        let (interval, count, usage) = match self.recurring.get() {
            Some(recurring) => (&recurring.interval, recurring.interval_count, &recurring.usage_type),
            None => (&self.interval, self.interval_count, &self.usage_type),
        };
        let interval = match interval.as_str() {
            Some("day") => BillingInterval::Day,
            Some("week") => BillingInterval::Week,
            Some("month") => BillingInterval::Month,
            Some("year") => BillingInterval::Year,
            Some(_) => return Err(reading.wrong("recurring.interval")),
            None if self.recurring.get().is_some() => return Err(reading.missing("recurring.interval")),
            None => return Ok(None),
        };
        let most = i64::from(u32::MAX);
        let count = reading.optional_whole(count, 0, most, "recurring.interval_count")?.unwrap_or(1);
        Ok(Some(Recurrence {
            interval,
            interval_count: u32::try_from(count).unwrap_or(1).max(1),
            is_metered: usage.as_str() == Some("metered"),
        }))
    }

    fn scheme(&self, reading: Reading<'_>) -> Result<PriceScheme, ReadError> {
        if self.billing_scheme.as_str() != Some("tiered") {
            let amounts = [self.unit_amount_decimal, self.unit_amount, self.amount_decimal, self.amount];
            return Ok(PriceScheme::PerUnit(decimal_of(&amounts, reading, "unit_amount")?));
        }
        self.tiered(&self.tiers, reading)
    }

    /// In a currency that this version does not know nothing can be billed that it could count.
    fn currency_options(&self, reading: Reading<'_>) -> Result<Vec<CurrencyOption>, ReadError> {
        let known =
            self.currency_options.0.iter().filter_map(|(code, option)| Some((code.parse().ok()?, option)));
        let read = known.map(|(currency, option)| {
            let scheme = if self.billing_scheme.as_str() == Some("tiered") {
                self.tiered(&option.tiers, reading)?
            } else {
                let amounts = [option.unit_amount_decimal, option.unit_amount];
                PriceScheme::PerUnit(decimal_of(&amounts, reading, "currency_options.unit_amount")?)
            };
            Ok(CurrencyOption { currency, scheme })
        });
        read.collect()
    }

    fn tiered(&self, tiers: &Array<TierShape>, reading: Reading<'_>) -> Result<PriceScheme, ReadError> {
        let tiers = tiers.iter().map(|tier| tier.read(reading)).collect::<Result<Vec<_>, _>>()?;
        Ok(match self.tiers_mode.as_str() {
            _ if tiers.is_empty() => PriceScheme::UnknownTiers,
            Some("graduated") => PriceScheme::Graduated(tiers),
            Some("volume") => PriceScheme::Volume(tiers),
            _ => PriceScheme::UnknownTiers,
        })
    }
}

impl TierShape {
    fn read(&self, reading: Reading<'_>) -> Result<Tier, ReadError> {
        // No upper end is null, and "inf" where it is written as it is sent.
        let up_to = match self.up_to {
            Number::Is(_) => reading.optional_decimal(self.up_to, LARGEST_QUANTITY, "tiers.up_to")?,
            Number::Absent | Number::Wrong => None,
        };
        let unit = [self.unit_amount_decimal, self.unit_amount, self.amount];
        let flat = [self.flat_amount_decimal, self.flat_amount];
        Ok(Tier {
            up_to,
            unit_amount: decimal_of(&unit, reading, "tiers.unit_amount")?,
            flat_amount: decimal_of(&flat, reading, "tiers.flat_amount")?,
        })
    }
}

impl TransformShape {
    fn read(&self) -> Option<TransformQuantity> {
        let divide_by = u64::try_from(self.divide_by.whole()?).ok().filter(|by| *by > 0)?;
        Some(TransformQuantity { divide_by, is_rounded_up: self.round.as_str() == Some("up") })
    }
}

/// The first of an amount's fields that says something.
fn decimal_of(
    numbers: &[Number],
    reading: Reading<'_>,
    field: &'static str,
) -> Result<Option<rust_decimal::Decimal>, ReadError> {
    let number = numbers.iter().copied().find(|number| !number.is_absent()).unwrap_or_default();
    reading.optional_decimal(number, LARGEST_AMOUNT, field)
}
