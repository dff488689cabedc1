//! What was billed to one customer, from its rows.

mod beside;
mod cadence;

use model::billing::{BillingInterval, InvoiceStatus, LineEffect, SubscriptionStatus};
use model::{RawObject, UnixSeconds};
use serde_json::{Value, json};

use super::super::{filing, kind};
use super::billed;
use crate::Billed;

const DAY: i64 = 86_400;

fn at(text: &str) -> UnixSeconds {
    super::super::record::instant(text).unwrap()
}

fn plan(billing_type: &str) -> Value {
    json!({
        "id": 5, "name": "Pro", "billing_type": billing_type, "billing_period": 1, "trial_days": 0,
        "initial_price": {"USD": "9.99"}, "recurring_price": {"USD": "9.99"},
    })
}

fn subscription(state: &str, plan: &Value, more: &Value) -> RawObject {
    let mut row = json!({
        "subscription_id": 1, "plan_id": 5, "user_id": 77, "user_email": "ada@example.com", "state": state,
        "signup_date": "2026-01-31 10:00:00", "quantity": 1,
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    filing::with_plan(&row.to_string(), Some(&plan.to_string())).unwrap()
}

fn payment(id: u32, day: &str, amount: &Value) -> RawObject {
    let row = json!({
        "id": id, "subscription_id": 1, "amount": amount, "currency": "USD", "payout_date": day, "is_paid": 1,
        "is_one_off_charge": 0,
    });
    filing::file(kind::PAYMENT, &row.to_string()).unwrap()
}

fn alert(id: u32, name: &str, time: &str, more: &Value) -> RawObject {
    let mut fields = json!({
        "alert_id": id.to_string(), "alert_name": name, "event_time": time, "subscription_id": "1", "user_id": "77",
        "currency": "USD", "subscription_plan_id": "5",
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let row = json!({"id": id, "alert_name": name, "created_at": time, "fields": fields});
    filing::alert(&row.to_string()).unwrap().unwrap()
}

/// Of a payment, with tax of 1.99 inside.
fn succeeded(id: u32, payment: u32, time: &str, next: &str) -> RawObject {
    let more = json!({
        "order_id": format!("1-{payment}"), "subscription_payment_id": payment.to_string(), "quantity": "1", "unit_price": "9.99",
        "sale_gross": "9.99", "payment_tax": "1.99", "fee": "1.00", "earnings": "7.00", "country": "GB", "coupon": "",
        "initial_payment": "0", "next_bill_date": next,
    });
    alert(id, "subscription_payment_succeeded", time, &more)
}

fn read(objects: &[RawObject]) -> Billed {
    let billed = billed(objects);
    assert_eq!(billed.skipped, []);
    billed
}

/// Each bill's amount without tax, what it says, and when its period begins and ends.
fn bills(billed: &Billed) -> Vec<(i64, LineEffect, UnixSeconds, UnixSeconds)> {
    let lines = billed.history.invoices.iter().flat_map(|invoice| &invoice.lines);
    lines.map(|line| (line.amount_minor, line.effect, line.period.start, line.period.end)).collect()
}

const SETS: LineEffect = LineEffect::Sets;

#[test]
fn payments_a_month_apart_bill_a_month_each() {
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-04-30"}});
    let billed = read(&[
        payment(3, "2026-03-31", &json!(9.99)),
        subscription("active", &plan("month"), &next),
        payment(1, "2026-01-31", &json!(9.99)),
        payment(2, "2026-02-28", &json!("9.99")),
    ]);
    let day = |text| at(text);
    assert_eq!(
        bills(&billed),
        [
            (999, SETS, day("2026-01-31"), day("2026-02-28")),
            (999, SETS, day("2026-02-28"), day("2026-03-31")),
            (999, SETS, day("2026-03-31"), day("2026-04-30")),
        ]
    );
    let subscription = &billed.history.subscriptions[0];
    assert_eq!((subscription.status, subscription.ended_at), (SubscriptionStatus::Active, None));
    assert_eq!(subscription.items[0].current_period.unwrap().end, day("2026-04-30"));
}

#[test]
fn a_payment_off_the_cadence_says_nothing_of_the_value() {
    let billed = read(&[
        subscription("active", &plan("month"), &json!({})),
        payment(1, "2026-01-10", &json!(9.99)),
        // The net of an old and a new plan.
        payment(2, "2026-01-22", &json!(3.11)),
        payment(3, "2026-02-10", &json!(19.99)),
    ]);
    let effects: Vec<LineEffect> = bills(&billed).into_iter().map(|(_, effect, ..)| effect).collect();
    assert_eq!(effects, [SETS, LineEffect::Once, SETS]);
    assert_eq!(bills(&billed)[0].3, at("2026-02-10"), "the period goes on past it");
}

#[test]
fn where_payments_are_spaced_otherwise_than_the_plan_the_spacing_counts() {
    let billed = read(&[
        subscription("active", &plan("year"), &json!({})),
        payment(1, "2026-01-01", &json!(10)),
        payment(2, "2026-02-01", &json!(10)),
        payment(3, "2026-03-01", &json!(10)),
        payment(4, "2026-04-01", &json!(100)),
    ]);
    let intervals = billed
        .history
        .invoices
        .iter()
        .map(|invoice| invoice.lines[0].price_then.as_ref().unwrap().recurrence.unwrap().interval);
    use BillingInterval::{Month, Year};
    assert_eq!(intervals.collect::<Vec<_>>(), [Month, Month, Month, Year]);
}

#[test]
fn a_payment_that_came_late_leaves_no_hole_and_a_month_without_one_does() {
    let billed = read(&[
        subscription("active", &plan("month"), &json!({})),
        payment(1, "2026-01-10", &json!(9.99)),
        payment(2, "2026-02-18", &json!(9.99)),
        payment(3, "2026-04-18", &json!(9.99)),
    ]);
    let ends: Vec<UnixSeconds> = bills(&billed).into_iter().map(|(.., end)| end).collect();
    // A payment that came late bills the period that began when it was due.
    assert_eq!(ends, [at("2026-02-18"), at("2026-03-10"), at("2026-05-18")]);
}

#[test]
fn a_deleted_subscription_ended_one_interval_after_its_last_payment() {
    let billed = read(&[
        subscription("deleted", &plan("month"), &json!({})),
        payment(1, "2026-01-31", &json!(9.99)),
        payment(2, "2026-02-28", &json!(9.99)),
    ]);
    let subscription = &billed.history.subscriptions[0];
    assert_eq!(subscription.status, SubscriptionStatus::Canceled);
    // Billed on the last day of the month, as at first on the 31st.
    assert_eq!(subscription.ended_at, Some(at("2026-03-31")));
    assert_eq!(subscription.cancellation_reason, None, "nobody knows why");
}

#[test]
fn where_the_first_price_is_another_the_value_starts_with_the_second_payment() {
    let mut plan = plan("month");
    plan["initial_price"]["USD"] = json!("49.00");
    let billed = read(&[
        subscription("active", &plan, &json!({})),
        payment(1, "2026-01-31", &json!(49)),
        payment(2, "2026-02-28", &json!(9.99)),
    ]);
    let effects: Vec<LineEffect> = bills(&billed).into_iter().map(|(_, effect, ..)| effect).collect();
    assert_eq!(effects, [LineEffect::Once, SETS]);
}

#[test]
fn an_alert_says_what_of_a_payment_is_tax_and_when_it_was_made() {
    let billed = read(&[
        subscription("active", &plan("month"), &json!({})),
        payment(1, "2026-01-31", &json!(9.99)),
        payment(2, "2026-02-28", &json!(9.99)),
        succeeded(9, 2, "2026-02-28 10:00:00", "2026-03-31"),
        // The same from the history, under another id.
        succeeded(10, 2, "2026-02-28 10:00:00", "2026-03-31"),
    ]);
    assert_eq!(
        bills(&billed),
        [
            (999, SETS, at("2026-01-31"), at("2026-02-28 10:00:00")),
            (800, SETS, at("2026-02-28 10:00:00"), at("2026-03-31")),
        ]
    );
    let invoice = &billed.history.invoices[1];
    assert_eq!((invoice.total_minor, invoice.tax_minor, invoice.status), (999, 199, InvoiceStatus::Paid));
}

#[test]
fn a_subscription_is_known_by_its_alerts_alone() {
    let billed = read(&[
        succeeded(9, 2, "2026-02-28 10:00:00", "2026-03-28"),
        alert(
            11,
            "subscription_cancelled",
            "2026-03-01 09:00:00",
            &json!({"cancellation_effective_date": "2026-03-28", "status": "deleted"}),
        ),
    ]);
    let subscription = &billed.history.subscriptions[0];
    assert_eq!(subscription.customer.as_str(), "77");
    assert_eq!(subscription.ended_at, Some(at("2026-03-28")));
    assert_eq!(subscription.canceled_at, Some(at("2026-03-01 09:00:00")));
    assert_eq!(billed.history.invoices.len(), 1);
}

#[test]
fn a_change_is_worth_what_was_agreed_without_the_tax() {
    let change = json!({
        "new_unit_price": "19.98", "old_unit_price": "9.99", "new_quantity": "2", "old_quantity": "1",
        "next_bill_date": "2026-03-31", "status": "active",
    });
    let billed = read(&[
        subscription("active", &plan("month"), &json!({})),
        succeeded(9, 2, "2026-02-28 10:00:00", "2026-03-31"),
        alert(12, "subscription_updated", "2026-03-10 10:00:00", &change),
    ]);
    let change = &billed.history.given_back[0];
    // 2 × 19.98, of which 1.99 in 9.99 is tax.
    assert_eq!((change.amount_minor, change.effect), (3200, SETS));
    assert_eq!((change.period.start, change.period.end), (at("2026-03-10 10:00:00"), at("2026-03-31")));
}

#[test]
fn failed_attempts_belong_to_the_bill_that_is_due_and_refunds_to_their_payment() {
    let failed = json!({
        "subscription_payment_id": "3", "amount": "9.99", "attempt_number": "1", "next_retry_date": "2026-04-03",
    });
    let refunded = json!({
        "subscription_payment_id": "2", "gross_refund": "9.99", "tax_refund": "1.99", "refund_type": "full", "order_id": "1-2",
    });
    let billed = read(&[
        subscription("past_due", &plan("month"), &json!({})),
        succeeded(9, 2, "2026-02-28 10:00:00", "2026-03-31"),
        alert(13, "subscription_payment_failed", "2026-03-31 10:00:00", &failed),
        alert(14, "subscription_payment_refunded", "2026-03-05 10:00:00", &refunded),
    ]);
    let due = &billed.history.invoices[1];
    assert_eq!((due.id.as_str(), due.status, due.amount_due_minor), ("1-3", InvoiceStatus::Open, 999));
    assert_eq!(due.lines[0].amount_minor, 800);
    assert_eq!(due.lines[0].period.start, at("2026-03-31 10:00:00"));
    let refund = &billed.history.refunds[0];
    assert_eq!((refund.amount_minor, refund.charge.as_ref().unwrap().as_str()), (800, "1-2"));
}

#[test]
fn what_an_alert_says_of_the_balance_is_booked_whatever_was_bought() {
    let balance = |more: &Value| {
        let mut fields = json!({
            "order_id": "700", "sale_gross": "9.99", "payment_tax": "1.99", "balance_currency": "EUR",
            "balance_gross": "9.00", "balance_tax": "1.80", "balance_fee": "1.00", "quantity": "1", "unit_price": "9.99",
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let own = json!({"order_id": "1-2", "subscription_payment_id": "2"});
    let bought = json!({"subscription_id": null, "subscription_plan_id": null});
    let mut unsaid = balance(&bought);
    unsaid.as_object_mut().unwrap().remove("balance_currency");
    for (name, fields, id, is_booked) in [
        ("subscription_payment_succeeded", balance(&own), "1-2", true),
        ("payment_succeeded", balance(&bought), "700", true),
        // From before balances had a currency of their own.
        ("payment_succeeded", unsaid, "700", false),
    ] {
        let alert = alert(9, name, "2026-02-28 10:00:00", &fields);
        let booked = super::balance_transactions(&alert).unwrap();
        assert!(booked.iter().all(|one| one.source.as_deref() == Some(id)));
        assert_eq!(!booked.is_empty(), is_booked, "{fields}");
        let charge = &read(&[alert]).history.charges[0];
        assert_eq!((charge.id.as_str(), charge.is_booked), (id, is_booked), "{fields}");
    }
}

#[test]
fn a_past_due_subscription_owes_its_next_payment() {
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-02-28"}});
    let billed =
        read(&[subscription("past_due", &plan("month"), &next), payment(1, "2026-01-31", &json!(9.99))]);
    let due = &billed.history.invoices[1];
    assert_eq!(
        (due.status, due.amount_due_minor, due.created_at),
        (InvoiceStatus::Open, 999, at("2026-02-28"))
    );
}

#[test]
fn a_trial_ends_with_the_first_payment() {
    let next = json!({"next_payment": {"amount": 9.99, "currency": "USD", "date": "2026-02-14"}});
    let billed = read(&[subscription("trialing", &plan("month"), &next)]);
    let trial = billed.history.subscriptions[0].trial.unwrap();
    assert_eq!((trial.start, trial.end), (at("2026-01-31 10:00:00"), at("2026-02-14")));
    let mut plan = plan("month");
    plan["trial_days"] = json!(14);
    let billed = read(&[subscription("active", &plan, &json!({})), payment(1, "2026-02-14", &json!(9.99))]);
    let trial = billed.history.subscriptions[0].trial.unwrap();
    assert!(trial.end.0 - trial.start.0 <= 14 * DAY, "{trial:?}");
}
