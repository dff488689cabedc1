//! One customer's part of the statement.

use model::billing::SubscriptionStatus;
use model::{Currency, MrrMethod, UnixSeconds};
use smallvec::SmallVec;

use super::MrrReason;
use crate::columns::{Chunk, Ledger, SubscriptionView};
use crate::ledger::ListPart;

/// One currency of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) currency: Currency,
    pub(super) mrr_minor: i64,
    pub(super) provider_minor: i64,
    /// In their order, none of them 0.
    pub(super) reasons: SmallVec<[(MrrReason, i64); 2]>,
}

/// What a subscription is worth in a currency, by its number in the chunk.
type OwnWorth = SmallVec<[((u32, Currency), i64); 2]>;

impl Own {
    fn new(currency: Currency) -> Self {
        Self { currency, mrr_minor: 0, provider_minor: 0, reasons: SmallVec::new() }
    }

    pub(super) fn unexplained_minor(&self) -> i64 {
        let explained =
            self.reasons.iter().fold(self.mrr_minor, |sum, (_, minor)| sum.saturating_add(*minor));
        self.provider_minor.saturating_sub(explained)
    }

    pub(super) fn reason(&self, reason: MrrReason) -> i64 {
        self.reasons.iter().find(|(own, _)| *own == reason).map_or(0, |(_, minor)| *minor)
    }

    fn add(&mut self, reason: MrrReason, minor: i64) {
        match self.reasons.binary_search_by_key(&reason, |(known, _)| *known) {
            Ok(place) => self.reasons[place].1 = self.reasons[place].1.saturating_add(minor),
            Err(place) => self.reasons.insert(place, (reason, minor)),
        }
    }

    fn is_something(&self) -> bool {
        self.mrr_minor != 0 || self.provider_minor != 0 || !self.reasons.is_empty()
    }
}

/// Reads one customer after the other.
pub(super) struct Reader {
    /// By the number of the plan.
    currencies: Vec<Currency>,
    method: MrrMethod,
    now: UnixSeconds,
}

impl Reader {
    pub(super) fn new(ledger: &Ledger, method: MrrMethod, now: UnixSeconds) -> Self {
        let currencies = ledger.catalog().plans().iter().map(|plan| plan.currency).collect();
        Self { currencies, method, now }
    }

    /// Everything up to now, a currency after the other.
    pub(super) fn of_customer(&self, chunk: &Chunk, customer: usize) -> SmallVec<[Own; 1]> {
        let mut all: SmallVec<[Own; 1]> = SmallVec::new();
        for ((subscription, currency), minor) in self.worth(chunk, customer) {
            let own = in_currency(&mut all, currency);
            own.mrr_minor = own.mrr_minor.saturating_add(minor);
            if let Some(reason) = not_counted(&chunk.subscription(subscription as usize), self.method) {
                own.add(reason, minor.saturating_neg());
            }
        }
        for row in chunk.list_rows(customer).take_while(|row| row.at <= self.now) {
            if not_counted(&chunk.subscription(row.subscription as usize), self.method).is_some() {
                continue;
            }
            let own = in_currency(&mut all, row.currency);
            match row.part {
                ListPart::Value => own.provider_minor = own.provider_minor.saturating_add(row.delta_minor),
                ListPart::Reason(reason) => own.add(reason, row.delta_minor),
            }
        }
        for own in &mut all {
            own.reasons.retain(|(_, minor)| *minor != 0);
        }
        all.retain(|own| own.is_something());
        all
    }

    /// Our value of each subscription.
    fn worth(&self, chunk: &Chunk, customer: usize) -> OwnWorth {
        let (rows, daily) = (chunk.rows(customer), chunk.daily(customer));
        let mut worth = OwnWorth::new();
        if let Some(plan) = daily.outline.plan()
            && daily.outline.is_of_one_subscription
            && daily.outline.ended_before(self.now)
        {
            // Nearly everybody has one line, which is worth what the customer is.
            let minor = daily.latest(daily.outline.last_on).0;
            let currency = self.currencies.get(plan as usize).filter(|_| minor != 0);
            worth.extend(currency.map(|currency| ((rows.subscription[0], *currency), minor)));
            return worth;
        }
        for (row, at) in rows.at.iter().enumerate() {
            if *at > self.now.0 {
                break;
            }
            let Some(currency) = self.currencies.get(rows.plan[row] as usize) else { continue };
            let key = (rows.subscription[row], *currency);
            match worth.iter_mut().find(|(known, _)| *known == key) {
                Some((_, minor)) => *minor = minor.saturating_add(rows.delta_minor[row]),
                None => worth.push((key, rows.delta_minor[row])),
            }
        }
        worth.retain(|(_, minor)| *minor != 0);
        worth
    }
}

fn in_currency(all: &mut SmallVec<[Own; 1]>, currency: Currency) -> &mut Own {
    let place = all.iter().position(|own| own.currency == currency).unwrap_or_else(|| {
        all.push(Own::new(currency));
        all.len() - 1
    });
    &mut all[place]
}

/// Why the provider does not count a subscription. `None`: it does.
fn not_counted(subscription: &SubscriptionView<'_>, method: MrrMethod) -> Option<MrrReason> {
    use SubscriptionStatus::{Canceled, IncompleteExpired, Trialing, Unknown};
    if method.statuses.contains(&subscription.status) {
        let has_left = subscription.ends_with_period && !method.counts_until_end;
        return has_left.then_some(MrrReason::SetToCancel);
    }
    Some(match subscription.status {
        Trialing => MrrReason::InTrial,
        Canceled | IncompleteExpired => MrrReason::Ended,
        // Only its bills are known, and no bill says when it started.
        Unknown if subscription.started_at.is_none() => MrrReason::Missing,
        _ => MrrReason::NotActive,
    })
}
