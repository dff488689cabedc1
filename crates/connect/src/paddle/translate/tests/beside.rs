//! Adjustments, what moved the balance, and what happened with subscriptions.

use super::super::{balance_transactions, payment};
use super::*;

fn adjustment(id: &str, action: &str, status: &str, subtotal: i64) -> Value {
    json!({
        "id": id, "action": action, "status": status, "transaction_id": "txn_1", "customer_id": "ctm_1",
        "currency_code": "USD", "created_at": "2026-01-20T00:00:00Z", "items": [],
        "totals": {"subtotal": subtotal.to_string(), "tax": "19", "total": (subtotal + 19).to_string()},
    })
}

#[test]
fn adjustments_are_refunds_credits_and_disputes_and_what_takes_them_back() {
    let all = [
        adjustment("adj_1", "refund", "approved", 100),
        adjustment("adj_2", "refund", "pending_approval", 200),
        adjustment("adj_3", "refund", "rejected", 300),
        adjustment("adj_4", "credit", "approved", 400),
        adjustment("adj_5", "credit_reverse", "approved", 150),
        adjustment("adj_6", "chargeback_warning", "reversed", 500),
        adjustment("adj_7", "chargeback_warning_reverse", "approved", 500),
        adjustment("adj_8", "chargeback", "approved", 600),
        adjustment("adj_9", "an_action_of_tomorrow", "approved", 700),
    ];
    let history = history(&all.map(|body| (kind::ADJUSTMENT, body)));
    let refunds: Vec<_> =
        history.refunds.iter().map(|refund| (refund.amount_minor, refund.is_succeeded)).collect();
    assert_eq!(refunds, [(100, true), (200, false), (300, false)]);
    assert_eq!(history.refunds[0].charge.as_ref().map(|charge| charge.as_str()), Some("txn_1"));
    let notes: Vec<i64> = history.credit_notes.iter().map(|note| note.post_payment_minor).collect();
    assert_eq!(notes, [400, -150]);
    let disputes: Vec<i64> = history.disputes.iter().map(|dispute| dispute.amount_minor).collect();
    assert_eq!(disputes, [500, -500, 600]);
}

/// A price whose trial of 14 days costs something, on a bill.
fn with_paid_trial(mut bill: Value, price: &str, trial: &Value) -> Value {
    bill["billing_period"] = trial.clone();
    bill["items"] = json!([{"quantity": 1, "price": {
        "id": price, "unit_price": {"amount": "2000", "currency_code": "USD"},
        "billing_cycle": {"interval": "month", "frequency": 1},
        "trial_period": {"interval": "day", "frequency": 14, "unit_price": {"amount": "100", "currency_code": "USD"}},
    }}]);
    bill
}

#[test]
fn a_paid_trial_is_the_first_line_of_its_price_on_whatever_bill() {
    let price = |name: &str| line(name, 1, 100, 0, Value::Null);
    let sale = transaction("txn_1", "web", &[price("pri_basic")]);
    // Added later, when the trial of what was bought first was over or there was none.
    let trial = period("2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z");
    let added = |id: &str, origin: &str| {
        let mut bill = with_paid_trial(transaction(id, origin, &[price("pri_pro")]), "pri_pro", &trial);
        (bill["created_at"], bill["billed_at"]) =
            (json!("2026-03-01T00:00:00Z"), json!("2026-03-01T00:00:00Z"));
        bill
    };
    for origin in ["subscription_update", "subscription_recurring"] {
        let objects = [
            (kind::SUBSCRIPTION, subscription("active")),
            (kind::TRANSACTION, added("txn_3", origin)),
            (kind::TRANSACTION, added("txn_2", origin)),
            (kind::TRANSACTION, sale.clone()),
        ];
        let history = history(&objects);
        let is_trial: Vec<bool> =
            history.invoices.iter().map(|bill| bill.lines[0].effect == LineEffect::PaidTrial).collect();
        assert_eq!(is_trial, [false, true, false], "{origin}");
        assert_eq!(history.subscriptions[0].trial, None);
    }
}

