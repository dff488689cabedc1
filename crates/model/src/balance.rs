//! What moved the balance that a provider keeps for an account.

use serde::{Serialize, Serializer};

use crate::{BalanceTransactionId, Currency, UnixSeconds};

/// One entry of the balance. It names no customer, only what it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceTransaction {
    pub id: BalanceTransactionId,
    /// The provider's id of the charge, refund, dispute or payout that it was made for.
    pub source: Option<String>,
    pub category: BalanceCategory,
    pub created_at: UnixSeconds,
    /// The balance's, into which the provider has converted the amount.
    pub currency: Currency,
    /// Below zero where money left the balance.
    pub amount_minor: i64,
    /// Below zero where a fee was given back.
    pub fee_minor: i64,
    /// The amount less the fee.
    pub net_minor: i64,
}

/// Why the balance changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BalanceCategory {
    /// A payment.
    Charge,
    /// The part of a payment that was booked and then not captured.
    PartialCapture,
    /// A payment that failed after it was booked.
    FailedCharge,
    Refund,
    /// A refund that failed: its money came back.
    FailedRefund,
    Dispute,
    /// What a dispute took and was given back.
    WonDispute,
    /// A fee that is charged by itself and not with a payment.
    ServiceFee,
    /// Tax on fees.
    Tax,
    /// A share of the payments of other accounts.
    ApplicationFee,
    /// Paid for a good cause with each payment.
    Contribution,
    /// Held back, or released.
    Reserve,
    /// Lent, paid out of it or paid back.
    Financing,
    /// Brought in from the account's own bank.
    TopUp,
    Adjustment,
    /// Sent to the account's own bank, or returned from it.
    Payout,
    /// Sent to another account of the provider, or returned from it.
    Transfer,
    Other,
    /// The tax in payments and refunds, where the provider is the seller and pays it to the authorities.
    RemittedTax,
    /// What customers paid by credit that the merchant owed them, or got as such credit.
    CustomerCredit,
}

impl BalanceCategory {
    pub const ALL: [Self; 20] = [
        Self::Charge,
        Self::PartialCapture,
        Self::FailedCharge,
        Self::Refund,
        Self::FailedRefund,
        Self::Dispute,
        Self::WonDispute,
        Self::ServiceFee,
        Self::Tax,
        Self::ApplicationFee,
        Self::Contribution,
        Self::Reserve,
        Self::Financing,
        Self::TopUp,
        Self::Adjustment,
        Self::Payout,
        Self::Transfer,
        Self::Other,
        Self::RemittedTax,
        Self::CustomerCredit,
    ];

    /// Whether it only moves money that was already counted to another place.
    pub fn is_moved_elsewhere(self) -> bool {
        matches!(self, Self::Payout | Self::Transfer)
    }

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::PartialCapture => "partial_capture",
            Self::FailedCharge => "failed_charge",
            Self::Refund => "refund",
            Self::FailedRefund => "failed_refund",
            Self::Dispute => "dispute",
            Self::WonDispute => "won_dispute",
            Self::ServiceFee => "service_fee",
            Self::Tax => "tax",
            Self::ApplicationFee => "application_fee",
            Self::Contribution => "contribution",
            Self::Reserve => "reserve",
            Self::Financing => "financing",
            Self::TopUp => "top_up",
            Self::Adjustment => "adjustment",
            Self::Payout => "payout",
            Self::Transfer => "transfer",
            Self::Other => "other",
            Self::RemittedTax => "remitted_tax",
            Self::CustomerCredit => "customer_credit",
        }
    }
}

impl Serialize for BalanceCategory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
