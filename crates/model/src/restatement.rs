//! Figures of past months that have changed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Currency, CustomerId, Day, InvoiceId};

/// A customer's MRR at the end of a closed month, compared with what was shown before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restatement {
    /// The first day of the month.
    pub month_on: Day,
    pub customer: CustomerId,
    pub currency: Currency,
    pub old_minor: i64,
    pub new_minor: i64,
    pub reason: RestatementReason,
    /// The invoice that it is about, where it is about one.
    pub invoice: Option<InvoiceId>,
}

/// Why a figure changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestatementReason {
    InvoiceVoided,
    InvoiceUncollectible,
    InvoiceGone,
    LateInvoice,
    BillingChanged,
    BackdatedChange,
    SubscriptionEnded,
    SubscriptionEndedUnpaid,
    SettingsChanged,
    RulesChanged,
}

impl RestatementReason {
    pub const ALL: [Self; 10] = [
        Self::InvoiceVoided,
        Self::InvoiceUncollectible,
        Self::InvoiceGone,
        Self::LateInvoice,
        Self::BillingChanged,
        Self::BackdatedChange,
        Self::SubscriptionEnded,
        Self::SubscriptionEndedUnpaid,
        Self::SettingsChanged,
        Self::RulesChanged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvoiceVoided => "invoice_voided",
            Self::InvoiceUncollectible => "invoice_uncollectible",
            Self::InvoiceGone => "invoice_gone",
            Self::LateInvoice => "late_invoice",
            Self::BillingChanged => "billing_changed",
            Self::BackdatedChange => "backdated_change",
            Self::SubscriptionEnded => "subscription_ended",
            Self::SubscriptionEndedUnpaid => "subscription_ended_unpaid",
            Self::SettingsChanged => "settings_changed",
            Self::RulesChanged => "rules_changed",
        }
    }

    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::InvoiceVoided => "An invoice that had counted was voided.",
            Self::InvoiceUncollectible => "An invoice that had counted was written off as uncollectible.",
            Self::InvoiceGone => "An invoice or a pending item that had counted no longer exists.",
            Self::LateInvoice => "A period was billed after the month was over.",
            Self::BillingChanged => "What had been billed was changed afterwards.",
            Self::BackdatedChange => {
                "A change to the subscription took effect on a day that had already been shown."
            }
            Self::SubscriptionEnded => "The subscription ended on a day that had already been shown.",
            Self::SubscriptionEndedUnpaid => "The subscription ended without the expected payment.",
            Self::SettingsChanged => "The connection's settings were changed.",
            Self::RulesChanged => "Calculated differently since a Chartsy update.",
        }
    }
}

impl fmt::Display for RestatementReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RestatementReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a reason for a restatement"))
    }
}
