//! What is behind a customer's part of the statement, invoice by invoice and line by line.

use jiff::tz::TimeZone;
use model::billing::CustomerHistory;
use model::{Currency, Day, InvoiceId, LedgerRules, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use super::ReconciledPart;
use crate::ledger::{PaidPart, PriceBook, paid_invoices};
use crate::months::Months;

/// An invoice that was paid in the month. Its lines add up to its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReconciledInvoice {
    /// The name of the connection that it is of, where there are several together.
    pub account: Option<String>,
    #[schema(value_type = String)]
    pub id: InvoiceId,
    pub number: Option<String>,
    #[schema(value_type = i64)]
    pub paid_at: UnixSeconds,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// With taxes, after discounts.
    pub total_minor: i64,
    pub lines: Vec<ReconciledLine>,
}

/// One amount that a total is made of. Never 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReconciledLine {
    /// The column that it is in: `used`, `unexplained`, or the reason that it was left out for.
    #[schema(value_type = String)]
    pub part: ReconciledPart,
    /// The provider's id of the invoice line. Taxes, shipping and credits are on none.
    pub id: Option<String>,
    pub description: Option<String>,
    /// Without taxes and discounts.
    pub amount_minor: i64,
}

/// What a customer paid in a month of a zone, in the order of payment.
pub fn invoices(
    history: &CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
    (month_on, currency): (Day, Currency),
    zone: &TimeZone,
) -> Vec<ReconciledInvoice> {
    let month = Months::of(month_on, month_on, zone).instants();
    let mut paid = paid_invoices(history, prices, rules);
    paid.retain(|paid| paid.invoice.currency == currency && month.contains(&paid.at));
    paid.sort_by_key(|paid| (paid.at, &paid.invoice.id));
    let shown = paid.into_iter().map(|paid| {
        let mut lines: Vec<ReconciledLine> = paid
            .parts
            .iter()
            .map(|(part, line, amount_minor)| ReconciledLine {
                part: (*part).into(),
                id: line.map(|line| line.id.to_string()),
                description: line.and_then(|line| line.description.clone()),
                amount_minor: *amount_minor,
            })
            .collect();
        if paid.unexplained_minor != 0 {
            let (part, amount_minor) = (ReconciledPart::Unexplained, paid.unexplained_minor);
            lines.push(ReconciledLine { part, id: None, description: None, amount_minor });
        }
        ReconciledInvoice {
            account: None,
            id: paid.invoice.id.clone(),
            number: paid.invoice.number.clone(),
            paid_at: paid.at,
            currency,
            total_minor: paid.invoice.total_minor,
            lines,
        }
    });
    shown.collect()
}

impl From<PaidPart> for ReconciledPart {
    fn from(part: PaidPart) -> Self {
        match part {
            PaidPart::Used => Self::Used,
            PaidPart::LeftOut(reason) => Self::LeftOut(reason),
        }
    }
}
