//! Entities without what identifies a person: ids, amounts, times and states stay, everything that a person wrote or is called
//! by goes. By a list of what stays: a field that Paddle adds tomorrow is removed until it is known.

use model::ObjectKind;
use serde_json::{Map, Value};

use super::kind;

/// Fields whose value is an id, a number, a time, a flag, a code of Paddle's, or something made of those.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "action", "actor", "address_id", "adjusted_payout_totals", "adjusted_totals", "adjustment_id", "amount", "balance", "billed_at",
    "billing_cycle", "billing_details", "billing_period", "business_id", "canceled_at", "captured_at", "chargeback_fee", "collection_mode",
    "country_code", "country_codes", "created_at", "credit", "credit_applied_to_balance", "credit_to_balance", "currency_code",
    "current_billing_period", "customer_id", "detail", "details", "discount", "discount_group_id", "discount_id", "earnings", "effective_at",
    "effective_from", "ends_at", "error_code", "event_id", "event_type", "exchange_rate", "expires_at", "fee", "fee_rate",
    "first_billed_at", "frequency", "grand_total", "grand_total_tax", "group_id", "id", "import_meta", "imported_from", "interval",
    "invoice_id", "invoice_number", "item_id", "items", "line_items", "maximum", "maximum_recurring_intervals", "method_details",
    "minimum", "mode", "next_billed_at", "occurred_at", "origin", "original", "payment_attempt_id", "payment_method_id", "payment_terms", "payments",
    "paused_at", "payout_totals", "previously_billed_at", "price", "price_id", "product", "product_id", "proration", "proration_billing_mode", "quantity", "quantity_delta", "rate",
    "recur", "recurring", "recurring_transaction_details", "requires_payment_method", "restrict_to", "resume_at", "retained_fee",
    "revised_at", "scheduled_change", "source", "started_at", "starts_at", "status", "subscription_id", "subtotal", "tax", "tax_category",
    "tax_mode", "tax_rate", "tax_rates_used", "times_used", "total", "totals", "transaction_id", "trial_dates", "trial_period", "type",
    "unit_price", "unit_price_overrides", "unit_totals", "updated_at", "usage_limit",
];
/// What a merchant calls what it sells is nobody's data but its own.
const KEPT_OF_GOODS: &[&str] = &["name", "description", "code"];
/// What such things are called where they are inside another entity.
const GOODS: &[&str] = &["price", "product"];
/// The id of an entity where it came from, which may have been anything.
const EXTERNAL_ID: &str = "external_id";
/// Goods and discounts that were made for one customer, and may be called after somebody.
const CUSTOM: &str = "custom";

/// The same entity without what identifies a person; `None` when it is no JSON object.
pub fn redact(kind: ObjectKind, body: &str) -> Option<Box<str>> {
    let Value::Object(object) = serde_json::from_str(body).ok()? else { return None };
    let is_goods = matches!(kind, kind::PRODUCT | kind::PRICE | kind::DISCOUNT) && !is_custom(&object);
    // Why something happened with a subscription is a code of Paddle's; why money was paid back, a person wrote.
    let reason = object.get("reason").filter(|_| kind == kind::HISTORY).cloned();
    let mut kept = kept_of(object, is_goods);
    kept.extend(reason.map(|reason| ("reason".to_owned(), reason)));
    Some(Value::Object(kept).to_string().into_boxed_str())
}

fn kept_of(object: Map<String, Value>, is_goods: bool) -> Map<String, Value> {
    let is_kept = |name: &str, value: &Value| {
        let is_plain_id = || name == EXTERNAL_ID && value.as_str().is_none_or(is_plain);
        KEPT.contains(&name) || is_goods && KEPT_OF_GOODS.contains(&name) || is_plain_id()
    };
    let fields = object.into_iter().filter(|(name, value)| is_kept(name, value));
    fields
        .map(|(name, value)| {
            let is_goods = GOODS.contains(&name.as_str());
            (name, kept(value, is_goods))
        })
        .collect()
}

fn is_custom(goods: &Map<String, Value>) -> bool {
    ["type", "mode"].iter().any(|field| goods.get(*field).is_some_and(|value| value == CUSTOM))
}

fn kept(value: Value, is_goods: bool) -> Value {
    match value {
        Value::Object(object) => {
            let is_goods = is_goods && !is_custom(&object);
            Value::Object(kept_of(object, is_goods))
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| kept(value, is_goods)).collect()),
        plain => plain,
    }
}

