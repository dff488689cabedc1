//! Refunds and transactions, as version 3 writes them.

use serde_json::{Value, json};

use super::super::money::number;
use super::super::world::order::Order;
use super::super::world::payment::Transaction;
use super::super::world::refund::{Item, Payment, Refund};
use super::rfc3339;

pub fn refund(refund: &Refund) -> Value {
    let items: Vec<Value> = refund.items.iter().map(|item| item_of(refund, item)).collect();
    let payments: Vec<Value> = refund.payments.iter().map(|payment| payment_of(refund, payment)).collect();
    json!({
        "id": refund.id,
        "order_id": refund.order_id,
        "user_id": 1,
        "created": rfc3339(refund.created_at),
        "reason": refund.reason,
        "total_amount": number(refund.total_minor, refund.currency),
        "total_tax": number(refund.tax_minor, refund.currency),
        "uses_merchant_override_values": refund.is_overridden,
        "items": items,
        "payments": payments,
    })
}

/// Requested amounts are text in some answers and numbers in others.
fn item_of(refund: &Refund, item: &Item) -> Value {
    let requested = item.requested_minor.map(|minor| {
        let amount = number(minor, refund.currency);
        if refund.id % 2 == 0 { json!(amount.to_string()) } else { amount }
    });
    let mut adjustments = Vec::new();
    if item.adjustment_minor != 0 {
        let amount = number(item.adjustment_minor, refund.currency);
        adjustments.push(json!({ "amount": amount, "description": "Kept for opened goods" }));
    }
    json!({
        "item_type": item.kind,
        "item_id": item.item_id,
        "quantity": item.quantity,
        "requested_amount": requested,
        "reason": "",
        "adjustments": adjustments,
    })
}

fn payment_of(refund: &Refund, payment: &Payment) -> Value {
    json!({
        "id": payment.id,
        "provider_id": payment.provider_id,
        "amount": number(payment.amount_minor, refund.currency),
        "offline": payment.is_offline,
        "is_declined": payment.is_declined,
        "declined_message": if payment.is_declined { "The gateway declined the refund." } else { "" },
        "transaction_id": payment.transaction_id.map(|id| id.to_string()),
    })
}

pub fn transaction(order: &Order, known: &Transaction) -> Value {
    let is_card = known.method == "credit_card";
    let card = json!({
        "card_type": "visa",
        "card_iin": "411111",
        "card_last4": "1111",
        "card_expiry_month": 12,
        "card_expiry_year": 2030,
    });
    json!({
        "id": known.id,
        "order_id": order.id.to_string(),
        "event": known.event,
        "method": known.method,
        "amount": number(known.amount_minor, order.currency),
        "currency": order.currency.as_str().to_uppercase(),
        "gateway": known.gateway,
        "gateway_transaction_id": format!("{:010}", known.id * 7_919),
        "status": if known.is_ok { "ok" } else { "error" },
        "test": known.is_test,
        "fraud_review": false,
        "reference_transaction_id": known.reference_id,
        "date_created": rfc3339(known.created_at),
        "avs_result": {},
        "cvv_result": {},
        "credit_card": if is_card { card } else { Value::Null },
        "gift_certificate": null,
        "store_credit": null,
        "offline": null,
        "custom": null,
        "payment_method_id": null,
        "payment_instrument_token": null,
    })
}
