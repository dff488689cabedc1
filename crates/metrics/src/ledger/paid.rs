//! Where the money of paid invoices went: into recurring value, or left out of it and why.

use std::str::FromStr;

use model::billing::{CustomerHistory, Invoice, InvoiceLine, InvoiceStatus};
use model::{Currency, InvoiceId, LedgerRules, UnixSeconds};
use serde::{Serialize, Serializer};

use super::lines::{Verdicts, by_subscription};
use super::{LeftOut, LineVerdict, PriceBook};

/// Why money of a paid invoice is not recurring value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Inclusive and exclusive, of all lines.
    Tax,
    /// Without its tax.
    Shipping,
    /// Credits of the customer that took something off before tax.
    BillingCredit,
    OneOff,
    NoSubscription,
    Metered,
    /// Unused time that was given back.
    ProrationCredit,
    UnknownPrice,
    Void,
    Uncollectible,
    Unpaid,
    /// A change that is made only once it is paid.
    AwaitingPayment,
    /// A newer invoice bills the same period.
    Replaced,
    /// What trials cost.
    PaidTrial,
    /// Lines that change nothing.
    NoChange,
}

impl Reason {
    pub const ALL: [Self; 15] = [
        Self::Tax,
        Self::Shipping,
        Self::BillingCredit,
        Self::OneOff,
        Self::NoSubscription,
        Self::Metered,
        Self::ProrationCredit,
        Self::UnknownPrice,
        Self::Void,
        Self::Uncollectible,
        Self::Unpaid,
        Self::AwaitingPayment,
        Self::Replaced,
        Self::PaidTrial,
        Self::NoChange,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tax => "tax",
            Self::Shipping => "shipping",
            Self::BillingCredit => "billing_credit",
            Self::OneOff => "one_off",
            Self::NoSubscription => "no_subscription",
            Self::Metered => "metered",
            Self::ProrationCredit => "proration_credit",
            Self::UnknownPrice => "unknown_price",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
            Self::Unpaid => "unpaid",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Replaced => "replaced",
            Self::PaidTrial => "paid_trial",
            Self::NoChange => "no_change",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Tax => "Tax",
            Self::Shipping => "Shipping",
            Self::BillingCredit => "Billing credits",
            Self::OneOff => "One-time items",
            Self::NoSubscription => "No subscription",
            Self::Metered => "Metered usage",
            Self::ProrationCredit => "Proration credits",
            Self::UnknownPrice => "Unknown price",
            Self::Void => "Voided",
            Self::Uncollectible => "Written off",
            Self::Unpaid => "Unpaid",
            Self::AwaitingPayment => "Awaiting payment",
            Self::Replaced => "Replaced",
            Self::PaidTrial => "Trial fees",
            Self::NoChange => "Lines that change nothing",
        }
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a part of the statement"))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What became of a part of a paid invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaidPart {
    /// Lines that make recurring value, without taxes and discounts. Every paid invoice has one, also of 0: as many as
    /// there are, so many invoices were paid.
    Used,
    /// Never of 0.
    LeftOut(Reason),
}

/// A part of an invoice that was paid at `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaidRow {
    pub at: UnixSeconds,
    pub currency: Currency,
    pub part: PaidPart,
    pub amount_minor: i64,
}

/// A paid invoice whose parts are not its total: lines are missing, or do not add up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unexplained {
    pub at: UnixSeconds,
    pub currency: Currency,
    pub invoice: InvoiceId,
    /// Of the total, what no part explains. Never 0.
    pub amount_minor: i64,
}

/// A paid invoice, and what became of each amount that its total is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct PaidInvoice<'a> {
    pub invoice: &'a Invoice,
    pub at: UnixSeconds,
    /// With the line that it is of. Taxes, shipping and credits are on none.
    pub parts: Vec<(PaidPart, Option<&'a InvoiceLine>, i64)>,
    /// Of the total, what no part explains.
    pub unexplained_minor: i64,
}

/// Every paid invoice of a customer, by its lines: they make the rows that the ledger keeps.
pub fn paid_invoices<'a>(
    history: &'a CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
) -> Vec<PaidInvoice<'a>> {
    let entries = by_subscription(history, prices);
    let verdicts = Verdicts::new(&entries, prices, rules);
    let invoices = history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid);
    let paid = invoices.map(|invoice| {
        let parts: Vec<_> = amounts(invoice, &verdicts).filter(|(_, _, minor)| *minor != 0).collect();
        let explained = parts.iter().fold(0_i64, |sum, (_, _, minor)| sum.saturating_add(*minor));
        let unexplained_minor = invoice.total_minor.saturating_sub(explained);
        PaidInvoice { invoice, at: paid_at(invoice), parts, unexplained_minor }
    });
    paid.collect()
}

