//! Paddle's objects in our billing words.

use model::RawObject;
use model::billing::{Customer, CustomerHistory, Subscription, SubscriptionStatus};

use super::kind;
use crate::{Listing, ReadError};

/// Adds an object to its customer's history.
///
/// # Errors
/// When it cannot be read.
pub fn add(history: &mut CustomerHistory, object: &RawObject) -> Result<(), ReadError> {
    match object.kind {
        kind::CUSTOMER => {
            let customer = Customer::new(object.id.as_str().into());
            history.customer = Some(Customer { created_at: object.created_at, ..customer });
        }
        kind::SUBSCRIPTION => {
            if let Some(customer) = object.counterparts.customer.as_deref() {
                let (id, status) = (object.id.as_str().into(), SubscriptionStatus::Unknown);
                history.subscriptions.push(Subscription::new(id, customer.into(), status));
            }
        }
        _ => {}
    }
    Ok(())
}

/// An entry of the price list from its object.
///
/// # Errors
/// When it cannot be read.
pub fn listing(_: &RawObject) -> Result<Listing, ReadError> {
    Ok(Listing::Nothing)
}
