//! Rows as objects, filed under what they belong to. Before anything else sees them they lose the addresses with which
//! whoever holds them can cancel a subscription, change a card or read a receipt.

use std::collections::BTreeMap;

use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde_json::value::{RawValue, to_raw_value};

use super::kind;
use super::record::Record;

type Fields = BTreeMap<String, Box<RawValue>>;

/// A row of a list.
///
/// # Errors
/// When it is not an object with an id. The reason holds nothing of it.
pub(super) fn file(kind: ObjectKind, row: &str) -> Result<RawObject, String> {
    let body = cleaned(row)?;
    let record = Record::read(kind, &body).map_err(|error| error.to_string())?;
    let need = |field: &str| record.text(field).ok_or_else(|| format!("it has no {field}"));
    let at = |field: &'static str| record.instant(field).ok().flatten();
    let mut counterparts = Counterparts::default();
    let (id, created_at) = match kind {
        kind::SUBSCRIPTION => {
            counterparts.customer = Some(need("user_id")?);
            (need("subscription_id")?, at("signup_date"))
        }
        kind::PAYMENT => {
            let subscription = need("subscription_id")?;
            let id = payment_id(&subscription, &need("id")?);
            counterparts.subscription = Some(subscription);
            (id, at("payout_date"))
        }
        kind::TRANSACTION => {
            counterparts.customer = record.part("user").and_then(|user| user.text("user_id"));
            (need("order_id")?, at("created_at"))
        }
        kind::COUPON => (need("coupon")?, None),
        kind::MODIFIER => {
            counterparts.subscription = Some(need("subscription_id")?);
            (need("modifier_id")?, None)
        }
        kind::ALERT => {
            counterparts.customer = record.text("user_id");
            counterparts.subscription = record.text("subscription_id");
            if counterparts.customer.is_none() && counterparts.subscription.is_none() {
                counterparts.invoice = record.text("order_id");
            }
            (need("alert_id")?, at("event_time"))
        }
        _ => (need("id")?, None),
    };
    Ok(RawObject { kind, id, created_at, counterparts, is_deleted: false, body })
}

/// How a payment is filed.
pub(super) fn payment_id(subscription: &str, payment: &str) -> String {
    format!("{subscription}-{payment}")
}

/// A subscription with the plan that it is of, which says how often it is billed.
///
/// # Errors
/// As [`file`].
pub(super) fn with_plan(row: &str, plan: Option<&str>) -> Result<RawObject, String> {
    let Some(plan) = plan else { return file(kind::SUBSCRIPTION, row) };
    let mut fields = fields(row)?;
    let plan = RawValue::from_string(plan.to_owned()).map_err(|_| "its plan can't be read".to_owned())?;
    fields.insert("plan".to_owned(), plan);
    file(kind::SUBSCRIPTION, &text(&fields))
}

/// The buyer of a subscription, or of a sale.
pub(super) fn buyer(bought: &RawObject) -> Option<RawObject> {
    let record = Record::of(bought).ok()?;
    let (of, email) = match record.part("user") {
        Some(user) => (user, "email"),
        None => (record, "user_email"),
    };
    let id = of.text("user_id")?;
    let mut fields = Fields::new();
    fields.insert("user_id".to_owned(), to_raw_value(&id).ok()?);
    if let Some(email) = of.text(email) {
        fields.insert("user_email".to_owned(), to_raw_value(&email).ok()?);
    }
    let counterparts = Counterparts { customer: Some(id.clone()), ..Counterparts::default() };
    let body = text(&fields).into_boxed_str();
    Some(RawObject { kind: kind::USER, id, created_at: None, counterparts, is_deleted: false, body })
}

/// Alerts that say something about subscriptions or payments: others are not needed here.
pub(super) fn is_kept(alert: &str) -> bool {
    alert.starts_with("subscription_") || alert.starts_with("payment_")
}

/// A row of the webhook history: the alert's own fields, with what the row knows of it. `None`: one that is not kept.
///
/// # Errors
/// As [`file`].
pub(super) fn alert(row: &str) -> Result<Option<RawObject>, String> {
    let around = fields(row)?;
    let inner = around.get("fields").map_or("{}", |fields| fields.get());
    // An empty list is how PHP writes an empty object.
    let mut alert = if inner.starts_with('{') { fields(inner)? } else { Fields::new() };
    for (own, of_row) in [("alert_name", "alert_name"), ("alert_id", "id"), ("event_time", "created_at")] {
        if !alert.contains_key(own)
            && let Some(value) = around.get(of_row)
        {
            alert.insert(own.to_owned(), value.clone());
        }
    }
    filed_alert(&alert)
}

/// The order that an alert of a subscription's payment is about: alerts of disputes name it, and nobody else.
pub(super) fn order(alert: &RawObject) -> Option<RawObject> {
    let record = Record::of(alert).ok().filter(|record| record.is("alert_name", PAID))?;
    let (id, user) = (record.text("order_id")?, record.text("user_id")?);
    let body = serde_json::json!({ "order_id": id, "is_subscription": true, "user": { "user_id": user } });
    file(kind::TRANSACTION, &body.to_string()).ok()
}

const PAID: &str = "subscription_payment_succeeded";
/// Where an alert that names a coupon has its row.
pub(super) const COUPON_TERMS: &str = "coupon_terms";

