//! Stripe's kinds of object, by the names of its own data model, in the singular.

use model::{Column, KindShape, ObjectKind, Reference};

pub const ACCOUNT: ObjectKind = ObjectKind::new("account");
pub const CUSTOMER: ObjectKind = ObjectKind::new("customer");
pub const PRODUCT: ObjectKind = ObjectKind::new("product");
pub const PRICE: ObjectKind = ObjectKind::new("price");
pub const COUPON: ObjectKind = ObjectKind::new("coupon");
pub const PROMOTION_CODE: ObjectKind = ObjectKind::new("promotion_code");
pub const SUBSCRIPTION: ObjectKind = ObjectKind::new("subscription");
/// Only those that the subscription's embedded list left out.
pub const SUBSCRIPTION_ITEM: ObjectKind = ObjectKind::new("subscription_item");
pub const INVOICE: ObjectKind = ObjectKind::new("invoice");
/// Only those that the invoice's embedded list left out.
pub const INVOICE_LINE: ObjectKind = ObjectKind::new("invoice_line");
pub const INVOICE_ITEM: ObjectKind = ObjectKind::new("invoice_item");
pub const CHARGE: ObjectKind = ObjectKind::new("charge");
pub const REFUND: ObjectKind = ObjectKind::new("refund");
pub const DISPUTE: ObjectKind = ObjectKind::new("dispute");
pub const CREDIT_NOTE: ObjectKind = ObjectKind::new("credit_note");
pub const PAYMENT_INTENT: ObjectKind = ObjectKind::new("payment_intent");
pub const INVOICE_PAYMENT: ObjectKind = ObjectKind::new("invoice_payment");
pub const BALANCE_TRANSACTION: ObjectKind = ObjectKind::new("balance_transaction");
/// Not kept by itself: it is in the customers and subscriptions that are paid with it.
pub const PAYMENT_METHOD: ObjectKind = ObjectKind::new("payment_method");
pub const EVENT: ObjectKind = ObjectKind::new("event");

/// All that are kept.
pub const ALL: &[ObjectKind] = &[
    ACCOUNT,
    CUSTOMER,
    PRODUCT,
    PRICE,
    COUPON,
    PROMOTION_CODE,
    SUBSCRIPTION,
    SUBSCRIPTION_ITEM,
    INVOICE,
    INVOICE_LINE,
    INVOICE_ITEM,
    CHARGE,
    REFUND,
    DISPUTE,
    CREDIT_NOTE,
    PAYMENT_INTENT,
    INVOICE_PAYMENT,
    BALANCE_TRANSACTION,
    EVENT,
];

/// The kind of this name.
pub fn named(name: &str) -> Option<ObjectKind> {
    ALL.iter().copied().find(|kind| kind.as_str() == name)
}

/// How they hang together. The store has the same for files from before it was told.
pub const SHAPES: &[KindShape] = &[
    KindShape::new(ACCOUNT),
    KindShape::named(CUSTOMER, Column::Customer),
    KindShape::new(PRODUCT),
    KindShape::new(PRICE),
    KindShape::new(COUPON),
    KindShape::new(PROMOTION_CODE),
    KindShape::named(SUBSCRIPTION, Column::Subscription),
    KindShape { part_of: Some(Column::Subscription), ..KindShape::new(SUBSCRIPTION_ITEM) },
    KindShape { may_be_ownerless: true, ..KindShape::named(INVOICE, Column::Invoice) },
    KindShape { part_of: Some(Column::Invoice), ..KindShape::new(INVOICE_LINE) },
    KindShape::new(INVOICE_ITEM),
    KindShape { may_be_ownerless: true, ..KindShape::named(CHARGE, Column::Charge) },
    KindShape { may_be_ownerless: true, ..KindShape::new(REFUND) },
    KindShape { may_be_ownerless: true, ..KindShape::new(DISPUTE) },
    KindShape::new(CREDIT_NOTE),
    KindShape::new(PAYMENT_INTENT),
    KindShape { may_be_ownerless: true, ..KindShape::new(INVOICE_PAYMENT) },
    KindShape::new(BALANCE_TRANSACTION),
    KindShape::new(EVENT),
];

const fn reference(from: ObjectKind, column: Column, to: ObjectKind) -> Reference {
    Reference { from, column, to }
}

/// Which kinds name which others.
pub const REFERENCES: &[Reference] = &[
    reference(SUBSCRIPTION, Column::Customer, CUSTOMER),
    reference(SUBSCRIPTION_ITEM, Column::Subscription, SUBSCRIPTION),
    reference(INVOICE, Column::Customer, CUSTOMER),
    reference(INVOICE, Column::Subscription, SUBSCRIPTION),
    reference(INVOICE_LINE, Column::Invoice, INVOICE),
    reference(INVOICE_ITEM, Column::Customer, CUSTOMER),
    reference(INVOICE_ITEM, Column::Invoice, INVOICE),
    reference(INVOICE_PAYMENT, Column::Invoice, INVOICE),
    reference(CHARGE, Column::Customer, CUSTOMER),
    reference(CHARGE, Column::Invoice, INVOICE),
    reference(PAYMENT_INTENT, Column::Customer, CUSTOMER),
    reference(PAYMENT_INTENT, Column::Invoice, INVOICE),
    reference(REFUND, Column::Charge, CHARGE),
    reference(DISPUTE, Column::Charge, CHARGE),
    reference(CREDIT_NOTE, Column::Customer, CUSTOMER),
    reference(CREDIT_NOTE, Column::Invoice, INVOICE),
];
