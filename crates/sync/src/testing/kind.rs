//! Kinds of object that the provider of these tests has.

use model::ObjectKind;

pub(crate) const ACCOUNT: ObjectKind = ObjectKind::new("account");
pub(crate) const CUSTOMER: ObjectKind = ObjectKind::new("customer");
pub(crate) const PRODUCT: ObjectKind = ObjectKind::new("product");
pub(crate) const PRICE: ObjectKind = ObjectKind::new("price");
pub(crate) const COUPON: ObjectKind = ObjectKind::new("coupon");
pub(crate) const SUBSCRIPTION: ObjectKind = ObjectKind::new("subscription");
pub(crate) const INVOICE: ObjectKind = ObjectKind::new("invoice");
pub(crate) const INVOICE_LINE: ObjectKind = ObjectKind::new("invoice_line");
pub(crate) const INVOICE_ITEM: ObjectKind = ObjectKind::new("invoice_item");
pub(crate) const CHARGE: ObjectKind = ObjectKind::new("charge");
pub(crate) const DISPUTE: ObjectKind = ObjectKind::new("dispute");
pub(crate) const BALANCE_TRANSACTION: ObjectKind = ObjectKind::new("balance_transaction");
pub(crate) const EVENT: ObjectKind = ObjectKind::new("event");
