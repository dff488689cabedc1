mod ledger;

use super::*;

fn world(merchant: MerchantName, now: i64) -> World {
    World::new(Start { merchant, seed: 3, customers: None, now: UnixSeconds(now) })
}

const NOW: i64 = 1_790_000_000;

fn minor(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn living_on_comes_to_the_same_account_as_having_lived() {
    let mut step_by_step = world(MerchantName::Mid, NOW);
    let opened_at = step_by_step.opened_at;
    let before = step_by_step.account().clone();
    for day in [1, 2, 15, 40] {
        let events = step_by_step.advance(UnixSeconds(NOW + day * DAY_S));
        assert!(events.iter().all(|event| event["occurred_at"].as_str().is_some()));
    }
    let mut at_once = world(MerchantName::Mid, NOW);
    at_once.advance(UnixSeconds(NOW + 40 * DAY_S));
    assert_eq!(opened_at, at_once.opened_at);
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Event) {
        let (one, other) = (step_by_step.account(), at_once.account());
        assert!(one.all(kind).map(|(_, entity)| entity.clone()).eq(other.all(kind).map(|(_, e)| e.clone())));
    }
    for (id, _) in
        Kind::ALL.into_iter().take(9).flat_map(|kind| before.all(kind).map(move |(id, _)| (id, kind)))
    {
        let is_there = Kind::ALL.into_iter().any(|kind| at_once.account().get(kind, id).is_some());
        assert!(is_there, "{id} is gone");
    }
    assert!(before.expected.iter().all(|step| at_once.account().expected.contains(step)));
    assert_eq!(step_by_step.account().expected, at_once.account().expected);
}

#[test]
fn totals_are_the_sums_of_lines_and_credit_is_never_more_than_there_was() {
    let world = world(MerchantName::Mid, NOW);
    let (mut has_credit, mut has_rest, mut has_yen) = (false, false, false);
    for (id, transaction) in world.account().all(Kind::Transaction) {
        let totals = &transaction["details"]["totals"];
        let lines = transaction["details"]["line_items"].as_array().unwrap();
        for field in ["subtotal", "tax", "total"] {
            let sum: i64 = lines.iter().map(|line| minor(&line["totals"][field])).sum();
            assert_eq!(minor(&totals[field]), sum, "{field} of {id}");
        }
        let to_pay = minor(&totals["total"]).max(0) - minor(&totals["credit"]);
        assert_eq!(minor(&totals["grand_total"]), to_pay, "{id}");
        has_credit |= minor(&totals["credit"]) > 0;
        has_rest |= minor(&totals["credit_to_balance"]) > 0;
        has_yen |= transaction["currency_code"] == "JPY";
        if transaction["status"] == "completed" && to_pay > 0 {
            assert_eq!(transaction["payments"][0]["status"], "captured", "{id}");
        }
    }
    assert!(has_credit && has_rest && has_yen);
}

/// What is in force is what the subscription's items cost, where it is billed.
#[test]
fn what_is_meant_last_is_what_the_items_of_the_subscription_say() {
    let world = world(MerchantName::Mid, NOW);
    let account = world.account();
    for (id, subscription) in account.all(Kind::Subscription) {
        let customer = subscription["customer_id"].as_str().unwrap();
        let mut steps = account.expected.iter().filter(|step| step.customer.as_str() == customer);
        let last = steps.next_back().unwrap().mrr_minor;
        let is_worth = matches!(subscription["status"].as_str().unwrap(), "active" | "past_due");
        assert_eq!(last > 0, is_worth, "{id}: {subscription}");
    }
    for status in ["active", "past_due", "paused", "canceled"] {
        let has = account.all(Kind::Subscription).any(|(_, subscription)| subscription["status"] == status);
        // Those who pause come back 25 days later, so few are paused at one instant.
        assert!(has || status == "paused" || status == "past_due", "{status}");
    }
}
