//! What transactions and adjustments came to in the currency of payouts. Paddle keeps no list of what moved the balance: each
//! entity has the fee that Paddle took of it and what is left as earnings, without the tax that Paddle pays to the authorities.

use model::billing::{Charge, ChargeStatus};
use model::{BalanceCategory, BalanceTransaction, Currency, RawObject, UnixSeconds};

use super::record::Record;
use super::transaction::transaction;
use crate::ReadError;
use crate::paddle::kind;

const TAX: &str = "/tax";
const CREDIT: &str = "/credit";
/// An entity moves the balance by its amount, by the tax in it, and by what was paid with credit.
pub const BALANCE_PARTS: &[&str] = &["", TAX, CREDIT];

/// How an entity that is processed moved the balance; not at all before.
///
/// # Errors
/// When one of its amounts cannot be understood.
pub fn balance_transactions(object: &RawObject) -> Result<Vec<BalanceTransaction>, ReadError> {
    let record = Record::of(object)?;
    if object.kind == kind::TRANSACTION { of_transaction(record) } else { of_adjustment(record) }
}

/// The payment that paid a transaction.
///
/// # Errors
/// When it was not paid, or cannot be read.
pub fn payment(object: &RawObject) -> Result<Charge, ReadError> {
    let record = Record::of(object)?;
    let missing = record.missing("/payments");
    let charges = transaction(record)?.charges.into_iter();
    charges.into_iter().find(|charge| charge.id.as_str() == object.id).ok_or(missing)
}

/// In the smallest unit of the currency of payouts.
#[derive(Debug)]
struct Payout {
    currency: Currency,
    /// With tax.
    total_minor: i64,
    /// The part of it that was to pay after credit, where that is said.
    grand_total_minor: Option<i64>,
    tax_minor: i64,
    fee_minor: i64,
    earnings_minor: i64,
    chargeback_fee_minor: i64,
}

impl Payout {
    /// # Errors
    /// When one of its amounts cannot be understood, or one is missing without which the others say nothing.
    fn of(record: &Record, field: &str) -> Result<Option<Self>, ReadError> {
        let Some(totals) = record.part(field) else { return Ok(None) };
        let tax_minor = totals.amount("/tax")?.unwrap_or(0);
        let fee_minor = totals.amount("/fee")?.unwrap_or(0);
        let earnings_minor = totals.need_amount("/earnings")?;
        let sum_minor = earnings_minor.saturating_add(fee_minor).saturating_add(tax_minor);
        Ok(Some(Self {
            currency: totals.need_currency("/currency_code")?,
            total_minor: totals.amount("/total")?.unwrap_or(sum_minor),
            grand_total_minor: totals.amount("/grand_total")?,
            tax_minor,
            fee_minor,
            earnings_minor,
            chargeback_fee_minor: totals.amount("/chargeback_fee/amount")?.unwrap_or(0),
        }))
    }
}

fn of_transaction(record: Record) -> Result<Vec<BalanceTransaction>, ReadError> {
    let Some(payout) = Payout::of(&record, "/details/payout_totals")? else { return Ok(Vec::new()) };
    let bill = transaction(record)?;
    let paid = bill.charges.iter().find(|charge| charge.status == ChargeStatus::Succeeded);
    let at = bill.invoice.paid_at.unwrap_or(bill.invoice.created_at);
    let id = bill.invoice.id.as_str();
    let amount_minor = match paid {
        Some(paid) if paid.currency == payout.currency => paid.amount_minor,
        Some(_) => payout.grand_total_minor.unwrap_or(payout.total_minor),
        None => 0,
    };
    Ok(Moved {
        id,
        at,
        category: if paid.is_some() { BalanceCategory::Charge } else { BalanceCategory::CustomerCredit },
        currency: payout.currency,
        amount_minor,
        fee_minor: payout.fee_minor,
        tax_minor: payout.tax_minor,
        net_minor: payout.earnings_minor,
    }
    .transactions())
}

fn of_adjustment(record: Record) -> Result<Vec<BalanceTransaction>, ReadError> {
    let Some(payout) = Payout::of(&record, "/payout_totals")? else { return Ok(Vec::new()) };
    let (category, sign) = match record.text("/action").as_deref() {
        Some("refund") => (BalanceCategory::Refund, -1),
        Some("chargeback" | "chargeback_warning") => (BalanceCategory::Dispute, -1),
        Some("chargeback_reverse" | "chargeback_warning_reverse") => (BalanceCategory::WonDispute, 1),
        Some("credit") => (BalanceCategory::CustomerCredit, -1),
        Some("credit_reverse") => (BalanceCategory::CustomerCredit, 1),
        _ => return Ok(Vec::new()),
    };
    // A refund waits for its approval. What another adjustment took back was made before.
    let is_made = record.is("/status", "approved")
        || record.is("/status", "reversed") && category != BalanceCategory::Refund;
    if !is_made {
        return Ok(Vec::new());
    }
    let at = record.instant("/created_at")?.ok_or_else(|| record.missing("/created_at"))?;
    // The fee of a chargeback is not part of what the adjustment says it costs.
    let charged_minor = if sign < 0 { payout.chargeback_fee_minor } else { 0 };
    Ok(Moved {
        id: &record.id,
        at,
        category,
        currency: payout.currency,
        amount_minor: sign * payout.total_minor,
        fee_minor: sign * payout.fee_minor + charged_minor,
        tax_minor: sign * payout.tax_minor,
        net_minor: sign * payout.earnings_minor - charged_minor,
    }
    .transactions())
}

/// How one entity moved the balance.
struct Moved<'a> {
    id: &'a str,
    at: UnixSeconds,
    category: BalanceCategory,
    currency: Currency,
    amount_minor: i64,
    fee_minor: i64,
    tax_minor: i64,
    /// What is left of it.
    net_minor: i64,
}

impl Moved<'_> {
    /// They add up to what is left: what neither fee nor tax explains was paid with credit, or became such.
    fn transactions(&self) -> Vec<BalanceTransaction> {
        let rest_minor = self.net_minor - (self.amount_minor - self.fee_minor - self.tax_minor);
        let one = |part: &str, category, amount_minor, fee_minor| BalanceTransaction {
            id: format!("{}{part}", self.id).into(),
            source: Some(self.id.to_owned()),
            category,
            created_at: self.at,
            currency: self.currency,
            amount_minor,
            fee_minor,
            net_minor: amount_minor - fee_minor,
        };
        let all = [
            one("", self.category, self.amount_minor, self.fee_minor),
            one(TAX, BalanceCategory::RemittedTax, -self.tax_minor, 0),
            one(CREDIT, BalanceCategory::CustomerCredit, rest_minor, 0),
        ];
        all.into_iter().filter(|one| one.amount_minor != 0 || one.fee_minor != 0).collect()
    }
}
