//! Paddle Classic's kinds of object.

use model::{Column, KindShape, ObjectKind, Reference};

/// A buyer. Comes inside subscriptions: there is no list of buyers.
pub const USER: ObjectKind = ObjectKind::new("user");
/// What the API calls a user: a subscription, with the plan that it is of.
pub const SUBSCRIPTION: ObjectKind = ObjectKind::new("subscription");
pub const PLAN: ObjectKind = ObjectKind::new("plan");
pub const PRODUCT: ObjectKind = ObjectKind::new("product");
pub const COUPON: ObjectKind = ObjectKind::new("coupon");
/// What is added to a subscription's next payment, or to all.
pub const MODIFIER: ObjectKind = ObjectKind::new("modifier");
/// Filed as `<subscription>-<payment>`: it can be requested only by its subscription.
pub const PAYMENT: ObjectKind = ObjectKind::new("payment");
/// A sale of a product that is bought once.
pub const TRANSACTION: ObjectKind = ObjectKind::new("transaction");
/// A webhook, from its history or as it was delivered.
pub const ALERT: ObjectKind = ObjectKind::new("alert");

/// How they hang together: each after those that it names.
pub const SHAPES: &[KindShape] = &[
    KindShape::named(USER, Column::Customer),
    KindShape::new(PLAN),
    KindShape::new(PRODUCT),
    KindShape::new(COUPON),
    KindShape::named(SUBSCRIPTION, Column::Subscription),
    KindShape::new(MODIFIER),
    KindShape::named(TRANSACTION, Column::Invoice),
    KindShape::new(PAYMENT),
    KindShape::new(ALERT),
];

/// Which kinds name which others. What an alert names may be read only a day later.
pub const REFERENCES: &[Reference] = &[
    Reference { from: SUBSCRIPTION, column: Column::Customer, to: USER },
    Reference { from: PAYMENT, column: Column::Subscription, to: SUBSCRIPTION },
];