#[test]
fn a_credit_counts_where_its_bill_does_or_for_a_later_bill() {
    let counts = |status: &str, is_on_balance: bool| {
        let mut bill = transaction("txn_1", "web", &[line("pri_basic", 1, 1000, 190, Value::Null)]);
        bill["status"] = json!(status);
        let mut credit = adjustment("adj_1", "credit", "approved", 400);
        credit["credit_applied_to_balance"] = json!(is_on_balance);
        let mut back = adjustment("adj_2", "credit_reverse", "approved", 400);
        back["credit_applied_to_balance"] = json!(is_on_balance);
        let objects = [(kind::ADJUSTMENT, credit), (kind::ADJUSTMENT, back), (kind::TRANSACTION, bill)];
        let notes = history(&objects).credit_notes;
        notes.iter().map(|note| !note.is_void).collect::<Vec<_>>()
    };
    assert_eq!(counts("completed", false), [true, true]);
    // Revenue has the bill only once it is paid, and one that was canceled never.
    assert_eq!(counts("billed", false), [false, false]);
    assert_eq!(counts("canceled", false), [false, false]);
    assert_eq!(counts("canceled", true), [true, true]);
}

#[test]
fn an_old_credit_gives_back_the_price_of_the_line_that_it_names() {
    let mut sale = transaction("txn_1", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    sale["created_at"] = json!("2024-01-10T09:00:00Z");
    let mut credit = adjustment("adj_1", "credit", "approved", 2000);
    credit["created_at"] = json!("2024-01-25T21:00:00Z");
    credit["items"] = json!([{
        "id": "adjitm_1", "item_id": "txnitm_pri_basic_2", "type": "proration", "amount": "2000",
        "proration": {"rate": "0.5", "billing_period": period("2024-01-25T21:00:00Z", "2024-02-10T09:00:00Z")},
        "totals": {"subtotal": "2000", "tax": "380", "total": "2380"},
    }]);
    let both = history(&[(kind::ADJUSTMENT, credit.clone()), (kind::TRANSACTION, sale.clone())]);
    let line = &both.given_back[0];
    assert_eq!(line.price.as_ref().map(|price| price.as_str()), Some("pri_basic"));
    assert_eq!((line.effect, line.amount_minor), (LineEffect::Removes, -2000));
    assert_eq!(line.period.start, at("2024-01-25T21:00:00Z"));
    credit["created_at"] = json!("2024-03-11T00:00:00Z");
    assert!(history(&[(kind::ADJUSTMENT, credit), (kind::TRANSACTION, sale)]).given_back.is_empty());
}

/// `(id, category, amount, fee, net)` of what an entity moved.
fn moved(kind: ObjectKind, body: &Value) -> Vec<(String, &'static str, i64, i64, i64)> {
    let transactions = balance_transactions(&object(kind, body)).unwrap().into_iter();
    transactions
        .map(|one| {
            (one.id.to_string(), one.category.as_str(), one.amount_minor, one.fee_minor, one.net_minor)
        })
        .collect()
}

fn row(id: &str, category: &'static str, amount: i64, fee: i64) -> (String, &'static str, i64, i64, i64) {
    (id.to_owned(), category, amount, fee, amount - fee)
}

#[test]
fn a_payment_comes_into_the_balance_without_its_tax_and_fee() {
    let mut sale = transaction("txn_1", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    sale["details"]["payout_totals"] = json!({
        "currency_code": "USD", "total": "4760", "tax": "760", "fee": "288", "earnings": "3712", "exchange_rate": "1",
    });
    let rows = [row("txn_1", "charge", 4760, 288), row("txn_1/tax", "remitted_tax", -760, 0)];
    assert_eq!(moved(kind::TRANSACTION, &sale), rows);
    let payment = payment(&object(kind::TRANSACTION, &sale)).unwrap();
    assert_eq!((payment.id.as_str(), payment.amount_captured_minor), ("txn_1", 4760));
    // Paid with 10.00 of credit.
    sale["payments"][0]["amount"] = json!("3760");
    let [_, tax] = rows.clone();
    let less = [row("txn_1", "charge", 3760, 288), tax, row("txn_1/credit", "customer_credit", 1000, 0)];
    assert_eq!(moved(kind::TRANSACTION, &sale), less);
    // In euros, converted by Paddle.
    sale["details"]["payout_totals"]["currency_code"] = json!("EUR");
    assert_eq!(moved(kind::TRANSACTION, &sale)[0], rows[0]);
    sale["details"]["payout_totals"] = Value::Null;
    assert_eq!(moved(kind::TRANSACTION, &sale), []);
}

#[test]
fn refunds_and_chargebacks_leave_the_balance_with_their_fees() {
    let totals = json!({
        "currency_code": "USD", "total": "1190", "tax": "190", "fee": "50", "earnings": "950",
        "chargeback_fee": {"amount": "1500", "original": null},
    });
    let of = |action: &str, status: &str, fee: &Value| {
        let mut body = adjustment("adj_1", action, status, 1000);
        body["payout_totals"] = totals.clone();
        body["payout_totals"]["chargeback_fee"] = fee.clone();
        moved(kind::ADJUSTMENT, &body)
    };
    let tax = row("adj_1/tax", "remitted_tax", 190, 0);
    let refund = [row("adj_1", "refund", -1190, -50), tax.clone()];
    assert_eq!(of("refund", "approved", &Value::Null), refund);
    assert_eq!(of("refund", "pending_approval", &Value::Null), []);
    let fee = json!({"amount": "1500", "original": null});
    assert_eq!(of("chargeback", "approved", &fee), [row("adj_1", "dispute", -1190, 1450), tax]);
    let back = [row("adj_1", "won_dispute", 1190, 50), row("adj_1/tax", "remitted_tax", -190, 0)];
    assert_eq!(of("chargeback_reverse", "approved", &fee), back);
}

fn happened(at: &str, action: &str, reason: Option<&str>, scheduled: Option<&str>) -> (ObjectKind, Value) {
    let body = json!({
        "id": format!("subhis_{at}_{action}"), "subscription_id": "sub_1", "occurred_at": at, "reason": reason,
        "detail": {"action": format!("subscription_{action}"), "scheduled_change": {"action": scheduled}},
    });
    (kind::HISTORY, body)
}

#[test]
fn history_tells_what_a_subscription_forgets() {
    let read = |status: &str, more: &[(ObjectKind, Value)]| {
        let mut body = subscription(status);
        if status == "canceled" {
            body["canceled_at"] = json!("2026-09-01T00:00:00Z");
        }
        history(&[&[(kind::SUBSCRIPTION, body)], more].concat()).subscriptions.remove(0)
    };
    let paused = happened("2026-07-05T00:00:00Z", "paused", None, None);
    let resumed = happened("2026-07-20T00:00:00Z", "resumed", None, None);
    let pause = Pause { start: at("2026-07-05T00:00:00Z"), end: Some(at("2026-07-20T00:00:00Z")) };
    assert_eq!(read("active", &[resumed.clone(), paused.clone(), paused]).pauses, [pause]);
    assert_eq!(read("active", &[resumed]).pauses, []);

    let asked = |on: &str| happened(on, "scheduled_change_added", Some("customer_request"), Some("cancel"));
    let withdrawn = happened("2026-07-20T00:00:00Z", "scheduled_change_removed", None, None);
    let ended = |reason| happened("2026-09-01T00:00:00Z", "canceled", Some(reason), None);
    let twice =
        [asked("2026-07-10T00:00:00Z"), withdrawn, asked("2026-08-10T00:00:00Z"), ended("customer_request")];
    assert_eq!(read("canceled", &twice).canceled_at, Some(at("2026-08-10T00:00:00Z")));
    assert_eq!(read("active", &twice[..2]).canceled_at, None);
    // What is carried out is no longer scheduled.
    let carried_out = happened("2026-08-31T23:59:30Z", "scheduled_change_removed", None, None);
    let planned = [asked("2026-08-10T00:00:00Z"), carried_out, ended("customer_request")];
    assert_eq!(read("canceled", &planned).canceled_at, Some(at("2026-08-10T00:00:00Z")));
    let disputed = read("canceled", &[ended("chargeback")]);
    assert_eq!(disputed.canceled_at, Some(at("2026-09-01T00:00:00Z")));
    assert_eq!(disputed.cancellation_reason, Some(CancellationReason::PaymentDisputed));
    use CancellationReason::{Other, PaymentFailed, Requested};
    let words = [
        ("customer_request", Requested),
        ("seller_request", Requested),
        ("payment_failed", PaymentFailed),
        ("cardless_trial_ended", Other),
        ("a_reason_of_tomorrow", Other),
    ];
    for (word, reason) in words {
        assert_eq!(read("canceled", &[ended(word)]).cancellation_reason, Some(reason), "{word}");
    }
    // Carried out as it was asked for, and without a reason at all.
    let unsaid = happened("2026-09-01T00:00:00Z", "canceled", None, None);
    let as_asked = [asked("2026-08-10T00:00:00Z"), unsaid.clone()];
    assert_eq!(read("canceled", &as_asked).cancellation_reason, Some(Requested));
    assert_eq!(read("canceled", &[unsaid]).cancellation_reason, None);
    assert_eq!(read("active", &twice[..1]).cancellation_reason, None);
}

#[test]
fn what_a_subscription_will_be_billed_is_read_without_tax_and_discounts() {
    let details = json!({
        "id": "sub_1", "subscription_id": "sub_1",
        "line_items": [{"price_id": "pri_1", "totals": {"subtotal": "1666", "discount": "166", "tax": "300", "total": "1800"}}],
    });
    let subscriptions =
        history(&[(kind::RECURRING, details), (kind::SUBSCRIPTION, subscription("trialing"))]).subscriptions;
    assert_eq!(subscriptions[0].foreseen, [ForeseenLine { price: "pri_1".into(), amount_minor: 1500 }]);
}

#[test]
fn a_pause_of_which_only_the_beginning_was_seen_lasts_until_a_new_period() {
    let period_of = |id: &str, start: &str, end: &str| {
        let mut body =
            transaction(id, "subscription_recurring", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
        body["billing_period"] = period(start, end);
        (kind::TRANSACTION, body)
    };
    let first = period_of("txn_1", JANUARY[0], JANUARY[1]);
    let paused = happened("2026-01-20T00:00:00Z", "paused", None, None);
    let pauses = |next: (ObjectKind, Value)| {
        let objects = [(kind::SUBSCRIPTION, subscription("active")), first.clone(), paused.clone(), next];
        history(&objects).subscriptions.remove(0).pauses
    };
    let begun = period_of("txn_2", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    let known = Pause { start: at("2026-01-20T00:00:00Z"), end: Some(at("2026-03-01T00:00:00Z")) };
    assert_eq!(pauses(begun), [known]);
    // The period was continued, and nobody knows since when.
    assert_eq!(pauses(period_of("txn_2", JANUARY[1], "2026-03-10T09:00:00Z")), []);
}

#[test]
fn what_was_moved_over_says_what_it_was_before() {
    let of = |imported_from: &str, external_id: &str| {
        let meta = json!({"external_id": external_id, "imported_from": imported_from});
        let history = history(&[
            (kind::CUSTOMER, json!({"id": "ctm_1", "import_meta": meta})),
            (
                kind::SUBSCRIPTION,
                json!({"id": "sub_1", "customer_id": "ctm_1", "status": "active", "import_meta": meta}),
            ),
        ]);
        let customer = history.customer.unwrap().imported_from;
        assert_eq!(customer, history.subscriptions[0].imported_from);
        customer.map(|from| (from.source, from.id))
    };
    assert_eq!(of("paddle_classic", "8317"), Some(("paddle_classic".to_owned(), "8317".to_owned())));
    assert_eq!(of("other", "8317"), None, "sellers write whatever they like there");
    assert_eq!(of("paddle_classic", ""), None);
}