/// A number, or what a billing system makes up: a short prefix and letters and digits that mean nothing. People choose shorter
/// names, and email addresses have other characters.
fn is_plain(id: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_made_up = |(prefix, rest): (&str, &str)| {
        (2..=8).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && rest.len() >= 14
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && rest.bytes().any(|byte| byte.is_ascii_digit())
    };
    is_number(id) || id.split_once('_').is_some_and(is_made_up)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redacted(kind: ObjectKind, body: &Value) -> Value {
        serde_json::from_str(&redact(kind, &body.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn of_people_and_companies_ids_times_and_countries_are_kept() {
        let customer = json!({
            "id": "ctm_1", "name": "Ada Lovelace", "email": "ada@example.com", "locale": "en", "marketing_consent": false,
            "custom_data": {"note": "Ada"}, "status": "active", "created_at": "2026-01-01T00:00:00Z",
            "import_meta": {"external_id": "ada@example.com", "imported_from": "paddle_classic"},
        });
        assert_eq!(
            redacted(kind::CUSTOMER, &customer),
            json!({
                "id": "ctm_1", "status": "active", "created_at": "2026-01-01T00:00:00Z",
                "import_meta": {"imported_from": "paddle_classic"},
            })
        );
        let address = json!({
            "id": "add_1", "customer_id": "ctm_1", "description": "Ada's", "first_line": "12 St James's Square",
            "city": "London", "postal_code": "SW1", "region": "Greater London", "country_code": "GB",
            "import_meta": {"external_id": "8317", "imported_from": "other"},
        });
        assert_eq!(
            redacted(kind::ADDRESS, &address),
            json!({
                "id": "add_1", "customer_id": "ctm_1", "country_code": "GB",
                "import_meta": {"external_id": "8317", "imported_from": "other"},
            })
        );
        let business = json!({
            "id": "biz_1", "customer_id": "ctm_1", "name": "Analytical Engines", "company_number": "1", "tax_identifier": "GB1",
            "contacts": [{"name": "Ada", "email": "ada@example.com"}], "status": "active",
        });
        assert_eq!(
            redacted(kind::BUSINESS, &business),
            json!({"id": "biz_1", "customer_id": "ctm_1", "status": "active"})
        );
    }

    #[test]
    fn of_what_was_billed_amounts_and_what_is_sold_are_kept_and_no_card() {
        let transaction = json!({
            "id": "txn_1", "status": "completed", "custom_data": {"ip": "192.0.2.1"}, "customer_id": "ctm_1",
            "billing_details": {
                "purchase_order_number": "Ada 7", "additional_information": "for Ada",
                "payment_terms": {"interval": "day", "frequency": 14},
            },
            "items": [{"price": {"id": "pri_1", "name": "Pro", "custom_data": {"a": "Ada"}}, "quantity": 2, "proration": null}],
            "details": {"line_items": [{"id": "txnitm_1", "product": {"id": "pro_1", "name": "App"}, "totals": {"subtotal": "4000"}}]},
            "payments": [{
                "amount": "4760", "status": "captured", "stored_payment_method_id": "Ada's",
                "method_details": {"type": "card", "card": {"last4": "4242", "cardholder_name": "Ada"}},
            }],
        });
        assert_eq!(
            redacted(kind::TRANSACTION, &transaction),
            json!({
                "id": "txn_1", "status": "completed", "customer_id": "ctm_1",
                "billing_details": {"payment_terms": {"interval": "day", "frequency": 14}},
                "items": [{"price": {"id": "pri_1", "name": "Pro"}, "quantity": 2, "proration": null}],
                "details": {"line_items": [{"id": "txnitm_1", "product": {"id": "pro_1", "name": "App"}, "totals": {"subtotal": "4000"}}]},
                "payments": [{"amount": "4760", "status": "captured", "method_details": {"type": "card"}}],
            })
        );
        let adjustment = json!({
            "id": "adj_1", "action": "refund", "reason": "Ada did not like it", "totals": {"subtotal": "100", "tax": "19"},
            "transaction_id": "txn_1", "items": [{"item_id": "txnitm_1", "amount": "119"}],
        });
        let kept = redacted(kind::ADJUSTMENT, &adjustment);
        assert_eq!((kept.get("reason"), &kept["totals"]["tax"]), (None, &json!("19")));
        let subscription = json!({
            "id": "sub_1", "customer_id": "ctm_1", "status": "active", "custom_data": {"who": "Ada"},
            "scheduled_change": {"action": "cancel", "effective_at": "2026-06-05T12:00:00Z", "resume_at": null},
        });
        let kept = redacted(kind::SUBSCRIPTION, &subscription);
        assert_eq!(kept["scheduled_change"], subscription["scheduled_change"]);
        assert_eq!(kept.get("custom_data"), None);
    }

    #[test]
    fn an_id_from_elsewhere_is_kept_unless_somebody_may_have_chosen_it() {
        for (id, is_kept) in [
            ("8317", true),
            ("cus_NffrFeUfNV2Hib7", true),
            ("ada1990", false),
            ("ada_1990", false),
            ("ada-lovelace-1815", false),
            ("", false),
        ] {
            let customer = json!({"id": "ctm_1", "import_meta": {"external_id": id}});
            let kept = redacted(kind::CUSTOMER, &customer);
            assert_eq!(kept["import_meta"].get("external_id").is_some(), is_kept, "{id}");
        }
    }

    #[test]
    fn what_was_made_for_one_customer_may_be_called_after_them() {
        let price = json!({"id": "pri_1", "type": "custom", "name": "For Ada", "description": "Ada's"});
        assert_eq!(redacted(kind::PRICE, &price), json!({"id": "pri_1", "type": "custom"}));
        let discount = json!({"id": "dsc_1", "mode": "custom", "code": "ADA", "description": "Ada's"});
        assert_eq!(redacted(kind::DISCOUNT, &discount), json!({"id": "dsc_1", "mode": "custom"}));
        let transaction = json!({"id": "txn_1", "items": [{"price": price.clone()}]});
        assert_eq!(
            redacted(kind::TRANSACTION, &transaction)["items"][0]["price"],
            json!({"id": "pri_1", "type": "custom"})
        );
    }

    #[test]
    fn a_price_list_is_the_merchants_own() {
        let price = json!({
            "id": "pri_1", "name": "Pro", "description": "Pro, monthly", "unit_price": {"amount": "5000", "currency_code": "USD"},
            "unit_price_overrides": [{"country_codes": ["DE"], "unit_price": {"amount": "4500", "currency_code": "EUR"}}],
            "billing_cycle": {"interval": "month", "frequency": 1}, "custom_data": {"owner": "Ada"},
        });
        let mut kept = price.clone();
        kept.as_object_mut().unwrap().remove("custom_data");
        assert_eq!(redacted(kind::PRICE, &price), kept);
        assert!(redact(kind::PRICE, "[]").is_none());
    }
}