/// The code of the coupon that an alert names.
pub(super) fn coupon_code(alert: &RawObject) -> Option<String> {
    Record::of(alert).ok()?.text("coupon")
}

/// An alert with the row of the coupon that it names.
pub(super) fn with_coupon(alert: RawObject, coupon: &str) -> RawObject {
    let row = RawValue::from_string(coupon.to_owned()).ok();
    let Some((mut fields, row)) = fields(&alert.body).ok().zip(row) else { return alert };
    fields.insert(COUPON_TERMS.to_owned(), row);
    RawObject { body: text(&fields).into_boxed_str(), ..alert }
}

/// An alert as it was delivered: a form.
///
/// # Errors
/// As [`file`].
pub(super) fn delivered(form: &str) -> Result<Option<RawObject>, String> {
    let mut alert = Fields::new();
    for (name, value) in form_urlencoded::parse(form.as_bytes()) {
        alert.insert(name.into_owned(), to_raw_value(&value).map_err(|_| "it can't be read".to_owned())?);
    }
    filed_alert(&alert)
}

fn filed_alert(alert: &Fields) -> Result<Option<RawObject>, String> {
    let name = alert.get("alert_name").and_then(|name| serde_json::from_str::<String>(name.get()).ok());
    let name = name.ok_or("it has no alert_name")?;
    if is_kept(&name) { file(kind::ALERT, &text(alert)).map(Some) } else { Ok(None) }
}

fn fields(row: &str) -> Result<Fields, String> {
    serde_json::from_str(row).map_err(|error| crate::attempts::why(&error))
}

fn text(fields: &Fields) -> String {
    serde_json::to_string(fields).unwrap_or_else(|_| "{}".to_owned())
}

/// The row without addresses and signatures, else value for value as it was written.
fn cleaned(row: &str) -> Result<Box<str>, String> {
    let mut fields = fields(row)?;
    fields.retain(|name, _| !is_dropped(name));
    for value in fields.values_mut().filter(|value| value.get().starts_with('{')) {
        let inner = cleaned(value.get())?;
        *value = RawValue::from_string(inner.into()).map_err(|error| crate::attempts::why(&error))?;
    }
    Ok(text(&fields).into_boxed_str())
}

fn is_dropped(name: &str) -> bool {
    name == "url" || name.ends_with("_url") || name == "p_signature"
}

/// When a delivered alert happened.
pub(super) fn happened_at(alert: &RawObject) -> UnixSeconds {
    alert.created_at.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"subscription_id":502198,"plan_id":496199,"user_id":285846,"user_email":"ada@example.com",
        "state":"active","signup_date":"2026-02-10 09:00:05","last_payment":{"amount":9.90,"currency":"USD","date":"2026-02-10"},
        "update_url":"https://checkout.paddle.com/subscription/update?hash=1","cancel_url":"https://checkout.paddle.com/cancel"}"#;

    #[test]
    fn whoever_reads_what_is_stored_can_cancel_nothing() {
        let filed = with_plan(ROW, Some(r#"{"id":496199,"checkout_url":"x"}"#)).unwrap();
        assert!(!filed.body.contains("url"), "{}", filed.body);
        assert!(filed.body.contains(r#""amount":9.90"#), "as it was written: {}", filed.body);
        assert!(filed.body.contains(r#""plan":{"id":496199}"#), "{}", filed.body);
        assert_eq!((filed.id.as_str(), filed.created_at), ("502198", Some(UnixSeconds(1_770_714_005))));
        let payment = r#"{"id":8936,"subscription_id":2746,"amount":1,"currency":"USD","payout_date":"2026-02-10","is_paid":0,"receipt_url":"x"}"#;
        let payment = file(kind::PAYMENT, payment).unwrap();
        assert_eq!(payment.id, "2746-8936");
        assert!(!payment.body.contains("receipt"), "{}", payment.body);
    }

    #[test]
    fn the_buyer_comes_with_the_subscription() {
        let buyer = buyer(&with_plan(ROW, None).unwrap()).unwrap();
        assert_eq!((buyer.kind, buyer.id.as_str()), (kind::USER, "285846"));
        assert_eq!(&*buyer.body, r#"{"user_email":"ada@example.com","user_id":"285846"}"#);
    }

    #[test]
    fn an_alert_is_the_same_from_the_history_and_as_it_was_delivered() {
        let row = r#"{"id":22257,"alert_name":"subscription_cancelled","status":"success","created_at":"2026-02-10 09:00:06","attempts":1,
            "fields":{"alert_id":"22257","alert_name":"subscription_cancelled","subscription_id":"2746","user_id":"77","event_time":"2026-02-10 09:00:05"}}"#;
        let form = "alert_id=22257&alert_name=subscription_cancelled&subscription_id=2746&user_id=77&event_time=2026-02-10+09%3A00%3A05&p_signature=abc";
        let (from_history, from_delivery) = (alert(row).unwrap(), delivered(form).unwrap());
        assert_eq!(from_history, from_delivery);
        let filed = from_delivery.unwrap();
        assert_eq!((filed.id.as_str(), filed.created_at), ("22257", Some(UnixSeconds(1_770_714_005))));
        assert_eq!(filed.counterparts.customer.as_deref(), Some("77"));
        assert_eq!(delivered("alert_name=transfer_paid&alert_id=1").unwrap(), None);
        assert!(delivered("alert_id=1").is_err());
    }
}
