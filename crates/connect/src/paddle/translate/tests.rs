//! Entities as they are received, and what they are in our words.

mod beside;

use model::billing::{
    CancellationReason, Card, CardExpiry, ChargeStatus, CustomerHistory, ForeseenLine, InvoiceStatus,
    LineEffect, Pause, PaymentMeans, Period, PriceScheme, SubscriptionStatus,
};
use model::{Counterparts, Currency, ObjectKind, RawObject, UnixSeconds};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{billed, kind, listing};
use crate::{Billed, Listing};

fn at(text: &str) -> UnixSeconds {
    UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

fn object(kind: ObjectKind, body: &Value) -> RawObject {
    RawObject {
        kind,
        id: body["id"].as_str().unwrap().to_owned(),
        created_at: None,
        counterparts: Counterparts::default(),
        is_deleted: false,
        body: body.to_string().into(),
    }
}

fn read(objects: &[(ObjectKind, Value)]) -> Billed {
    let objects: Vec<RawObject> = objects.iter().map(|(kind, body)| object(*kind, body)).collect();
    billed(&objects)
}

/// Nothing of it is skipped.
fn history(objects: &[(ObjectKind, Value)]) -> CustomerHistory {
    let billed = read(objects);
    assert_eq!(billed.skipped, []);
    billed.history
}

fn period(start: &str, end: &str) -> Value {
    json!({"starts_at": start, "ends_at": end})
}

fn line(price: &str, quantity: i64, subtotal: i64, tax: i64, proration: Value) -> Value {
    json!({
        "id": format!("txnitm_{price}_{quantity}"), "price_id": price, "quantity": quantity, "proration": proration,
        "totals": {
            "subtotal": subtotal.to_string(), "discount": "0", "tax": tax.to_string(),
            "total": (subtotal + tax).to_string(),
        },
    })
}

const JANUARY: [&str; 2] = ["2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"];

/// One that is completed, for a period from January 10 on.
fn transaction(id: &str, origin: &str, lines: &[Value]) -> Value {
    let sum = |field: &str| -> i64 {
        lines.iter().map(|line| line["totals"][field].as_str().unwrap().parse::<i64>().unwrap()).sum()
    };
    json!({
        "id": id, "status": "completed", "origin": origin, "customer_id": "ctm_1", "subscription_id": "sub_1",
        "address_id": "add_1", "currency_code": "USD", "billing_period": period(JANUARY[0], JANUARY[1]),
        "created_at": JANUARY[0], "billed_at": JANUARY[0], "updated_at": "2026-01-10T09:01:00.123456789Z",
        "invoice_number": "100-1",
        "details": {
            "line_items": lines,
            "totals": {
                "subtotal": sum("subtotal").to_string(), "discount": "0", "tax": sum("tax").to_string(),
                "total": sum("total").to_string(), "grand_total": sum("total").max(0).to_string(),
            },
            "payout_totals": {"fee": "1", "earnings": "2"},
        },
        "payments": [{
            "payment_attempt_id": "9f3c", "amount": sum("total").max(0).to_string(), "status": "captured",
            "captured_at": "2026-01-10T09:00:20Z", "created_at": JANUARY[0], "payment_method_id": "paymtd_1",
            "method_details": {
                "type": "card", "card": {"type": "visa", "last4": "4242", "expiry_month": 8, "expiry_year": 2027},
            },
        }],
    })
}

fn subscription(status: &str) -> Value {
    json!({
        "id": "sub_1", "status": status, "customer_id": "ctm_1", "address_id": "add_2", "currency_code": "USD",
        "created_at": JANUARY[0], "started_at": JANUARY[0], "next_billed_at": JANUARY[1],
        "current_billing_period": period(JANUARY[0], JANUARY[1]), "paused_at": null, "canceled_at": null,
        "scheduled_change": null,
        "items": [{"quantity": 2, "recurring": true, "trial_dates": null, "price": {"id": "pri_basic"}}],
    })
}

#[test]
fn a_transaction_is_an_invoice_with_the_payment_that_paid_it() {
    let sale = transaction("txn_1", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    let history = history(&[(kind::TRANSACTION, sale), (kind::SUBSCRIPTION, subscription("active"))]);
    let invoice = &history.invoices[0];
    assert_eq!((invoice.status, invoice.total_minor, invoice.tax_minor), (InvoiceStatus::Paid, 4760, 760));
    assert_eq!(invoice.paid_at, Some(at("2026-01-10T09:00:20Z")));
    assert_eq!((invoice.amount_paid_minor, invoice.attempt_count), (4760, 1));
    assert_eq!(invoice.number.as_deref(), Some("100-1"));
    let line = &invoice.lines[0];
    assert_eq!((line.amount_minor, line.discount_minor, line.inclusive_tax_minor), (4000, 0, 0));
    assert_eq!((line.effect, line.quantity, line.is_proration), (LineEffect::Sets, Decimal::TWO, false));
    assert_eq!(line.period, Period { start: at(JANUARY[0]), end: at(JANUARY[1]) });
    let charge = &history.charges[0];
    assert_eq!(
        (charge.id.as_str(), charge.status, charge.is_booked),
        ("txn_1", ChargeStatus::Succeeded, true)
    );
    assert_eq!((charge.amount_captured_minor, charge.created_at), (4760, at("2026-01-10T09:00:20Z")));
    let card = Card {
        brand: Some("visa".to_owned()),
        last4: Some("4242".to_owned()),
        expiry: CardExpiry::new(2027, 8).unwrap(),
    };
    let method = history.subscriptions[0].payment_method.as_ref().unwrap();
    assert_eq!((method.id.as_str(), &method.means), ("paymtd_1", &PaymentMeans::Card(card)));
}

#[test]
fn what_a_line_says_follows_from_the_origin_and_its_proration() {
    use LineEffect::{Adds, Nothing, Once, Replaces, Sets};
    let share = |rate: &str, start: &str| json!({"rate": rate, "billing_period": period(start, JANUARY[1])});
    let half = || share("0.5", "2026-01-25T21:00:00Z");
    let halved = Decimal::new(5, 1);
    let cases = [
        ("web", Value::Null, Sets, JANUARY[0]),
        ("api", Value::Null, Sets, JANUARY[0]),
        ("subscription_recurring", share("1", JANUARY[0]), Sets, JANUARY[0]),
        ("subscription_recurring", half(), Adds { share: halved }, "2026-01-25T21:00:00Z"),
        ("subscription_update", half(), Adds { share: halved }, "2026-01-25T21:00:00Z"),
        ("subscription_update", Value::Null, Adds { share: Decimal::ONE }, JANUARY[0]),
        ("subscription_update", share("0", JANUARY[1]), Nothing, JANUARY[1]),
        ("subscription_charge", Value::Null, Once, JANUARY[0]),
        ("subscription_payment_method_change", share("0", JANUARY[1]), Nothing, JANUARY[1]),
        ("an_origin_of_tomorrow", Value::Null, Sets, JANUARY[0]),
    ];
    for (origin, proration, effect, start) in cases {
        let body = transaction("txn_1", origin, &[line("pri_basic", 1, 1000, 0, proration.clone())]);
        let line = &history(&[(kind::TRANSACTION, body)]).invoices[0].lines[0];
        assert_eq!((line.effect, line.period.start), (effect, at(start)), "{origin} {proration}");
    }
    // Before changes were billed as differences.
    let mut old = transaction("txn_1", "subscription_update", &[line("pri_basic", 1, 1000, 0, half())]);
    old["created_at"] = json!("2024-03-10T23:59:59Z");
    let line = &history(&[(kind::TRANSACTION, old)]).invoices[0].lines[0];
    assert_eq!((line.effect, line.is_proration), (Replaces { share: halved }, true));
}

#[test]
fn what_a_transaction_counts_as() {
    let cases = [
        ("draft", InvoiceStatus::Draft),
        ("ready", InvoiceStatus::Draft),
        ("billed", InvoiceStatus::Open),
        ("past_due", InvoiceStatus::Open),
        ("paid", InvoiceStatus::Paid),
        ("completed", InvoiceStatus::Paid),
        ("canceled", InvoiceStatus::Void),
        ("a_status_of_tomorrow", InvoiceStatus::Unknown),
    ];
    for (word, status) in cases {
        let mut body = transaction("txn_1", "web", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
        body["status"] = json!(word);
        let invoice = &history(&[(kind::TRANSACTION, body)]).invoices[0];
        assert_eq!((invoice.status, invoice.paid_at.is_some()), (status, status == InvoiceStatus::Paid));
        assert_eq!(invoice.given_up_at.is_some(), status == InvoiceStatus::Void);
    }
}

#[test]
fn a_checkout_that_was_left_is_nothing_whatever_was_tried_there() {
    for word in ["draft", "ready", "canceled"] {
        let mut body = transaction("txn_1", "web", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
        body["status"] = json!(word);
        body["billed_at"] = Value::Null;
        body["payments"][0]["status"] = json!("error");
        body["payments"][0]["error_code"] = json!("declined");
        let history = history(&[(kind::TRANSACTION, body)]);
        let invoice = &history.invoices[0];
        assert_eq!((invoice.status, invoice.given_up_at), (InvoiceStatus::Draft, None), "{word}");
        assert_eq!((history.charges.len(), invoice.attempt_count), (0, 0), "{word}");
    }
}

#[test]
fn a_bill_that_the_customer_pays_by_itself_says_by_when() {
    let mut body = transaction("txn_1", "web", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
    body["status"] = json!("billed");
    let due_at = |body: &Value| history(&[(kind::TRANSACTION, body.clone())]).invoices[0].due_at;
    body["collection_mode"] = json!("automatic");
    assert_eq!(due_at(&body), None);
    body["collection_mode"] = json!("manual");
    assert_eq!(due_at(&body), Some(at(JANUARY[0])));
    let terms = json!({"interval": "day", "frequency": 14});
    body["billing_details"] = json!({"purchase_order_number": "Ada", "payment_terms": terms});
    assert_eq!(due_at(&body), Some(at("2026-01-24T09:00:00Z")));
    // It is the same without what identifies a person.
    let redacted = crate::paddle::privacy::redact(kind::TRANSACTION, &body.to_string()).unwrap();
    assert!(!redacted.contains("Ada"));
    assert_eq!(due_at(&serde_json::from_str(&redacted).unwrap()), Some(at("2026-01-24T09:00:00Z")));
}

#[test]
fn a_renewal_that_was_paid_at_the_second_attempt_has_a_failed_charge_before() {
    let mut body =
        transaction("txn_1", "subscription_recurring", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
    let failed = json!({
        "payment_attempt_id": "77aa", "amount": "1000", "status": "error", "error_code": "declined",
        "created_at": JANUARY[0], "captured_at": null,
    });
    body["payments"].as_array_mut().unwrap().push(failed);
    let history = history(&[(kind::TRANSACTION, body)]);
    let charges: Vec<_> = history
        .charges
        .iter()
        .map(|charge| (charge.id.as_str(), charge.status, charge.decline_code.as_deref()))
        .collect();
    assert_eq!(
        charges,
        [("txn_1", ChargeStatus::Succeeded, None), ("77aa", ChargeStatus::Failed, Some("declined"))]
    );
    assert_eq!(history.invoices[0].attempt_count, 2);
}

#[test]
fn a_downgrade_with_a_rest_is_paid_without_a_payment() {
    let rest = json!({"rate": "0.5", "billing_period": period("2026-01-25T21:00:00Z", JANUARY[1])});
    let lines = [line("pri_pro", -1, -2500, -475, rest.clone()), line("pri_basic", 1, 1000, 190, rest)];
    let mut body = transaction("txn_1", "subscription_update", &lines);
    body["payments"] = json!([]);
    let history = history(&[(kind::TRANSACTION, body)]);
    let invoice = &history.invoices[0];
    assert_eq!((invoice.total_minor, invoice.tax_minor, invoice.amount_paid_minor), (-1785, -285, 0));
    assert_eq!((invoice.paid_at, history.charges.len()), (Some(at(JANUARY[0])), 0));
    assert!(invoice.lines[0].is_proration_credit && !invoice.lines[1].is_proration_credit);
}

#[test]
fn subscriptions_with_their_states() {
    let read = |body: Value| history(&[(kind::SUBSCRIPTION, body)]).subscriptions.remove(0);
    let running = read(subscription("active"));
    assert_eq!(
        (running.status, running.ended_at, running.cancel_at),
        (SubscriptionStatus::Active, None, None)
    );
    assert_eq!(running.items[0].current_period.unwrap().end, at(JANUARY[1]));

    let mut leaving = subscription("active");
    leaving["next_billed_at"] = Value::Null;
    leaving["scheduled_change"] = json!({"action": "cancel", "effective_at": JANUARY[1], "resume_at": null});
    let leaving = read(leaving);
    assert_eq!((leaving.cancel_at, leaving.items[0].current_period), (Some(at(JANUARY[1])), None));

    let mut paused = subscription("paused");
    paused["paused_at"] = json!(JANUARY[1]);
    paused["scheduled_change"] = json!({"action": "resume", "effective_at": "2026-05-05T12:00:00Z"});
    let paused = read(paused);
    assert_eq!(paused.pauses, [Pause { start: at(JANUARY[1]), end: None }]);
    assert_eq!((paused.status, paused.cancel_at), (SubscriptionStatus::Paused, None));

    let mut canceled = subscription("canceled");
    canceled["canceled_at"] = json!(JANUARY[1]);
    let canceled = read(canceled);
    assert_eq!((canceled.ended_at, canceled.canceled_at), (Some(at(JANUARY[1])), None));
    assert_eq!(read(subscription("a_status_of_tomorrow")).status, SubscriptionStatus::Unknown);
}

#[test]
fn who_ends_with_an_uncollected_renewal_did_not_choose_to() {
    let mut renewal =
        transaction("txn_2", "subscription_recurring", &[line("pri_basic", 1, 1000, 0, Value::Null)]);
    let paid = [(kind::TRANSACTION, renewal.clone()), (kind::SUBSCRIPTION, subscription("canceled"))];
    assert_eq!(history(&paid).subscriptions[0].cancellation_reason, None);
    renewal["status"] = json!("canceled");
    let unpaid = [(kind::TRANSACTION, renewal), (kind::SUBSCRIPTION, subscription("canceled"))];
    let reason = history(&unpaid).subscriptions[0].cancellation_reason;
    assert_eq!(reason, Some(CancellationReason::PaymentFailed));
}

#[test]
fn a_paid_trial_is_bought_once() {
    let trial = period(JANUARY[0], "2026-01-24T09:00:00Z");
    let mut sale = transaction("txn_1", "web", &[line("pri_basic", 1, 100, 0, Value::Null)]);
    sale["billing_period"] = trial.clone();
    sale["items"] = json!([{"quantity": 1, "price": {
        "id": "pri_basic", "unit_price": {"amount": "2000", "currency_code": "USD"},
        "billing_cycle": {"interval": "month", "frequency": 1},
        "trial_period": {"interval": "day", "frequency": 14, "unit_price": {"amount": "100", "currency_code": "USD"}},
    }}]);
    let mut trialing = subscription("trialing");
    trialing["items"][0]["trial_dates"] = trial;
    let effect = |sale: &Value, subscription: &Value| {
        let objects = [(kind::SUBSCRIPTION, subscription.clone()), (kind::TRANSACTION, sale.clone())];
        history(&objects).invoices[0].lines[0].effect
    };
    assert_eq!(effect(&sale, &trialing), LineEffect::PaidTrial);
    // The subscription forgot its trial, and the length tells.
    assert_eq!(effect(&sale, &subscription("active")), LineEffect::PaidTrial);
    sale["billing_period"] = period(JANUARY[0], JANUARY[1]);
    assert_eq!(effect(&sale, &subscription("active")), LineEffect::Sets);
    // A free trial bills nothing by itself.
    sale["items"][0]["price"]["trial_period"]["unit_price"] = Value::Null;
    assert_eq!(effect(&sale, &trialing), LineEffect::Sets);
}

#[test]
fn a_customers_country_is_on_the_address_of_its_subscription() {
    let customer =
        json!({"id": "ctm_1", "name": "Ada", "email": "ada@example.com", "created_at": JANUARY[0]});
    let address = |id: &str, country: &str| (kind::ADDRESS, json!({"id": id, "country_code": country}));
    let sale = || transaction("txn_1", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    let mut objects = vec![
        (kind::CUSTOMER, customer),
        (kind::TRANSACTION, sale()),
        address("add_1", "DE"),
        address("add_2", "GB"),
    ];
    let country = |objects: &[_]| history(objects).customer.unwrap().country;
    assert_eq!(country(&objects).as_deref(), Some("DE"));
    objects.push((kind::SUBSCRIPTION, subscription("active")));
    assert_eq!(country(&objects).as_deref(), Some("GB"));
}

#[test]
fn prices_with_what_they_cost_elsewhere_from_the_list_and_from_where_they_are_embedded() {
    let price = json!({
        "id": "pri_1", "product_id": "pro_1", "name": "Pro", "status": "archived",
        "billing_cycle": {"interval": "month", "frequency": 3},
        "unit_price": {"amount": "5000", "currency_code": "USD"},
        "unit_price_overrides": [
            {"country_codes": ["DE"], "unit_price": {"amount": "4500", "currency_code": "EUR"}},
            {"country_codes": ["FR"], "unit_price": {"amount": "4400", "currency_code": "EUR"}},
            {"country_codes": ["XX"], "unit_price": {"amount": "1", "currency_code": "?"}},
        ],
    });
    let Ok(Listing::Price(read_price)) = listing(&object(kind::PRICE, &price)) else { panic!("no price") };
    let recurrence = read_price.recurrence.unwrap();
    assert_eq!((recurrence.interval_count, recurrence.is_metered, read_price.is_active), (3, false, false));
    assert_eq!(read_price.scheme, PriceScheme::PerUnit(Some(5000.into())));
    let options: Vec<_> =
        read_price.currency_options.iter().map(|option| (option.currency, option.scheme.clone())).collect();
    assert_eq!(options, [(Currency::EUR, PriceScheme::PerUnit(Some(4500.into())))]);

    let mut sale = transaction("txn_1", "web", &[line("pri_1", 2, 4000, 760, Value::Null)]);
    sale["items"] = json!([{"quantity": 2, "price": price}, {"quantity": 1, "price": {"id": "pri_2"}}]);
    let billed = read(&[(kind::TRANSACTION, sale)]);
    // The bill's own copy counts for it, whatever the list says by now.
    assert_eq!(billed.history.invoices[0].lines[0].price_then.as_deref(), Some(&read_price));
    assert_eq!(billed.inline_prices, [read_price]);

    let product = listing(&object(kind::PRODUCT, &json!({"id": "pro_1", "name": "App", "status": "active"})));
    let Ok(Listing::Product(product)) = product else { panic!("no product") };
    assert_eq!((product.name.as_deref(), product.is_active), (Some("App"), true));
}

#[test]
fn one_that_cannot_be_read_is_named_without_its_data_and_the_rest_is_read() {
    let mut broken = transaction("txn_1", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    broken["details"]["line_items"][0]["totals"]["subtotal"] = json!("12.50 Ada");
    let fine = transaction("txn_2", "web", &[line("pri_basic", 2, 4000, 760, Value::Null)]);
    let read = read(&[(kind::TRANSACTION, broken), (kind::TRANSACTION, fine)]);
    assert_eq!(read.history.invoices.len(), 1);
    assert_eq!(read.skipped[0].reason, "transaction txn_1 has an invalid totals/subtotal");
}

#[test]
fn yen_are_not_scaled() {
    let mut sale = transaction("txn_1", "web", &[line("pri_basic", 1, 725, 72, Value::Null)]);
    sale["currency_code"] = json!("JPY");
    let history = history(&[(kind::TRANSACTION, sale)]);
    assert_eq!(
        (history.invoices[0].lines[0].amount_minor, history.invoices[0].currency.exponent()),
        (725, 0)
    );
}
