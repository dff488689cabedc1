//! What payments were for, where nobody says it.

use super::*;

/// How often each payment of a period bills, and until when.
fn periods(billed: &Billed) -> Vec<(BillingInterval, UnixSeconds, UnixSeconds)> {
    let lines = billed.history.invoices.iter().flat_map(|invoice| &invoice.lines);
    let periods = lines.filter(|line| line.effect == SETS).map(|line| {
        let interval = line.price_then.as_ref().unwrap().recurrence.unwrap().interval;
        (interval, line.period.start, line.period.end)
    });
    periods.collect()
}

use BillingInterval::Month;

#[test]
fn who_goes_over_to_years_pays_the_difference_and_is_billed_a_year_later() {
    let next = json!({"next_payment": {"amount": 100, "currency": "USD", "date": "2027-03-11"}});
    let billed = read(&[
        subscription("active", &plan("year"), &next),
        payment(1, "2026-01-31", &json!(10)),
        payment(2, "2026-02-28", &json!(10)),
        // The net of what is left of the month and the year.
        payment(3, "2026-03-11", &json!(93.15)),
    ]);
    assert_eq!(
        periods(&billed),
        [
            (Month, at("2026-01-31"), at("2026-02-28")),
            // What it pays for the year is not known before it pays a whole one.
            (Month, at("2026-02-28"), at("2027-03-11")),
        ]
    );
}

#[test]
fn a_month_without_a_payment_is_none_of_two() {
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-05-11"}});
    let billed = read(&[
        subscription("active", &plan("month"), &next),
        payment(1, "2026-01-10", &json!(9.99)),
        payment(2, "2026-02-10", &json!(9.99)),
        // It rested for a month.
        payment(3, "2026-04-11", &json!(9.99)),
    ]);
    assert_eq!(
        periods(&billed),
        [
            (Month, at("2026-01-10"), at("2026-02-10")),
            (Month, at("2026-02-10"), at("2026-03-10")),
            (Month, at("2026-04-11"), at("2026-05-11")),
        ]
    );
}

#[test]
fn a_late_payment_makes_no_year_of_a_month() {
    let days = ["2026-01-10", "2026-02-17", "2026-03-10", "2026-04-10", "2027-01-10"];
    let mut rows = vec![subscription("active", &plan("month"), &json!({}))];
    rows.extend((1..).zip(days).map(|(id, day)| payment(id, day, &json!(9.99))));
    let intervals: Vec<_> = periods(&read(&rows)).into_iter().map(|(interval, ..)| interval).collect();
    assert_eq!(intervals, [Month; 5]);
}

#[test]
fn a_trial_that_is_paid_for_is_none_of_the_periods() {
    let mut plan = plan("month");
    plan["trial_days"] = json!(7);
    plan["initial_price"]["USD"] = json!("2.00");
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-03-07"}});
    let billed = read(&[
        subscription("active", &plan, &next),
        payment(1, "2026-01-31", &json!(2)),
        payment(2, "2026-02-07", &json!(9.99)),
    ]);
    let effects: Vec<LineEffect> = bills(&billed).into_iter().map(|(_, effect, ..)| effect).collect();
    assert_eq!(effects, [LineEffect::PaidTrial, SETS]);
    assert_eq!(periods(&billed), [(Month, at("2026-02-07"), at("2026-03-07"))]);
    let trial = billed.history.subscriptions[0].trial.unwrap();
    assert_eq!(trial.start, at("2026-01-31 10:00:00"));
    assert_eq!(trial.end, at("2026-02-07"));
}

#[test]
fn one_that_was_paused_for_not_paying_rests_since_nothing_was_paid() {
    let paused = json!({"paused_at": "2026-03-07 09:00:00", "paused_from": "2026-03-07 09:00:00", "paused_reason": "delinquent"});
    let billed =
        read(&[subscription("paused", &plan("month"), &paused), payment(1, "2026-01-31", &json!(9.99))]);
    assert_eq!(billed.history.subscriptions[0].pauses[0].start, at("2026-02-28"));
    // An alert says for how long it was served.
    let told = alert(
        9,
        "subscription_updated",
        "2026-03-07 09:00:00",
        &json!({"status": "paused", "paused_from": "2026-03-07 09:00:00"}),
    );
    let billed = read(&[
        subscription("paused", &plan("month"), &paused),
        payment(1, "2026-01-31", &json!(9.99)),
        told,
    ]);
    assert_eq!(billed.history.subscriptions[0].pauses[0].start, at("2026-03-07 09:00:00"));
}

#[test]
fn what_is_past_due_is_due_since_its_period_was_over_and_not_when_it_is_tried_again() {
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-03-07"}});
    let billed =
        read(&[subscription("past_due", &plan("month"), &next), payment(1, "2026-01-31", &json!(9.99))]);
    assert_eq!(billed.history.invoices[1].created_at, at("2026-02-28"));
}
