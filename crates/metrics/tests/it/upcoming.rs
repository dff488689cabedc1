//! What is ahead: trials that end, renewals, and subscriptions that are set to end.

use jiff::tz::TimeZone;
use metrics::fx::Rates;
use metrics::ledger::Apart;
use metrics::query::{
    self, Filter, Query, QueryError, Reporting, UpcomingKind, UpcomingPage, UpcomingQuery, Value, days_ahead,
};
use model::billing::{Period, SubscriptionStatus};
use model::{Currency, Day, Interval, UnixSeconds};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};
use super::world::{Change, TestEnding, TestTrial, World, at, currency, day, metric, steady_dollar};

/// A trial that began on 2024-06-01, and what it would be worth.
fn add_trial(world: &mut World, id: &str, end: &str, code: &str, value_minor: i64) {
    let (start, end) = (at("2024-06-01"), at(end));
    let subscription = format!("sub_{id}");
    let price = format!("price_{code}_0");
    let change = |at: UnixSeconds, value_minor: i64| Change {
        at,
        subscription: subscription.clone(),
        price: price.clone(),
        currency: currency(code),
        value_minor,
        cause: metrics::ledger::ChangeCause::default(),
    };
    let changes = [change(start, value_minor), change(end, 0)].map(|change| (Apart::Trials, change));
    let customer = world.customer(id);
    customer.apart.extend(changes);
    customer.statuses.push((subscription.clone(), SubscriptionStatus::Trialing));
    let items = vec![(price, currency(code), value_minor)];
    customer.trials.push(TestTrial { subscription, period: Period { start, end }, items });
}

/// Now is 2024-06-10, at noon.
fn example() -> World {
    let mut world = World::default()
        .with("leaves", "usd", &[("2024-01-10", 1_000)])
        .with("leaves_too", "eur", &[("2024-01-10", 3_000)])
        .with("leaves_late", "usd", &[("2024-01-10", 5_000)])
        .with("was_to_leave", "usd", &[("2024-01-10", 700)])
        .with("stays", "usd", &[("2024-01-10", 9_000)]);
    for (id, on) in [
        ("leaves", "2024-06-14"),
        ("leaves_too", "2024-06-14"),
        ("leaves_late", "2024-08-01"),
        ("was_to_leave", "2024-06-09"),
    ] {
        world.customer(id).cancels.push((format!("sub_{id}"), at(on)));
    }
    let feedback = Some("too_expensive".to_owned());
    let ending = TestEnding { subscription: "sub_leaves".to_owned(), reason: None, feedback };
    world.customer("leaves").endings.push(ending);
    add_trial(&mut world, "today", "2024-06-10T18:00:00Z", "usd", 2_000);
    add_trial(&mut world, "week", "2024-06-17", "eur", 1_500);
    add_trial(&mut world, "usage", "2024-06-12", "usd", 0);
    add_trial(&mut world, "later", "2024-06-18", "usd", 800);
    add_trial(&mut world, "over", "2024-06-09", "usd", 400);
    world.customer("week").cancels.push(("sub_week".to_owned(), at("2024-06-17")));
    world
}

fn asked(what: UpcomingKind) -> UpcomingQuery {
    UpcomingQuery {
        what,
        from: day("2024-06-10"),
        to: day("2024-06-17"),
        filter: Filter::default(),
        currency: Reporting::In(currency("eur")),
        now: at("2024-06-10"),
        cursor: None,
        limit: 50,
    }
}

fn ask(asked: &UpcomingQuery) -> UpcomingPage {
    query::upcoming(&example().ledger("UTC"), &steady_dollar(), asked).unwrap()
}

fn ids(page: &UpcomingPage) -> Vec<&str> {
    page.data.iter().map(|one| one.customer_id.as_str()).collect()
}

#[test]
fn running_trials_are_listed_by_the_day_on_which_they_end_also_when_they_are_worth_nothing() {
    let page = ask(&asked(UpcomingKind::TrialEnd));
    assert_eq!(ids(&page), ["today", "usage", "week"]);
    let worth: Vec<_> = page.data.iter().map(|one| (one.mrr_minor, one.converted_minor)).collect();
    assert_eq!(worth, [(2_000, Some(1_600)), (0, Some(0)), (1_500, Some(1_500))]);
    assert_eq!((page.total, page.customers, page.mrr_converted_minor), (3, 3, Some(3_100)));
    assert_eq!(page.data[0].plans, ["BASIC"]);
    assert_eq!((page.data[0].is_set_to_end, page.data[2].is_set_to_end), (false, true));
}

