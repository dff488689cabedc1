//! What is beside the price on a payment: modifiers, coupons, and what is netted.

use super::*;

/// A price of 10.00, paid with 19 % of tax on top.
fn paid(payment: u32, time: &str, next: &str, net_minor: i64, more: &Value) -> RawObject {
    let tax_minor = (net_minor * 19 + 50) / 100;
    let amount = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let mut fields = json!({
        "order_id": format!("1-{payment}"), "subscription_payment_id": payment.to_string(), "quantity": "1",
        "unit_price": "10.00", "sale_gross": amount(net_minor + tax_minor), "payment_tax": amount(tax_minor),
        "initial_payment": "0", "next_bill_date": next, "coupon": "",
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    alert(100 + payment, "subscription_payment_succeeded", time, &fields)
}

fn modifier(id: u32, amount: &str, is_recurring: bool, description: &str) -> RawObject {
    let row = json!({
        "modifier_id": id, "subscription_id": 1, "amount": amount, "currency": "USD", "is_recurring": is_recurring,
        "description": description,
    });
    filing::file(kind::MODIFIER, &row.to_string()).unwrap()
}

/// From 10.00 to 20.00, on 20 March.
fn change() -> RawObject {
    let terms = json!({
        "new_unit_price": "20.00", "old_unit_price": "10.00", "new_quantity": "1", "old_quantity": "1",
        "next_bill_date": "2026-03-31", "status": "active",
    });
    alert(300, "subscription_updated", "2026-03-20 10:00:00", &terms)
}

/// Amount and discount of each line of the last bill, and of the change.
fn last_and_change(billed: &Billed) -> [Vec<(i64, i64, LineEffect)>; 2] {
    let said = |line: &model::billing::InvoiceLine| (line.amount_minor, line.discount_minor, line.effect);
    let last = billed.history.invoices.last().unwrap();
    [&last.lines, &billed.history.given_back].map(|lines| lines.iter().map(said).collect())
}

const ONCE: LineEffect = LineEffect::Once;

fn with(rows: Vec<RawObject>) -> Billed {
    let mut all = vec![subscription("active", &plan("month"), &json!({})), change()];
    all.extend(rows);
    read(&all)
}

#[test]
fn a_modifier_that_recurs_belongs_to_the_value_and_to_that_of_a_new_price() {
    let billed = with(vec![
        modifier(7, "3.00", true, "Priority support"),
        paid(1, "2026-02-28 10:00:00", "2026-03-31", 1300, &json!({})),
    ]);
    let [last, changed] = last_and_change(&billed);
    assert_eq!(last, [(1000, 0, SETS), (300, 0, SETS)]);
    assert_eq!(changed, [(2000, 0, SETS), (300, 0, SETS)]);
    let names: Vec<_> = billed.history.given_back.iter().map(|line| line.description.as_deref()).collect();
    assert_eq!(names, [Some("Pro"), Some("Priority support")]);
}

#[test]
fn one_for_a_single_payment_is_bought_once_and_one_that_no_payment_has_counts_not_yet() {
    let billed = with(vec![
        payment(9, "2026-01-31", &json!(11.90)),
        modifier(7, "3.00", false, "Set-up"),
        modifier(8, "5.00", true, "Support"),
        paid(1, "2026-02-28 10:00:00", "2026-03-31", 1300, &json!({})),
    ]);
    let [last, changed] = last_and_change(&billed);
    assert_eq!(last, [(1000, 0, SETS), (300, 0, ONCE)]);
    assert_eq!(billed.history.invoices[1].lines[1].description.as_deref(), Some("Set-up"));
    assert_eq!(changed, [(2000, 0, SETS)]);
}

#[test]
fn one_that_was_removed_from_the_list_is_known_by_two_payments() {
    let billed = with(vec![
        paid(1, "2026-01-31 10:00:00", "2026-02-28", 1300, &json!({})),
        paid(2, "2026-02-28 10:00:00", "2026-03-31", 1300, &json!({})),
    ]);
    let [last, changed] = last_and_change(&billed);
    assert_eq!(last, [(1000, 0, SETS), (300, 0, SETS)]);
    assert_eq!(changed, [(2000, 0, SETS), (300, 0, SETS)]);
}

#[test]
fn a_coupon_counts_for_a_new_price_if_it_recurs() {
    let terms = |kind: &str, amount: u32, is_recurring: bool| {
        json!({
            "coupon": "OFF", "initial_payment": "1",
            "coupon_terms": {
                "coupon": "OFF", "discount_type": kind, "discount_amount": amount, "discount_currency": "USD",
                "is_recurring": is_recurring,
            },
        })
    };
    let cases = [
        (terms("percentage", 20, true), (2000, 400)),
        (terms("flat", 2, true), (2000, 200)),
        (terms("percentage", 20, false), (2000, 0)),
        (terms("flat", 2, false), (2000, 0)),
        // It is not listed any more: what the next payment will be says whether it goes on.
        (json!({"coupon": "OFF", "initial_payment": "1", "next_payment_amount": "9.52"}), (2000, 400)),
        (json!({"coupon": "OFF", "initial_payment": "1", "next_payment_amount": "11.90"}), (2000, 0)),
    ];
    for (coupon, (amount_minor, discount_minor)) in cases {
        let billed = with(vec![paid(1, "2026-02-28 10:00:00", "2026-03-31", 800, &coupon)]);
        let [last, changed] = last_and_change(&billed);
        assert_eq!(last, [(1000, 200, SETS)], "{coupon}");
        assert_eq!(changed, [(amount_minor, discount_minor, SETS)], "{coupon}");
    }
}

#[test]
fn what_a_change_left_for_the_next_bill_is_no_part_of_the_value() {
    let billed = with(vec![
        paid(1, "2026-02-28 10:00:00", "2026-03-31", 1000, &json!({})),
        // With the rest of March at the new price.
        paid(2, "2026-03-31 10:00:00", "2026-04-30", 2355, &json!({"unit_price": "20.00"})),
    ]);
    let [last, changed] = last_and_change(&billed);
    assert_eq!(last, [(2000, 0, SETS), (355, 0, ONCE)]);
    assert_eq!(changed, [(2000, 0, SETS)]);
}

#[test]
fn a_bill_that_fails_is_worth_what_was_in_force() {
    let failed = json!({
        "subscription_payment_id": "2", "amount": "28.02", "attempt_number": "1", "next_retry_date": "2026-04-03",
    });
    let billed = with(vec![
        paid(1, "2026-02-28 10:00:00", "2026-03-31", 1000, &json!({})),
        alert(301, "subscription_payment_failed", "2026-03-31 10:00:00", &failed),
    ]);
    let due = billed.history.invoices.last().unwrap();
    assert_eq!((due.status, due.amount_due_minor, due.tax_minor), (InvoiceStatus::Open, 2802, 447));
    let [last, _] = last_and_change(&billed);
    assert_eq!(last, [(2000, 0, SETS), (355, 0, ONCE)]);
}

#[test]
fn what_is_charged_for_a_part_of_a_period_does_not_tell_whether_tax_is_inside() {
    let seats = json!({
        "new_unit_price": "10.00", "old_unit_price": "10.00", "new_quantity": "2", "old_quantity": "1",
        "next_bill_date": "2026-08-31", "status": "active",
    });
    let change = |billed: &[RawObject]| {
        let mut all = vec![
            subscription("active", &plan("year"), &json!({})),
            alert(300, "subscription_updated", "2026-03-20 10:00:00", &seats),
        ];
        all.extend(billed.iter().cloned());
        last_and_change(&read(&all))[1].clone()
    };
    // 164 days of another seat.
    let part = |more: &Value| {
        let more = [("quantity", "2"), ("sale_gross", more["gross"].as_str().unwrap_or("5.34"))];
        paid(2, "2026-03-20 10:00:10", "2026-08-31", 449, &json!(std::collections::BTreeMap::from(more)))
    };
    let on_top = part(&json!({}));
    // What was paid for a year before had the tax on top of the price that was changed, too.
    assert_eq!(change(&[payment(1, "2025-08-31", &json!(11.90)), on_top.clone()]), [(2000, 0, SETS)]);
    // Without it nothing says that the tax is inside.
    assert_eq!(change(&[on_top]), [(2000, 0, SETS)]);
    // 0.85 of 4.49.
    let inside = part(&json!({"gross": "4.49"}));
    assert_eq!(change(&[payment(1, "2025-08-31", &json!(10)), inside]), [(1621, 0, SETS)]);
}
