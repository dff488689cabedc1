//! Who buys: a country with its currency and its tax.

use model::Currency;
use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};

/// A country that is sold to.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    pub code: &'static str,
    /// As Paddle writes it.
    pub currency_code: &'static str,
    pub tax_per_mille: i64,
    /// What a cent of the list price is in the smallest unit of this currency, as a fraction.
    pub per_cent: (i64, i64),
    /// What one of this currency is in US dollars.
    pub exchange_rate: &'static str,
}

const fn country(
    code: &'static str,
    currency_code: &'static str,
    tax_per_mille: i64,
    per_cent: (i64, i64),
    exchange_rate: &'static str,
) -> Country {
    Country { code, currency_code, tax_per_mille, per_cent, exchange_rate }
}

pub const COUNTRIES: [Country; 5] = [
    country("US", "USD", 0, (1, 1), "1"),
    country("DE", "EUR", 190, (1, 1), "1"),
    country("GB", "GBP", 200, (4, 5), "1.25"),
    country("JP", "JPY", 100, (3, 2), "0.00666667"),
    country("KR", "KRW", 100, (13, 1), "0.00076923"),
];

impl Country {
    /// A list price in this currency.
    pub fn local_minor(&self, cents: i64) -> i64 {
        rounded(cents * self.per_cent.0, self.per_cent.1)
    }

    /// An amount in cents of a US dollar.
    pub fn cents(&self, minor: i64) -> i64 {
        rounded(minor * self.per_cent.1, self.per_cent.0)
    }
}

/// Half away from zero. `divisor` is above zero.
pub fn rounded(dividend: i64, divisor: i64) -> i64 {
    let half = if dividend < 0 { -divisor } else { divisor };
    (2 * dividend + half) / (2 * divisor)
}

/// A customer with an address.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub customer_id: String,
    pub address_id: String,
    pub country: &'static Country,
}

impl Buyer {
    pub fn come(account: &mut Account, number: u64, at: i64, country: &'static Country) -> Self {
        let customer_id = account.next_id(Kind::Customer.prefix(), at);
        let address_id = account.next_id(Kind::Address.prefix(), at);
        let customer = json!({
            "id": customer_id,
            "name": format!("Customer {number}"),
            "email": format!("customer-{number}@example.com"),
            "marketing_consent": false,
            "status": "active",
            "custom_data": null,
            "locale": "en",
            "created_at": instant(at),
            "updated_at": instant(at),
            "import_meta": null,
        });
        let address: Value = json!({
            "id": address_id,
            "customer_id": customer_id,
            "description": null,
            "first_line": null,
            "second_line": null,
            "city": null,
            "postal_code": "10115",
            "region": null,
            "country_code": country.code,
            "custom_data": null,
            "status": "active",
            "created_at": instant(at),
            "updated_at": instant(at),
            "import_meta": null,
        });
        account.put(Kind::Customer, customer, at, "created");
        account.put(Kind::Address, address, at, "created");
        Self { customer_id, address_id, country }
    }

    pub fn currency(&self) -> Currency {
        self.country.currency_code.to_lowercase().parse().unwrap_or(Currency::USD)
    }
}