#[test]
fn subscriptions_that_are_set_to_end_are_listed_until_they_should_have_ended() {
    let mut asked = asked(UpcomingKind::End);
    let page = ask(&asked);
    // On the same day, the most MRR first; a trial has none to lose.
    assert_eq!(ids(&page), ["leaves_too", "leaves"]);
    assert_eq!(page.data[1].feedback.as_deref(), Some("too_expensive"));
    assert_eq!(page.mrr_converted_minor, Some(3_800));
    (asked.from, asked.to) = (day("2024-01-01"), day("2024-12-31"));
    assert_eq!(ids(&ask(&asked)), ["leaves_too", "leaves", "leaves_late"]);
    asked.currency = Reporting::Native;
    let native = ask(&asked);
    assert_eq!(native.mrr_converted_minor, None);
    let sums: Vec<_> = native.mrr.iter().map(|one| (one.currency, one.amount_minor)).collect();
    assert_eq!(sums, [(currency("eur"), 3_000), (currency("usd"), 6_000)]);
    asked.filter.currencies.push(currency("eur"));
    assert_eq!(ids(&ask(&asked)), ["leaves_too"]);
}

#[test]
fn renewals_are_listed_with_the_mrr_that_is_billed_again() {
    let mut world = example();
    for (id, on) in [("stays", "2024-06-12"), ("leaves_late", "2024-06-12"), ("was_to_leave", "2024-06-09")] {
        world.customer(id).renewals.push((format!("sub_{id}"), at(on)));
    }
    // Worth nothing, so there is nothing to renew.
    world.customer("free").renewals.push(("sub_free".to_owned(), at("2024-06-12")));
    let ledger = world.ledger("UTC");
    let page = query::upcoming(&ledger, &steady_dollar(), &asked(UpcomingKind::Renewal)).unwrap();
    assert_eq!(ids(&page), ["stays", "leaves_late"]);
    assert_eq!((page.data[0].on, page.mrr_converted_minor), (day("2024-06-12"), Some(11_200)));
}

#[test]
fn pages_follow_one_another() {
    let whole = UpcomingQuery { to: day("2024-12-31"), ..asked(UpcomingKind::End) };
    let mut asked = UpcomingQuery { limit: 1, ..whole };
    let mut seen = Vec::new();
    loop {
        let page = ask(&asked);
        assert_eq!((page.total, page.mrr_converted_minor), (3, Some(7_800)), "on every page");
        seen.extend(page.data.iter().map(|one| one.customer_id.clone()));
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["leaves_too", "leaves", "leaves_late"]);
    let bad = UpcomingQuery { cursor: Some("2024-06-14,x,eur,sub".to_owned()), ..asked.clone() };
    let error = query::upcoming(&example().ledger("UTC"), &steady_dollar(), &bad).unwrap_err();
    assert!(matches!(error, QueryError::BadCursor(_)));
    let empty = UpcomingQuery { to: day("2024-06-09"), ..asked };
    let error = query::upcoming(&example().ledger("UTC"), &steady_dollar(), &empty).unwrap_err();
    assert!(matches!(error, QueryError::EmptyRange { .. }));
}

#[test]
fn a_subscription_that_is_paid_in_two_currencies_has_a_row_for_each() {
    let mut world =
        World::default().with("a", "usd", &[("2024-01-10", 1_000)]).with("a", "eur", &[("2024-01-10", 500)]);
    world.customer("a").cancels.push(("sub_a".to_owned(), at("2024-06-14")));
    let page = query::upcoming(&world.ledger("UTC"), &steady_dollar(), &asked(UpcomingKind::End)).unwrap();
    assert_eq!((page.total, page.customers, page.mrr_converted_minor), (2, 1, Some(1_300)));
}

