//! The endpoints: which kind each lists, which permission it takes, which bounds it knows.

use crate::ObjectKind;
use crate::Permission;

/// A list endpoint, with the retrieval of its objects.
#[derive(Debug)]
pub struct Resource {
    /// The part of the path after `/v1/`.
    pub name: &'static str,
    pub kind: ObjectKind,
    pub permission: Permission,
    /// Whether the list takes bounds on `created`.
    pub has_created: bool,
}

const fn resource(name: &'static str, kind: ObjectKind, permission: Permission) -> Resource {
    Resource { name, kind, permission, has_created: true }
}

const RESOURCES: &[Resource] = &[
    resource("customers", ObjectKind::Customer, Permission::Customers),
    resource("products", ObjectKind::Product, Permission::Products),
    resource("prices", ObjectKind::Price, Permission::Prices),
    resource("coupons", ObjectKind::Coupon, Permission::Coupons),
    resource("promotion_codes", ObjectKind::PromotionCode, Permission::PromotionCodes),
    resource("subscriptions", ObjectKind::Subscription, Permission::Subscriptions),
    Resource {
        has_created: false,
        ..resource("subscription_items", ObjectKind::SubscriptionItem, Permission::Subscriptions)
    },
    resource("invoices", ObjectKind::Invoice, Permission::Invoices),
    resource("invoiceitems", ObjectKind::InvoiceItem, Permission::Invoices),
    resource("invoice_payments", ObjectKind::InvoicePayment, Permission::Invoices),
    resource("charges", ObjectKind::Charge, Permission::Charges),
    resource("refunds", ObjectKind::Refund, Permission::Charges),
    resource("disputes", ObjectKind::Dispute, Permission::Disputes),
    resource("credit_notes", ObjectKind::CreditNote, Permission::CreditNotes),
    resource("payment_intents", ObjectKind::PaymentIntent, Permission::PaymentIntents),
    resource("balance_transactions", ObjectKind::BalanceTransaction, Permission::BalanceTransactions),
    resource("events", ObjectKind::Event, Permission::Events),
];

/// The list endpoint of that name.
pub fn by_name(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.name == name)
}

/// What the list of a kind is called.
pub fn list_name(kind: ObjectKind) -> Option<&'static str> {
    RESOURCES.iter().find(|resource| resource.kind == kind).map(|resource| resource.name)
}

/// The permission that a kind needs, wherever it shows up.
pub fn permission_for(kind: ObjectKind) -> Option<Permission> {
    RESOURCES.iter().find(|resource| resource.kind == kind).map(|resource| resource.permission)
}

/// The kind that a field's id is of, where Stripe lets that field be expanded.
pub fn kind_of_field(name: &str, id: &str) -> Option<ObjectKind> {
    Some(match name {
        "customer" => ObjectKind::Customer,
        "product" => ObjectKind::Product,
        "price" | "default_price" => ObjectKind::Price,
        "coupon" => ObjectKind::Coupon,
        "promotion_code" => ObjectKind::PromotionCode,
        "subscription" => ObjectKind::Subscription,
        "invoice" | "latest_invoice" => ObjectKind::Invoice,
        "charge" | "latest_charge" => ObjectKind::Charge,
        "payment_intent" => ObjectKind::PaymentIntent,
        "refund" => ObjectKind::Refund,
        "balance_transaction" => ObjectKind::BalanceTransaction,
        "source" => match id.split('_').next()? {
            "ch" | "py" => ObjectKind::Charge,
            "re" | "pyr" => ObjectKind::Refund,
            "dp" | "du" => ObjectKind::Dispute,
            _ => return None,
        },
        _ => return None,
    })
}
