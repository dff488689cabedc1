mod ledger;
mod lives;
mod reader;
mod shapes;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::buyer::{Buyer, COUNTRIES, Country};
use super::life::Life;
use super::scripts::{SCRIPTS, Stage};
use super::*;

fn world(merchant: MerchantName, now: i64) -> World {
    World::new(Start { merchant, seed: 3, customers: None, now: UnixSeconds(now) })
}

const NOW: i64 = 1_790_000_000;

static MID: LazyLock<World> = LazyLock::new(|| world(MerchantName::Mid, NOW));

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn day(at: i64) -> String {
    super::super::account::instant(at)[..10].to_owned()
}

fn minor(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

/// The life of one customer from `since` on, until `now`.
fn live(country: &'static Country, since: i64, now: i64, script: scripts::Script) -> Account {
    let mut account = Account::new(5, UnixSeconds(now));
    let mut due_at = i64::MAX;
    let catalog = Catalog::open(&mut account, &mut due_at, since - DAY_S);
    account.begin(0);
    let buyer = Buyer::come(&mut account, 0, since, country);
    let mut life = Life::new(&mut account, &mut due_at, buyer);
    let _ = script(&mut life, &Stage { catalog: &catalog, at: since, seats: 1 });
    life.finish();
    account
}

fn script(name: &str) -> scripts::Script {
    SCRIPTS.iter().find(|(known, _)| *known == name).unwrap().1
}

/// `2026-01-10 2000` for each change of what it is worth, with its currency if that is another than US dollars.
fn steps(account: &Account) -> Vec<String> {
    let step = |step: &crate::world::ExpectedStep| {
        let other = (step.currency != model::Currency::USD).then(|| format!(" {}", step.currency));
        format!("{} {}{}", day(step.at.0), step.mrr_minor, other.unwrap_or_default())
    };
    account.expected.iter().map(step).collect()
}

#[test]
fn living_on_comes_to_the_same_account_as_having_lived() {
    let mut step_by_step = world(MerchantName::Mid, NOW);
    let before = step_by_step.account().clone();
    for day in [1, 2, 15, 40] {
        let then = step_by_step.account().now.0;
        let events = step_by_step.advance(UnixSeconds(NOW + day * DAY_S));
        let now = step_by_step.account().now.0;
        assert!(!events.is_empty() || day < 15);
        for event in events {
            let occurred_at = self::at(event["occurred_at"].as_str().unwrap());
            assert!(occurred_at > then && occurred_at <= now, "{event}");
            assert!(!before.all(Kind::Event).any(|(id, _)| event["event_id"] == id));
        }
    }
    let mut at_once = world(MerchantName::Mid, NOW);
    at_once.advance(UnixSeconds(NOW + 40 * DAY_S));
    let (one, other) = (step_by_step.account(), at_once.account());
    for kind in Kind::ALL {
        assert!(one.all(kind).eq(other.all(kind)), "{kind:?}");
        if kind != Kind::Event {
            let is_there = |(id, _): (&str, &Value)| other.get(kind, id).is_some();
            assert!(before.all(kind).all(is_there), "{kind:?} that were there are gone");
        }
    }
    assert_eq!((&one.expected, &one.history), (&other.expected, &other.history));
    assert_eq!(one.expected_money, other.expected_money);
    assert_eq!(
        (&one.next_transactions, &one.recurring_details),
        (&other.next_transactions, &other.recurring_details)
    );
}

#[test]
fn totals_are_the_sums_of_lines_and_credit_is_never_more_than_there_was() {
    for (id, transaction) in MID.account().all(Kind::Transaction) {
        let totals = &transaction["details"]["totals"];
        let lines = transaction["details"]["line_items"].as_array().unwrap();
        for field in ["subtotal", "discount", "tax", "total"] {
            let sum: i64 = lines.iter().map(|line| minor(&line["totals"][field])).sum();
            assert_eq!(minor(&totals[field]), sum, "{field} of {id}");
        }
        let to_pay = minor(&totals["total"]).max(0) - minor(&totals["credit"]);
        assert_eq!(minor(&totals["grand_total"]), to_pay, "{id}");
        assert!(to_pay >= 0);
        if transaction["status"] == "completed" {
            assert_eq!(transaction["payments"][0]["status"] == "captured", to_pay > 0, "{id}");
            let earnings = minor(&totals["total"]) - minor(&totals["tax"]) - minor(&totals["fee"]);
            assert_eq!(minor(&totals["earnings"]), earnings);
        }
    }
    assert!(MID.account().credit.values().all(|credit| credit.available_minor >= 0));
}

/// What is in force is what the subscription's items cost, where it is billed.
#[test]
fn what_is_meant_last_is_what_the_state_of_the_subscription_says() {
    let account = MID.account();
    for (id, subscription) in account.all(Kind::Subscription) {
        let customer = subscription["customer_id"].as_str().unwrap();
        let latest = account
            .all(Kind::Subscription)
            .filter(|(_, other)| other["customer_id"] == customer)
            .max_by_key(|(_, other)| other["created_at"].as_str().unwrap());
        if latest.unwrap().0 != id {
            continue; // the customer came back with another
        }
        let steps = account.expected.iter().filter(|step| step.customer.as_str() == customer);
        let by_currency: BTreeMap<_, _> = steps.map(|step| (step.currency, step.mrr_minor)).collect();
        let last: i64 = by_currency.values().sum();
        let is_worth = matches!(subscription["status"].as_str().unwrap(), "active" | "past_due");
        assert_eq!(last > 0, is_worth, "{id}: {subscription}");
    }
    for status in ["active", "paused", "canceled"] {
        assert!(account.all(Kind::Subscription).any(|(_, subscription)| subscription["status"] == status));
    }
}

#[test]
fn payouts_are_events_of_the_first_and_the_fifteenth() {
    let payouts: Vec<(&str, String)> = MID
        .account()
        .all(Kind::Event)
        .map(|(_, event)| event)
        .filter(|event| event["event_type"].as_str().unwrap().starts_with("payout."))
        .map(|event| {
            (event["event_type"].as_str().unwrap(), event["occurred_at"].as_str().unwrap()[..10].to_owned())
        })
        .collect();
    let expected = [
        ("payout.created", "2026-07-01"),
        ("payout.paid", "2026-07-15"),
        ("payout.created", "2026-08-01"),
        ("payout.paid", "2026-08-15"),
        ("payout.created", "2026-09-01"),
        ("payout.paid", "2026-09-15"),
    ];
    assert_eq!(payouts, expected.map(|(name, day)| (name, day.to_owned())));
}

#[test]
fn money_that_is_meant_adds_up_to_what_the_transactions_say_after_adjustments() {
    let account = MID.account();
    let meant = |measure| -> i64 {
        let of = account.expected_money.iter().filter(|money| money.measure == measure);
        of.map(|money| money.amount_minor).sum()
    };
    let written = |field: &str| -> i64 {
        let all = account.all(Kind::Transaction).map(|(_, transaction)| &transaction["details"]);
        let totals = all.map(|details| &details["adjusted_payout_totals"]).filter(|totals| !totals.is_null());
        totals.map(|totals| minor(&totals[field])).sum()
    };
    let chargeback_fees: i64 = account
        .all(Kind::Adjustment)
        .map(|(_, adjustment)| minor(&adjustment["payout_totals"]["chargeback_fee"]["amount"]))
        .sum();
    assert!(chargeback_fees > 0);
    assert_eq!(meant(money::Measure::NetCash), written("earnings") - chargeback_fees);
    assert_eq!(meant(money::Measure::Fees), written("fee") + chargeback_fees);
    let (mut gross, mut collected) = (0, 0);
    for (_, transaction) in account.all(Kind::Transaction) {
        let totals = &transaction["details"]["totals"];
        if matches!(transaction["status"].as_str().unwrap(), "paid" | "completed") {
            gross += minor(&totals["total"]) - minor(&totals["tax"]);
        }
        let payments = transaction["payments"].as_array().unwrap().iter();
        let captured = payments.filter(|payment| payment["status"] == "captured");
        collected += captured.map(|payment| minor(&payment["amount"])).sum::<i64>();
    }
    assert_eq!(meant(money::Measure::GrossRevenue), gross);
    assert_eq!(meant(money::Measure::PaymentsCollected), collected);
    let refunds = meant(money::Measure::Refunds);
    assert!(refunds > 0 && meant(money::Measure::CreditNotes) > 0);
}
