//! Adjustments: refunds, credits and chargebacks, and what takes them back. Their amounts are positive and mean less.

use model::billing::{CreditNote, CustomerHistory, Dispute, DisputeStatus, InvoiceStatus, Period, Refund};
use model::{Currency, CustomerId, InvoiceId, UnixSeconds};
use rust_decimal::Decimal;

use super::record::Record;
use crate::ReadError;

#[derive(Debug)]
pub(super) struct Adjustment {
    id: String,
    action: Option<String>,
    status: Option<String>,
    customer: Option<CustomerId>,
    transaction: Option<InvoiceId>,
    /// It is left to the customer for later bills.
    is_on_balance: bool,
    currency: Currency,
    /// Without tax.
    net_minor: i64,
    pub created_at: UnixSeconds,
    /// The rest of periods that it gives back.
    pub rests: Vec<ProrationCredit>,
}

/// The rest of a period that a change gives back of a line that was billed before.
#[derive(Debug)]
pub(super) struct ProrationCredit {
    pub id: String,
    /// The line that is given back.
    pub line: String,
    pub net_minor: i64,
    pub period: Period,
}

/// # Errors
/// When it has no currency, amount or time, or one that cannot be understood.
pub(super) fn adjustment(record: Record) -> Result<Adjustment, ReadError> {
    let created_at = record.instant("/created_at")?.ok_or_else(|| record.missing("/created_at"))?;
    let mut rests = Vec::new();
    for (number, item) in record.list("/items").iter().enumerate() {
        if !item.is("/type", "proration") {
            continue;
        }
        let Some(line) = item.text("/item_id") else { continue };
        let period = item.period("/proration/billing_period")?;
        let is_some = item.number("/proration/rate")?.is_none_or(|rate| rate > Decimal::ZERO);
        let Some(period) = period.filter(|_| is_some) else { continue };
        let id = item.text("/id").unwrap_or_else(|| format!("{}-{number}", record.id));
        let net_minor = item.amount("/totals/subtotal")?.or(item.amount("/amount")?).unwrap_or(0);
        rests.push(ProrationCredit { id, line, net_minor, period });
    }
    Ok(Adjustment {
        action: record.text("/action"),
        status: record.text("/status"),
        customer: record.text("/customer_id").map(Into::into),
        transaction: record.text("/transaction_id").map(Into::into),
        is_on_balance: record.flag("/credit_applied_to_balance") == Some(true),
        currency: record.need_currency("/currency_code")?,
        net_minor: record.need_amount("/totals/subtotal")?,
        created_at,
        rests,
        id: record.id,
    })
}

impl Adjustment {
    pub fn is_credit(&self) -> bool {
        self.action.as_deref() == Some("credit") && self.is_made()
    }

    /// One that was taken back by another had its effect until then.
    fn is_made(&self) -> bool {
        matches!(self.status.as_deref(), Some("approved" | "reversed"))
    }

    /// What it is in our words, beside the bills, which are there already. One with an action that is not known is nothing.
    pub fn add_to(&self, history: &mut CustomerHistory) {
        match self.action.as_deref() {
            Some("refund") => history.refunds.push(Refund {
                id: self.id.as_str().into(),
                charge: self.transaction.as_ref().map(|transaction| transaction.as_str().into()),
                payment_intent: None,
                is_succeeded: self.status.as_deref() == Some("approved"),
                currency: self.currency,
                amount_minor: self.net_minor,
                created_at: self.created_at,
            }),
            Some("credit") => {
                let note = self.credit_note(1, history);
                history.credit_notes.push(note);
            }
            Some("credit_reverse") => {
                let note = self.credit_note(-1, history);
                history.credit_notes.push(note);
            }
            Some("chargeback" | "chargeback_warning") if self.is_made() => {
                history.disputes.push(self.dispute(1));
            }
            Some("chargeback_reverse" | "chargeback_warning_reverse") if self.is_made() => {
                history.disputes.push(self.dispute(-1));
            }
            _ => {}
        }
    }

    /// A credit lessens revenue once its bill counts there, in full, or if it lessens a later one. Of a bill that is not known
    /// nothing speaks against it.
    fn is_counted_on(&self, history: &CustomerHistory) -> bool {
        let mut bills = history.invoices.iter();
        let bill = bills.find(|bill| Some(&bill.id) == self.transaction.as_ref());
        self.is_on_balance || bill.is_none_or(|bill| bill.status == InvoiceStatus::Paid)
    }

    fn credit_note(&self, sign: i64, history: &CustomerHistory) -> CreditNote {
        CreditNote {
            id: self.id.as_str().into(),
            invoice: self.transaction.clone(),
            customer: self.customer.clone(),
            is_void: !self.is_made() || !self.is_counted_on(history),
            currency: self.currency,
            created_at: self.created_at,
            post_payment_minor: sign * self.net_minor,
            refunded_minor: 0,
        }
    }

    /// Its money moves on its own day.
    fn dispute(&self, sign: i64) -> Dispute {
        Dispute {
            id: self.id.as_str().into(),
            charge: self.transaction.as_ref().map(|transaction| transaction.as_str().into()),
            status: DisputeStatus::Lost,
            currency: self.currency,
            amount_minor: sign * self.net_minor,
            created_at: self.created_at,
            won_back_minor: 0,
            moved_at: Some(self.created_at),
        }
    }
}
