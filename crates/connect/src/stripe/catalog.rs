//! Every list that is read: where it is, what it needs and what it feeds.

use model::{CustomerId, ObjectKind};

use super::{List, Part, Stage, kind, lifetime};
use crate::PaymentMethodTerms;

/// All that is read, the indispensable first.
pub const LISTS: &[List] = &[
    List {
        kind: kind::CUSTOMER,
        parts: &[],
        stage: Stage::People,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/customers",
        label: "Customers",
        permission: "Customers",
        scope: "rak_customer_read",
        is_required: true,
        without: "names, email addresses and countries of customers",
    },
    List {
        kind: kind::SUBSCRIPTION,
        parts: &[],
        stage: Stage::Running,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/subscriptions",
        label: "Subscriptions",
        permission: "Subscriptions",
        scope: "rak_subscription_read",
        is_required: true,
        without: "MRR and everything based on it",
    },
    List {
        kind: kind::INVOICE,
        parts: &[],
        stage: Stage::Billed,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/invoices",
        label: "Invoices",
        permission: "Invoices",
        scope: "rak_invoice_read",
        is_required: true,
        without: "MRR and everything based on it",
    },
    List {
        kind: kind::PRICE,
        parts: &[],
        stage: Stage::Names,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/prices",
        label: "Prices",
        permission: "Prices",
        scope: "rak_plan_read",
        is_required: true,
        without: "plans and billing intervals, without which there is no MRR",
    },
    List {
        kind: kind::PRODUCT,
        parts: &[],
        stage: Stage::Names,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/products",
        label: "Products",
        permission: "Products",
        scope: "rak_product_read",
        is_required: false,
        without: "product names; plans are named after their price instead",
    },
    List {
        kind: kind::INVOICE_ITEM,
        parts: &[Part::PendingItems],
        stage: Stage::Billed,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/invoiceitems",
        label: "Pending invoice items",
        permission: "Invoices",
        scope: "rak_invoice_read",
        is_required: false,
        without: "plan changes until they are invoiced",
    },
    List {
        kind: kind::CHARGE,
        parts: &[Part::Charges],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/charges",
        label: "Charges",
        permission: "Charges and Refunds",
        scope: "rak_charge_read",
        is_required: false,
        without: "revenue from payments without an invoice, and failed payments",
    },
    List {
        kind: kind::REFUND,
        parts: &[Part::Refunds],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/refunds",
        label: "Refunds",
        permission: "Charges and Refunds",
        scope: "rak_charge_read",
        is_required: false,
        without: "refunds; net revenue will equal gross revenue",
    },
    List {
        kind: kind::CREDIT_NOTE,
        parts: &[Part::CreditNotes],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/credit_notes",
        label: "Credit notes",
        permission: "Credit notes",
        scope: "rak_credit_note_read",
        is_required: false,
        without: "credit notes after payment; net revenue will be too high",
    },
    List {
        kind: kind::INVOICE_PAYMENT,
        parts: &[Part::InvoicePayments],
        stage: Stage::Rest,
        tells_changes: false,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/invoice_payments",
        label: "Invoice payments",
        permission: "Invoices",
        scope: "rak_invoice_read",
        is_required: false,
        without: "which payment settled which invoice; some payments may count twice in net revenue",
    },
    List {
        kind: kind::COUPON,
        parts: &[],
        stage: Stage::Names,
        tells_changes: true,
        is_deletable: true,
        has_windows: true,
        has_changes: false,
        path: "/v1/coupons",
        label: "Coupons",
        permission: "Coupons",
        scope: "rak_coupon_read",
        is_required: false,
        without: "coupon names",
    },
    List {
        kind: kind::PROMOTION_CODE,
        parts: &[],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/promotion_codes",
        label: "Promotion codes",
        permission: "Promotion Codes",
        scope: "rak_promotion_code_read",
        is_required: false,
        without: "which promotion code gave a discount",
    },
    List {
        kind: kind::DISPUTE,
        parts: &[Part::Disputes],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/disputes",
        label: "Disputes",
        permission: "Disputes",
        scope: "rak_dispute_read",
        is_required: false,
        without: "disputed payments",
    },
    List {
        kind: kind::PAYMENT_INTENT,
        parts: &[],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/payment_intents",
        label: "Payment intents",
        permission: "PaymentIntents",
        scope: "rak_payment_intent_read",
        is_required: false,
        without: "payment attempts that did not lead to a charge",
    },
    List {
        kind: kind::BALANCE_TRANSACTION,
        parts: &[Part::BalanceTransactions],
        stage: Stage::Rest,
        tells_changes: false,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/balance_transactions",
        label: "Balance transactions",
        permission: "Balance transaction sources",
        scope: "rak_balance_transaction_source_read",
        is_required: false,
        without: "fees and net cash",
    },
    List {
        kind: kind::EVENT,
        parts: &[],
        stage: Stage::Rest,
        tells_changes: true,
        is_deletable: false,
        has_windows: true,
        has_changes: false,
        path: "/v1/events",
        label: "Events",
        permission: "Events",
        scope: "rak_event_read",
        is_required: false,
        without: "fast updates; every list has to be re-read instead",
    },
];

