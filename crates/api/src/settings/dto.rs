//! Settings, as the API takes and shows them.

use model::{ChurnAt, Currency, CurrencyError, LedgerRules, Settings, WeekStart};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Settings)]
pub struct SettingsView {
    pub churn_at: ChurnAt,
    /// Whether usage-based lines count as recurring.
    pub include_metered: bool,
    /// Whether an active subscription that was never billed counts from its start, at the price of its items. Omit it
    /// to leave it unchanged.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub count_unbilled: Option<bool>,
    /// An IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// Absent: the account's default currency.
    pub reporting_currency: Option<String>,
    pub week_start: WeekStart,
    /// Whether nothing that identifies a customer is stored. Switching it on erases what is there; after switching it
    /// off, it comes back as objects change. Omit it to leave it unchanged.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub gdpr: Option<bool>,
    /// For how many months a former customer's personal data is kept, 1 to 1200; `null`: forever. Omit it to leave it
    /// unchanged.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>, required = false)]
    pub retention_months: Option<Option<u16>>,
}

/// What is left out is not the same as `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u16>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<&Settings> for SettingsView {
    fn from(settings: &Settings) -> Self {
        Self {
            churn_at: settings.rules.churn_at,
            include_metered: settings.rules.include_metered,
            count_unbilled: Some(settings.rules.count_unbilled),
            time_zone: settings.zone_name().to_owned(),
            reporting_currency: settings.reporting_currency.map(|currency| currency.to_string()),
            week_start: settings.week_start,
            gdpr: Some(settings.gdpr),
            retention_months: Some(settings.retention_months),
        }
    }
}

impl SettingsView {
    /// # Errors
    /// When the time zone or the currency is none, naming the field.
    pub fn settings(&self, current: &Settings) -> Result<Settings, Problem> {
        let settings = Settings {
            rules: LedgerRules {
                churn_at: self.churn_at,
                include_metered: self.include_metered,
                count_unbilled: self.count_unbilled.unwrap_or(current.rules.count_unbilled),
            },
            time_zone: Some(self.time_zone.clone()),
            reporting_currency: currency(self.reporting_currency.as_deref())?,
            week_start: self.week_start,
            gdpr: self.gdpr.unwrap_or(current.gdpr),
            retention_months: self.retention_months.unwrap_or(current.retention_months),
        };
        settings.check_retention().map_err(|error| Problem::field("retention_months", error.to_string()))?;
        settings.zone().map_err(|error| Problem::field("time_zone", error.to_string()))?;
        Ok(settings)
    }
}

/// # Errors
/// When it is none.
pub(crate) fn currency(text: Option<&str>) -> Result<Option<Currency>, Problem> {
    let currency = text.map(str::parse).transpose();
    currency.map_err(|error: CurrencyError| Problem::field("reporting_currency", error.to_string()))
}
