//! Invoice lines and invoice items before 2025-03-31: what they belong to and what they price lay on the line itself.

use serde_json::{Map, Value, json};

use super::{Fields, Links, elements};
use crate::ObjectKind;

/// `parent`, `pricing` and `taxes` back to `subscription`, `type`, `proration`, `price`, `plan` and `tax_amounts`.
pub fn invoice_line(fields: &mut Fields, links: &dyn Links) {
    let parent = fields.remove("parent").unwrap_or_default();
    let is_item = parent.get("type").and_then(Value::as_str) == Some("invoice_item_details");
    let details = if is_item { "invoice_item_details" } else { "subscription_item_details" };
    let details = parent.get(details).cloned().unwrap_or_default();
    for name in ["subscription", "subscription_item", "invoice_item", "proration_details"] {
        let value = details.get(name).cloned().unwrap_or_default();
        if !value.is_null() || !fields.contains_key(name) {
            fields.insert(name.to_owned(), value);
        }
    }
    let is_proration = details.get("proration").and_then(Value::as_bool).unwrap_or(false);
    fields.insert("proration".to_owned(), json!(is_proration));
    fields.insert("type".to_owned(), json!(if is_item { "invoiceitem" } else { "subscription" }));
    let taxes = fields.remove("taxes").unwrap_or_default();
    fields.insert("tax_amounts".to_owned(), tax_amounts(&taxes));
    price(fields, links);
}

/// `parent` and `pricing` back to `subscription`, `subscription_item`, `price`, `plan` and `unit_amount`.
pub fn invoice_item(fields: &mut Fields, links: &dyn Links) {
    let parent = fields.remove("parent").unwrap_or_default();
    let details = parent.get("subscription_details").cloned().unwrap_or_default();
    for name in ["subscription", "subscription_item"] {
        fields.insert(name.to_owned(), details.get(name).cloned().unwrap_or_default());
    }
    let unit_amount = fields.get("pricing").and_then(|pricing| pricing.get("unit_amount_decimal")).cloned();
    let whole: Option<i64> =
        unit_amount.as_ref().and_then(Value::as_str).and_then(|decimal| decimal.parse().ok());
    fields.insert("unit_amount".to_owned(), json!(whole));
    fields.insert("unit_amount_decimal".to_owned(), unit_amount.unwrap_or_default());
    price(fields, links);
}

/// `pricing.price_details.price`, an id, back to the whole `price` and, for a recurring one, its `plan`.
fn price(fields: &mut Fields, links: &dyn Links) {
    let pricing = fields.remove("pricing").unwrap_or_default();
    let id = pricing.pointer("/price_details/price");
    let id = id.map(|price| price.get("id").unwrap_or(price)).and_then(Value::as_str);
    let price = id.and_then(|id| links.object(ObjectKind::Price, id)).unwrap_or_default();
    fields.insert("plan".to_owned(), plan(&price));
    fields.insert("price".to_owned(), price);
}

/// A recurring price as the plan that it once was; null for a one-off price.
pub fn plan(price: &Value) -> Value {
    let Some(recurring) = price.get("recurring").filter(|recurring| recurring.is_object()) else {
        return Value::Null;
    };
    let same = ["id", "active", "billing_scheme", "created", "currency", "livemode", "metadata", "nickname"];
    let mut plan: Map<String, Value> = same
        .into_iter()
        .map(|name| (name.to_owned(), price.get(name).cloned().unwrap_or_default()))
        .collect();
    plan.insert("object".to_owned(), json!("plan"));
    for name in ["interval", "interval_count", "usage_type", "meter", "trial_period_days"] {
        plan.insert(name.to_owned(), recurring.get(name).cloned().unwrap_or_default());
    }
    for (name, source) in [
        ("amount", "unit_amount"),
        ("amount_decimal", "unit_amount_decimal"),
        ("product", "product"),
        ("tiers_mode", "tiers_mode"),
        ("transform_usage", "transform_quantity"),
    ] {
        plan.insert(name.to_owned(), price.get(source).cloned().unwrap_or_default());
    }
    Value::Object(plan)
}

/// `taxes[].tax_behavior` back to `tax_amounts[].inclusive`.
pub fn tax_amounts(taxes: &Value) -> Value {
    let amounts = elements(taxes).map(|tax| {
        let field = |name: &str| tax.get(name).cloned().unwrap_or_default();
        let is_inclusive = tax.get("tax_behavior").and_then(Value::as_str) == Some("inclusive");
        json!({
            "amount": field("amount"),
            "inclusive": is_inclusive,
            "tax_rate": tax.pointer("/tax_rate_details/tax_rate").cloned().unwrap_or_default(),
            "taxability_reason": field("taxability_reason"),
            "taxable_amount": field("taxable_amount"),
        })
    });
    Value::Array(amounts.collect())
}
