//! Rows without what identifies a person: ids, amounts, times and states stay. By a list of what stays: a field that is not
//! known is removed.

use model::ObjectKind;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

use super::kind;

/// Fields whose value is an id, a number, a time, a flag, a code, or something made of those.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "alert_id", "alert_name", "allowed_uses", "amount", "attempt_number", "balance_amount", "balance_currency", "balance_earnings", "balance_earnings_decrease",
    "balance_fee", "balance_fee_refund", "balance_gross", "balance_gross_refund", "balance_tax", "balance_tax_refund", "billing_period",
    "billing_type", "cancellation_effective_date", "checkout_id", "country", "coupon", "coupon_terms", "created_at", "currency", "date",
    "discount_amount", "discount_currency", "discount_type", "earnings", "earnings_decrease", "event_time", "expires", "fee", "fee_refund", "gross_refund", "id", "initial_payment", "initial_price", "instalments", "is_one_off", "is_one_off_charge", "is_paid",
    "is_recurring", "is_subscription", "last_payment", "modifier_id", "new_price", "new_quantity", "new_unit_price", "next_bill_date", "next_payment",
    "next_payment_amount", "next_retry_date", "old_next_bill_date", "old_price", "old_quantity", "old_status", "old_subscription_plan_id",
    "old_unit_price", "order_id", "paused_at", "paused_from", "paused_reason", "payment_method", "payment_tax", "payout_date", "plan", "plan_id",
    "product_id", "quantity", "recurring_price", "refund_type", "sale_gross", "signup_date", "state", "status", "subscription",
    "subscription_id", "subscription_payment_id", "subscription_plan_id", "tax_refund", "times_used", "trial_days", "unit_price", "user", "user_id",
];
/// What a merchant calls what it sells is nobody's data but its own.
const KEPT_OF_GOODS: &[&str] = &["name", "base_price", "sale_price"];

type Fields = BTreeMap<String, Box<RawValue>>;

/// The same row without what identifies a person; `None` when it is no JSON object.
pub fn redact(kind: ObjectKind, body: &str) -> Option<Box<str>> {
    let is_goods = matches!(kind, kind::PLAN | kind::PRODUCT | kind::COUPON);
    kept_of(body, is_goods, false)
}

/// In a table of amounts names are currencies, and all of them are kept.
fn kept_of(body: &str, is_goods: bool, is_table: bool) -> Option<Box<str>> {
    let mut fields: Fields = serde_json::from_str(body).ok()?;
    fields.retain(|name, _| {
        is_table && name.len() == 3
            || KEPT.contains(&name.as_str())
            || is_goods && KEPT_OF_GOODS.contains(&name.as_str())
    });
    for (name, value) in &mut fields {
        if value.get().starts_with('{') {
            let is_table = matches!(name.as_str(), "initial_price" | "recurring_price");
            let inner = kept_of(value.get(), is_goods || name == "plan", is_table)?;
            *value = RawValue::from_string(inner.into()).ok()?;
        }
    }
    Some(serde_json::to_string(&fields).ok()?.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_people_only_ids_and_what_was_billed_are_kept() {
        let user = r#"{"user_id":"77","user_email":"ada@example.com"}"#;
        assert_eq!(redact(kind::USER, user).as_deref(), Some(r#"{"user_id":"77"}"#));
        let subscription = r#"{"subscription_id":1,"user_id":77,"user_email":"ada@example.com","state":"active","marketing_consent":true,
            "plan":{"id":5,"name":"Pro","recurring_price":{"USD":"9.00"}},"last_payment":{"amount":9.90,"currency":"USD"},
            "payment_information":{"payment_method":"card","last_four_digits":"4242"}}"#;
        let kept = redact(kind::SUBSCRIPTION, subscription).unwrap();
        assert_eq!(
            &*kept,
            r#"{"last_payment":{"amount":9.90,"currency":"USD"},"plan":{"id":5,"name":"Pro","recurring_price":{"USD":"9.00"}},"state":"active","subscription_id":1,"user_id":77}"#
        );
        let alert = r#"{"alert_name":"subscription_payment_refunded","alert_id":"1","gross_refund":"9.00","refund_reason":"Ada did not like it",
            "email":"ada@example.com","passthrough":"Ada","country":"GB"}"#;
        assert_eq!(
            redact(kind::ALERT, alert).as_deref(),
            Some(
                r#"{"alert_id":"1","alert_name":"subscription_payment_refunded","country":"GB","gross_refund":"9.00"}"#
            )
        );
        let plan = r#"{"id":5,"name":"Pro","billing_type":"month"}"#;
        assert_eq!(
            redact(kind::PLAN, plan).as_deref(),
            Some(r#"{"billing_type":"month","id":5,"name":"Pro"}"#)
        );
        assert_eq!(redact(kind::PLAN, "[]"), None);
    }
}
