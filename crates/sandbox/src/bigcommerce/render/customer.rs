//! Registered customers, as version 3 writes them.

use serde_json::{Value, json};

use super::super::world::buyer::Customer;
use super::rfc3339_z;

/// `includes`: what is asked for besides.
pub fn customer(customer: &Customer, includes: &[&str]) -> Value {
    let mut value = json!({
        "id": customer.id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": "",
        "phone": customer.phone,
        "notes": "",
        "customer_group_id": 0,
        "tax_exempt_category": "",
        "registration_ip_address": "192.0.2.17",
        "date_created": rfc3339_z(customer.created_at),
        "date_modified": rfc3339_z(customer.modified_at),
        "address_count": 1,
        "attribute_count": 0,
        "authentication": { "force_password_reset": false },
        "accepts_product_review_abandoned_cart_emails": true,
        "origin_channel_id": 1,
        "channel_ids": null,
    });
    for include in includes {
        match *include {
            "addresses" => value["addresses"] = json!([address(customer)]),
            "storecredit" => value["store_credit_amounts"] = json!([{ "amount": 0 }]),
            "attributes" => value["attributes"] = json!([]),
            _ => {}
        }
    }
    value
}

fn address(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "customer_id": customer.id,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": "",
        "address1": "12 Long Lane",
        "address2": "",
        "address_type": "residential",
        "city": customer.market.city,
        "state_or_province": customer.market.state,
        "postal_code": customer.market.zip,
        "country": customer.market.country,
        "country_code": customer.market.iso2,
        "phone": customer.phone,
    })
}
