//! Settings of a connection that affect its figures. Each default comes first in its definition.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Currency, WeekStart};

/// When a subscription's value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChurnAt {
    /// When service ends in the billing system.
    #[default]
    Ended,
    /// When cancellation was requested.
    Requested,
    /// At the end of the last paid period.
    PaidThrough,
}

impl ChurnAt {
    pub const ALL: [Self; 3] = [Self::Ended, Self::Requested, Self::PaidThrough];
}

/// The settings that change the ledger itself: if one changes, the ledger has to be rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct LedgerRules {
    pub churn_at: ChurnAt,
    /// Whether usage-based lines count as recurring.
    pub include_metered: bool,
    /// Whether an active subscription that was never billed counts from its start, at the price of its items.
    pub count_unbilled: bool,
}

impl LedgerRules {
    /// How many combinations of rules there are.
    pub const COUNT: usize = 12;

    /// Every combination of rules. Ledgers on disk name each by its place here: another order is another format.
    pub fn all() -> [Self; Self::COUNT] {
        std::array::from_fn(|place| Self {
            churn_at: ChurnAt::ALL[place % 3],
            include_metered: place / 3 % 2 == 1,
            count_unbilled: place / 6 == 1,
        })
    }
}

/// All settings of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Settings {
    #[serde(flatten)]
    pub rules: LedgerRules,
    /// An IANA name. Days, and with them months, follow this time zone.
    pub time_zone: Option<String>,
    /// `None`: the account's default currency.
    pub reporting_currency: Option<Currency>,
    pub week_start: WeekStart,
    /// Whether nothing that identifies a customer is stored: no names, contact or card details, no free text. The
    /// provider's ids, amounts and times are kept.
    pub gdpr: bool,
    /// For how many months a former customer's personal data is kept. `None`: forever.
    pub retention_months: Option<u16>,
}

/// How the connections of a workspace are shown together. What is `None` is as it is for the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct TogetherSettings {
    /// An IANA name.
    pub time_zone: Option<String>,
    pub reporting_currency: Option<Currency>,
    pub week_start: Option<WeekStart>,
    #[serde(flatten)]
    pub joining: JoinRules,
}

/// Which customers of several connections are one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinRules {
    /// Whether one that its provider imported from a connected account is the customer that it was there.
    pub join_imported: bool,
    /// Whether customers of different connections with the same email address are one.
    pub join_by_email: bool,
}

impl Default for JoinRules {
    fn default() -> Self {
        Self { join_imported: true, join_by_email: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("'{0}' is not a time zone: use an IANA name such as Europe/Berlin, or UTC")]
    UnknownTimeZone(String),
    #[error("personal data can be kept for 1 to {RETENTION_MONTHS_MAX} months, or forever")]
    Retention,
}

/// A hundred years.
const RETENTION_MONTHS_MAX: u16 = 1200;

impl Settings {
    /// The reporting time zone; UTC where none is set.
    ///
    /// # Errors
    /// When the name is not in the time zone database.
    pub fn zone(&self) -> Result<TimeZone, SettingsError> {
        match self.time_zone.as_deref() {
            None | Some("UTC") => Ok(TimeZone::UTC),
            Some(name) => TimeZone::get(name).map_err(|_| SettingsError::UnknownTimeZone(name.to_owned())),
        }
    }

    /// # Errors
    /// When the retention period is zero or too long.
    pub fn check_retention(&self) -> Result<(), SettingsError> {
        let fits = self.retention_months.is_none_or(|months| (1..=RETENTION_MONTHS_MAX).contains(&months));
        fits.then_some(()).ok_or(SettingsError::Retention)
    }

    /// These, of the first of several connections, as they are for all of them together.
    #[must_use]
    pub fn for_all(mut self, together: &TogetherSettings) -> Self {
        let TogetherSettings { time_zone, reporting_currency, week_start, joining: _ } = together.clone();
        self.time_zone = time_zone.or(self.time_zone);
        self.reporting_currency = reporting_currency.or(self.reporting_currency);
        self.week_start = week_start.unwrap_or(self.week_start);
        self
    }

    pub fn zone_name(&self) -> &str {
        self.time_zone.as_deref().unwrap_or("UTC")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn all_rules_are_there_once() {
        assert_eq!(HashSet::from(LedgerRules::all()).len(), LedgerRules::COUNT);
        assert_eq!(LedgerRules::all()[0], LedgerRules::default());
    }
}
