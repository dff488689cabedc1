//! What is sold.

use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::COUNTRIES;

/// A price, with what is computed from it.
#[derive(Debug, Clone)]
pub struct Price {
    pub id: String,
    /// For one unit, in cents of a US dollar.
    pub cents: i64,
    /// `None`: sold once.
    pub months: Option<i64>,
    pub entity: Value,
    pub product: Value,
}

#[derive(Debug)]
pub struct Catalog {
    pub basic: Price,
    pub basic_yearly: Price,
    pub pro: Price,
    pub setup: Price,
}

impl Catalog {
    pub fn open(account: &mut Account, at: i64) -> Self {
        let app = product(account, "App", at);
        let service = product(account, "Setup", at);
        Self {
            basic: price(account, &app, "Basic", 2_000, Some(1), at),
            basic_yearly: price(account, &app, "Basic, yearly", 20_000, Some(12), at),
            pro: price(account, &app, "Pro", 5_000, Some(1), at),
            setup: price(account, &service, "Setup", 9_900, None, at),
        }
    }
}

fn product(account: &mut Account, name: &str, at: i64) -> Value {
    let product = json!({
        "id": account.next_id(Kind::Product.prefix(), at),
        "name": name,
        "description": null,
        "type": "standard",
        "tax_category": "saas",
        "image_url": null,
        "custom_data": null,
        "status": "active",
        "import_meta": null,
        "created_at": instant(at),
        "updated_at": instant(at),
    });
    account.put(Kind::Product, product.clone(), at, "created");
    product
}

fn price(
    account: &mut Account,
    product: &Value,
    name: &str,
    cents: i64,
    months: Option<i64>,
    at: i64,
) -> Price {
    let id = account.next_id(Kind::Price.prefix(), at);
    let cycle = months.map(|months| match months {
        12 => json!({ "interval": "year", "frequency": 1 }),
        months => json!({ "interval": "month", "frequency": months }),
    });
    let overrides: Vec<Value> = COUNTRIES
        .iter()
        .filter(|country| country.currency_code != "USD")
        .map(|country| {
            let amount = country.local_minor(cents).to_string();
            json!({
                "country_codes": [country.code],
                "unit_price": { "amount": amount, "currency_code": country.currency_code },
            })
        })
        .collect();
    let entity = json!({
        "id": id,
        "product_id": product["id"],
        "description": name,
        "type": "standard",
        "name": name,
        "billing_cycle": cycle,
        "trial_period": null,
        "tax_mode": "external",
        "unit_price": { "amount": cents.to_string(), "currency_code": "USD" },
        "unit_price_overrides": overrides,
        "quantity": { "minimum": 1, "maximum": 10_000 },
        "custom_data": null,
        "status": "active",
        "import_meta": null,
        "created_at": instant(at),
        "updated_at": instant(at),
    });
    account.put(Kind::Price, entity.clone(), at, "created");
    Price { id, cents, months, entity, product: product.clone() }
}