/// What customers and subscriptions have inside. It is not a list that is read.
pub const PAYMENT_METHODS: PaymentMethodTerms = PaymentMethodTerms {
    kind: kind::PAYMENT_METHOD,
    label: "Payment methods",
    permission: "Payment Methods",
    scope: "rak_payment_method_read",
    without: "cards that were never charged, or changed since their last charge, in the list of cards that expire",
    inside: &[kind::SUBSCRIPTION, kind::CUSTOMER],
    is_change: lifetime::changes_payment_method,
    has_own: lifetime::has_own_payment_method,
};

/// The lists to load, in order of importance: what MRR is made of, who pays it, then what else moved money.
pub const LOAD_ORDER: &[ObjectKind] = &[
    kind::SUBSCRIPTION,
    kind::PRICE,
    kind::PRODUCT,
    kind::INVOICE,
    kind::CUSTOMER,
    kind::INVOICE_ITEM,
    kind::CHARGE,
    kind::REFUND,
    kind::CREDIT_NOTE,
    kind::INVOICE_PAYMENT,
    kind::COUPON,
    kind::PROMOTION_CODE,
    kind::DISPUTE,
    kind::PAYMENT_INTENT,
    kind::BALANCE_TRANSACTION,
];

/// The path of a kind's list, below the base address. `None`: the kind has no list of its own.
fn endpoint(kind: ObjectKind) -> Option<&'static str> {
    LISTS.iter().find(|list| list.kind == kind).map(|list| list.path)
}

/// The dashboard's page that makes a restricted key, with name and permissions filled in.
pub fn key_link() -> Option<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("name", "Chartsy");
    let mut scopes: Vec<&str> = Vec::new();
    for scope in LISTS.iter().map(|list| list.scope).chain([PAYMENT_METHODS.scope]) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
            query.append_pair("permissions[]", scope);
        }
    }
    Some(format!("https://dashboard.stripe.com/apikeys/create?{}", query.finish()))
}

/// The dashboard's page of a customer.
pub fn customer_link(id: &CustomerId, is_test_mode: bool) -> Option<String> {
    let mode = if is_test_mode { "test/" } else { "" };
    Some(format!("https://dashboard.stripe.com/{mode}customers/{id}"))
}

/// A list's path in segments.
pub(super) fn list_path(kind: ObjectKind) -> Option<Vec<&'static str>> {
    Some(endpoint(kind)?.split('/').skip(1).collect())
}

/// The path of one object. `None`: such objects can't be requested individually, or the id is invalid.
pub(super) fn object_path(kind: ObjectKind, id: &str) -> Option<Vec<&str>> {
    // An address drops a segment of dots and would name the list instead.
    if matches!(id, "" | "." | "..") {
        return None;
    }
    let mut path = match kind {
        kind::ACCOUNT => return Some(vec!["v1", "account"]),
        kind::SUBSCRIPTION_ITEM => vec!["v1", "subscription_items"],
        _ => list_path(kind)?,
    };
    path.push(id);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_link_asks_for_every_permission_once_and_for_reading_only() {
        let link = url::Url::parse(&key_link().unwrap()).unwrap();
        let asked: Vec<_> =
            link.query_pairs().filter(|(name, _)| name == "permissions[]").map(|(_, value)| value).collect();
        for list in LISTS {
            assert_eq!(asked.iter().filter(|scope| *scope == list.scope).count(), 1, "{}", list.label);
        }
        assert_eq!(asked.iter().filter(|scope| *scope == PAYMENT_METHODS.scope).count(), 1);
        assert!(asked.iter().all(|scope| scope.ends_with("_read")));
    }

    #[test]
    fn everything_to_load_has_a_list() {
        for kind in LOAD_ORDER {
            assert!(endpoint(*kind).is_some(), "{kind}");
        }
    }
}
