//! Our MRR beside the provider's own: at midnight UTC, at the rate of each day, with what explains the difference.

use std::sync::Arc;

use metrics::fx::Rates;
use metrics::statement::provider_mrr::{ComparedDay, ProviderMrrReason, ProviderMrrReport, ProviderMrrState};
use metrics::view::{Reach, View};
use model::{
    Currency, ProviderMrr, ProviderMrrDay, ProviderMrrOutcome, ProviderMrrReading, Settings, UnixSeconds,
};

use super::world::{World, at, currency, day, steady_dollar};

/// In a zone whose days begin long before those of UTC.
fn view(world: &World, rates: Rates) -> View {
    View {
        ledger: Arc::new(world.ledger("Pacific/Auckland")),
        rates: Arc::new(rates),
        settings: Settings::default(),
        default_currency: None,
        mrr_method: None,
        now: at("2024-03-01"),
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
    }
}

fn reading(outcome: ProviderMrrOutcome) -> Option<ProviderMrrReading> {
    Some(ProviderMrrReading { at: UnixSeconds(1), outcome })
}

fn dollars(days: &[(&str, i64)]) -> Option<ProviderMrrReading> {
    let days = days.iter().map(|(on, mrr_minor)| ProviderMrrDay { on: day(on), mrr_minor: *mrr_minor });
    reading(ProviderMrrOutcome::Read(ProviderMrr { currency: Currency::USD, days: days.collect() }))
}

fn compared(world: &World, theirs: &[(&str, i64)]) -> Vec<ComparedDay> {
    ProviderMrrReport::of(&view(world, steady_dollar()), true, dollars(theirs)).days
}

#[test]
fn days_end_at_midnight_utc_whatever_the_zone_of_the_ledger() {
    let world = World::default().with("a", "usd", &[("2024-02-01", 1_000)]).with(
        "b",
        "usd",
        &[("2024-02-10T23:59:59Z", 500), ("2024-02-12T00:00:00Z", 0)],
    );
    let theirs = [("2024-02-09", 1_000), ("2024-02-10", 1_500), ("2024-02-11", 1_500), ("2024-02-12", 999)];
    let days = compared(&world, &theirs);
    let ours: Vec<i64> = days.iter().map(|day| day.mrr_minor).collect();
    assert_eq!(ours, [1_000, 1_500, 1_500, 1_000]);
    assert_eq!(days[2].reason, ProviderMrrReason::Equal);
    assert_eq!((days[3].difference_minor, days[3].reason), (-1, ProviderMrrReason::Unexplained));
}

#[test]
fn what_is_billed_in_other_currencies_is_converted_and_may_differ_by_the_providers_rates() {
    // A euro is 1.25 dollars here; the provider gave 1.20 and 2.00.
    let world = World::default().with("a", "usd", &[("2024-02-01", 1_000)]).with(
        "b",
        "eur",
        &[("2024-02-01", 4_000)],
    );
    let days = compared(&world, &[("2024-02-10", 5_800), ("2024-02-11", 9_000)]);
    let of =
        |day: &ComparedDay| (day.mrr_minor, day.other_currencies_minor, day.difference_minor, day.reason);
    assert_eq!(of(&days[0]), (6_000, 5_000, -200, ProviderMrrReason::Rates));
    assert_eq!(of(&days[1]), (6_000, 5_000, 3_000, ProviderMrrReason::Unexplained));
}

#[test]
fn a_currency_without_a_rate_is_named() {
    let world = World::default().with("a", "usd", &[("2024-02-01", 1_000)]).with(
        "b",
        "eur",
        &[("2024-02-01", 4_000)],
    );
    let view = view(&world, Rates::from_csv("Date,USD\n2023-01-02,1.25\n").unwrap());
    let days = ProviderMrrReport::of(&view, true, dollars(&[("2024-02-10", 6_000)])).days;
    assert_eq!((days[0].mrr_minor, days[0].reason), (1_000, ProviderMrrReason::NoRate));
    assert_eq!(days[0].unconverted, [currency("eur")]);
}

#[test]
fn it_is_said_why_there_is_nothing_to_compare_with() {
    let view = view(&World::default(), steady_dollar());
    let report = |is_offered, last| ProviderMrrReport::of(&view, is_offered, last);
    assert_eq!(report(false, dollars(&[])).state, ProviderMrrState::NotOffered);
    assert_eq!(report(true, None).state, ProviderMrrState::NotRead);
    assert_eq!(report(true, reading(ProviderMrrOutcome::Absent)).state, ProviderMrrState::Absent);
    let missing = reading(ProviderMrrOutcome::PermissionMissing("figures.read".to_owned()));
    let refused = report(true, missing);
    assert_eq!(refused.state, ProviderMrrState::PermissionMissing);
    assert_eq!(refused.permission.as_deref(), Some("figures.read"));
}
