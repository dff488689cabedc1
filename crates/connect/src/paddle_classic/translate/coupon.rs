//! Coupons.

use super::super::record::Record;
use crate::{Coupon, CouponDuration, ReadError};

/// A coupon; its code is its id.
///
/// # Errors
/// When an amount, a currency or a time cannot be understood.
pub(super) fn coupon(record: &Record) -> Result<Coupon, ReadError> {
    let code = record.text("coupon").unwrap_or_else(|| record.id.clone());
    let is_share = record.is("discount_type", "percentage");
    let amount_off = if is_share {
        None
    } else {
        let currency = record.need_currency("discount_currency")?;
        record.minor("discount_amount", currency)?.map(|minor| (minor, currency))
    };
    let uses = |field: &str| record.text(field).and_then(|text| text.parse::<i64>().ok());
    let times_redeemed = uses("times_used");
    Ok(Coupon {
        id: code.clone(),
        name: record.text("description"),
        code: Some(code),
        percent_off: if is_share { record.number("discount_amount")? } else { None },
        amount_off,
        duration: if record.flag("is_recurring") { CouponDuration::Forever } else { CouponDuration::Once },
        is_active: uses("allowed_uses").is_none_or(|most| times_redeemed.is_none_or(|times| times < most)),
        times_redeemed,
        created_at: None,
        expires_at: record.instant("expires")?,
    })
}
