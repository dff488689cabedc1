//! Coupons and payment intents.

use model::{CustomerId, RawObject};
use serde::Deserialize;

use super::{ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Flag, Number, Ref, Text};
use crate::{Coupon, CouponDuration, PaymentIntent};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CouponShape {
    id: Text,
    name: Text,
    percent_off: Number,
    amount_off: Number,
    currency: Text,
    duration: Text,
    duration_in_months: Number,
    valid: Flag,
    times_redeemed: Number,
    created: Number,
    redeem_by: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IntentShape {
    id: Text,
    customer: Ref,
    status: Text,
    currency: Text,
    amount: Number,
    amount_received: Number,
    created: Number,
    canceled_at: Number,
}

/// A coupon, or the tombstone of one.
///
/// # Errors
/// When it is no JSON object with an id, or an amount, a share or a time cannot be understood.
pub fn coupon(object: &RawObject) -> Result<Coupon, ReadError> {
    let shape: CouponShape = read(kind::COUPON, &object.body)?;
    let reading = Reading::begin(kind::COUPON, &shape.id)?;
    let amount_off = reading.optional_amount(shape.amount_off, "amount_off")?;
    let amount_off = match amount_off {
        Some(minor) => Some((minor, reading.currency(&shape.currency)?)),
        None => None,
    };
    let months = shape.duration_in_months.whole();
    Ok(Coupon {
        id: reading.id.to_owned(),
        name: shape.name.said(),
        code: None,
        percent_off: reading.optional_decimal(shape.percent_off, 100, "percent_off")?,
        amount_off,
        duration: match shape.duration.as_str() {
            Some("once") => CouponDuration::Once,
            Some("forever") => CouponDuration::Forever,
            Some("repeating") => months.map_or(CouponDuration::Unknown, CouponDuration::Months),
            _ => CouponDuration::Unknown,
        },
        is_active: !object.is_deleted && shape.valid.0.unwrap_or(true),
        times_redeemed: shape.times_redeemed.whole(),
        created_at: reading.optional_instant(shape.created, "created")?,
        expires_at: reading.optional_instant(shape.redeem_by, "redeem_by")?,
    })
}

/// A payment intent.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a time of creation, or one cannot be understood.
pub fn payment_intent(object: &RawObject) -> Result<PaymentIntent, ReadError> {
    let shape: IntentShape = read(kind::PAYMENT_INTENT, &object.body)?;
    let reading = Reading::begin(kind::PAYMENT_INTENT, &shape.id)?;
    Ok(PaymentIntent {
        id: reading.id.to_owned(),
        customer: shape.customer.id().map(CustomerId::from),
        status: shape.status.said(),
        currency: reading.currency(&shape.currency)?,
        amount_minor: reading.amount(shape.amount, "amount")?,
        amount_received_minor: reading
            .optional_amount(shape.amount_received, "amount_received")?
            .unwrap_or(0),
        created_at: reading.instant(shape.created, "created")?,
        canceled_at: reading.optional_instant(shape.canceled_at, "canceled_at")?,
    })
}

#[cfg(test)]
mod tests {
    use model::{Counterparts, ObjectKind, UnixSeconds};
    use rust_decimal::Decimal;
    use serde_json::{Value, json};

    use super::*;

    fn object(kind: ObjectKind, body: &Value) -> RawObject {
        RawObject {
            kind,
            id: "1".to_owned(),
            created_at: None,
            counterparts: Counterparts::default(),
            is_deleted: false,
            body: body.to_string().into(),
        }
    }

    #[test]
    fn a_coupon_takes_off_a_share_or_an_amount_for_some_time() {
        let read = |body: Value| coupon(&object(kind::COUPON, &body)).unwrap();
        let share = read(json!({
            "id": "SPRING", "name": "Spring", "percent_off": 12.5, "duration": "repeating", "duration_in_months": 3,
            "valid": true, "times_redeemed": 7, "created": 5, "redeem_by": 9,
        }));
        assert_eq!((share.percent_off, share.amount_off), (Some(Decimal::new(125, 1)), None));
        assert_eq!((share.duration, share.times_redeemed), (CouponDuration::Months(3), Some(7)));
        assert_eq!((share.is_active, share.expires_at), (true, Some(UnixSeconds(9))));
        let amount = read(
            json!({"id": "5OFF", "amount_off": 500, "currency": "eur", "duration": "once", "valid": false}),
        );
        assert_eq!(amount.amount_off, Some((500, model::Currency::EUR)));
        assert_eq!((amount.duration.as_str(), amount.is_active), (Some("once"), false));
    }

    #[test]
    fn a_payment_intent_says_what_it_wants_and_what_it_has() {
        let body = json!({
            "id": "pi_1", "customer": {"id": "cus_1"}, "status": "requires_payment_method", "currency": "usd",
            "amount": 4900, "amount_received": 0, "created": 5, "canceled_at": null,
        });
        let intent = payment_intent(&object(kind::PAYMENT_INTENT, &body)).unwrap();
        assert_eq!((intent.customer, intent.amount_minor), (Some("cus_1".into()), 4_900));
        assert_eq!(intent.status.as_deref(), Some("requires_payment_method"));
        assert!(payment_intent(&object(kind::PAYMENT_INTENT, &json!({"id": "pi_2"}))).is_err());
    }
}
