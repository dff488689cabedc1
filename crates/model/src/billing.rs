//! What was billed, in the field's own words and without any provider's shapes: the input of the ledger.

mod cancellation;
mod plain;
mod terms;

pub use cancellation::CancellationReason;
use rust_decimal::Decimal;
pub use terms::{Discount, ForeseenLine, Pause, PendingUpdate, SubscriptionItem};

use crate::{
    ChargeId, CreditNoteId, Currency, CustomerId, Day, DisputeId, InvoiceId, InvoiceItemId, InvoiceLineId,
    PriceId, ProductId, RefundId, SubscriptionId, SubscriptionItemId, UnixSeconds,
};

/// `start..end`, both instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    pub start: UnixSeconds,
    pub end: UnixSeconds,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub id: CustomerId,
    pub created_at: Option<UnixSeconds>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// ISO 3166, two letters, upper case.
    pub country: Option<String>,
    pub currency: Option<Currency>,
    /// What its subscriptions are paid by where they name nothing else.
    pub payment_method: Option<PaymentMethod>,
    pub is_delinquent: bool,
    pub is_deleted: bool,
    pub imported_from: Option<ImportedFrom>,
    /// What the email address is compared by where the address itself is not stored.
    pub email_hash: Option<String>,
}

/// What something was in another billing system, from which its provider imported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFrom {
    /// By the name that a connection to that system has.
    pub source: String,
    pub id: String,
}

/// A way to pay that the provider keeps for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    pub id: String,
    pub means: PaymentMeans,
}

/// What one pays with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PaymentMeans {
    Card(Card),
    /// A bank account or a wallet: nothing that expires.
    NoCard,
    /// Only its id was sent.
    #[default]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    pub brand: Option<String>,
    pub last4: Option<String>,
    pub expiry: CardExpiry,
}

/// The last month in which a card is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardExpiry {
    year: i16,
    month: i8,
}

