//! The columns of the statement.

use std::str::FromStr;

use super::MrrReason;
use super::own::Own;

/// Anything of the statement that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MrrColumn {
    /// Ours.
    Mrr,
    Reason(MrrReason),
    Unexplained,
    ProviderMrr,
    /// All reasons together.
    Difference,
}

impl MrrColumn {
    /// What a customer has in the column; `None`: the customer is not in it.
    pub(super) fn of(self, own: &Own) -> Option<i64> {
        let minor = match self {
            Self::Mrr => own.mrr_minor,
            Self::Reason(reason) => own.reason(reason),
            Self::Unexplained => own.unexplained_minor(),
            Self::ProviderMrr => own.provider_minor,
            Self::Difference => {
                // Reasons may cancel each other out, and are shown all the same.
                let has_any = !own.reasons.is_empty() || own.unexplained_minor() != 0;
                return has_any.then(|| own.provider_minor.saturating_sub(own.mrr_minor));
            }
        };
        (minor != 0).then_some(minor)
    }
}

impl FromStr for MrrColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mrr" => Ok(Self::Mrr),
            "unexplained" => Ok(Self::Unexplained),
            "provider_mrr" => Ok(Self::ProviderMrr),
            "difference" => Ok(Self::Difference),
            reason => reason.parse().map(Self::Reason),
        }
    }
}
