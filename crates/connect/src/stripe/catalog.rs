//! Every list that is read: where it is, what it needs and what it feeds.

use model::ObjectKind;

/// The lists to load, in order of importance.
pub const BACKFILL_KINDS: &[ObjectKind] = &[
    ObjectKind::Subscription,
    ObjectKind::Price,
    ObjectKind::Product,
    ObjectKind::Invoice,
    ObjectKind::Customer,
    ObjectKind::InvoiceItem,
    ObjectKind::Charge,
    ObjectKind::Refund,
    ObjectKind::CreditNote,
    ObjectKind::InvoicePayment,
    ObjectKind::Coupon,
    ObjectKind::PromotionCode,
    ObjectKind::Dispute,
    ObjectKind::PaymentIntent,
    ObjectKind::BalanceTransaction,
];

/// The path of a kind's list, below the base address. `None`: the kind has no list of its own.
pub fn endpoint(kind: ObjectKind) -> Option<&'static str> {
    let path = match kind {
        ObjectKind::Account | ObjectKind::SubscriptionItem | ObjectKind::InvoiceLine => return None,
        ObjectKind::Customer => "/v1/customers",
        ObjectKind::Product => "/v1/products",
        ObjectKind::Price => "/v1/prices",
        ObjectKind::Coupon => "/v1/coupons",
        ObjectKind::PromotionCode => "/v1/promotion_codes",
        ObjectKind::Subscription => "/v1/subscriptions",
        ObjectKind::Invoice => "/v1/invoices",
        ObjectKind::InvoiceItem => "/v1/invoiceitems",
        ObjectKind::Charge => "/v1/charges",
        ObjectKind::Refund => "/v1/refunds",
        ObjectKind::Dispute => "/v1/disputes",
        ObjectKind::CreditNote => "/v1/credit_notes",
        ObjectKind::PaymentIntent => "/v1/payment_intents",
        ObjectKind::InvoicePayment => "/v1/invoice_payments",
        ObjectKind::BalanceTransaction => "/v1/balance_transactions",
        ObjectKind::Event => "/v1/events",
    };
    Some(path)
}

/// The dashboard's page that makes a restricted key, with name and permissions filled in.
pub fn key_link() -> String {
    unimplemented!()
}
