//! `include`: entities that come inside others.

use serde_json::{Value, json};

use super::account::{Account, Kind};
use super::permissions::Permission;

/// What a request includes, and in what.
pub struct Including<'a> {
    pub names: Vec<&'a str>,
    pub account: &'a Account,
}

impl Including<'_> {
    /// Including takes the permission of what is included.
    pub fn permission(name: &str) -> Permission {
        match name {
            "address" => Permission::Address,
            "adjustment" | "adjustments" | "adjustments_totals" => Permission::Adjustment,
            "business" => Permission::Business,
            "customer" => Permission::Customer,
            "discount" => Permission::Discount,
            "prices" => Permission::Price,
            "product" => Permission::Product,
            _ => Permission::Transaction,
        }
    }

    fn value(&self, entity: &Value, name: &str) -> Value {
        let id = entity.get("id").and_then(Value::as_str).unwrap_or_default();
        let one = |kind, field| {
            let named = entity.get(field).and_then(Value::as_str);
            named.and_then(|id| self.account.get(kind, id)).cloned().unwrap_or(Value::Null)
        };
        match name {
            "address" => one(Kind::Address, "address_id"),
            "business" => one(Kind::Business, "business_id"),
            "customer" => one(Kind::Customer, "customer_id"),
            "discount" => one(Kind::Discount, "discount_id"),
            "product" => one(Kind::Product, "product_id"),
            "prices" => Value::Array(self.naming(Kind::Price, "product_id", id)),
            "adjustment" | "adjustments" => Value::Array(self.naming(Kind::Adjustment, "transaction_id", id)),
            "adjustments_totals" => {
                adjustments_totals(&self.naming(Kind::Adjustment, "transaction_id", id), entity)
            }
            "next_transaction" => self.account.next_transactions.get(id).cloned().unwrap_or(Value::Null),
            _ => self.account.recurring_details.get(id).cloned().unwrap_or(Value::Null),
        }
    }

    /// Those whose field is that id.
    fn naming(&self, kind: Kind, field: &str, id: &str) -> Vec<Value> {
        let names = |entity: &&Value| entity.get(field).and_then(Value::as_str) == Some(id);
        self.account.all(kind).map(|(_, entity)| entity).filter(names).cloned().collect()
    }
}

/// The entity with what is included.
pub fn with_includes(entity: &Value, including: &Including<'_>) -> Value {
    let mut whole = entity.clone();
    for name in &including.names {
        // Whichever of its two names it was asked for by.
        let field = if *name == "adjustment" { "adjustments" } else { name };
        whole[field] = including.value(entity, name);
    }
    whole
}

fn adjustments_totals(adjustments: &[Value], transaction: &Value) -> Value {
    let approved = || adjustments.iter().filter(|adjustment| adjustment["status"] == "approved");
    let amount = |adjustment: &Value, field: &str| adjustment["totals"][field].as_str()?.parse::<i64>().ok();
    let sum = |field: &str| -> String {
        approved().filter_map(|adjustment| amount(adjustment, field)).sum::<i64>().to_string()
    };
    let of_action = |action: &str| -> String {
        let own = approved().filter(|adjustment| adjustment["action"] == action);
        own.filter_map(|adjustment| amount(adjustment, "total")).sum::<i64>().to_string()
    };
    json!({
        "subtotal": sum("subtotal"),
        "tax": sum("tax"),
        "total": sum("total"),
        "fee": sum("fee"),
        "earnings": sum("earnings"),
        "breakdown": {
            "credit": of_action("credit"),
            "refund": of_action("refund"),
            "chargeback": of_action("chargeback"),
        },
        "currency_code": transaction["currency_code"],
    })
}
