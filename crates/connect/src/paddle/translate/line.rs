//! The lines of a transaction, and what each says of the value of its price.

use model::billing::{InvoiceLine, LineEffect, Period};
use model::{Currency, SubscriptionId, UnixSeconds};
use rust_decimal::Decimal;

use super::record::Record;
use crate::ReadError;

/// Since then a change is billed as the difference. Before, it was billed in full, and the old price came back by an
/// adjustment. Paddle's changelog, "Proration improvements".
pub(super) const DIFFERENCES_SINCE: UnixSeconds = UnixSeconds(1_710_115_200); // 2024-03-11

/// The transaction that a line is on.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub origin: Option<String>,
    pub currency: Currency,
    pub created_at: UnixSeconds,
    pub billed_at: UnixSeconds,
    pub period: Option<Period>,
    pub subscription: Option<SubscriptionId>,
}

/// A line, the `number`th of its transaction.
///
/// # Errors
/// When one of its amounts is missing, or it has a time or a number that cannot be understood.
pub(super) fn line(line: &Record, number: usize, around: &Around) -> Result<InvoiceLine, ReadError> {
    let (effect, period) = around.effect(line)?;
    let id = line.text("/id").unwrap_or_else(|| format!("{}-{number}", line.id));
    let amount_minor = line.need_amount("/totals/subtotal")?;
    let quantity = line.number("/quantity")?.unwrap_or(Decimal::ONE);
    Ok(InvoiceLine {
        description: line.text("/product/name"),
        discount_minor: line.amount("/totals/discount")?.unwrap_or(0),
        is_proration: is_change(effect),
        is_proration_credit: is_change(effect) && amount_minor < 0,
        quantity,
        price: line.text("/price_id").map(Into::into),
        subscription: around.subscription.clone(),
        effect,
        ..InvoiceLine::new(id.into(), amount_minor, around.currency, period)
    })
}

fn is_change(effect: LineEffect) -> bool {
    matches!(effect, LineEffect::Adds { .. } | LineEffect::Replaces { .. } | LineEffect::Removes)
}

impl Around {
    fn is_origin(&self, origin: &str) -> bool {
        self.origin.as_deref() == Some(origin)
    }

    fn effect(&self, line: &Record) -> Result<(LineEffect, Period), ReadError> {
        let share = line.number("/proration/rate")?;
        let window = line.period("/proration/billing_period")?;
        let billed = Period { start: self.billed_at, end: self.billed_at };
        let whole = self.period.or(window).unwrap_or(billed);
        if self.is_origin("subscription_charge") {
            return Ok((LineEffect::Once, whole));
        }
        if self.is_origin("subscription_payment_method_change") || share.is_some_and(|share| share.is_zero())
        {
            return Ok((LineEffect::Nothing, window.unwrap_or(whole)));
        }
        if share.is_some_and(|share| share.is_sign_negative()) {
            return Err(line.wrong("/proration/rate"));
        }
        let is_change = self.is_origin("subscription_update");
        let share_of_own = window.filter(|window| is_change || Some(*window) != self.period);
        // A first bill may have no period of its own but that of its lines.
        let share_of_own = share_of_own.filter(|_| is_change || self.period.is_some());
        Ok(match share_of_own {
            Some(window) => (self.change(share.unwrap_or(Decimal::ONE)), window),
            // Billed in full, which was never done but for what is new.
            None if is_change => {
                let end = whole.end.max(self.billed_at);
                let share = share.unwrap_or(Decimal::ONE);
                (LineEffect::Adds { share }, Period { start: self.billed_at, end })
            }
            None => (LineEffect::Sets, whole),
        })
    }

    fn change(&self, share: Decimal) -> LineEffect {
        if self.created_at < DIFFERENCES_SINCE && self.is_origin("subscription_update") {
            LineEffect::Replaces { share }
        } else {
            LineEffect::Adds { share }
        }
    }
}
