//! Objects as they were before API version 2025-03-31 (basil) and, for discounts, before 2025-09-30 (clover).
//! Stripe's changelogs of both versions say what moved. Pure: everything else comes through [`Links`].

mod lines;

use serde_json::{Map, Value, json};

use super::version::ApiVersion;
use crate::ObjectKind;

pub type Fields = Map<String, Value>;

/// What paid an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payment {
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
}

/// The objects that an older shape repeats inside another.
pub trait Links {
    fn object(&self, kind: ObjectKind, id: &str) -> Option<Value>;
    fn discount(&self, id: &str) -> Option<Value>;
    fn payment_of_invoice(&self, invoice: &str) -> Option<Payment>;
    fn invoice_of_payment_intent(&self, payment_intent: &str) -> Option<String>;
}

/// Rewrites an object, and all that it holds, to the shape of a version. Events stay as they are: their payload
/// has the shape of their day.
pub fn downgrade(value: &mut Value, version: &ApiVersion, links: &dyn Links) {
    if !version.has_coupon_in_discount() {
        return;
    }
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| downgrade(element, version, links)),
        Value::Object(fields) => {
            let object = text(fields, "object").unwrap_or_default();
            if object == "event" {
                return;
            }
            move_coupon(&object, fields, links);
            if version.is_legacy() {
                downgrade_fields(&object, fields, links);
            }
            fields.values_mut().for_each(|field| downgrade(field, version, links));
        }
        _ => {}
    }
}

fn downgrade_fields(object: &str, fields: &mut Fields, links: &dyn Links) {
    match object {
        "subscription" => subscription(fields, links),
        "subscription_item" => {
            fields.remove("current_period_start");
            fields.remove("current_period_end");
        }
        "invoice" => invoice(fields, links),
        "line_item" => lines::invoice_line(fields, links),
        "invoiceitem" => lines::invoice_item(fields, links),
        "charge" => {
            let intent = text(fields, "payment_intent");
            let invoice = intent.and_then(|intent| links.invoice_of_payment_intent(&intent));
            fields.insert("invoice".to_owned(), json!(invoice));
        }
        "payment_intent" => {
            let invoice = text(fields, "id").and_then(|intent| links.invoice_of_payment_intent(&intent));
            fields.insert("invoice".to_owned(), json!(invoice));
        }
        "credit_note" => credit_note(fields),
        _ => {}
    }
}

/// `source.coupon` → `coupon`, and `promotion.coupon` → `coupon`: then the whole object, not its id.
fn move_coupon(object: &str, fields: &mut Fields, links: &dyn Links) {
    let holder = match object {
        "discount" => "source",
        "promotion_code" => "promotion",
        _ => return,
    };
    let Some(mut source) = fields.remove(holder) else { return };
    let coupon = source.get_mut("coupon").map(Value::take).unwrap_or_default();
    let coupon = match coupon.as_str() {
        Some(id) => links.object(ObjectKind::Coupon, id).unwrap_or_else(|| json!(id)),
        None => coupon,
    };
    fields.insert("coupon".to_owned(), coupon);
}

fn subscription(fields: &mut Fields, links: &dyn Links) {
    let first = fields.get("items").and_then(|items| items.pointer("/data/0")).cloned().unwrap_or_default();
    for name in ["current_period_start", "current_period_end"] {
        fields.insert(name.to_owned(), first.get(name).cloned().unwrap_or_default());
    }
    insert_first_discount(fields, links);
}

/// `discount`: the first of the discounts, as an object.
fn insert_first_discount(fields: &mut Fields, links: &dyn Links) {
    let first = fields.get("discounts").and_then(|discounts| discounts.get(0)).cloned().unwrap_or_default();
    let discount = match first.as_str() {
        Some(id) => links.discount(id).unwrap_or_default(),
        None => first,
    };
    fields.insert("discount".to_owned(), discount);
}

fn invoice(fields: &mut Fields, links: &dyn Links) {
    let parent = fields.remove("parent").unwrap_or_default();
    let details = parent.get("subscription_details").cloned().unwrap_or_default();
    fields.insert("subscription".to_owned(), details.get("subscription").cloned().unwrap_or_default());
    let metadata = details.get("metadata").cloned().unwrap_or_default();
    fields.insert("subscription_details".to_owned(), json!({ "metadata": metadata }));

    fields.remove("payments");
    let payment = text(fields, "id").and_then(|id| links.payment_of_invoice(&id)).unwrap_or_default();
    fields.insert("payment_intent".to_owned(), json!(payment.payment_intent));
    fields.insert("charge".to_owned(), json!(payment.charge));
    let is_paid = text(fields, "status").as_deref() == Some("paid");
    fields.insert("paid".to_owned(), json!(is_paid));
    let is_out_of_band = is_paid && integer(fields, "amount_paid") > 0 && payment == Payment::default();
    fields.insert("paid_out_of_band".to_owned(), json!(is_out_of_band));

    let taxes = fields.remove("total_taxes").unwrap_or_default();
    let tax: i64 = elements(&taxes).map(|tax| tax.get("amount").and_then(Value::as_i64).unwrap_or(0)).sum();
    let is_taxed = elements(&taxes).next().is_some();
    fields.insert("tax".to_owned(), if is_taxed { json!(tax) } else { Value::Null });
    fields.insert("total_tax_amounts".to_owned(), lines::tax_amounts(&taxes));
    insert_first_discount(fields, links);
}

fn credit_note(fields: &mut Fields) {
    let refund = fields.get("refunds").and_then(|refunds| refunds.pointer("/0/refund")).cloned();
    fields.insert("refund".to_owned(), refund.unwrap_or_default());
    let taxes = fields.remove("total_taxes").unwrap_or_default();
    fields.insert("tax_amounts".to_owned(), lines::tax_amounts(&taxes));
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    let value = fields.get(name)?;
    let value = value.get("id").unwrap_or(value);
    value.as_str().map(str::to_owned)
}

fn integer(fields: &Fields, name: &str) -> i64 {
    fields.get(name).and_then(Value::as_i64).unwrap_or(0)
}
