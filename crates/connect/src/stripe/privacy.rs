//! Objects without what identifies a person: the provider's ids, amounts, times and states stay, everything that a
//! person wrote or is called by goes.
//!
//! By a list of what stays, not of what goes: a field that the provider adds tomorrow is removed until it is known.

use crate::stripe::kind;
use model::ObjectKind;
use serde_json::{Map, Value};

/// Fields whose value is an id, a number, a time, a flag, a code of the provider's, or something made of those.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "action", "active", "aggregate_usage", "amount", "amount_captured", "amount_decimal", "amount_discount", "amount_due",
    "amount_excluding_tax", "amount_off", "amount_overpaid", "amount_paid", "amount_received", "amount_refunded",
    "amount_refundable", "amount_remaining", "amount_requested", "amount_shipping", "amount_subtotal", "amount_tax",
    "amount_total", "amounts", "applies_to",
    "attempt_count", "attempted", "automatic_tax", "available_on", "balance_transaction", "balance_transactions",
    "billing_cycle_anchor", "billing_reason", "billing_scheme", "canceled_at", "cancel_at", "cancel_at_period_end",
    "cancellation_details", "cancellation_reason", "captured", "charge", "closed", "collection_method", "coupon",
    "created", "credited_items", "credit_note", "currency", "current_period_end", "current_period_start", "customer",
    "data", "date", "days_until_due", "default_tax_rates", "deleted", "delinquent", "discount", "discount_amount",
    "discount_amounts", "discountable", "discounts", "dispute", "disputed", "due_date", "duration",
    "duration_in_months", "effective_at", "end", "ended_at", "ending_balance", "exchange_rate", "failure_balance_transaction",
    "failure_code", "fee", "fee_details", "feedback", "finalized_at", "flat_amount", "flat_amount_decimal", "forgiven", "from_invoice",
    "has_more", "id", "inclusive", "interval", "interval_count", "invoice", "invoice_item", "invoice_item_details",
    "invoice_line_items", "is_default", "is_charge_refundable", "items", "latest_charge", "latest_invoice", "line_items", "lines", "livemode",
    "marked_uncollectible_at", "max_redemptions", "meter", "net", "network_status", "next_payment_attempt", "number",
    "object", "on_behalf_of", "out_of_band_amount", "outcome", "paid", "paid_at", "paid_out_of_band", "parent",
    "pause_collection", "payment", "payment_charge", "payment_intent", "payments", "pending_update", "percent_off", "percentage", "period",
    "period_end", "period_start", "plan", "post_payment_amount", "post_payment_credit_notes_amount", "pre_payment_amount",
    "pre_payment_credit_notes_amount", "pretax_credit_amounts", "price", "price_details", "pricing", "product", "promotion_code",
    "proration", "proration_details", "quantity", "quantity_decimal", "reason", "recurring", "redeem_by", "refund",
    "refunded", "refunds", "reporting_category", "resumes_at", "round", "schedule", "shipping_cost", "source", "start", "start_date",
    "starting_balance", "status", "status_transitions", "subscription", "subscription_details", "subscription_item",
    "subscription_item_details", "subtotal", "subtotal_excluding_tax", "tax", "tax_amounts", "tax_behavior", "taxable_amount",
    "taxability_reason", "taxes", "tax_rate", "tax_rates", "test_clock", "tiers", "tiers_mode", "times_redeemed", "total", "total_count",
    "total_discount_amounts", "total_excluding_tax", "total_pretax_credit_amounts", "total_tax_amounts", "total_taxes", "transform_quantity",
    "transform_usage", "trial_end", "trial_period_days", "trial_settings", "trial_start", "type", "unit_amount", "unit_amount_decimal",
    "unit_amount_excluding_tax", "unit_label", "up_to", "usage_type", "valid", "voided_at", "divide_by",
    "refund_application_fee", "transfer", "source_transaction", "starting_after", "pending_setup_intent", "pending_invoice_item_interval",
    "payment_intents", "prices", "original_amount", "unused", "card_balance", "evidence_due_by", "has_evidence", "past_due", "submission_count",
];
/// What a merchant calls what it sells is nobody's data but its own.
const KEPT_OF_GOODS: &[&str] = &["code", "name", "nickname", "display_name"];
/// What such things say they are.
const GOODS: &[&str] = &["product", "price", "plan", "coupon", "promotion_code", "tax_rate"];
/// What is kept of the account itself: its name and how it counts.
const KEPT_OF_ACCOUNT: &[&str] = &[
    "business_profile",
    "name",
    "settings",
    "dashboard",
    "display_name",
    "timezone",
    "default_currency",
    "country",
    "charges_enabled",
    "details_submitted",
];
/// Its keys are codes of currencies.
pub const CURRENCY_OPTIONS: &str = "currency_options";
/// Of an address only this.
const COUNTRY: &str = "country";

