//! Kinds of object for tests.

use model::ObjectKind;

pub(crate) const CUSTOMER: ObjectKind = ObjectKind::new("customer");
pub(crate) const PRICE: ObjectKind = ObjectKind::new("price");
pub(crate) const SUBSCRIPTION_ITEM: ObjectKind = ObjectKind::new("subscription_item");
pub(crate) const INVOICE: ObjectKind = ObjectKind::new("invoice");
pub(crate) const INVOICE_LINE: ObjectKind = ObjectKind::new("invoice_line");
pub(crate) const CHARGE: ObjectKind = ObjectKind::new("charge");
pub(crate) const REFUND: ObjectKind = ObjectKind::new("refund");
pub(crate) const DISPUTE: ObjectKind = ObjectKind::new("dispute");
/// Every kind of these.
pub(crate) const ALL: &[ObjectKind] =
    &[CUSTOMER, PRICE, SUBSCRIPTION_ITEM, INVOICE, INVOICE_LINE, CHARGE, REFUND, DISPUTE];
