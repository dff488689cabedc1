//! Why what a provider counts of a subscription differs from what was billed for it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// In the order in which the statement goes through them: each changes one thing about what was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MrrReason {
    /// It is set to end with its period, and the provider no longer counts it.
    SetToCancel,
    /// It is in a trial.
    InTrial,
    /// It has ended, and our value runs on by the setting for churn.
    Ended,
    /// Its status is one that the provider does not count: paused, unpaid or incomplete.
    NotActive,
    /// Bills name it, and the provider no longer has it.
    Missing,
    /// Our value has ended by the setting for churn, and it still runs.
    CountedAsEnded,
    /// Usage, which only the setting for metered prices counts.
    Usage,
    /// It was never billed.
    NeverBilled,
    /// The collection of its payments is paused.
    CollectionPaused,
    /// The bill of its period was voided or written off.
    GivenUp,
    /// An item or a period that was not billed yet.
    NotBilled,
    /// An item that it no longer has, until the end of what was billed for it.
    ItemRemoved,
    /// A discount that ends. The provider counts the full price.
    EndingDiscount,
    /// A discount that it does not list, or no longer.
    OtherDiscount,
    /// A permanent discount that was not billed yet.
    NewDiscount,
    /// A tax inside the price that was not billed yet.
    Tax,
    /// Billed at another amount than its list price.
    OtherAmount,
    /// A quantity that was not billed yet.
    Quantity,
    /// A price that was not billed yet.
    Price,
    /// It is not known what its price costs.
    UnknownPrice,
    /// The last minor unit.
    Rounding,
}

impl MrrReason {
    /// The place in the list is the number on disk: only ever add at the end.
    pub const ALL: [Self; 21] = [
        Self::SetToCancel,
        Self::InTrial,
        Self::Ended,
        Self::NotActive,
        Self::Missing,
        Self::CountedAsEnded,
        Self::Usage,
        Self::NeverBilled,
        Self::CollectionPaused,
        Self::GivenUp,
        Self::NotBilled,
        Self::ItemRemoved,
        Self::EndingDiscount,
        Self::OtherDiscount,
        Self::NewDiscount,
        Self::Tax,
        Self::OtherAmount,
        Self::Quantity,
        Self::Price,
        Self::UnknownPrice,
        Self::Rounding,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SetToCancel => "set_to_cancel",
            Self::InTrial => "in_trial",
            Self::Ended => "ended",
            Self::NotActive => "not_active",
            Self::Missing => "missing",
            Self::CountedAsEnded => "counted_as_ended",
            Self::Usage => "usage",
            Self::NeverBilled => "never_billed",
            Self::CollectionPaused => "collection_paused",
            Self::GivenUp => "given_up",
            Self::NotBilled => "not_billed",
            Self::ItemRemoved => "item_removed",
            Self::EndingDiscount => "ending_discount",
            Self::OtherDiscount => "other_discount",
            Self::NewDiscount => "new_discount",
            Self::Tax => "tax",
            Self::OtherAmount => "other_amount",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::UnknownPrice => "unknown_price",
            Self::Rounding => "rounding",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::SetToCancel => "Set to cancel",
            Self::InTrial => "In a trial",
            Self::Ended => "Ended",
            Self::NotActive => "Paused, unpaid or incomplete",
            Self::Missing => "Subscriptions that no longer exist",
            Self::CountedAsEnded => "Counted as ended by your settings",
            Self::Usage => "Usage",
            Self::NeverBilled => "Never billed",
            Self::CollectionPaused => "Collection paused",
            Self::GivenUp => "Bills voided or written off",
            Self::NotBilled => "Not billed yet",
            Self::ItemRemoved => "Removed, but billed until later",
            Self::EndingDiscount => "Discounts that end",
            Self::OtherDiscount => "Other discounts",
            Self::NewDiscount => "New permanent discounts",
            Self::Tax => "Tax inside the price",
            Self::OtherAmount => "Billed at another price",
            Self::Quantity => "Quantity changed, not billed yet",
            Self::Price => "Price changed, not billed yet",
            Self::UnknownPrice => "Price not known",
            Self::Rounding => "Rounding",
        }
    }
}

impl fmt::Display for MrrReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MrrReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a reason of the statement"))
    }
}

impl Serialize for MrrReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
