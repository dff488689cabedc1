//! Prices and products, from the lists and from where they are embedded.

use model::billing::{BillingInterval, CurrencyOption, Price, PriceScheme, Product, Recurrence};

use super::record::Record;
use crate::ReadError;

/// A price.
///
/// # Errors
/// When it has no currency, or an amount or a billing cycle that cannot be understood.
pub(super) fn price(record: Record) -> Result<Price, ReadError> {
    let unit = record.part("/unit_price").ok_or_else(|| record.missing("/unit_price"))?;
    let currency = unit.need_currency("/currency_code")?;
    let mut currency_options: Vec<CurrencyOption> = Vec::new();
    for other in record.list("/unit_price_overrides") {
        // In a currency that this version does not know nothing can be billed that it could count. Where countries of one
        // currency pay otherwise, the first is as good as any.
        let Some(own) = other.currency("/unit_price/currency_code").ok().flatten() else { continue };
        if own != currency && currency_options.iter().all(|known| known.currency != own) {
            let scheme = PriceScheme::PerUnit(other.number("/unit_price/amount")?);
            currency_options.push(CurrencyOption { currency: own, scheme });
        }
    }
    Ok(Price {
        id: record.text("/id").unwrap_or_else(|| record.id.clone()).into(),
        product: record.text("/product_id").map(Into::into),
        nickname: record.text("/name").or_else(|| record.text("/description")),
        currency,
        recurrence: recurrence(&record)?,
        scheme: PriceScheme::PerUnit(unit.number("/amount")?),
        currency_options,
        transform_quantity: None,
        is_active: !record.is("/status", "archived"),
    })
}

/// `None`: it is paid once.
fn recurrence(record: &Record) -> Result<Option<Recurrence>, ReadError> {
    let Some(cycle) = record.part("/billing_cycle") else { return Ok(None) };
    let interval = match cycle.text("/interval").as_deref() {
        Some("day") => BillingInterval::Day,
        Some("week") => BillingInterval::Week,
        Some("month") => BillingInterval::Month,
        Some("year") => BillingInterval::Year,
        Some(_) => return Err(record.wrong("/billing_cycle/interval")),
        None => return Err(record.missing("/billing_cycle/interval")),
    };
    let count = cycle.amount("/frequency")?.unwrap_or(1);
    let interval_count = u32::try_from(count).unwrap_or(1).max(1);
    Ok(Some(Recurrence { interval, interval_count, is_metered: false }))
}

/// A product.
///
/// # Errors
/// Never: it has a name or none.
pub(super) fn product(record: Record) -> Result<Product, ReadError> {
    Ok(Product {
        name: record.text("/name"),
        is_active: !record.is("/status", "archived"),
        is_deleted: false,
        id: record.id.into(),
    })
}
