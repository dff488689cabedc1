//! Every list that is read, and what is missing without it.

use model::ObjectKind;

use super::kind;
use crate::{List, Part, Stage};

/// Lists can't be filtered by time as Chartsy's imports do it; those that have dates are walked by the client.
const fn list(kind: ObjectKind, stage: Stage, label: &'static str, without: &'static str) -> List {
    List { has_windows: false, is_required: false, without, ..List::new(kind, stage, label, "") }
}

const fn required(kind: ObjectKind, stage: Stage, label: &'static str) -> List {
    List { is_required: true, ..list(kind, stage, label, "MRR and everything based on it") }
}

/// What alerts alone say.
pub(super) const REPORTED: &[Part] =
    &[Part::Refunds, Part::Disputes, Part::FailedPayments, Part::BalanceTransactions];

/// All that is read, the indispensable first. Nothing is ever deleted but by its state.
pub const LISTS: &[List] = &[
    required(kind::SUBSCRIPTION, Stage::Running, "Subscriptions"),
    required(kind::PAYMENT, Stage::Billed, "Payments"),
    required(kind::PLAN, Stage::Names, "Plans"),
    List {
        parts: REPORTED,
        ..list(
            kind::ALERT,
            Stage::Rest,
            "Alerts",
            "exact figures: taxes, refunds, disputes, fees and failed payments of the last 90 days and from now on",
        )
    },
    list(
        kind::MODIFIER,
        Stage::Rest,
        "Price modifiers",
        "what an extra or a discount that recurs adds to a new price before it is billed, and what both are called",
    ),
    list(kind::PRODUCT, Stage::Names, "Products", "the names of products, and what was bought once"),
    list(
        kind::COUPON,
        Stage::Rest,
        "Coupons",
        "the names of coupons, and what they take off a new price before it is billed",
    ),
    list(kind::TRANSACTION, Stage::Rest, "Transactions", "revenue from products that are bought once"),
];

/// The lists to load, in order of importance.
pub const LOAD_ORDER: &[ObjectKind] = &[
    kind::PLAN,
    kind::PRODUCT,
    kind::SUBSCRIPTION,
    kind::PAYMENT,
    kind::MODIFIER,
    kind::ALERT,
    kind::TRANSACTION,
    kind::COUPON,
];