/// The same object without what identifies a person; an object that holds nothing in place of what is no JSON object.
pub fn redacted(kind: ObjectKind, body: &str) -> Box<str> {
    redact(kind, body).unwrap_or_else(|| "{}".into())
}

/// The same; `None` when it is no JSON object.
pub fn redact(kind: ObjectKind, body: &str) -> Option<Box<str>> {
    let Value::Object(object) = serde_json::from_str(body).ok()? else { return None };
    let is_goods = matches!(kind, kind::PRODUCT | kind::PRICE | kind::COUPON | kind::PROMOTION_CODE);
    let more = match kind {
        kind::ACCOUNT => KEPT_OF_ACCOUNT,
        _ if is_goods => KEPT_OF_GOODS,
        _ => &[],
    };
    Some(Value::Object(kept_of(object, more)).to_string().into_boxed_str())
}

fn kept_of(object: Map<String, Value>, more: &'static [&'static str]) -> Map<String, Value> {
    let name = object.get("object").and_then(Value::as_str);
    let is_list = name == Some("list");
    let more = if name.is_some_and(|name| GOODS.contains(&name)) { KEPT_OF_GOODS } else { more };
    let fields = object.into_iter().filter_map(|(key, value)| {
        if matches!(key.as_str(), "address" | "shipping") {
            return Some((key, country_of(value)?));
        }
        if key == CURRENCY_OPTIONS {
            return Some((key, by_currency(value, more)?));
        }
        // The address of a list is a path of ids; any other address opens a page about somebody.
        let is_kept = match key.as_str() {
            "url" => is_list,
            key => KEPT.contains(&key) || more.contains(&key),
        };
        is_kept.then(|| (key, kept(value, more)))
    });
    fields.collect()
}

fn kept(value: Value, more: &'static [&'static str]) -> Value {
    match value {
        Value::Object(object) => Value::Object(kept_of(object, more)),
        Value::Array(values) => Value::Array(values.into_iter().map(|value| kept(value, more)).collect()),
        plain => plain,
    }
}

fn by_currency(value: Value, more: &'static [&'static str]) -> Option<Value> {
    let Value::Object(options) = value else { return None };
    let is_code = |key: &str| key.len() == 3 && key.bytes().all(|byte| byte.is_ascii_lowercase());
    let options = options.into_iter().filter(|(key, _)| is_code(key));
    Some(Value::Object(options.map(|(key, value)| (key, kept(value, more))).collect()))
}

