//! Everything that can happen to a seller is in the history of alerts, and every state in the list of subscriptions.

use std::collections::BTreeSet;

use super::*;

#[test]
fn the_last_90_days_have_every_alert_and_the_list_every_state() {
    let world = world(MerchantName::Mid, 1);
    let recent = world.account().recent_alerts();
    let names: BTreeSet<&str> = recent.iter().map(|alert| alert.name()).collect();
    let expected = BTreeSet::from([
        "payment_dispute_closed",
        "payment_dispute_created",
        "payment_refunded",
        "payment_succeeded",
        "subscription_cancelled",
        "subscription_created",
        "subscription_payment_failed",
        "subscription_payment_refunded",
        "subscription_payment_succeeded",
        "subscription_updated",
        "transfer_created",
        "transfer_paid",
    ]);
    assert_eq!(names, expected);
    let has = |name: &str, field: &str, test: &dyn Fn(&str) -> bool| {
        let alerts = recent.iter().filter(|alert| alert.name() == name);
        assert!(
            alerts.into_iter().any(|alert| alert.fields.get(field).is_some_and(|value| test(value))),
            "{name} {field}"
        );
    };
    has("subscription_payment_failed", "next_retry_date", &str::is_empty);
    has("subscription_payment_refunded", "earnings_decrease", &|text| text.starts_with('-'));
    for refund in ["full", "partial", "vat"] {
        has("subscription_payment_refunded", "refund_type", &|text| text == refund);
    }
    has("subscription_updated", "paused_reason", &|text| text == "delinquent");
    has("subscription_updated", "paused_reason", &|text| text == "voluntary");
    has("subscription_payment_succeeded", "coupon", &|text| text == "WELCOME-5");
    for currency in ["USD", "EUR", "GBP", "JPY", "KRW"] {
        has("subscription_payment_succeeded", "currency", &|text| text == currency);
    }
    let states: BTreeSet<&str> =
        world.account().all(Kind::User).map(|user| user["state"].as_str().unwrap()).collect();
    assert_eq!(states, BTreeSet::from(["active", "deleted", "past_due", "paused", "trialing"]));
    let before = NOW - super::super::super::account::ALERTS_KEPT_S;
    let is_older = |payment: &Value| {
        payment["payout_date"].as_str().and_then(crate::paddle_classic::params::instant) < Some(before)
    };
    assert!(world.account().all(Kind::Payment).filter(|payment| is_older(payment)).count() > 500);
}

/// Each script of the first round, from its beginning: what it is worth as the seller knows it, and as the lists can tell.
#[test]
fn lives_are_worth_what_their_table_says() {
    let of = |name: &str| {
        let world = world(MerchantName::Mid, 1);
        let place = scripts::SCRIPTS.iter().position(|script| script.name == name).unwrap() as u64;
        // The second round: everything is over by now.
        let number = place + scripts::count();
        let id = super::super::super::account::first_number(number).to_string();
        let steps = |steps: &[ExpectedStep]| -> Vec<i64> {
            let own = steps.iter().filter(|step| step.customer.as_str() == id);
            own.map(|step| step.mrr_minor).collect()
        };
        (steps(&world.account().expected), steps(&world.account().expected_coarse))
    };
    // Its first payment says nothing, and it goes on at one value.
    let (exact, coarse) = of("first payment is dearer");
    assert_eq!((exact.len(), coarse.len()), (1, 1));
    let (exact, coarse) = of("pauses and returns");
    assert_eq!((exact.len(), exact[1], exact[0] == exact[2]), (3, 0, true));
    assert_eq!((coarse.len(), coarse[1]), (3, 0));
    // What is added once moves the lists for a month, and not the seller.
    let (exact, coarse) = of("an extra once");
    assert_eq!((exact.len(), coarse.len()), (1, 3));
    let (exact, coarse) = of("never pays again");
    assert_eq!((exact.len(), exact[1], coarse[1]), (2, 0, 0));
    assert_eq!(of("buys once"), (vec![], vec![]));
    assert_eq!(of("tries and leaves"), (vec![], vec![]));
}
