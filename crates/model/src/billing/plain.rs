//! Billing objects with only their required fields set; a source fills in what its provider reports beside them.

use rust_decimal::Decimal;

use super::{
    BillingInterval, Customer, Discount, Invoice, InvoiceLine, InvoiceStatus, LineEffect, Period, Price,
    PriceScheme, Recurrence, Subscription, SubscriptionItem, SubscriptionStatus,
};
use crate::{
    Currency, CustomerId, InvoiceId, InvoiceLineId, PriceId, SubscriptionId, SubscriptionItemId, UnixSeconds,
};

impl Price {
    /// A price for one, that is due once every interval. `None`: the amount is not known.
    pub fn recurring(
        id: PriceId,
        currency: Currency,
        amount_minor: Option<Decimal>,
        interval: BillingInterval,
    ) -> Self {
        Self {
            id,
            product: None,
            nickname: None,
            currency,
            recurrence: Some(Recurrence { interval, interval_count: 1, is_metered: false }),
            scheme: PriceScheme::PerUnit(amount_minor),
            currency_options: Vec::new(),
            transform_quantity: None,
            is_active: true,
        }
    }
}

impl SubscriptionItem {
    /// One of what a price is for.
    pub fn new(id: SubscriptionItemId, price: PriceId) -> Self {
        Self { id, price, quantity: Decimal::ONE, current_period: None }
    }
}

impl Discount {
    /// One of which it is not known what it takes off.
    pub const UNKNOWN: Self = Self { percent_off: None, amount_off: None, ends_at: None, is_once: false };
}

impl Customer {
    /// A customer of whom only the id is known.
    pub fn new(id: CustomerId) -> Self {
        Self {
            id,
            created_at: None,
            name: None,
            email: None,
            country: None,
            currency: None,
            payment_method: None,
            is_delinquent: false,
            is_deleted: false,
            imported_from: None,
            email_hash: None,
        }
    }
}

impl Subscription {
    /// A subscription of which nothing else is known.
    pub fn new(id: SubscriptionId, customer: CustomerId, status: SubscriptionStatus) -> Self {
        Self {
            id,
            customer,
            status,
            created_at: None,
            started_at: None,
            ended_at: None,
            canceled_at: None,
            cancel_at: None,
            is_canceled_at_period_end: false,
            cancellation_reason: None,
            cancellation_feedback: None,
            trial: None,
            billing_cycle_anchor: None,
            is_collection_paused: false,
            currency: None,
            inclusive_tax_percent: None,
            pending_update: None,
            discounts: Vec::new(),
            items: Vec::new(),
            foreseen: Vec::new(),
            payment_method: None,
            pauses: Vec::new(),
            imported_from: None,
        }
    }
}

impl Invoice {
    /// An invoice over its lines alone, without taxes, of which nothing has been paid yet.
    pub fn open(id: InvoiceId, currency: Currency, created_at: UnixSeconds, lines: Vec<InvoiceLine>) -> Self {
        let total_minor = lines.iter().map(|line| line.amount_minor - line.discount_minor).sum();
        Self {
            id,
            number: None,
            customer: None,
            subscription: None,
            status: InvoiceStatus::Open,
            currency,
            created_at,
            paid_at: None,
            finalized_at: None,
            due_at: None,
            given_up_at: None,
            billing_reason: None,
            attempt_count: 1,
            total_minor,
            tax_minor: 0,
            shipping_minor: 0,
            revises: None,
            billing_credits_minor: 0,
            amount_paid_minor: 0,
            amount_due_minor: total_minor,
            lines,
        }
    }

    /// The same one, paid in full.
    pub fn paid_at(self, at: UnixSeconds) -> Self {
        let (status, amount_paid_minor) = (InvoiceStatus::Paid, self.total_minor);
        Self { status, amount_paid_minor, paid_at: Some(at), ..self }
    }
}

impl InvoiceLine {
    /// A line of which nothing else is known.
    pub fn new(id: InvoiceLineId, amount_minor: i64, currency: Currency, period: Period) -> Self {
        Self {
            id,
            description: None,
            amount_minor,
            discount_minor: 0,
            inclusive_tax_minor: 0,
            inclusive_tax_percent: None,
            currency,
            period,
            is_proration: false,
            is_proration_credit: false,
            quantity: Decimal::ONE,
            price: None,
            subscription: None,
            subscription_item: None,
            invoice_item: None,
            price_then: None,
            effect: LineEffect::Whole,
        }
    }
}
