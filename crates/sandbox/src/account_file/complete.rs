//! What an object leaves out gets the value that Stripe would have sent.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::defaults::{id_of, over};
use super::{AccountFile, AccountFileError, DISCOUNTS, Fields, is_given, is_raw, lines, plain_text};

/// 2025-01-01: when what has no date of its own was created.
pub const CREATED: i64 = 1_735_689_600;
/// 2026-12-15: when the running period of a subscription's item ends.
const PERIOD_END: i64 = 1_797_292_800;

/// Completes all lists of an account that has none yet.
pub fn complete(
    mut account: AccountFile,
    lists: BTreeMap<String, Vec<Value>>,
) -> Result<AccountFile, AccountFileError> {
    let mut prices = HashMap::new();
    for price in lists.get("prices").into_iter().flatten() {
        if let Some(id) = price.get("id") {
            prices.insert(plain_text(id), price.clone());
        }
    }
    for (name, objects) in lists {
        let whole = if name == DISCOUNTS {
            add_discounts(&mut account.discounts, objects)
        } else {
            complete_list(&mut account, &prices, &name, objects)
        };
        whole.map_err(|error| error.inside(&name))?;
    }
    embed_prices(&mut account, prices).map_err(|error| error.inside("subscriptions"))?;
    account.lists.entry("events".to_owned()).or_default();
    Ok(account)
}

fn add_discounts(
    discounts: &mut HashMap<String, Value>,
    objects: Vec<Value>,
) -> Result<(), AccountFileError> {
    for (index, discount) in objects.into_iter().enumerate() {
        let id = id_of(&discount).map_err(|error| error.inside(&format!("[{index}]")))?;
        discounts.insert(plain_text(&id), discount);
    }
    Ok(())
}

fn complete_list(
    account: &mut AccountFile,
    prices: &HashMap<String, Value>,
    name: &str,
    objects: Vec<Value>,
) -> Result<(), AccountFileError> {
    let is_plain = account.settings.plain.iter().any(|plain| plain == name);
    let mut completed = Vec::with_capacity(objects.len());
    for (index, object) in objects.into_iter().enumerate() {
        let whole = match object {
            Value::Object(fields) if !is_plain && !is_given(fields.get("_raw")) => {
                let whole = complete_object(account, prices, name, fields);
                Value::Object(whole.map_err(|error| error.inside(&format!("[{index}]")))?)
            }
            other => other,
        };
        completed.push(whole);
    }
    account.lists.insert(name.to_owned(), completed);
    Ok(())
}

/// One object. An invoice's lines go to the account.
pub fn complete_object(
    account: &mut AccountFile,
    prices: &HashMap<String, Value>,
    name: &str,
    fields: Fields,
) -> Result<Fields, AccountFileError> {
    match name {
        "products" => product(fields),
        "prices" => Ok(price(fields)),
        "customers" => customer(fields),
        "subscriptions" => subscription(fields),
        "invoices" => {
            let (invoice, lines) = lines::invoice(fields, prices)?;
            let id = invoice.get("id").map(plain_text).unwrap_or_default();
            account.lines.insert(id, lines);
            Ok(invoice)
        }
        "invoiceitems" => Ok(lines::invoice_item(fields)),
        _ => Ok(over(fields, json!({ "livemode": false, "metadata": {}, "created": CREATED }))),
    }
}

fn id_in(fields: &Fields) -> Result<Value, AccountFileError> {
    fields.get("id").cloned().ok_or_else(|| AccountFileError::place("has no id"))
}

fn product(fields: Fields) -> Result<Fields, AccountFileError> {
    let id = id_in(&fields)?;
    let defaults = json!({
        "object": "product", "name": id, "active": true, "created": CREATED, "livemode": false, "metadata": {},
        "description": null, "default_price": null, "updated": CREATED, "type": "service",
    });
    Ok(over(fields, defaults))
}

fn price(mut fields: Fields) -> Fields {
    let scheme = if fields.contains_key("tiers") { "tiered" } else { "per_unit" };
    let recurring = match fields.remove("recurring") {
        Some(Value::Object(recurring)) => recurring,
        _ => Fields::new(),
    };
    let recurring = over(
        recurring,
        json!({
            "interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": null,
            "trial_period_days": null,
        }),
    );
    let unit_amount = fields.get("unit_amount").filter(|amount| !amount.is_null()).map(plain_text);
    let defaults = json!({
        "object": "price", "active": true, "billing_scheme": scheme, "created": CREATED, "currency": "usd",
        "custom_unit_amount": null, "livemode": false, "lookup_key": null, "metadata": {}, "nickname": null,
        "product": "prod_1", "recurring": recurring, "tax_behavior": "unspecified", "tiers_mode": null,
        "transform_quantity": null, "type": "recurring", "unit_amount": null, "unit_amount_decimal": unit_amount,
    });
    over(fields, defaults)
}

