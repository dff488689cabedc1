//! Discounts.

use super::record::Record;
use crate::{Coupon, CouponDuration, ReadError};

/// A discount.
///
/// # Errors
/// When an amount, a currency or a time cannot be understood.
pub(super) fn discount(record: &Record) -> Result<Coupon, ReadError> {
    let is_share = record.is("/type", "percentage");
    let amount_off = match record.currency("/currency_code")? {
        Some(currency) if !is_share => record.amount("/amount")?.map(|minor| (minor, currency)),
        _ => None,
    };
    Ok(Coupon {
        id: record.text("/id").unwrap_or_else(|| record.id.clone()),
        name: record.text("/description"),
        code: record.text("/code"),
        percent_off: if is_share { record.number("/amount")? } else { None },
        amount_off,
        duration: match (record.flag("/recur"), record.amount("/maximum_recurring_intervals")?) {
            (Some(true), Some(bills)) => CouponDuration::Bills(bills),
            (Some(true), None) => CouponDuration::Forever,
            (Some(false), _) => CouponDuration::Once,
            (None, _) => CouponDuration::Unknown,
        },
        is_active: record.is("/status", "active"),
        times_redeemed: record.amount("/times_used")?,
        created_at: record.instant("/created_at")?,
        expires_at: record.instant("/expires_at")?,
    })
}