fn paid_at(invoice: &Invoice) -> UnixSeconds {
    invoice.paid_at.unwrap_or(invoice.created_at)
}

/// All that a total is made of, one by one.
fn amounts<'a>(
    invoice: &'a Invoice,
    verdicts: &Verdicts<'_>,
) -> impl Iterator<Item = (PaidPart, Option<&'a InvoiceLine>, i64)> {
    // The total has taxes, shipping and credits that no line shows.
    let apart = [
        (Reason::Tax, invoice.tax_minor),
        (Reason::Shipping, invoice.shipping_minor),
        (Reason::BillingCredit, invoice.billing_credits_minor.saturating_neg()),
    ];
    let apart = apart.into_iter().map(|(reason, minor)| (PaidPart::LeftOut(reason), None, minor));
    let lines = invoice.lines.iter().map(move |line| {
        let net =
            line.amount_minor.saturating_sub(line.discount_minor).saturating_sub(line.inclusive_tax_minor);
        let part = match verdicts.of(line, Some(invoice)) {
            LineVerdict::Recurring | LineVerdict::Proration => PaidPart::Used,
            LineVerdict::ProrationCredit => PaidPart::LeftOut(Reason::ProrationCredit),
            LineVerdict::LeftOut(reason) => PaidPart::LeftOut(reason.into()),
        };
        (part, Some(line), net)
    });
    apart.chain(lines)
}

/// The parts of every paid invoice. Of each month and currency they and what is unexplained add up to the totals.
pub(super) fn paid(history: &CustomerHistory, verdicts: &Verdicts<'_>) -> (Vec<PaidRow>, Vec<Unexplained>) {
    let (mut rows, mut unexplained) = (Vec::new(), Vec::new());
    for invoice in history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid) {
        let at = paid_at(invoice);
        let currency = invoice.currency;
        let parts = Parts::of(invoice, verdicts);
        rows.push(PaidRow { at, currency, part: PaidPart::Used, amount_minor: parts.used_minor });
        let left_out = parts.left_out.into_iter().filter(|(_, amount_minor)| *amount_minor != 0);
        rows.extend(left_out.map(|(reason, amount_minor)| PaidRow {
            at,
            currency,
            part: PaidPart::LeftOut(reason),
            amount_minor,
        }));
        if parts.unexplained_minor != 0 {
            let (invoice, amount_minor) = (invoice.id.clone(), parts.unexplained_minor);
            unexplained.push(Unexplained { at, currency, invoice, amount_minor });
        }
    }
    rows.sort_unstable();
    unexplained.sort_unstable();
    (rows, unexplained)
}

struct Parts {
    used_minor: i64,
    left_out: Vec<(Reason, i64)>,
    unexplained_minor: i64,
}

impl Parts {
    fn of(invoice: &Invoice, verdicts: &Verdicts<'_>) -> Self {
        let mut parts = Self { used_minor: 0, left_out: Vec::new(), unexplained_minor: invoice.total_minor };
        for (part, _, amount_minor) in amounts(invoice, verdicts) {
            match part {
                PaidPart::Used => parts.count(amount_minor),
                PaidPart::LeftOut(reason) => parts.leave_out(reason, amount_minor),
            }
        }
        parts
    }

    fn count(&mut self, amount_minor: i64) {
        self.used_minor = self.used_minor.saturating_add(amount_minor);
        self.unexplained_minor = self.unexplained_minor.saturating_sub(amount_minor);
    }

    fn leave_out(&mut self, reason: Reason, amount_minor: i64) {
        self.unexplained_minor = self.unexplained_minor.saturating_sub(amount_minor);
        match self.left_out.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum = sum.saturating_add(amount_minor),
            None => self.left_out.push((reason, amount_minor)),
        }
    }
}

impl From<LeftOut> for Reason {
    fn from(reason: LeftOut) -> Self {
        match reason {
            LeftOut::NoSubscription => Self::NoSubscription,
            LeftOut::OneOff => Self::OneOff,
            LeftOut::UnknownPrice => Self::UnknownPrice,
            LeftOut::Metered => Self::Metered,
            LeftOut::Void => Self::Void,
            LeftOut::Uncollectible => Self::Uncollectible,
            LeftOut::Unpaid => Self::Unpaid,
            LeftOut::AwaitingPayment => Self::AwaitingPayment,
            LeftOut::Replaced => Self::Replaced,
            LeftOut::PaidTrial => Self::PaidTrial,
            LeftOut::NoChange => Self::NoChange,
        }
    }
}