/// A price as it is sent when nothing is expanded.
fn bare(price: &Value) -> Value {
    let mut price = price.clone();
    if let Some(fields) = price.as_object_mut() {
        for name in ["tiers", "currency_options", "_raw"] {
            fields.remove(name);
        }
    }
    price
}

fn customer(fields: Fields) -> Result<Fields, AccountFileError> {
    let id = id_in(&fields)?;
    let defaults = json!({
        "object": "customer", "name": id, "email": format!("{}@example.test", plain_text(&id)), "created": CREATED,
        "currency": null, "balance": 0, "delinquent": false, "description": null, "discount": null,
        "livemode": false, "metadata": {}, "address": null, "phone": null, "shipping": null, "tax_exempt": "none",
        "test_clock": null, "default_source": null, "preferred_locales": [], "invoice_prefix": "X",
        "next_invoice_sequence": 1,
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null,
        },
    });
    Ok(over(fields, defaults))
}

fn subscription(mut fields: Fields) -> Result<Fields, AccountFileError> {
    let created = fields.get("created").cloned().unwrap_or_default();
    let items = match fields.remove("items").unwrap_or_else(|| json!([])) {
        Value::Array(items) => {
            let id = id_in(&fields)?;
            let items: Result<Vec<Value>, _> = items
                .into_iter()
                .enumerate()
                .map(|(n, item)| {
                    subscription_item(&id, n, item, &created)
                        .map_err(|error| error.inside(&format!("items[{n}]")))
                })
                .collect();
            let url = format!("/v1/subscription_items?subscription={}", plain_text(&id));
            json!({ "object": "list", "data": items?, "has_more": false, "url": url })
        }
        other => other,
    };
    let defaults = json!({
        "object": "subscription", "status": "active", "currency": "usd", "start_date": created,
        "billing_cycle_anchor": created,
        "billing_mode": { "type": "flexible", "flexible": { "proration_discounts": "included" } },
        "cancel_at": null, "cancel_at_period_end": false, "canceled_at": null,
        "cancellation_details": { "comment": null, "feedback": null, "reason": null },
        "collection_method": "charge_automatically", "ended_at": null, "trial_start": null, "trial_end": null,
        "pause_collection": null, "discounts": [], "livemode": false, "metadata": {}, "schedule": null,
        "items": items, "latest_invoice": null, "days_until_due": null, "description": null,
        "default_payment_method": null, "pending_update": null, "test_clock": null,
        "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
    });
    Ok(over(fields, defaults))
}

fn subscription_item(
    subscription: &Value,
    n: usize,
    item: Value,
    created: &Value,
) -> Result<Value, AccountFileError> {
    let Value::Object(item) = item else {
        return Err(AccountFileError::place("must be an object"));
    };
    let defaults = json!({
        "id": format!("si_{}_{n}", plain_text(subscription)), "object": "subscription_item",
        "subscription": subscription, "created": created, "quantity": 1, "metadata": {}, "discounts": [],
        "tax_rates": [], "billing_thresholds": null, "current_period_start": created,
        "current_period_end": PERIOD_END, "plan": null,
    });
    Ok(Value::Object(over(item, defaults)))
}

/// Items name their prices; they are sent with them.
fn embed_prices(
    account: &mut AccountFile,
    mut prices: HashMap<String, Value>,
) -> Result<(), AccountFileError> {
    for price in account.lists.get("prices").into_iter().flatten().rev().filter(|price| !is_raw(price)) {
        if let Some(id) = price.get("id") {
            prices.insert(plain_text(id), price.clone());
        }
    }
    let Some(subscriptions) = account.lists.get_mut("subscriptions") else { return Ok(()) };
    for (index, subscription) in subscriptions.iter_mut().enumerate() {
        let is_raw = is_raw(subscription);
        let items = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut);
        for (n, item) in items.into_iter().flatten().enumerate() {
            let Some(Value::String(id)) = item.get("price") else { continue };
            match prices.get(id) {
                Some(price) => item["price"] = bare(price),
                None if is_raw => {}
                None => {
                    let problem =
                        format!("'{id}' is not among the prices; write the price itself here instead");
                    let path = format!("[{index}].items[{n}].price");
                    return Err(AccountFileError::Position { path, problem });
                }
            }
        }
    }
    Ok(())
}
