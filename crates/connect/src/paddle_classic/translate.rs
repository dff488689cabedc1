//! Paddle Classic's rows in our billing words.
//!
//! A payment is one amount. What it was for follows from when it was made ([`cadence`]), or exactly from the alert about it
//! where there is one. Fields and words that are not known are passed over, and a row that cannot be read is reported
//! without affecting the rest of its customer.

mod agreed;
mod alert;
mod balance;
mod basis;
mod bill;
mod cadence;
mod coupon;
mod due;
mod exact;
mod modifier;
mod off;
mod one;
mod plan;
mod subscription;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::BTreeMap;

use model::RawObject;
use model::billing::{Customer, Product};

use super::kind;
use super::record::Record;
use crate::{Billed, Coupon, Listing, ReadError, email_hash};
use alert::Alert;
pub use balance::{BALANCE_PARTS, balance_transactions, payment};
use bill::{Payment, Sale};
use modifier::Modifier;
use subscription::Agreement;

/// All that was billed to one customer, from its rows in whatever order they come.
pub fn billed<'a>(objects: impl IntoIterator<Item = &'a RawObject>) -> Billed {
    let (mut billed, mut read) = (Billed::default(), Read::default());
    for object in objects {
        if let Err(error) = read.add(object) {
            billed.skip(object, &error);
        }
    }
    whole::assemble(read, &mut billed);
    billed
}

/// An entry of the price list from its row.
///
/// # Errors
/// When it cannot be read.
pub fn listing(object: &RawObject) -> Result<Listing, ReadError> {
    if object.is_deleted {
        return Ok(Listing::Nothing);
    }
    let record = Record::of(object)?;
    if object.kind == kind::PRODUCT {
        let name = record.text("name");
        let product = Product { id: record.id.as_str().into(), name, is_active: true, is_deleted: false };
        return Ok(Listing::Product(product));
    }
    let price = plan::plan(&record)?.price(None);
    Ok(price.map_or(Listing::Nothing, Listing::Price))
}

/// A coupon from its row.
///
/// # Errors
/// When it cannot be read.
pub fn coupon(object: &RawObject) -> Result<Coupon, ReadError> {
    coupon::coupon(&Record::of(object)?)
}

/// What was read of a customer, before it is put together.
#[derive(Default)]
struct Read {
    customer: Option<Customer>,
    agreements: Vec<Agreement>,
    payments: Vec<Payment>,
    modifiers: Vec<Modifier>,
    sales: Vec<Sale>,
    /// By their ids.
    alerts: BTreeMap<String, Alert>,
}

impl Read {
    fn add(&mut self, object: &RawObject) -> Result<(), ReadError> {
        if object.kind == kind::USER {
            // It is there even if nothing of it can be read: its money is.
            let known = Customer::new(object.id.as_str().into());
            self.customer = Some(Customer { is_deleted: object.is_deleted, ..known });
        }
        if object.is_deleted {
            return Ok(());
        }
        match object.kind {
            kind::USER => {
                let record = Record::of(object)?;
                if let Some(customer) = &mut self.customer {
                    customer.email = record.text("user_email");
                    customer.email_hash = record.text(email_hash::FIELD);
                }
            }
            kind::SUBSCRIPTION => self.agreements.push(subscription::agreement(&Record::of(object)?)?),
            kind::PAYMENT => self.payments.push(bill::payment(&Record::of(object)?)?),
            kind::MODIFIER => self.modifiers.push(modifier::modifier(&Record::of(object)?)?),
            kind::TRANSACTION => self.sales.extend(bill::sale(&Record::of(object)?)?),
            kind::ALERT => {
                if let Some(alert) = alert::alert(Record::of(object)?)? {
                    self.alerts.insert(object.id.clone(), alert);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
