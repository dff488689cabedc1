//! Subscriptions, which the API calls users.

use model::UnixSeconds;
use model::billing::{Card, CardExpiry, PaymentMeans, PaymentMethod, SubscriptionStatus};
use rust_decimal::Decimal;

use super::super::record::Record;
use super::plan::{self, Plan};
use crate::ReadError;

/// A subscription as the list has it: as it is now.
#[derive(Debug, Clone)]
pub(super) struct Agreement {
    pub id: String,
    pub user: String,
    pub status: SubscriptionStatus,
    pub signed_up_at: Option<UnixSeconds>,
    pub plan_id: Option<String>,
    /// The plan that it is of now.
    pub plan: Option<Plan>,
    pub quantity: Decimal,
    pub next_at: Option<UnixSeconds>,
    pub next_minor: Option<i64>,
    /// When it rests, or will.
    pub paused_at: Option<UnixSeconds>,
    pub method: Option<PaymentMethod>,
}

/// # Errors
/// When it has no buyer, or a time or a number that cannot be understood.
pub(super) fn agreement(record: &Record) -> Result<Agreement, ReadError> {
    let plan = record.part("plan").and_then(|own| plan::plan(&own).ok());
    let next = record.part("next_payment");
    let of_next = next.as_ref().map(|next| -> Result<_, ReadError> {
        let amount = next.need_currency("currency").and_then(|currency| next.minor("amount", currency));
        Ok((next.instant("date")?, amount.ok().flatten()))
    });
    let (next_at, next_minor) = of_next.transpose()?.unwrap_or_default();
    let status = status(record.text("state").as_deref());
    let paused_at = record.instant("paused_from")?.or(record.instant("paused_at")?);
    Ok(Agreement {
        id: record.text("subscription_id").unwrap_or_else(|| record.id.clone()),
        user: record.text("user_id").ok_or_else(|| record.missing("user_id"))?,
        status,
        signed_up_at: record.instant("signup_date")?,
        plan_id: record.text("plan_id").or_else(|| plan.as_ref().map(|plan| plan.id.clone())),
        plan,
        quantity: record.number("quantity")?.unwrap_or(Decimal::ONE),
        next_at,
        next_minor,
        paused_at,
        method: method(record),
    })
}

pub(super) fn status(word: Option<&str>) -> SubscriptionStatus {
    match word {
        Some("active") => SubscriptionStatus::Active,
        Some("trialing") => SubscriptionStatus::Trialing,
        Some("past_due") => SubscriptionStatus::PastDue,
        Some("paused") => SubscriptionStatus::Paused,
        Some("deleted") => SubscriptionStatus::Canceled,
        _ => SubscriptionStatus::Unknown,
    }
}

/// `payment_information`; the expiry is written `07/2027`.
fn method(record: &Record) -> Option<PaymentMethod> {
    let information = record.part("payment_information")?;
    let means = if information.is("payment_method", "card") {
        let expiry = information.text("expiry_date").and_then(|date| {
            let (month, year) = date.split_once('/')?;
            CardExpiry::new(year.trim().parse().ok()?, month.trim().parse().ok()?)
        });
        expiry.map_or(PaymentMeans::Unknown, |expiry| {
            let (brand, last4) = (information.text("card_type"), information.text("last_four_digits"));
            PaymentMeans::Card(Card { brand, last4, expiry })
        })
    } else {
        PaymentMeans::NoCard
    };
    Some(PaymentMethod { id: format!("{}-method", record.id), means })
}
