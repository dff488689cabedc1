//! What was agreed beside what alerts about payments say: prices before and after a change, and what the plan says.
//!
//! Of a payment that no alert tells of there is only the sum. Where the price that was in force then is known by what it was
//! changed from, the sum shows whether tax came on top of it.

use model::{Currency, UnixSeconds};
use rust_decimal::Decimal;

use super::alert::{Alert, Paid, What};
use super::basis::rounded;
use super::bill::Payment;
use super::cadence;
use super::modifier::Modifier;
use super::plan::Plan;

const DAY_S: i64 = 86_400;

/// What is known of a subscription when its payments are read.
pub(super) struct Agreed<'a> {
    pub modifiers: &'a [Modifier],
    pub plan: Option<&'a Plan>,
    /// In order of time.
    changes: Vec<Change>,
}

/// Another price from an instant on, for all that is paid at a time.
struct Change {
    at: UnixSeconds,
    currency: Option<Currency>,
    old_minor: Option<i64>,
    new_minor: Option<i64>,
}

impl<'a> Agreed<'a> {
    /// `alerts`: in order of time.
    pub fn of(alerts: &[&Alert], modifiers: &'a [Modifier], plan: Option<&'a Plan>) -> Self {
        let changes = alerts.iter().filter_map(|alert| match &alert.what {
            What::Updated(terms) if terms.is_change => Some(Change {
                at: alert.at,
                currency: terms.currency,
                old_minor: terms.old_minor.and_then(rounded),
                new_minor: terms.price_minor().and_then(rounded),
            }),
            _ => None,
        });
        Self { modifiers, plan, changes: changes.collect() }
    }

    /// Whether a payment may be for a part of a period, or the net of an old and a new price: then it is not near to any.
    pub fn may_be_netted(&self, paid: &Paid, before: Option<&Payment>) -> bool {
        if paid.is_initial {
            return false;
        }
        let since = before.map(|before| before.at);
        let is_changed = self
            .changes
            .iter()
            .any(|change| change.at.0 <= paid.at.0 + DAY_S && since.is_none_or(|since| change.at > since));
        let own = self.plan.filter(|plan| paid.plan.as_ref() == Some(&plan.id));
        let ends = own.zip(paid.next_at);
        is_changed || ends.is_some_and(|(plan, next)| !cadence::is_whole(plan.recurrence, paid.at, next))
    }

    /// Whether tax is inside prices, by what was paid without an alert. `sums`: what modifiers may add; `price_minor`: what is
    /// agreed now.
    pub fn is_tax_inside(
        &self,
        paid: &Paid,
        payments: &[Payment],
        sums: &[i64],
        price_minor: i64,
    ) -> Option<bool> {
        let (before, after): (Vec<&Payment>, Vec<&Payment>) = payments
            .iter()
            .filter(|payment| payment.exact.is_none())
            .partition(|payment| payment.at <= paid.at);
        let nearest = before.into_iter().rev().chain(after);
        let of_currency = nearest.filter(|payment| payment.currency == paid.currency);
        let told = |payment: &Payment| {
            let price = self.price_minor(payment, price_minor)?;
            let extras = std::iter::once(&0).chain(sums);
            extras.into_iter().find_map(|extra| told_inside(paid, price + extra, payment.amount_minor))
        };
        of_currency.into_iter().find_map(told)
    }

    /// The price that was in force when something was paid; what is agreed now if nothing was changed.
    fn price_minor(&self, payment: &Payment, now_minor: i64) -> Option<i64> {
        let mut own = self.changes.iter().filter(|change| change.currency == Some(payment.currency));
        let Some(last) = own.clone().next_back() else { return Some(now_minor) };
        own.find(|change| change.at > payment.at).map_or(last.new_minor, |later| later.old_minor)
    }
}

/// Whether a sum is a price with the tax inside, or with as much on top as a payment had. `None`: it is neither.
fn told_inside(paid: &Paid, price_minor: i64, sum_minor: i64) -> Option<bool> {
    let (net, tax) = (paid.net_minor(), paid.tax_minor);
    if net <= 0 || tax <= 0 || price_minor <= 0 {
        return None;
    }
    let on_top = Decimal::from(price_minor).checked_mul(tax.into()).map(|tax| tax / Decimal::from(net));
    let off_minor = (sum_minor - price_minor - on_top.and_then(rounded)?).abs();
    // The rate is known as exactly as a rounded tax tells it.
    let inexact_minor = 1 + price_minor / net;
    if sum_minor == price_minor && off_minor > 0 {
        return Some(true);
    }
    (off_minor <= inexact_minor).then_some(false)
}
