//! Customers and products: what things and people are called.

use model::billing::{Customer, Product};
use model::{CustomerId, ProductId};
use serde::Deserialize;

use super::method::{MethodShape, method};
use super::{ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Flag, Link, Number, Object, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CustomerShape {
    id: Text,
    created: Number,
    name: Text,
    email: Text,
    address: Object<Address>,
    shipping: Object<Shipping>,
    currency: Text,
    delinquent: Flag,
    deleted: Flag,
    invoice_settings: Object<InvoiceSettings>,
    default_source: Link<MethodShape>,
    chartsy_email_hash: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InvoiceSettings {
    default_payment_method: Link<MethodShape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    country: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shipping {
    address: Object<Address>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProductShape {
    id: Text,
    name: Text,
    active: Flag,
    deleted: Flag,
}

/// A customer, or the tombstone of one.
///
/// # Errors
/// When it is no JSON object with an id, or its time of creation is none.
pub fn customer(body: &str) -> Result<Customer, ReadError> {
    let shape: CustomerShape = read(kind::CUSTOMER, body)?;
    let reading = Reading::begin(kind::CUSTOMER, &shape.id)?;
    let address = shape.address.get();
    let shipping = shape.shipping.get().and_then(|shipping| shipping.address.get());
    let country = [address, shipping].into_iter().flatten().find_map(Address::code);
    Ok(Customer {
        id: CustomerId::from(reading.id),
        created_at: reading.optional_instant(shape.created, "created")?,
        name: shape.name.said(),
        email: shape.email.said(),
        country,
        currency: shape.currency.as_str().and_then(|code| code.parse().ok()),
        payment_method: shape
            .invoice_settings
            .get()
            .and_then(|settings| method([&settings.default_payment_method]))
            .or_else(|| method([&shape.default_source])),
        is_delinquent: shape.delinquent.is_set(),
        is_deleted: shape.deleted.is_set(),
        imported_from: None,
        email_hash: shape.chartsy_email_hash.said(),
    })
}

/// A product, or the tombstone of one.
///
/// # Errors
/// When it is no JSON object with an id.
pub fn product(body: &str) -> Result<Product, ReadError> {
    let shape: ProductShape = read(kind::PRODUCT, body)?;
    let reading = Reading::begin(kind::PRODUCT, &shape.id)?;
    Ok(Product {
        id: ProductId::from(reading.id),
        name: shape.name.said(),
        is_active: shape.active.0.unwrap_or(!shape.deleted.is_set()),
        is_deleted: shape.deleted.is_set(),
    })
}

impl Address {
    fn code(&self) -> Option<String> {
        let code = self.country.as_str()?.trim();
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| code.to_ascii_uppercase())
    }
}
