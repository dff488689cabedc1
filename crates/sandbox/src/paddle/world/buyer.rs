//! Who buys: a country with its currency and its tax.

use model::Currency;
use serde_json::json;

use super::super::account::{Account, Kind, instant};
pub use crate::rounding::rounded;

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

/// All but the last two have prices of their own; those are converted.
pub const COUNTRIES: [Country; 5] = [
    country("US", "USD", 0, (1, 1), "1"),
    country("DE", "EUR", 190, (1, 1), "1"),
    country("GB", "GBP", 200, (4, 5), "1.25"),
    country("JP", "JPY", 100, (3, 2), "0.00666667"),
    country("KR", "KRW", 100, (13, 1), "0.00076923"),
];

/// Where prices are converted by Paddle instead of set by the seller.
pub const CONVERTED: [&str; 2] = ["JP", "KR"];

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

/// A customer with an address.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub customer_id: String,
    pub address_id: String,
    pub business_id: Option<String>,
    pub country: &'static Country,
}

impl Buyer {
    /// Comes as a person; one in seven buys for a business.
    pub fn come(account: &mut Account, number: u64, at: i64, country: &'static Country) -> Self {
        let customer_id = account.next_id(Kind::Customer.prefix(), at);
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
        account.put(Kind::Customer, customer, at, "created");
        let address_id = address(account, &customer_id, at, country);
        let business_id = (number % 7 == 3).then(|| business(account, &customer_id, number, at));
        Self { customer_id, address_id, business_id, country }
    }

    pub fn currency(&self) -> Currency {
        currency(self.country.currency_code)
    }

    /// Businesses elsewhere account for the tax themselves.
    pub fn tax_per_mille(&self) -> i64 {
        if self.business_id.is_some() { 0 } else { self.country.tax_per_mille }
    }

    /// Lives in another country, at a new address.
    pub fn move_to(&mut self, account: &mut Account, at: i64, country: &'static Country) -> String {
        self.address_id = address(account, &self.customer_id, at, country);
        self.country = country;
        self.address_id.clone()
    }

    /// The customer is put away, with whatever was bought.
    pub fn archive(&self, account: &mut Account, at: i64) {
        let Some(mut customer) = account.get(Kind::Customer, &self.customer_id).cloned() else { return };
        customer["status"] = json!("archived");
        customer["updated_at"] = json!(instant(at));
        account.put(Kind::Customer, customer, at, "updated");
    }
}

pub fn currency(code: &str) -> Currency {
    code.to_lowercase().parse().unwrap_or(Currency::USD)
}

/// An amount of some currency in cents of a US dollar.
pub fn cents_of(of: Currency, minor: i64) -> i64 {
    let country = COUNTRIES.iter().find(|country| currency(country.currency_code) == of);
    country.map_or(minor, |country| country.cents(minor))
}

fn address(account: &mut Account, customer_id: &str, at: i64, country: &Country) -> String {
    let id = account.next_id(Kind::Address.prefix(), at);
    let address = json!({
        "id": id,
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
    account.put(Kind::Address, address, at, "created");
    id
}

fn business(account: &mut Account, customer_id: &str, number: u64, at: i64) -> String {
    let id = account.next_id(Kind::Business.prefix(), at);
    let business = json!({
        "id": id,
        "customer_id": customer_id,
        "name": format!("Company {number}"),
        "company_number": null,
        "tax_identifier": format!("DE{:09}", 100_000_000 + number),
        "status": "active",
        "contacts": [],
        "custom_data": null,
        "created_at": instant(at),
        "updated_at": instant(at),
        "import_meta": null,
    });
    account.put(Kind::Business, business, at, "created");
    id
}
