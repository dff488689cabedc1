//! A line that may count, with what is known of it: the item that it bills and how it stands.

use model::billing::{Invoice, InvoiceLine, Period, Price, Recurrence};
use model::{PriceId, SubscriptionItemId};
use rust_decimal::Decimal;

use super::LineRef;
use super::amounts::IntervalMonths;

/// A line of a subscription with a recurring price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub line: &'a InvoiceLine,
    /// `None`: still pending.
    pub invoice: Option<&'a Invoice>,
    pub price: &'a Price,
    pub recurrence: Recurrence,
    pub months: IntervalMonths,
    pub item: Item<'a>,
    pub standing: Standing,
    /// The subscription's own tax rates, for lines that do not say theirs.
    pub subscription_tax_percent: Option<Decimal>,
}

impl<'a> Entry<'a> {
    pub(super) fn price_id(&self) -> &'a PriceId {
        &self.price.id
    }

    pub(super) fn period(&self) -> Period {
        self.line.period
    }

    pub(super) fn has_length(&self) -> bool {
        self.line.period.end > self.line.period.start
    }

    /// It gives back what was billed before.
    pub(super) fn is_credit(&self) -> bool {
        is_credit(self.line)
    }

    /// It bills the rest of a period at a new price or quantity.
    pub(super) fn is_charge(&self) -> bool {
        self.line.is_proration && !self.is_credit()
    }

    /// The period's own bill, not a change within it.
    pub(super) fn is_ordinary(&self) -> bool {
        !self.line.is_proration
    }

    /// Billed by what was used, and therefore after its period.
    pub(super) fn is_usage(&self) -> bool {
        self.recurrence.is_metered
    }

    pub(super) fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }

    /// It says that its item was billed for its period.
    pub(super) fn bills(&self) -> bool {
        self.counts() && !self.is_credit()
    }

    /// Whether its invoice also bills a period of the subscription, whose entries these are.
    pub(super) fn is_beside_a_period(&self, entries: &[Self]) -> bool {
        entries.iter().any(|other| other.is_ordinary() && other.is_on_invoice_of(self))
    }

    pub(super) fn is_on_invoice_of(&self, other: &Self) -> bool {
        self.invoice.map(|invoice| &invoice.id) == other.invoice.map(|invoice| &invoice.id)
    }

    pub(super) fn line_ref(&self) -> LineRef {
        line_ref(self.line, self.invoice)
    }
}

pub(super) fn is_credit(line: &InvoiceLine) -> bool {
    line.is_proration && (line.amount_minor < 0 || (line.amount_minor == 0 && line.is_proration_credit))
}

pub(super) fn line_ref(line: &InvoiceLine, invoice: Option<&Invoice>) -> LineRef {
    LineRef { invoice: invoice.map(|invoice| invoice.id.clone()), line: line.id.clone() }
}

/// An item of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Item<'a> {
    Named(&'a SubscriptionItemId),
    /// In shapes whose lines name no item each price is one of its own.
    Priced(&'a PriceId),
}

impl<'a> Item<'a> {
    pub(super) fn named(line: &'a InvoiceLine, price: &'a PriceId) -> Self {
        line.subscription_item.as_ref().map_or(Self::Priced(price), Self::Named)
    }
}

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    /// Its invoice is void or was written off.
    GivenUp,
    /// Its invoice was never paid, and its subscription no longer runs.
    Unpaid,
    /// It bills a change that is not made before it is paid.
    AwaitingPayment,
    /// A newer invoice bills the same period of the same item.
    Replaced,
}