/// Of an address, or of what has one.
fn country_of(value: Value) -> Option<Value> {
    let Value::Object(mut object) = value else { return None };
    let mut kept = Map::new();
    if let Some(country @ Value::String(_)) = object.remove(COUNTRY) {
        kept.insert(COUNTRY.to_owned(), country);
    }
    if let Some(address) = object.remove("address").and_then(country_of) {
        kept.insert("address".to_owned(), address);
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use model::billing::{PaymentMeans, PaymentMethod};
    use serde_json::json;

    use super::*;
    use crate::stripe::translate;

    fn kept_of_object(kind: ObjectKind, body: &Value) -> Value {
        serde_json::from_str(&redact(kind, &body.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn a_price_keeps_what_it_costs_in_each_currency() {
        let price = json!({
            "id": "price_1", "object": "price", "currency": "usd", "unit_amount": 1000,
            "currency_options": {
                "eur": {"unit_amount": 900, "unit_amount_decimal": "900", "note": "for Ada"},
                "ada lovelace": {"unit_amount": 1},
            },
        });
        let kept = kept_of_object(kind::PRICE, &price);
        assert_eq!(
            kept["currency_options"],
            json!({"eur": {"unit_amount": 900, "unit_amount_decimal": "900"}})
        );
    }

    #[test]
    fn a_customer_keeps_its_id_and_country_alone() {
        let customer = json!({
            "id": "cus_1", "object": "customer", "created": 5, "currency": "eur", "delinquent": false,
            "name": "Ada Lovelace", "email": "ada@example.com", "phone": "+44 1", "description": "VIP",
            "address": {"line1": "12 St James's Square", "city": "London", "country": "GB", "postal_code": "SW1"},
            "shipping": {"name": "Ada", "phone": "1", "address": {"line1": "x", "country": "FR"}},
            "metadata": {"note": "knows Charles"},
            "invoice_settings": {"footer": "Dear Ada", "default_payment_method": {
                "id": "pm_1", "object": "payment_method", "card": {"last4": "4242", "exp_year": 2030},
            }},
            "default_source": {"id": "card_1", "object": "card", "last4": "4242"},
            "preferred_locales": ["en"], "tax_exempt": "none", "some_new_field": "Ada again",
        });
        assert_eq!(
            kept_of_object(kind::CUSTOMER, &customer),
            json!({
                "id": "cus_1", "object": "customer", "created": 5, "currency": "eur", "delinquent": false,
                "address": {"country": "GB"}, "shipping": {"address": {"country": "FR"}},
            })
        );
    }

    #[test]
    fn a_charge_keeps_no_card_and_no_address_of_a_machine() {
        let charge = json!({
            "id": "ch_1", "object": "charge", "amount": 100, "currency": "usd", "created": 1, "status": "succeeded",
            "customer": {"id": "cus_1", "object": "customer", "name": "Ada"},
            "billing_details": {"name": "Ada", "email": "ada@example.com", "address": {"country": "GB"}},
            "payment_method_details": {"card": {"last4": "4242", "fingerprint": "Xt5", "exp_year": 2030}},
            "receipt_email": "ada@example.com", "receipt_url": "https://pay.example.com/r/1",
            "description": "for Ada", "statement_descriptor": "ADA", "calculated_statement_descriptor": "ADA",
            "outcome": {"type": "authorized", "seller_message": "Ada paid", "network_status": "approved"},
            "fraud_details": {"user_report": "safe"}, "metadata": {"ip": "192.0.2.1"},
        });
        let kept = kept_of_object(kind::CHARGE, &charge).to_string();
        for gone in ["Ada", "ada@", "4242", "Xt5", "2030", "192.0.2.1", "ADA", "pay.example", "GB"] {
            assert!(!kept.contains(gone), "{gone} in {kept}");
        }
        assert!(kept.contains("cus_1") && kept.contains("authorized"));
        assert!(redact(kind::CHARGE, "[]").is_none());
    }

    /// Whatever the numbers are made of reads the same afterwards.
    #[test]
    fn what_is_billed_reads_the_same() {
        let read = |name: &str| {
            // Relative to the package, where tests are run: a built test may have been built in another checkout.
            std::fs::read_to_string(format!("tests/fixtures/{name}.json")).unwrap()
        };
        let redact = |kind, body: &str| redact(kind, body).unwrap();

        let body = read("invoice");
        let (mut before, mut after) =
            (translate::invoice(&body).unwrap(), translate::invoice(&redact(kind::INVOICE, &body)).unwrap());
        for parts in [&mut before, &mut after] {
            parts.invoice.lines.iter_mut().for_each(|line| line.description = None);
        }
        assert_eq!(before, after);

        let body = read("invoiceitem");
        let (mut before, _) = translate::invoice_item(&body).unwrap();
        before.line.description = None;
        assert_eq!(translate::invoice_item(&redact(kind::INVOICE_ITEM, &body)).unwrap().0, before);

        let body = read("subscription");
        let after = translate::subscription(&redact(kind::SUBSCRIPTION, &body)).unwrap();
        assert_eq!(translate::subscription(&body).unwrap(), after);
        for name in ["price", "plan"] {
            let body = read(name);
            assert_eq!(translate::price(&body), translate::price(&redact(kind::PRICE, &body)));
        }
        let body = read("product");
        assert_eq!(translate::product(&body), translate::product(&redact(kind::PRODUCT, &body)));
        let body = read("charge");
        // Nobody's card is kept.
        let mut before = translate::charge(&body).unwrap();
        let mut after = translate::charge(&redact(kind::CHARGE, &body)).unwrap();
        let has_card = |method: PaymentMethod| matches!(method.means, PaymentMeans::Card(_));
        assert!(before.payment_method.take().is_some_and(has_card));
        assert!(!after.payment_method.take().is_some_and(has_card));
        assert_eq!(before, after);
        let body = read("refund");
        assert_eq!(translate::refund(&body), translate::refund(&redact(kind::REFUND, &body)));
        let body = read("credit_note");
        let after = translate::credit_note(&redact(kind::CREDIT_NOTE, &body));
        assert_eq!(translate::credit_note(&body), after);
        let body = read("invoice_payment");
        let after = translate::invoice_payment(&redact(kind::INVOICE_PAYMENT, &body));
        assert_eq!(translate::invoice_payment(&body), after);
    }
}
