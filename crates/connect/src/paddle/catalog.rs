//! Every list that is read: where it is, what it needs and what it feeds.

use model::ObjectKind;

use super::kind;
use crate::{List, Part, Stage};

const fn list(
    kind: ObjectKind,
    stage: Stage,
    (label, path): (&'static str, &'static str),
    scope: &'static str,
    without: &'static str,
) -> List {
    List {
        tells_changes: true,
        has_windows: false,
        scope,
        is_required: false,
        without,
        ..List::new(kind, stage, label, path)
    }
}

/// All that is read, the indispensable first. Only transactions can be filtered by time. Nothing is ever deleted.
pub const LISTS: &[List] = &[
    List {
        is_required: true,
        ..list(
            kind::SUBSCRIPTION,
            Stage::Running,
            ("Subscriptions", "/subscriptions"),
            "subscription.read",
            "MRR and everything based on it",
        )
    },
    List {
        has_windows: true,
        has_changes: true,
        is_required: true,
        ..list(
            kind::TRANSACTION,
            Stage::Billed,
            ("Transactions", "/transactions"),
            "transaction.read",
            "MRR and everything based on it",
        )
    },
    List {
        is_required: true,
        ..list(
            kind::PRICE,
            Stage::Names,
            ("Prices", "/prices"),
            "price.read",
            "plans and billing intervals, without which there is no MRR",
        )
    },
    List {
        is_required: true,
        ..list(
            kind::CUSTOMER,
            Stage::People,
            ("Customers", "/customers"),
            "customer.read",
            "names and email addresses of customers",
        )
    },
    list(
        kind::PRODUCT,
        Stage::Names,
        ("Products", "/products"),
        "product.read",
        "product names; plans are named after their price instead",
    ),
    List {
        parts: &[Part::Refunds, Part::CreditNotes, Part::Disputes, Part::BalanceTransactions],
        ..list(
            kind::ADJUSTMENT,
            Stage::Rest,
            ("Adjustments", "/adjustments"),
            "adjustment.read",
            "refunds, credits and chargebacks; net revenue will equal gross revenue, and net cash will be too high",
        )
    },
    list(
        kind::ADDRESS,
        Stage::People,
        ("Addresses", "/transactions"),
        "address.read",
        "the countries of customers",
    ),
    list(
        kind::BUSINESS,
        Stage::People,
        ("Businesses", "/transactions"),
        "business.read",
        "the names of companies that customers buy for",
    ),
    list(kind::DISCOUNT, Stage::Rest, ("Discounts", "/discounts"), "discount.read", "the names of discounts"),
    List {
        permission: "Subscription history",
        ..list(
            kind::HISTORY,
            Stage::Rest,
            ("Subscription histories", "/subscriptions"),
            "subscription_history.read",
            "when cancellations were requested and why, and pauses that are over",
        )
    },
    List {
        permission: "Notifications",
        ..list(
            kind::EVENT,
            Stage::Rest,
            ("Events", "/events"),
            "notification.read",
            "fast updates; every list has to be re-read instead",
        )
    },
];

/// The lists to load, in order of importance: what runs, what was billed for it, what was paid back, then names.
pub const LOAD_ORDER: &[ObjectKind] = &[
    kind::SUBSCRIPTION,
    kind::TRANSACTION,
    kind::PRICE,
    kind::PRODUCT,
    kind::ADJUSTMENT,
    kind::CUSTOMER,
    kind::DISCOUNT,
    // For what subscriptions forget.
    kind::EVENT,
];
