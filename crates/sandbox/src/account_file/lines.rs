//! What is billed: invoices with their lines, and invoice items.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::defaults::{id_of, over};
use super::{AccountFileError, Fields, is_given, is_raw, plain_text};

type Prices = HashMap<String, Value>;

/// An invoice without its lines, and its lines.
pub fn invoice(mut fields: Fields, prices: &Prices) -> Result<(Fields, Value), AccountFileError> {
    let id = id_of(&Value::Object(fields.clone()))?;
    let subscription = fields.remove("sub").unwrap_or_default();
    let currency = fields.entry("currency").or_insert_with(|| json!("usd")).clone();
    let lines = match fields.remove("lines").unwrap_or_else(|| json!([])) {
        Value::Array(lines) => {
            let bill = Bill { id: &id, currency: &currency, prices };
            lines.into_iter().enumerate().map(|(n, line)| bill.line(n, line)).collect()
        }
        other => other,
    };
    let sums = Sums::of(lines.as_array().map_or(&[], Vec::as_slice));
    let at = fields.get("created").cloned().unwrap_or_default();
    let status = fields.get("status").and_then(Value::as_str).unwrap_or("paid").to_owned();
    let (is_paid, due) = (status == "paid", sums.total.max(0));
    let at_status = |wanted: &str| if status == wanted { at.clone() } else { Value::Null };
    let parent = json!({
        "type": "subscription_details", "quote_details": null,
        "subscription_details": { "subscription": subscription, "metadata": {} },
    });
    let is_of_subscription = is_given(Some(&subscription));
    let defaults = json!({
        "object": "invoice", "status": status,
        "billing_reason": if is_of_subscription { "subscription_cycle" } else { "manual" },
        "collection_method": "charge_automatically", "livemode": false, "metadata": {},
        "number": plain_text(&id).to_uppercase(), "attempted": true, "attempt_count": 1, "auto_advance": false,
        "description": null, "due_date": null, "effective_at": at, "period_start": at, "period_end": at,
        "starting_balance": 0, "ending_balance": 0, "discounts": [], "customer_email": null, "customer_name": null,
        "customer_address": null, "amount_overpaid": 0,
        "parent": if is_of_subscription { parent } else { Value::Null },
        "status_transitions": {
            "finalized_at": if status == "draft" { Value::Null } else { at.clone() },
            "paid_at": at_status("paid"), "voided_at": at_status("void"),
            "marked_uncollectible_at": at_status("uncollectible"),
        },
        "subtotal": sums.subtotal, "total": sums.total, "total_excluding_tax": sums.net, "amount_due": due,
        "amount_paid": if is_paid { due } else { 0 }, "amount_remaining": if is_paid { 0 } else { due },
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "total_taxes": sums.taxes,
        "total_discount_amounts": [], "amount_shipping": 0, "from_invoice": null, "latest_revision": null,
    });
    Ok((over(fields, defaults), lines))
}

/// What the lines of an invoice add up to.
#[derive(Default)]
struct Sums {
    subtotal: i64,
    total: i64,
    /// Without any tax.
    net: i64,
    taxes: Vec<Value>,
}

impl Sums {
    fn of(lines: &[Value]) -> Self {
        let counted: Vec<&Value> =
            lines.iter().filter(|line| line.get("amount").is_some_and(Value::is_i64)).collect();
        let parts = |name: &'static str| {
            counted.iter().flat_map(move |line| line.get(name).and_then(Value::as_array)).flatten()
        };
        let subtotal = add(counted.iter().map(|line| amount(line)));
        let discounts = add(parts("discount_amounts").map(amount));
        let behavior = |tax: &Value| tax.get("tax_behavior").and_then(Value::as_str).map(str::to_owned);
        let tax_of = |wanted: &str| {
            add(parts("taxes").filter(|tax| behavior(tax).as_deref() == Some(wanted)).map(amount))
        };
        let exclusive = tax_of("exclusive");
        let total = subtotal.saturating_sub(discounts).saturating_add(exclusive);
        let mut behaviors: Vec<String> = parts("taxes").filter_map(behavior).collect();
        behaviors.sort();
        behaviors.dedup();
        let sums: Vec<i64> = behaviors.iter().map(|behavior| tax_of(behavior)).collect();
        let taxes = behaviors.iter().zip(&sums).map(|(behavior, amount)| {
            json!({
                "amount": amount, "tax_behavior": behavior, "taxable_amount": total.saturating_sub(exclusive),
                "taxability_reason": "standard_rated", "type": "tax_rate_details",
                "tax_rate_details": { "tax_rate": "txr_1" },
            })
        });
        let taxes = taxes.collect();
        Self { subtotal, total, net: total.saturating_sub(add(sums.into_iter())), taxes }
    }
}

fn amount(part: &Value) -> i64 {
    part.get("amount").and_then(Value::as_i64).unwrap_or(0)
}

/// Damaged accounts are served too: a sum never overflows.
fn add(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

/// The invoice that a line is on.
struct Bill<'a> {
    id: &'a Value,
    currency: &'a Value,
    prices: &'a Prices,
}

