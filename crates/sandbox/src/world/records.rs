//! What the simulator keeps of each object. Objects refer to each other by number; ids and JSON are made on what to
//! do.

use model::Currency;
use model::billing::Recurrence;

use super::expected_mrr::ExpectedMrr;
use super::pricing::{Package, Reduction, Scheme, TaxRule};

#[derive(Debug, Clone)]
pub(super) struct Product {
    pub created: i64,
    pub name: String,
    pub is_active: bool,
    pub is_deleted: bool,
    pub unit_label: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct Price {
    pub created: i64,
    pub product: u32,
    pub nickname: String,
    pub currency: Currency,
    pub recurrence: Option<Recurrence>,
    pub scheme: Scheme,
    pub package: Option<Package>,
    pub is_active: bool,
    /// Made with `price_data`, for one subscription: no list shows it.
    pub is_inline: bool,
    pub is_deleted: bool,
    /// An amount of that price in another currency than its own. It is not an object of its own.
    pub option_of: Option<u32>,
}

impl Price {
    pub(super) fn is_listed(&self) -> bool {
        !self.is_inline && !self.is_deleted && self.option_of.is_none()
    }

    pub(super) fn is_metered(&self) -> bool {
        self.recurrence.is_some_and(|recurrence| recurrence.is_metered)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duration {
    Once,
    Months(i64),
    Forever,
}

#[derive(Debug, Clone)]
pub(super) struct Coupon {
    pub id: String,
    pub created: i64,
    pub name: String,
    pub reduction: Reduction,
    /// Of an amount off.
    pub currency: Option<Currency>,
    pub duration: Duration,
    pub times_redeemed: u32,
}

#[derive(Debug, Clone)]
pub(super) struct PromotionCode {
    pub created: i64,
    pub code: String,
    pub coupon: u32,
    pub is_active: bool,
    pub times_redeemed: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Discount {
    pub coupon: u32,
    pub promotion_code: Option<u32>,
    pub customer: u32,
    /// `None`: on the customer.
    pub subscription: Option<u32>,
    pub start: i64,
    pub end: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub created: i64,
    pub name: String,
    pub email: String,
    pub country: &'static str,
    pub currency: Currency,
    /// Below zero: the merchant owes.
    pub balance_minor: i64,
    pub deleted_at: Option<i64>,
    pub discount: Option<u32>,
    pub invoices: u32,
    pub subscriptions: Vec<u32>,
    pub is_delinquent: bool,
    /// How often the bank replaced the card.
    pub card_replacements: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    PastDue,
    Canceled,
    Unpaid,
    Paused,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
        }
    }

    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PauseBehavior {
    Void,
    MarkUncollectible,
    KeepAsDraft,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    pub behavior: PauseBehavior,
    pub resumes_at: Option<i64>,
}

/// How the next failing payments will go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dunning {
    /// The card works again at the so-manyeth retry.
    Recovers { retries: u32 },
    /// Retries run out, and the subscription is canceled.
    Cancels,
    /// Retries run out, and the subscription stays, unpaid.
    StaysUnpaid,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub number: u32,
    pub created: i64,
    pub price: u32,
    pub quantity: i64,
    /// What the rest of this period was asked for, as the price of a whole one: discounts are off, taxes are not.
    pub billed_picos: i128,
    /// Whether that was asked for at all: nothing is given back for what was not.
    pub is_billed: bool,
    /// The invoice and line that asked for it.
    pub billed_by: Option<(u32, u32)>,
    /// What its last whole period was billed at, and what of that was discounted.
    pub last_bill: Option<(i64, i64)>,
    /// When it got its price.
    pub price_since: i64,
}

/// A change that is made once its invoice is paid.
#[derive(Debug, Clone)]
pub(super) struct PendingUpdate {
    pub invoice: u32,
    /// The item as it will be.
    pub item: Item,
    pub expires_at: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Subscription {
    pub created: i64,
    /// Earlier than it was created, where it was backdated.
    pub started_at: i64,
    pub customer: u32,
    pub status: Status,
    pub recurrence: Recurrence,
    pub anchor: i64,
    /// The running period, counted from the anchor; -1 before it.
    pub cycle: i64,
    pub period: (i64, i64),
    pub items: Vec<Item>,
    pub trial: Option<(i64, i64)>,
    pub has_payment_method: bool,
    pub cancel_at: Option<i64>,
    pub is_canceled_at_period_end: bool,
    pub canceled_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub reason: Option<&'static str>,
    pub feedback: Option<&'static str>,
    pub pause: Option<Pause>,
    pub discount: Option<u32>,
    pub tax: Option<TaxRule>,
    /// Days to pay a sent invoice in; `None`: charged automatically.
    pub days_until_due: Option<i64>,
    pub latest_invoice: Option<u32>,
    /// What the next payment does if not succeed.
    pub planned_failure: Option<Dunning>,
    pub dunning: Option<Dunning>,
    /// Whether a retry is on its way.
    pub is_failing: bool,
    /// When the last period that was paid for began.
    pub paid_period_at: Option<i64>,
    /// Invoices that are neither paid nor given up.
    pub unsettled: Vec<u32>,
    pub written_off: Vec<u32>,
    /// Invoice items that wait, each with the act that it bills.
    pub pending: Vec<(u32, Option<usize>)>,
    pub pending_update: Option<PendingUpdate>,
    /// The price that its only item gets with the next period.
    pub next_price: Option<u32>,
    pub is_flexible: bool,
    /// Prorations state their discounts instead of containing them.
    pub itemizes_discounts: bool,
    pub expected_mrr: ExpectedMrr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

impl InvoiceStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LineTax {
    pub amount_minor: i64,
    pub taxable_minor: i64,
    pub rule: TaxRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineSource {
    /// A subscription's item, for its period.
    Item {
        item: u32,
    },
    /// A change within a period; `credited` is the line that is given back.
    Proration {
        item: u32,
        is_credit: bool,
        credited: Option<(u32, u32)>,
    },
    OneOff,
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub source: LineSource,
    pub subscription: Option<u32>,
    pub invoice_item: Option<u32>,
    pub price: Option<u32>,
    pub description: String,
    pub amount_minor: i64,
    pub quantity: i64,
    pub unit_picos: i128,
    pub period: (i64, i64),
    pub discount: Option<(u32, i64)>,
    pub tax: Option<LineTax>,
}

impl Line {
    pub(super) fn discount_minor(&self) -> i64 {
        self.discount.map_or(0, |(_, amount)| amount)
    }

    pub(super) fn exclusive_tax_minor(&self) -> i64 {
        self.tax.filter(|tax| !tax.rule.is_inclusive).map_or(0, |tax| tax.amount_minor)
    }

    pub(super) fn inclusive_tax_minor(&self) -> i64 {
        self.tax.filter(|tax| tax.rule.is_inclusive).map_or(0, |tax| tax.amount_minor)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Invoice {
    pub created: i64,
    pub customer: u32,
    pub subscription: Option<u32>,
    pub currency: Currency,
    pub status: InvoiceStatus,
    pub billing_reason: &'static str,
    pub lines: Vec<Line>,
    /// Within the customer's invoices, from 1; 0 before it is finalized.
    pub number: u32,
    pub period: (i64, i64),
    pub days_until_due: Option<i64>,
    pub due_at: Option<i64>,
    pub finalized_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub voided_at: Option<i64>,
    pub uncollectible_at: Option<i64>,
    pub attempts: u32,
    pub next_attempt_at: Option<i64>,
    pub starting_balance_minor: i64,
    pub ending_balance_minor: Option<i64>,
    pub paid_minor: i64,
    pub pre_payment_credit_minor: i64,
    pub post_payment_credit_minor: i64,
    pub payment_intent: Option<u32>,
    pub payments: Vec<u32>,
    /// False for a draft that stays one.
    pub is_advancing: bool,
    /// The invoice that it takes the place of.
    pub revises: Option<u32>,
    pub revised_by: Option<u32>,
}

impl Invoice {
    pub(super) fn subtotal_minor(&self) -> i64 {
        self.lines.iter().map(|line| line.amount_minor).sum()
    }

    /// Where the period that it bills begins; of an invoice for changes alone, the first of them.
    pub(super) fn begins(&self) -> Option<i64> {
        let starts = |is_wanted: fn(&LineSource) -> bool| {
            let wanted = self.lines.iter().filter(move |line| is_wanted(&line.source));
            wanted.map(|line| line.period.0)
        };
        let periods = starts(|source| matches!(source, LineSource::Item { .. })).max();
        periods.or_else(|| {
            starts(|source| matches!(source, LineSource::Proration { is_credit: false, .. })).min()
        })
    }

    pub(super) fn total_minor(&self) -> i64 {
        let of_line = |line: &Line| line.amount_minor - line.discount_minor() + line.exclusive_tax_minor();
        self.lines.iter().map(of_line).sum()
    }

    /// What is to be paid after the customer's balance and credit notes.
    pub(super) fn due_minor(&self) -> i64 {
        let applied = self.ending_balance_minor.map_or(0, |ending| self.starting_balance_minor - ending);
        (self.total_minor() + applied - self.pre_payment_credit_minor).max(0)
    }

    pub(super) fn remaining_minor(&self) -> i64 {
        if self.status == InvoiceStatus::Void { 0 } else { self.due_minor() - self.paid_minor }
    }
}

#[derive(Debug, Clone)]
pub(super) struct InvoiceItem {
    pub created: i64,
    pub customer: u32,
    pub line: Line,
    pub currency: Currency,
    pub invoice: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct PaymentIntent {
    pub created: i64,
    pub customer: u32,
    pub invoice: Option<u32>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub status: &'static str,
    pub charges: Vec<u32>,
    pub failure: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct Charge {
    pub created: i64,
    pub customer: u32,
    pub payment_intent: u32,
    pub currency: Currency,
    pub amount_minor: i64,
    pub refunded_minor: i64,
    pub failure: Option<&'static str>,
    pub is_disputed: bool,
    pub balance_transaction: Option<u32>,
    /// Of the card that was charged.
    pub card_replacements: u32,
}

#[derive(Debug, Clone)]
pub(super) struct InvoicePayment {
    pub created: i64,
    pub invoice: u32,
    /// `None`: paid out of band.
    pub payment_intent: Option<u32>,
    pub currency: Currency,
    pub amount_minor: i64,
    pub paid_at: Option<i64>,
    pub is_canceled: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub created: i64,
    pub charge: u32,
    pub amount_minor: i64,
    pub currency: Currency,
    pub balance_transaction: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Dispute {
    pub created: i64,
    pub charge: u32,
    pub amount_minor: i64,
    pub currency: Currency,
    pub status: &'static str,
    pub reason: &'static str,
    pub balance_transactions: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct CreditNote {
    pub created: i64,
    pub invoice: u32,
    pub customer: u32,
    pub currency: Currency,
    pub amount_minor: i64,
    pub is_post_payment: bool,
    pub refund: Option<u32>,
    pub number: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Charge(u32),
    Refund(u32),
    Dispute(u32),
}

#[derive(Debug, Clone)]
pub(super) struct BalanceTransaction {
    pub created: i64,
    pub origin: Origin,
    pub amount_minor: i64,
    pub fee_minor: i64,
    /// In billionths, into the account's currency.
    pub exchange_rate: Option<i64>,
    pub currency: Currency,
}

/// What happened, with the object as it was then.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub created: i64,
    pub kind: &'static str,
    pub object: Box<str>,
}