#[test]
fn days_are_counted_from_today_and_not_beside_a_last_day() {
    let (today, last) = (day("2024-06-10"), day("2024-06-20"));
    assert_eq!(days_ahead(None, None, None, today), Ok((today, day("2024-06-16"))));
    assert_eq!(days_ahead(None, None, Some(1), today), Ok((today, today)));
    assert_eq!(days_ahead(Some(last), None, Some(2), today), Ok((last, day("2024-06-21"))));
    assert_eq!(days_ahead(None, Some(last), None, today), Ok((today, last)));
    assert!(days_ahead(None, Some(last), Some(3), today).is_err());
    assert_eq!(days_ahead(None, None, Some(u32::MAX), today), Ok((today, Day(i32::MAX - 1))));
}

/// What a metric says of one period, by currency.
fn figures(world: &World, zone: &str, rates: &Rates, id: &str, query: &Query) -> Vec<(Currency, i64)> {
    let answer = query::value(&world.ledger(zone), rates, metric(id), query).unwrap();
    let minor = |value: Option<Value>| match value {
        Some(Value::Minor(minor)) => minor,
        other => unreachable!("{other:?}"),
    };
    let of = answer
        .series
        .into_iter()
        .map(|one| (one.currency, one.points.into_iter().map(|p| minor(p.value)).sum()));
    of.filter(|(_, minor)| *minor != 0).collect()
}

/// What the whole list comes to, in the words of a metric.
fn listed(world: &World, zone: &str, rates: &Rates, asked: &UpcomingQuery) -> Vec<(Currency, i64)> {
    let mut asked = UpcomingQuery { limit: 2, ..asked.clone() };
    let ledger = world.ledger(zone);
    let (mut count, mut sums) = (0, std::collections::BTreeMap::<Currency, i64>::new());
    loop {
        let page = query::upcoming(&ledger, rates, &asked).unwrap();
        count += page.data.len();
        for one in &page.data {
            match asked.currency {
                Reporting::Native => *sums.entry(one.currency).or_default() += one.mrr_minor,
                Reporting::In(target) => {
                    *sums.entry(target).or_default() += one.converted_minor.unwrap_or(0);
                }
            }
        }
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            assert_eq!(count, page.total);
            sums.retain(|_, minor| *minor != 0);
            let rows: Vec<(Currency, i64)> = sums.into_iter().collect();
            let said = match (asked.currency, page.mrr_converted_minor) {
                (Reporting::In(target), Some(minor)) => vec![(target, minor)],
                _ => page.mrr.iter().map(|one| (one.currency, one.amount_minor)).collect(),
            };
            let said: Vec<_> = said.into_iter().filter(|(_, minor)| *minor != 0).collect();
            assert_eq!(rows, said, "the sums are those of the rows");
            return rows;
        }
    }
}

fn asked_of(query: &Query, what: UpcomingKind) -> UpcomingQuery {
    UpcomingQuery {
        what,
        from: query.from,
        to: query.to,
        filter: query.filter.clone(),
        currency: query.currency,
        now: query.now,
        cursor: None,
        limit: 50,
    }
}

/// A world in which what trials would be worth is of trials that still run.
fn only_with_trials(mut world: World, now: UnixSeconds) -> World {
    for customer in &mut world.customers {
        let running = customer.trials.iter().filter(|trial| trial.period.end > now);
        let running: Vec<String> = running.map(|trial| trial.subscription.clone()).collect();
        let is_of_trial = |(what, change): &(Apart, Change)| {
            *what != Apart::Trials || running.contains(&change.subscription)
        };
        customer.apart.retain(is_of_trial);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_set_to_end_adds_up_to_scheduled_churn(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let query = Query { by: None, interval: Interval::Year, ..query };
        let rates = rates();
        let list = listed(&world, zone, &rates, &asked_of(&query, UpcomingKind::End));
        prop_assert_eq!(list, figures(&world, zone, &rates, "scheduled_churn", &query));
    }

    #[test]
    fn trials_that_end_add_up_to_trial_mrr(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
    ) {
        let world = only_with_trials(world, query.now);
        let today = query.now.day(&TimeZone::get(zone).unwrap());
        let rates = rates();
        let ahead = UpcomingQuery { from: today, to: Day(i32::MAX), ..asked_of(&query, UpcomingKind::TrialEnd) };
        let now = Query { by: None, from: today, to: today, ..query };
        prop_assert_eq!(listed(&world, zone, &rates, &ahead), figures(&world, zone, &rates, "trial_mrr", &now));
    }
}