impl Bill<'_> {
    fn line(&self, n: usize, line: Value) -> Value {
        if is_raw(&line) {
            return line;
        }
        let Value::Object(mut line) = line else { return line };
        let mut take = |name: &str| line.remove(name).unwrap_or_default();
        let (price, subscription, item) = (take("price"), take("sub"), take("item"));
        let (credited, proration) = (take("credited"), line.remove("proration").unwrap_or(json!(false)));
        let is_proration = is_given(Some(&proration));
        let known = self.prices.get(&plain_text(&price)).filter(|_| price.is_string());
        let id = plain_text(self.id);
        let invoice_item = format!("ii_{id}_{n}");
        let parent = if is_given(Some(&subscription)) {
            json!({
                "type": "subscription_item_details", "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": is_proration.then_some(invoice_item), "proration": proration,
                    "proration_details": { "credited_items": credited_items(&credited) },
                    "subscription": subscription, "subscription_item": item_of(&subscription, item),
                },
            })
        } else {
            json!({
                "type": "invoice_item_details", "subscription_item_details": null,
                "invoice_item_details": {
                    "invoice_item": invoice_item, "proration": proration, "subscription": null,
                    "proration_details": { "credited_items": null },
                },
            })
        };
        let product = known.and_then(|price| price.get("product")).cloned().unwrap_or(json!("prod_1"));
        let pricing = json!({
            "type": "price_details", "unit_amount_decimal": known.filter(|_| !is_proration).and_then(unit_amount),
            "price_details": { "price": price, "product": product },
        });
        let defaults = json!({
            "id": format!("il_{id}_{n}"), "object": "line_item", "currency": self.currency, "description": null,
            "discount_amounts": [], "discountable": !is_proration, "discounts": [], "invoice": self.id,
            "livemode": false, "metadata": {}, "parent": parent, "pretax_credit_amounts": [],
            "pricing": if is_given(Some(&price)) { pricing } else { Value::Null }, "quantity": 1,
            "quantity_decimal": quantity_decimal(&line), "subscription": subscription,
            "subtotal": line.get("amount"), "taxes": [],
        });
        Value::Object(over(line, defaults))
    }
}

fn unit_amount(price: &Value) -> Option<Value> {
    let decimal = price.get("unit_amount_decimal").filter(|decimal| is_given(Some(decimal)));
    let whole = || {
        price.get("unit_amount").filter(|amount| !amount.is_null()).map(|amount| json!(plain_text(amount)))
    };
    decimal.cloned().or_else(whole)
}

/// `null` where the quantity is `null`, as of a line without one.
fn quantity_decimal(fields: &Fields) -> Option<String> {
    match fields.get("quantity") {
        None => Some("1".to_owned()),
        Some(Value::Null) => None,
        Some(quantity) => Some(plain_text(quantity)),
    }
}

fn item_of(subscription: &Value, item: Value) -> Value {
    if is_given(Some(&item)) { item } else { json!(format!("si_{}_0", plain_text(subscription))) }
}

fn credited_items(invoice: &Value) -> Option<Value> {
    let lines = [format!("il_{}_0", plain_text(invoice))];
    is_given(Some(invoice)).then(|| json!({ "invoice": invoice, "invoice_line_items": lines }))
}

pub fn invoice_item(mut fields: Fields) -> Fields {
    let mut take = |name: &str| fields.remove(name);
    let price = take("price").unwrap_or_default();
    let (subscription, item) = (take("sub").unwrap_or_default(), take("item").unwrap_or_default());
    let (credited, discounts) = (take("credited").unwrap_or_default(), take("proration_discounts"));
    let created = take("created"); // Stripe sends a date of invoice items, and no `created`
    let started = || fields.get("period").and_then(|period| period.get("start")).cloned();
    let date = created.or_else(started).unwrap_or_default();
    let discounts = discounts.unwrap_or_else(|| json!([]));
    let discount = add(discounts.as_array().into_iter().flatten().map(amount));
    let net_amount = fields.get("amount").and_then(Value::as_i64).unwrap_or(0).saturating_sub(discount);
    let parent = json!({
        "type": "subscription_details",
        "subscription_details": { "subscription": subscription, "subscription_item": item_of(&subscription, item) },
    });
    let credited_items = credited_items(&credited)
        .map(|details| json!({ "type": "invoice_line_items", "invoice_line_item_details": details }));
    let quantity = fields.get("quantity").map_or_else(|| "1".to_owned(), plain_text);
    let defaults = json!({
        "object": "invoiceitem", "currency": "usd", "date": date, "description": null, "discountable": false,
        "discounts": [], "invoice": null, "livemode": false, "metadata": {}, "proration": true, "quantity": 1,
        "quantity_decimal": quantity, "tax_rates": [], "test_clock": null, "net_amount": net_amount,
        "parent": if is_given(Some(&subscription)) { parent } else { Value::Null },
        "pricing": {
            "type": "price_details", "unit_amount_decimal": null,
            "price_details": { "price": price, "product": "prod_1" },
        },
        "proration_details": { "discount_amounts": discounts, "credited_items": credited_items },
    });
    over(fields, defaults)
}
