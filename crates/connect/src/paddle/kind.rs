//! Paddle's kinds of object, by the names that its events give them.

use model::{Column, KindShape, ObjectKind, Reference};

pub const CUSTOMER: ObjectKind = ObjectKind::new("customer");
/// Comes inside transactions and events: there is no list of all addresses. A customer's country is on it.
pub const ADDRESS: ObjectKind = ObjectKind::new("address");
/// As addresses.
pub const BUSINESS: ObjectKind = ObjectKind::new("business");
pub const PRODUCT: ObjectKind = ObjectKind::new("product");
pub const PRICE: ObjectKind = ObjectKind::new("price");
pub const DISCOUNT: ObjectKind = ObjectKind::new("discount");
pub const SUBSCRIPTION: ObjectKind = ObjectKind::new("subscription");
pub const TRANSACTION: ObjectKind = ObjectKind::new("transaction");
pub const ADJUSTMENT: ObjectKind = ObjectKind::new("adjustment");
/// An entry of what happened with a subscription, which the subscription itself forgets.
pub const HISTORY: ObjectKind = ObjectKind::new("subscription_history");
/// What a subscription that was not billed yet will bill, as Paddle computes it: without tax, and with what it takes off.
pub const RECURRING: ObjectKind = ObjectKind::new("recurring_transaction_details");
pub const EVENT: ObjectKind = ObjectKind::new("event");
/// Paddle's own figures. They are no objects.
pub const METRICS: ObjectKind = ObjectKind::new("metrics");

/// Those of the objects that are kept.
pub const ALL: &[ObjectKind] =
    &[CUSTOMER, ADDRESS, BUSINESS, PRODUCT, PRICE, DISCOUNT, SUBSCRIPTION, TRANSACTION, ADJUSTMENT];

/// The kind of this name.
pub fn named(name: &str) -> Option<ObjectKind> {
    ALL.iter().copied().find(|kind| kind.as_str() == name)
}

/// How they hang together: each after those that it names.
pub const SHAPES: &[KindShape] = &[
    KindShape::named(CUSTOMER, Column::Customer),
    KindShape::new(ADDRESS),
    KindShape::new(BUSINESS),
    KindShape::new(PRODUCT),
    KindShape::new(PRICE),
    KindShape::new(DISCOUNT),
    KindShape::named(SUBSCRIPTION, Column::Subscription),
    KindShape::named(TRANSACTION, Column::Invoice),
    KindShape::new(ADJUSTMENT),
    KindShape::new(HISTORY),
    KindShape::new(RECURRING),
    KindShape::new(EVENT),
];

const fn reference(from: ObjectKind, column: Column, to: ObjectKind) -> Reference {
    Reference { from, column, to }
}

/// Which kinds name which others.
pub const REFERENCES: &[Reference] = &[
    reference(ADDRESS, Column::Customer, CUSTOMER),
    reference(BUSINESS, Column::Customer, CUSTOMER),
    reference(SUBSCRIPTION, Column::Customer, CUSTOMER),
    reference(TRANSACTION, Column::Customer, CUSTOMER),
    reference(TRANSACTION, Column::Subscription, SUBSCRIPTION),
    reference(ADJUSTMENT, Column::Customer, CUSTOMER),
    reference(ADJUSTMENT, Column::Subscription, SUBSCRIPTION),
    reference(ADJUSTMENT, Column::Invoice, TRANSACTION),
];
