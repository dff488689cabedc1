//! Stripe's objects in our billing words. Pure, and tolerant of both families of shapes.

use model::billing::{
    Charge, CreditNote, Customer, Invoice, InvoiceItem, InvoiceLine, InvoicePayment, Price, Product, Refund,
    Subscription, SubscriptionItem,
};
use model::{ObjectKind, UnixSeconds};

/// Why an object cannot be used. Names what and where, never its data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("{kind} is not an object that can be read: {reason}")]
    NotAnObject { kind: ObjectKind, reason: String },
    #[error("{kind} {id} has no {field}")]
    Missing { kind: ObjectKind, id: String, field: &'static str },
    #[error("{kind} {id} has a {field} that cannot be understood")]
    Wrong { kind: ObjectKind, id: String, field: &'static str },
}

/// A subscription, and the prices that came inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionParts {
    pub subscription: Subscription,
    pub inline_prices: Vec<Price>,
}

/// An invoice with the lines that came inside it, and the prices that came inside those.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceParts {
    pub invoice: Invoice,
    pub inline_prices: Vec<Price>,
}

/// That something happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    pub id: String,
    pub created_at: UnixSeconds,
    /// Stripe's name of what happened, such as `invoice.paid`.
    pub event_type: String,
    /// `None`: of a kind that is not kept, or without an id.
    pub kind: Option<ObjectKind>,
    pub object_id: Option<String>,
    /// The object itself is gone (a canceled subscription is not).
    pub is_deletion: bool,
}

macro_rules! skeleton { ($($name:ident -> $t:ty),+ $(,)?) => {$(
    pub fn $name(_body: &str) -> Result<$t, ReadError> { unimplemented!() }
)+}}
skeleton! {
    customer -> Customer, product -> Product, price -> Price, subscription -> SubscriptionParts,
    subscription_item -> (SubscriptionItem, Option<Price>), invoice -> InvoiceParts,
    invoice_line -> (InvoiceLine, Option<Price>), invoice_item -> (InvoiceItem, Option<Price>), charge -> Charge,
    refund -> Refund, credit_note -> CreditNote, invoice_payment -> InvoicePayment, event -> EventFacts,
}
