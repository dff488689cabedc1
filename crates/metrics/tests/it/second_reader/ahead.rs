//! What is ahead, read from the objects alone: which subscriptions are listed, on which day, and with how much.

use metrics::fx::Rates;
use metrics::query::{self, Filter, Reporting, UpcomingKind, UpcomingQuery};
use model::billing::{CustomerHistory, Period, Subscription, SubscriptionStatus};
use model::{Currency, Day, UnixSeconds};

use super::lives::{self, Merchant};
use super::rules;
use super::worth::{a_month, full_price};
use super::{MERCHANTS, ledger};

const DAY: i64 = 86_400;
/// 2024-07-01, at noon: within most lives.
const NOW: i64 = 1_719_835_200;

/// On which day, of which subscription, in which currency, with how much.
type Row = (Day, String, Currency, i64);

fn listed(merchant: &Merchant, what: UpcomingKind, (from, to): (Day, Day)) -> Vec<Row> {
    let asked = UpcomingQuery {
        what,
        from,
        to,
        filter: Filter::default(),
        currency: Reporting::Native,
        now: UnixSeconds(NOW),
        cursor: None,
        limit: usize::MAX,
    };
    let page = query::upcoming(&ledger(merchant), &Rates::default(), &asked).unwrap();
    let row = |one: query::Upcoming| (one.on, one.subscription_id, one.currency, one.mrr_minor);
    let mut rows: Vec<Row> = page.data.into_iter().map(row).collect();
    rows.sort_unstable();
    rows
}

fn day(at: i64) -> Day {
    Day(i32::try_from(at.div_euclid(DAY)).unwrap())
}

/// What one subscription is worth now by the second reader, in each currency.
fn worth_alone(merchant: &Merchant, history: &CustomerHistory, own: &Subscription) -> Vec<(Currency, i64)> {
    let mut alone = history.clone();
    alone.subscriptions.retain(|one| one.id == own.id);
    alone.invoices.retain(|one| one.lines.iter().any(|line| line.subscription.as_ref() == Some(&own.id)));
    alone.invoice_items.retain(|one| one.line.subscription.as_ref() == Some(&own.id));
    let mut worth = std::collections::BTreeMap::new();
    for (at, currency, minor) in rules::totals(&alone, &merchant.prices, merchant.rules) {
        if at.0 <= NOW {
            worth.insert(currency, minor);
        }
    }
    worth.into_iter().filter(|(_, minor)| *minor != 0).collect()
}

#[test]
fn what_is_set_to_end_is_listed_with_what_it_is_worth_alone() {
    let range = (day(NOW), day(NOW + 40 * DAY));
    let mut count = 0;
    for seed in 0..MERCHANTS {
        let mut merchant = lives::merchant(seed);
        let running = merchant.customers.iter_mut().flat_map(|history| &mut history.subscriptions);
        for (number, own) in (0..).zip(running.filter(|own| own.ended_at.is_none())) {
            // Some are beyond the range, some should have ended before.
            own.cancel_at = Some(UnixSeconds(NOW + (number * 7 % 60 - 5) * DAY));
        }
        let mut expected = Vec::new();
        for history in &merchant.customers {
            for own in &history.subscriptions {
                let Some(at) = own.cancel_at.filter(|at| at.0 >= NOW && day(at.0) <= range.1) else {
                    continue;
                };
                let worth = worth_alone(&merchant, history, own).into_iter();
                expected
                    .extend(worth.map(|(currency, minor)| (day(at.0), own.id.to_string(), currency, minor)));
            }
        }
        expected.sort_unstable();
        count += expected.len();
        assert_eq!(listed(&merchant, UpcomingKind::End, range), expected, "seed {seed}");
    }
    assert!(count > 50, "only {count} subscriptions were compared");
}

#[test]
fn renewals_are_listed_with_what_each_subscription_is_worth_alone() {
    use SubscriptionStatus::{Active, PastDue};
    let range = (day(NOW), day(NOW + 40 * DAY));
    let mut count = 0;
    for seed in 0..MERCHANTS {
        let mut merchant = lives::merchant(seed);
        for (number, own) in (0..).zip(merchant.customers.iter_mut().flat_map(|one| &mut one.subscriptions)) {
            let end = NOW + (number * 7 % 60 - 5) * DAY;
            for item in &mut own.items {
                item.current_period =
                    Some(Period { start: UnixSeconds(end - 30 * DAY), end: UnixSeconds(end) });
            }
            // Some are set to end with the period, some before, some after it.
            own.is_canceled_at_period_end = number % 5 == 0;
            own.is_collection_paused = number % 11 == 0;
            own.cancel_at = (number % 7 < 3).then_some(UnixSeconds(end + (number % 7 - 1) * DAY));
        }
        let mut expected = Vec::new();
        for history in &merchant.customers {
            for own in history.subscriptions.iter().filter(|own| matches!(own.status, Active | PastDue)) {
                let Some(end) =
                    own.items.iter().filter_map(|item| item.current_period).map(|one| one.end).min()
                else {
                    continue;
                };
                let goes_on = !own.is_collection_paused
                    && !own.is_canceled_at_period_end
                    && own.cancel_at.is_none_or(|at| at > end);
                if goes_on && end.0 >= NOW && day(end.0) <= range.1 {
                    let worth = worth_alone(&merchant, history, own).into_iter();
                    expected.extend(
                        worth.map(|(currency, minor)| (day(end.0), own.id.to_string(), currency, minor)),
                    );
                }
            }
        }
        expected.sort_unstable();
        count += expected.len();
        assert_eq!(listed(&merchant, UpcomingKind::Renewal, range), expected, "seed {seed}");
    }
    assert!(count > 50, "only {count} subscriptions were compared");
}

#[test]
fn trials_are_listed_with_what_their_prices_cost_a_month() {
    let range = (day(NOW), day(NOW + 7 * DAY));
    let mut count = 0;
    for seed in 0..MERCHANTS {
        let mut merchant = lives::merchant(seed);
        let mut expected = Vec::new();
        for (number, history) in (0..).zip(&mut merchant.customers) {
            let end = NOW + (number - 2) * DAY;
            let mut own = history.subscriptions.remove(0);
            own.status =
                if end > NOW { SubscriptionStatus::Trialing } else { SubscriptionStatus::Incomplete };
            own.trial = Some(Period { start: UnixSeconds(NOW - 14 * DAY), end: UnixSeconds(end) });
            (own.ended_at, own.canceled_at, own.pending_update) = (None, None, None);
            let currency = own.currency.unwrap();
            let of_item = |item: &model::billing::SubscriptionItem| {
                let price = merchant.prices.get(&item.price).unwrap();
                let recurrence = price.recurrence.unwrap();
                let (full, _) = full_price(price, currency, item.quantity);
                if recurrence.is_metered { 0 } else { a_month(full, recurrence) }
            };
            let minor = own.items.iter().map(of_item).sum();
            if end > NOW && day(end) <= range.1 {
                expected.push((day(end), own.id.to_string(), currency, minor));
            }
            *history = CustomerHistory { subscriptions: vec![own], ..CustomerHistory::default() };
        }
        expected.sort_unstable();
        count += expected.len();
        assert_eq!(listed(&merchant, UpcomingKind::TrialEnd, range), expected, "seed {seed}");
    }
    assert!(count > 100, "only {count} trials were compared");
}