impl CardExpiry {
    /// `None` where it is not a month of this or the next centuries.
    pub fn new(year: i64, month: i64) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|year| (1970..3000).contains(year))?;
        let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        Some(Self { year, month })
    }

    /// Months since January 1970.
    pub fn number(self) -> u16 {
        u16::try_from(i32::from(self.year - 1970) * 12 + i32::from(self.month) - 1).unwrap_or(0)
    }

    pub fn from_number(number: u16) -> Option<Self> {
        Self::new(i64::from(number / 12) + 1970, i64::from(number % 12) + 1)
    }

    /// A card can be used up to the end of this day.
    pub fn last_day(self) -> Day {
        Day::from(jiff::civil::date(self.year, self.month, 1).last_of_month())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub id: ProductId,
    pub name: Option<String>,
    pub is_active: bool,
    pub is_deleted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BillingInterval {
    Day,
    Week,
    Month,
    Year,
}

impl BillingInterval {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recurrence {
    pub interval: BillingInterval,
    /// At least 1.
    pub interval_count: u32,
    pub is_metered: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    pub id: PriceId,
    pub product: Option<ProductId>,
    pub nickname: Option<String>,
    pub currency: Currency,
    /// `None`: a one-off price.
    pub recurrence: Option<Recurrence>,
    pub scheme: PriceScheme,
    /// What it costs in other currencies than its own, where it has a price of its own there.
    pub currency_options: Vec<CurrencyOption>,
    /// Quantity is divided by this and rounded before it is multiplied.
    pub transform_quantity: Option<TransformQuantity>,
    pub is_active: bool,
}

/// A price's amounts in one more currency.
#[derive(Debug, Clone, PartialEq)]
pub struct CurrencyOption {
    pub currency: Currency,
    pub scheme: PriceScheme,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PriceScheme {
    /// Minor units for one, up to 12 decimals. `None`: the customer chose, or it is not known.
    PerUnit(Option<Decimal>),
    Graduated(Vec<Tier>),
    Volume(Vec<Tier>),
    /// Tiered, but the tiers were not sent.
    UnknownTiers,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// `None`: no upper end.
    pub up_to: Option<Decimal>,
    pub unit_amount: Option<Decimal>,
    pub flat_amount: Option<Decimal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransformQuantity {
    pub divide_by: u64,
    pub is_rounded_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubscriptionStatus {
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    PastDue,
    Canceled,
    Unpaid,
    Paused,
    /// A status that this version does not know.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer: CustomerId,
    pub status: SubscriptionStatus,
    pub created_at: Option<UnixSeconds>,
    pub started_at: Option<UnixSeconds>,
    pub ended_at: Option<UnixSeconds>,
    /// When cancellation was requested, even while the subscription is still active.
    pub canceled_at: Option<UnixSeconds>,
    /// When it is set to end.
    pub cancel_at: Option<UnixSeconds>,
    pub is_canceled_at_period_end: bool,
    pub cancellation_reason: Option<CancellationReason>,
    pub cancellation_feedback: Option<String>,
    pub trial: Option<Period>,
    pub billing_cycle_anchor: Option<UnixSeconds>,
    pub is_collection_paused: bool,
    pub currency: Option<Currency>,
    /// What of a price is tax inside it, in percent of the price without, by the subscription's own tax rates.
    pub inclusive_tax_percent: Option<Decimal>,
    /// A change that is made only once its invoice is paid.
    pub pending_update: Option<PendingUpdate>,
    pub discounts: Vec<Discount>,
    pub items: Vec<SubscriptionItem>,
    /// What it will bill for a period, where the provider says so before anything was billed.
    pub foreseen: Vec<ForeseenLine>,
    /// What it is paid by, where it names its own.
    pub payment_method: Option<PaymentMethod>,
    /// When nothing was provided or billed, as far as that is known.
    pub pauses: Vec<Pause>,
    pub imported_from: Option<ImportedFrom>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub number: Option<String>,
    pub customer: Option<CustomerId>,
    pub subscription: Option<SubscriptionId>,
    /// The invoice that this one was made in place of.
    pub revises: Option<InvoiceId>,
    pub status: InvoiceStatus,
    pub currency: Currency,
    pub created_at: UnixSeconds,
    pub paid_at: Option<UnixSeconds>,
    /// When it became due, after which its payment is attempted.
    pub finalized_at: Option<UnixSeconds>,
    /// By when the customer has to pay it by itself. `None`: its payment is collected.
    pub due_at: Option<UnixSeconds>,
    /// When it was voided or written off.
    pub given_up_at: Option<UnixSeconds>,
    pub billing_reason: Option<String>,
    /// How often its payment was attempted.
    pub attempt_count: u32,
    pub total_minor: i64,
    /// Exclusive and inclusive taxes together.
    pub tax_minor: i64,
    /// Shipping without tax, which is in the total and on no line.
    pub shipping_minor: i64,
    /// Billing credits that were applied before tax; the total is without them, the lines are not.
    pub billing_credits_minor: i64,
    pub amount_paid_minor: i64,
    pub amount_due_minor: i64,
    pub lines: Vec<InvoiceLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceLine {
    pub id: InvoiceLineId,
    pub description: Option<String>,
    pub amount_minor: i64,
    pub discount_minor: i64,
    pub inclusive_tax_minor: i64,
    /// The rate of the tax that is inside, in percent of the amount without it, where the line says it.
    pub inclusive_tax_percent: Option<Decimal>,
    pub currency: Currency,
    pub period: Period,
    pub is_proration: bool,
    /// The provider marks it as giving back what an earlier line billed.
    pub is_proration_credit: bool,
    pub quantity: Decimal,
    pub price: Option<PriceId>,
    /// The price as it was when this was billed, where the bill has a copy. `None`: as the price list has it.
    pub price_then: Option<Box<Price>>,
    pub subscription: Option<SubscriptionId>,
    /// The subscription's item that is billed: it keeps its id when its price changes. `None` in shapes that name none.
    pub subscription_item: Option<SubscriptionItemId>,
    /// The pending item that became this line.
    pub invoice_item: Option<InvoiceItemId>,
    pub effect: LineEffect,
}

/// What a line says of the value of its price. A provider writes either lines of the first effect or of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEffect {
    /// It bills a period of its item, or as a proration the rest of one at the full new price, or gives the rest back.
    #[default]
    Whole,
    /// The price is worth this much from the start of the period. What the invoice does not name is no longer part of the
    /// subscription.
    Sets,
    /// The price is worth more by this much, or less where it is below zero, from the start of the line's period: what is
    /// billed is the difference for this share of an interval, which is above zero.
    Adds { share: Decimal },
    /// The price is worth this much from the start of the line's period, which is this share of an interval.
    Replaces { share: Decimal },
    /// The price is worth nothing from the start of the line's period.
    Removes,
    /// What a trial cost. It is bought once.
    PaidTrial,
    /// It is bought once, though its price recurs.
    Once,
    /// Nothing changes by it, as where a payment method is replaced.
    Nothing,
}

/// An invoice item: pending while it is on no invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceItem {
    pub id: InvoiceItemId,
    pub customer: Option<CustomerId>,
    /// `None`: pending.
    pub invoice: Option<InvoiceId>,
    /// As the line that it will become; its `id` is the item's own.
    pub line: InvoiceLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChargeStatus {
    Succeeded,
    Pending,
    Failed,
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    pub id: ChargeId,
    pub customer: Option<CustomerId>,
    /// By the provider's older shape; in the newer one an invoice payment links the two.
    pub invoice: Option<InvoiceId>,
    pub payment_intent: Option<String>,
    pub payment_method: Option<PaymentMethod>,
    pub status: ChargeStatus,
    pub currency: Currency,
    pub amount_minor: i64,
    /// What was captured of the amount.
    pub amount_captured_minor: i64,
    pub amount_refunded_minor: i64,
    pub created_at: UnixSeconds,
    pub failure_code: Option<String>,
    /// Of a failed one: why, in the words of the payer's bank where it said so, or else in the provider's.
    pub decline_code: Option<String>,
    pub is_disputed: bool,
    /// Whether it says that it moved the account's balance.
    pub is_booked: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    pub id: RefundId,
    pub charge: Option<ChargeId>,
    pub payment_intent: Option<String>,
    pub is_succeeded: bool,
    pub currency: Currency,
    pub amount_minor: i64,
    pub created_at: UnixSeconds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisputeStatus {
    Open,
    Won,
    Lost,
}

/// A payment that the payer's bank disputes.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispute {
    pub id: DisputeId,
    pub charge: Option<ChargeId>,
    pub status: DisputeStatus,
    pub currency: Currency,
    /// Below zero: what an earlier dispute took came back.
    pub amount_minor: i64,
    pub created_at: UnixSeconds,
    /// What of the amount was given back although it was lost.
    pub won_back_minor: i64,
    /// When money last moved for it, which is the best that providers tell of when it was closed.
    pub moved_at: Option<UnixSeconds>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreditNote {
    pub id: CreditNoteId,
    pub invoice: Option<InvoiceId>,
    pub customer: Option<CustomerId>,
    pub is_void: bool,
    pub currency: Currency,
    pub created_at: UnixSeconds,
    /// What it took off after the invoice was paid, or at any time where the invoice counts in full. Below zero: an earlier
    /// one was taken back.
    pub post_payment_minor: i64,
    /// The part of that which was paid out as refunds, and so is counted with them.
    pub refunded_minor: i64,
}

/// That a payment of an invoice was made by a payment intent or a charge.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoicePayment {
    pub invoice: InvoiceId,
    pub payment_intent: Option<String>,
    pub charge: Option<ChargeId>,
    pub is_paid: bool,
}

/// All that was billed to one customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerHistory {
    /// `None`: the provider no longer has it, or it has not arrived.
    pub customer: Option<Customer>,
    pub subscriptions: Vec<Subscription>,
    pub invoices: Vec<Invoice>,
    pub invoice_items: Vec<InvoiceItem>,
    pub charges: Vec<Charge>,
    pub refunds: Vec<Refund>,
    pub credit_notes: Vec<CreditNote>,
    pub invoice_payments: Vec<InvoicePayment>,
    pub disputes: Vec<Dispute>,
    /// Lines that credit the rest of a period, where they are on no invoice and are not going to be.
    pub given_back: Vec<InvoiceLine>,
}

impl SubscriptionStatus {
    /// The word that providers have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }
}

impl InvoiceStatus {
    /// The word that providers have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
            Self::Unknown => "unknown",
        }
    }
}

impl ChargeStatus {
    /// The word that providers have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}
