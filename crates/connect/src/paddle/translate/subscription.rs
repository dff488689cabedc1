//! Subscriptions.

use model::RawObject;
use model::billing::{ForeseenLine, Pause, Period, Subscription, SubscriptionItem, SubscriptionStatus};
use rust_decimal::Decimal;

use super::record::Record;
use crate::ReadError;

/// # Errors
/// When it has no customer, or a time or a number that cannot be understood.
pub(super) fn subscription(record: Record, object: &RawObject) -> Result<Subscription, ReadError> {
    let customer = record.text("/customer_id").or_else(|| object.counterparts.customer.clone());
    let customer = customer.ok_or_else(|| record.missing("/customer_id"))?;
    let status = status(record.text("/status").as_deref());
    let period = record.period("/current_billing_period")?;
    let next_billed_at = record.instant("/next_billed_at")?;
    // What is not billed again does not renew.
    let current_period = period.zip(next_billed_at).map(|(period, end)| Period { end, ..period });
    let (mut items, mut trial) = (Vec::new(), None);
    for item in record.list("/items") {
        if item.flag("/recurring") == Some(false) {
            continue;
        }
        let own = item.period("/trial_dates")?;
        trial = match (trial, own) {
            (Some(trial), Some(own)) => Some(joined(trial, own)),
            (trial, own) => trial.or(own),
        };
        // Items have no ids; each has a price of its own.
        let Some(price) = item.text("/price/id") else { continue };
        let quantity = item.number("/quantity")?.unwrap_or(Decimal::ONE);
        let of_price = SubscriptionItem::new(price.as_str().into(), price.as_str().into());
        items.push(SubscriptionItem { quantity, current_period, ..of_price });
    }
    let is_over = status == SubscriptionStatus::Canceled;
    let ended_at = record.instant("/canceled_at")?.or(record.instant("/updated_at")?).filter(|_| is_over);
    let will_end = record.is("/scheduled_change/action", "cancel");
    let paused_at = record.instant("/paused_at")?;
    let created_at = record.instant("/created_at")?.or(object.created_at);
    Ok(Subscription {
        created_at,
        started_at: record.instant("/started_at")?.or(created_at),
        ended_at,
        cancel_at: record.instant("/scheduled_change/effective_at")?.filter(|_| will_end),
        trial,
        currency: record.currency("/currency_code")?,
        items,
        imported_from: record.imported_from(),
        pauses: paused_at.into_iter().map(|start| Pause { start, end: ended_at }).collect(),
        ..Subscription::new(record.id.as_str().into(), customer.into(), status)
    })
}

/// What a subscription will bill of each price, from its recurring transaction details.
///
/// # Errors
/// When one of its amounts is missing or cannot be understood.
pub(super) fn foreseen(details: &Record) -> Result<Vec<ForeseenLine>, ReadError> {
    let mut foreseen = Vec::new();
    for line in details.list("/line_items") {
        let Some(price) = line.text("/price_id") else { continue };
        let discount = line.amount("/totals/discount")?.unwrap_or(0);
        let amount_minor = line.need_amount("/totals/subtotal")? - discount;
        foreseen.push(ForeseenLine { price: price.as_str().into(), amount_minor });
    }
    Ok(foreseen)
}

fn joined(one: Period, other: Period) -> Period {
    Period { start: one.start.min(other.start), end: one.end.max(other.end) }
}

fn status(word: Option<&str>) -> SubscriptionStatus {
    match word {
        Some("active") => SubscriptionStatus::Active,
        Some("trialing") => SubscriptionStatus::Trialing,
        Some("past_due") => SubscriptionStatus::PastDue,
        Some("paused") => SubscriptionStatus::Paused,
        Some("canceled") => SubscriptionStatus::Canceled,
        _ => SubscriptionStatus::Unknown,
    }
}
