//! Paddle's entities in our billing words.
//!
//! Fields and words that are not known are passed over, and an entity that cannot be read is reported without affecting the
//! rest of its customer.

mod adjustment;
mod discount;
mod happening;
mod line;
mod payout;
mod price;
mod record;
mod subscription;
#[cfg(test)]
mod tests;
mod transaction;
mod whole;

use std::collections::HashMap;

use model::billing::{Customer, ForeseenLine, Subscription};
use model::{RawObject, SubscriptionId};

use super::kind;
use crate::{Billed, Coupon, Listing, ReadError, email_hash};
use adjustment::Adjustment;
use happening::Happening;
pub use payout::{BALANCE_PARTS, balance_transactions, payment};
use record::Record;
use transaction::Bill;

/// All that was billed to one customer, from its entities in whatever order they come.
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

/// An entry of the price list from its entity.
///
/// # Errors
/// When it cannot be read.
pub fn listing(object: &RawObject) -> Result<Listing, ReadError> {
    let record = Record::of(object)?;
    if object.kind == kind::PRICE {
        price::price(record).map(Listing::Price)
    } else {
        price::product(record).map(Listing::Product)
    }
}

/// A coupon from its entity, which is called a discount.
///
/// # Errors
/// When it cannot be read.
pub fn coupon(object: &RawObject) -> Result<Coupon, ReadError> {
    discount::discount(&Record::of(object)?)
}

/// What was read of a customer, before it is put together.
#[derive(Default)]
struct Read {
    customer: Option<Customer>,
    /// Countries by the ids of addresses.
    countries: HashMap<String, String>,
    /// With the ids of their addresses.
    subscriptions: Vec<(Subscription, Option<String>)>,
    bills: Vec<Bill>,
    adjustments: Vec<Adjustment>,
    happenings: Vec<Happening>,
    foreseen: HashMap<SubscriptionId, Vec<ForeseenLine>>,
}

impl Read {
    fn add(&mut self, object: &RawObject) -> Result<(), ReadError> {
        let is_read = [
            kind::CUSTOMER,
            kind::ADDRESS,
            kind::SUBSCRIPTION,
            kind::TRANSACTION,
            kind::ADJUSTMENT,
            kind::HISTORY,
            kind::RECURRING,
        ];
        if !is_read.contains(&object.kind) {
            return Ok(());
        }
        if object.kind == kind::CUSTOMER {
            // It is there even if nothing of it can be read: its money is.
            let known = Customer::new(object.id.as_str().into());
            self.customer =
                Some(Customer { created_at: object.created_at, is_deleted: object.is_deleted, ..known });
        }
        if object.is_deleted {
            return Ok(());
        }
        let record = Record::of(object)?;
        match object.kind {
            kind::CUSTOMER => {
                if let Some(customer) = &mut self.customer {
                    customer.name = record.text("/name");
                    customer.email = record.text("/email");
                    customer.email_hash = record.text(&format!("/{}", email_hash::FIELD));
                    customer.imported_from = record.imported_from();
                }
            }
            kind::ADDRESS => {
                let country = record.text("/country_code").map(|code| code.to_uppercase());
                self.countries.extend(country.map(|country| (object.id.clone(), country)));
            }
            kind::SUBSCRIPTION => {
                let address = record.text("/address_id");
                self.subscriptions.push((subscription::subscription(record, object)?, address));
            }
            kind::TRANSACTION => self.bills.push(transaction::transaction(record)?),
            kind::ADJUSTMENT => self.adjustments.push(adjustment::adjustment(record)?),
            kind::RECURRING => {
                let lines = subscription::foreseen(&record)?;
                self.foreseen.insert(object.id.as_str().into(), lines);
            }
            _ => self.happenings.extend(happening::happening(record, object)?),
        }
        Ok(())
    }
}
