//! The lines of the statement, and what a balance transaction adds to which of them.

use std::fmt;
use std::str::FromStr;

use model::{BalanceCategory, Currency};
use serde::{Serialize, Serializer};

use crate::columns::{BalanceRow, PaymentFacts};
use crate::months::Months;

/// In the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CashLine {
    /// Collected, but in no balance: the charge names no balance transaction.
    NotBooked,
    /// Collected in one month and booked in another.
    OtherMonths,
    /// Collected in one currency and booked in another: out of the one, and into the other as the provider converted it.
    OtherCurrencies,
    /// Booked for a charge that is not among the payments collected: it is missing, or it failed later.
    UncountedPayments,
    FailedCharges,
    Refunds,
    FailedRefunds,
    Disputes,
    WonDisputes,
    /// As the metric `fees`.
    Fees,
    /// Fees of payouts and transfers, which are not part of net cash.
    FeesOfPayouts,
    ServiceFees,
    Taxes,
    /// The tax in payments and refunds, where the provider pays it to the authorities.
    RemittedTaxes,
    /// Bills that were paid by credit, less credit that was given.
    CustomerCredit,
    ApplicationFees,
    Contributions,
    Reserves,
    Financing,
    TopUps,
    Adjustments,
    Other,
    /// A transaction that differs from its payment, or whose net is not its amount less its fee.
    Unexplained,
}

/// What a transaction adds to one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CashPart {
    pub(super) month: usize,
    pub(super) currency: Currency,
    pub(super) line: CashLine,
    pub(super) amount_minor: i64,
}

/// Everything that a transaction adds to the statement, within the months that are asked for.
pub(super) fn parts(
    row: &BalanceRow<'_>,
    payment: Option<&PaymentFacts>,
    months: &Months,
) -> impl Iterator<Item = CashPart> + use<> {
    let booked = months.place(row.at);
    let mut parts: [Option<CashPart>; 6] = [None; 6];
    let mut used = parts.iter_mut();
    let mut push = |month: Option<usize>, currency, line, amount_minor: i64| {
        if let (Some(month), true) = (month, amount_minor != 0)
            && let Some(place) = used.next()
        {
            *place = Some(CashPart { month, currency, line, amount_minor });
        }
    };
    push(booked, row.currency, CashLine::Fees, row.fee_minor.saturating_neg());
    if row.category.is_moved_elsewhere() {
        push(booked, row.currency, CashLine::FeesOfPayouts, row.fee_minor);
        return parts.into_iter().flatten();
    }
    let missing = row.net_minor.saturating_sub(row.amount_minor.saturating_sub(row.fee_minor));
    push(booked, row.currency, CashLine::Unexplained, missing);
    match payment {
        None => push(booked, row.currency, line_of(row.category), row.amount_minor),
        Some(payment) => {
            let collected = months.place(payment.at);
            if collected != booked {
                push(
                    collected,
                    payment.currency,
                    CashLine::OtherMonths,
                    payment.amount_minor.saturating_neg(),
                );
                push(booked, payment.currency, CashLine::OtherMonths, payment.amount_minor);
            }
            if payment.currency == row.currency {
                let more = row.amount_minor.saturating_sub(payment.amount_minor);
                push(booked, row.currency, CashLine::Unexplained, more);
            } else {
                let given = payment.amount_minor.saturating_neg();
                push(booked, payment.currency, CashLine::OtherCurrencies, given);
                push(booked, row.currency, CashLine::OtherCurrencies, row.amount_minor);
            }
        }
    }
    parts.into_iter().flatten()
}

