//! Invoices of about 2 KB, as a provider sends them.

use std::sync::Arc;

use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde_json::Value;
use store::Outline;

pub const INVOICE: ObjectKind = ObjectKind::new("invoice");

const PERSONAL: [&str; 4] = ["customer_email", "customer_name", "hosted_invoice_url", "invoice_pdf"];

/// The same body without anybody's words.
pub fn redact(body: &str) -> Option<Box<str>> {
    let mut object: Value = serde_json::from_str(body).ok()?;
    for field in PERSONAL {
        if let Some(value) = object.get_mut(field) {
            *value = Value::Null;
        }
    }
    Some(object.to_string().into())
}

pub fn outline() -> Outline {
    Arc::new(|_, body| redact(body))
}

/// An invoice with one line, with ids that look like chance.
pub fn invoice(number: usize, owner: usize) -> RawObject {
    let id = format!("in_{}", chance(number as u64, 24));
    let customer = format!("cus_{}", chance(owner as u64, 14));
    let subscription = format!("sub_{}", chance(owner as u64 + 1, 24));
    let created_at = 1_700_000_000 + number as i64 * 37;
    let amount = 900 + (number as i64 * 7919) % 90_000;
    let link = chance(number as u64 + 5, 60);
    let line = format!(
        r#"{{"id":"il_{}","object":"line_item","amount":{amount},"currency":"usd","description":"1 × Team (at ${}.{:02} / month)","discount_amounts":[],"discountable":true,"discounts":[],"invoice":"{id}","livemode":true,"metadata":{{}},"parent":{{"invoice_item_details":null,"subscription_item_details":{{"invoice_item":null,"proration":false,"proration_details":{{"credited_items":null}},"subscription":"{subscription}","subscription_item":"si_{}"}},"type":"subscription_item_details"}},"period":{{"end":{},"start":{created_at}}},"pretax_credit_amounts":[],"pricing":{{"price_details":{{"price":"price_1Mteam","product":"prod_Nteam"}},"type":"price_details","unit_amount_decimal":"{amount}"}},"quantity":1,"taxes":[]}}"#,
        chance(number as u64 + 9, 24),
        amount / 100,
        amount % 100,
        chance(number as u64 + 7, 14),
        created_at + 2_592_000
    );
    let body = format!(
        r#"{{"id":"{id}","object":"invoice","account_country":"US","account_name":"Example","account_tax_ids":null,"amount_due":{amount},"amount_paid":{amount},"amount_overpaid":0,"amount_remaining":0,"amount_shipping":0,"attempt_count":1,"attempted":true,"auto_advance":false,"automatic_tax":{{"disabled_reason":null,"enabled":false,"liability":null,"status":null}},"billing_reason":"subscription_cycle","collection_method":"charge_automatically","created":{created_at},"currency":"usd","customer":"{customer}","customer_address":null,"customer_email":"{}@example.com","customer_name":"{}","customer_phone":null,"default_payment_method":null,"description":null,"discounts":[],"due_date":null,"effective_at":{created_at},"ending_balance":0,"hosted_invoice_url":"https://invoice.example.com/i/{link}","invoice_pdf":"https://pay.example.com/invoice/{link}/pdf","lines":{{"object":"list","data":[{line}],"has_more":false,"total_count":1,"url":"/v1/invoices/{id}/lines"}},"livemode":true,"metadata":{{}},"number":"AB12-{number:06}","parent":{{"quote_details":null,"subscription_details":{{"metadata":{{}},"subscription":"{subscription}"}},"type":"subscription_details"}},"period_end":{created_at},"period_start":{},"starting_balance":0,"status":"paid","status_transitions":{{"finalized_at":{created_at},"marked_uncollectible_at":null,"paid_at":{},"voided_at":null}},"subtotal":{amount},"total":{amount},"total_taxes":[],"webhooks_delivered_at":{created_at}}}"#,
        chance(owner as u64 + 3, 9),
        chance(owner as u64 + 4, 12),
        created_at - 2_592_000,
        created_at + 40
    );
    let counterparts = Counterparts {
        customer: Some(customer),
        subscription: Some(subscription),
        ..Counterparts::default()
    };
    RawObject {
        kind: INVOICE,
        id,
        created_at: Some(UnixSeconds(created_at)),
        counterparts,
        is_deleted: false,
        body: body.into(),
    }
}

/// Letters and digits that follow from a number alone and compress as badly as chance.
pub fn chance(seed: u64, length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(LETTERS[(state >> 33) as usize % LETTERS.len()])
        })
        .collect()
}
