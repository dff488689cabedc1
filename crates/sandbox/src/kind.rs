//! Kinds of object, as the API names them.

use std::fmt;

/// What is listed, and what is embedded in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    Account,
    Customer,
    Product,
    Price,
    Coupon,
    PromotionCode,
    Subscription,
    SubscriptionItem,
    Invoice,
    InvoiceLine,
    InvoiceItem,
    Charge,
    Refund,
    Dispute,
    CreditNote,
    PaymentIntent,
    InvoicePayment,
    BalanceTransaction,
    Event,
}

impl ObjectKind {
    pub const ALL: &'static [Self] = &[
        Self::Account,
        Self::Customer,
        Self::Product,
        Self::Price,
        Self::Coupon,
        Self::PromotionCode,
        Self::Subscription,
        Self::SubscriptionItem,
        Self::Invoice,
        Self::InvoiceLine,
        Self::InvoiceItem,
        Self::Charge,
        Self::Refund,
        Self::Dispute,
        Self::CreditNote,
        Self::PaymentIntent,
        Self::InvoicePayment,
        Self::BalanceTransaction,
        Self::Event,
    ];

    /// The name in the data model, in the singular.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Customer => "customer",
            Self::Product => "product",
            Self::Price => "price",
            Self::Coupon => "coupon",
            Self::PromotionCode => "promotion_code",
            Self::Subscription => "subscription",
            Self::SubscriptionItem => "subscription_item",
            Self::Invoice => "invoice",
            Self::InvoiceLine => "invoice_line",
            Self::InvoiceItem => "invoice_item",
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::CreditNote => "credit_note",
            Self::PaymentIntent => "payment_intent",
            Self::InvoicePayment => "invoice_payment",
            Self::BalanceTransaction => "balance_transaction",
            Self::Event => "event",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