/// The line of a transaction that was not made for a known payment.
fn line_of(category: BalanceCategory) -> CashLine {
    match category {
        BalanceCategory::Charge => CashLine::UncountedPayments,
        // The other half is in the charge's own transaction, which is larger than what was captured.
        BalanceCategory::PartialCapture => CashLine::Unexplained,
        BalanceCategory::FailedCharge => CashLine::FailedCharges,
        BalanceCategory::Refund => CashLine::Refunds,
        BalanceCategory::FailedRefund => CashLine::FailedRefunds,
        BalanceCategory::Dispute => CashLine::Disputes,
        BalanceCategory::WonDispute => CashLine::WonDisputes,
        BalanceCategory::ServiceFee => CashLine::ServiceFees,
        BalanceCategory::Tax => CashLine::Taxes,
        BalanceCategory::RemittedTax => CashLine::RemittedTaxes,
        BalanceCategory::CustomerCredit => CashLine::CustomerCredit,
        BalanceCategory::ApplicationFee => CashLine::ApplicationFees,
        BalanceCategory::Contribution => CashLine::Contributions,
        BalanceCategory::Reserve => CashLine::Reserves,
        BalanceCategory::Financing => CashLine::Financing,
        BalanceCategory::TopUp => CashLine::TopUps,
        BalanceCategory::Adjustment => CashLine::Adjustments,
        BalanceCategory::Payout | BalanceCategory::Transfer | BalanceCategory::Other => CashLine::Other,
    }
}

impl CashLine {
    pub const ALL: [Self; 23] = [
        Self::NotBooked,
        Self::OtherMonths,
        Self::OtherCurrencies,
        Self::UncountedPayments,
        Self::FailedCharges,
        Self::Refunds,
        Self::FailedRefunds,
        Self::Disputes,
        Self::WonDisputes,
        Self::Fees,
        Self::FeesOfPayouts,
        Self::ServiceFees,
        Self::Taxes,
        Self::RemittedTaxes,
        Self::CustomerCredit,
        Self::ApplicationFees,
        Self::Contributions,
        Self::Reserves,
        Self::Financing,
        Self::TopUps,
        Self::Adjustments,
        Self::Other,
        Self::Unexplained,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotBooked => "not_booked",
            Self::OtherMonths => "other_months",
            Self::OtherCurrencies => "other_currencies",
            Self::UncountedPayments => "uncounted_payments",
            Self::FailedCharges => "failed_charges",
            Self::Refunds => "refunds",
            Self::FailedRefunds => "failed_refunds",
            Self::Disputes => "disputes",
            Self::WonDisputes => "won_disputes",
            Self::Fees => "fees",
            Self::FeesOfPayouts => "fees_of_payouts",
            Self::ServiceFees => "service_fees",
            Self::Taxes => "taxes",
            Self::RemittedTaxes => "remitted_taxes",
            Self::CustomerCredit => "customer_credit",
            Self::ApplicationFees => "application_fees",
            Self::Contributions => "contributions",
            Self::Reserves => "reserves",
            Self::Financing => "financing",
            Self::TopUps => "top_ups",
            Self::Adjustments => "adjustments",
            Self::Other => "other",
            Self::Unexplained => "unexplained",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotBooked => "In no balance",
            Self::OtherMonths => "Booked in another month",
            Self::OtherCurrencies => "Converted",
            Self::UncountedPayments => "Payments not counted",
            Self::FailedCharges => "Payments that failed",
            Self::Refunds => "Refunds",
            Self::FailedRefunds => "Refunds that failed",
            Self::Disputes => "Disputes",
            Self::WonDisputes => "Disputes won",
            Self::Fees => "Fees",
            Self::FeesOfPayouts => "Fees of payouts and transfers",
            Self::ServiceFees => "Other fees",
            Self::Taxes => "Taxes on fees",
            Self::RemittedTaxes => "Sales taxes remitted",
            Self::CustomerCredit => "Customer credit",
            Self::ApplicationFees => "Application fees",
            Self::Contributions => "Contributions",
            Self::Reserves => "Reserves",
            Self::Financing => "Financing",
            Self::TopUps => "Top-ups",
            Self::Adjustments => "Adjustments",
            Self::Other => "Other",
            Self::Unexplained => "Unexplained",
        }
    }
}

impl fmt::Display for CashLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CashLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|line| line.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a line of the statement"))
    }
}

impl Serialize for CashLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
