//! Where the money of paid invoices went: into recurring value, or left out of it and why.

use model::billing::{CustomerHistory, Invoice, InvoiceStatus};
use model::{Currency, InvoiceId, UnixSeconds};
use serde::Serialize;

use super::lines::Verdicts;
use super::{LeftOut, LineVerdict};

/// Why money of a paid invoice is not recurring value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// The parts of every paid invoice. Of each month and currency they and what is unexplained add up to the totals.
pub(super) fn paid(history: &CustomerHistory, verdicts: &Verdicts<'_>) -> (Vec<PaidRow>, Vec<Unexplained>) {
    let (mut rows, mut unexplained) = (Vec::new(), Vec::new());
    for invoice in history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid) {
        let at = invoice.paid_at.unwrap_or(invoice.created_at);
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
        // The total has taxes, shipping and credits that no line shows.
        let mut parts = Self { used_minor: 0, left_out: Vec::new(), unexplained_minor: invoice.total_minor };
        parts.leave_out(Reason::Tax, invoice.tax_minor);
        parts.leave_out(Reason::Shipping, invoice.shipping_minor);
        parts.leave_out(Reason::BillingCredit, invoice.billing_credits_minor.saturating_neg());
        for line in &invoice.lines {
            let net = line
                .amount_minor
                .saturating_sub(line.discount_minor)
                .saturating_sub(line.inclusive_tax_minor);
            match verdicts.of(line, Some(invoice)) {
                LineVerdict::Recurring | LineVerdict::Proration => parts.count(net),
                LineVerdict::ProrationCredit => parts.leave_out(Reason::ProrationCredit, net),
                LineVerdict::LeftOut(reason) => parts.leave_out(reason.into(), net),
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
