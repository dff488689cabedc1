//! Both families of shapes mean the same; what cannot be understood is named without its data.

use connect::stripe::kind;
use connect::stripe::translate::{self, ReadError};
use model::billing::{
    BillingInterval, CancellationReason, ChargeStatus, Discount, InvoiceStatus, PaymentMeans, Period,
    PriceScheme, Recurrence, SubscriptionStatus, Tier, TransformQuantity,
};
use model::{BalanceCategory, Currency, UnixSeconds};
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn period(start: i64, end: i64) -> Period {
    Period { start: UnixSeconds(start), end: UnixSeconds(end) }
}

fn subscription(body: Value) -> model::billing::Subscription {
    translate::subscription(&body.to_string()).unwrap().subscription
}

fn invoice(body: Value) -> translate::InvoiceParts {
    translate::invoice(&body.to_string()).unwrap()
}

/// An invoice with one line, the rest as small as can be.
fn line(line: Value) -> model::billing::InvoiceLine {
    let mut body =
        json!({ "id": "in_1", "created": 100, "currency": "usd", "total": 0, "subscription": "sub_1" });
    body["lines"] = json!({ "data": [line] });
    invoice(body).invoice.lines.remove(0)
}

#[test]
fn stripes_own_examples_are_understood() {
    let customer = translate::customer(include_str!("../fixtures/customer.json")).unwrap();
    assert_eq!((customer.id.as_str(), customer.currency), ("cus_QXg1o8vcGmoR32", Some(Currency::USD)));
    assert!(translate::customer(include_str!("../fixtures/deleted_customer.json")).unwrap().is_deleted);
    let product = translate::product(include_str!("../fixtures/product.json")).unwrap();
    assert_eq!((product.name.as_deref(), product.is_active), (Some("T-shirt"), true));

    let parts = translate::subscription(include_str!("../fixtures/subscription.json")).unwrap();
    let subscription = parts.subscription;
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    assert!(subscription.is_collection_paused && subscription.is_canceled_at_period_end);
    assert_eq!(subscription.items[0].price.as_str(), "price_1PgafmB7WZ01zgkW6dKueIc5");
    assert_eq!(subscription.items[0].current_period, Some(period(1_896_570_518, 976_287_773)));
    assert_eq!(parts.inline_prices[0].scheme, PriceScheme::PerUnit(Some(Decimal::from(2000))));

    let invoice = translate::invoice(include_str!("../fixtures/invoice.json")).unwrap().invoice;
    assert_eq!((invoice.status, invoice.total_minor, invoice.tax_minor), (InvoiceStatus::Draft, 1000, 0));
    assert_eq!(invoice.subscription.unwrap().as_str(), "subscription");
    let line = &invoice.lines[0];
    assert!(line.is_proration && line.is_proration_credit);
    assert_eq!(line.invoice_item.as_ref().unwrap().as_str(), "invoice_item");
    assert_eq!(line.subscription, None, "its parent is the item, which has none");

    let (item, _) = translate::invoice_item(include_str!("../fixtures/invoiceitem.json")).unwrap();
    assert_eq!((item.invoice, item.line.amount_minor), (None, 1000));
    assert_eq!(item.line.subscription.unwrap().as_str(), "subscription");
    assert_eq!(item.line.quantity, Decimal::from(174_352_450));
}

#[test]
fn stripes_own_examples_of_money_are_understood() {
    let charge = translate::charge(include_str!("../fixtures/charge.json")).unwrap();
    assert_eq!(
        (charge.status, charge.amount_minor, charge.amount_captured_minor),
        (ChargeStatus::Succeeded, 100, 0)
    );
    let refund = translate::refund(include_str!("../fixtures/refund.json")).unwrap();
    assert_eq!((refund.is_succeeded, refund.amount_minor), (true, 100));
    assert_eq!(refund.charge.unwrap().as_str(), charge.id.as_str());
    let note = translate::credit_note(include_str!("../fixtures/credit_note.json")).unwrap();
    assert_eq!((note.is_void, note.post_payment_minor), (false, 1_355_257_296));
    assert_eq!(note.refunded_minor, note.post_payment_minor, "never more than was credited");
    let payment = translate::invoice_payment(include_str!("../fixtures/invoice_payment.json")).unwrap();
    assert_eq!((payment.invoice.as_str(), payment.is_paid), ("invoice", false));
    let booked =
        translate::balance_transaction(include_str!("../fixtures/balance_transaction.json")).unwrap();
    assert_eq!((booked.category, booked.net_minor), (BalanceCategory::Charge, 100));
    let event = translate::event(include_str!("../fixtures/event.json")).unwrap();
    assert_eq!((event.event_type.as_str(), event.kind), ("plan.created", Some(kind::PRICE)));
}

#[test]
fn a_card_is_read_wherever_an_object_tells_of_it() {
    let means = |details: Value| {
        let body = json!({ "id": "ch_1", "amount": 1, "currency": "usd", "created": 1, "payment_method": "pm_1",
            "payment_method_details": details });
        translate::charge(&body.to_string()).unwrap().payment_method.unwrap().means
    };
    let visa = json!({ "brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2030 });
    let PaymentMeans::Card(card) = means(json!({ "type": "card", "card": visa })) else { unreachable!() };
    assert_eq!(
        (card.last4.as_deref(), card.expiry.last_day().to_string().as_str()),
        (Some("4242"), "2030-08-31")
    );
    assert_eq!(
        means(json!({ "type": "sepa_debit", "sepa_debit": { "last4": "3000" } })),
        PaymentMeans::NoCard
    );
    assert_eq!(
        means(json!({ "type": "card", "card": { "exp_month": 13, "exp_year": 2030 } })),
        PaymentMeans::Unknown
    );
    assert_eq!(means(json!(null)), PaymentMeans::Unknown);

    let customer = |facts: Value| {
        let mut body = json!({ "id": "cus_1" });
        body.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        translate::customer(&body.to_string()).unwrap().payment_method
    };
    let named = customer(
        json!({ "invoice_settings": { "default_payment_method": "pm_1" }, "default_source": "card_1" }),
    );
    assert_eq!(named.unwrap().id, "pm_1");
    let source =
        json!({ "default_source": { "id": "card_1", "object": "card", "exp_month": 1, "exp_year": 2031 } });
    assert!(matches!(customer(source).unwrap().means, PaymentMeans::Card(_)));
    assert_eq!(customer(json!({})), None);
}

#[test]
fn a_failed_charge_says_why_in_the_words_of_the_bank_or_else_of_the_provider() {
    let code = |status: &str, facts: &str| {
        let body =
            format!(r#"{{"id":"ch_1","amount":1,"currency":"usd","created":1,"status":"{status}",{facts}}}"#);
        translate::charge(&body).unwrap().decline_code
    };
    let declined = r#""failure_code":"card_declined","outcome":{"reason":"insufficient_funds"}"#;
    assert_eq!(code("failed", declined).as_deref(), Some("insufficient_funds"));
    assert_eq!(code("succeeded", declined), None);
    let without_reason = r#""failure_code":"expired_card","outcome":{"reason":null}"#;
    assert_eq!(code("failed", without_reason).as_deref(), Some("expired_card"));
    assert_eq!(code("failed", r#""failure_code":null,"outcome":null"#), None);
}

#[test]
fn a_balance_transaction_has_the_category_of_its_report_or_else_of_its_type() {
    let read = |category: Value, transaction_type: &str, source: Value, amount: i64| {
        let body = json!({ "id": "txn_1", "currency": "eur", "created": 100, "amount": amount, "fee": 15,
            "reporting_category": category, "type": transaction_type, "source": source });
        translate::balance_transaction(&body.to_string()).unwrap()
    };
    let category = |name: &str, of_type: &str| read(json!(name), of_type, json!(null), -100).category;
    assert_eq!(category("dispute_reversal", "adjustment"), BalanceCategory::WonDispute);
    assert_eq!(category("payout_reversal", "payout_failure"), BalanceCategory::Payout);
    assert_eq!(category("financing_paydown", "adjustment"), BalanceCategory::Financing);
    assert_eq!(category("of_tomorrow", "payment_refund"), BalanceCategory::Refund);
    assert_eq!(category("of_tomorrow", "as_well"), BalanceCategory::Other);
    let older = |of_type: &str, source: &str, amount| read(json!(null), of_type, json!(source), amount);
    assert_eq!(older("adjustment", "dp_1", -100).category, BalanceCategory::Dispute);
    assert_eq!(older("adjustment", "dp_1", 100).category, BalanceCategory::WonDispute);
    assert_eq!(older("adjustment", "ch_1", 100).category, BalanceCategory::Adjustment);
    assert_eq!(older("transfer", "tr_1", -100).category, BalanceCategory::Transfer);

    let expanded = read(json!("charge"), "charge", json!({ "id": "ch_1", "object": "charge" }), 100);
    assert_eq!(
        (expanded.source.as_deref(), expanded.net_minor),
        (Some("ch_1"), 85),
        "net is the amount less the fee"
    );
}

#[test]
fn a_balance_transaction_without_an_amount_is_refused() {
    let body = json!({ "id": "txn_1", "currency": "eur", "created": 100, "fee": 15 });
    let error = translate::balance_transaction(&body.to_string()).unwrap_err();
    assert_eq!(error.to_string(), "balance_transaction txn_1 has no amount");
}

#[test]
fn a_plan_is_a_price() {
    let plan = translate::price(include_str!("../fixtures/plan.json")).unwrap();
    let price = translate::price(include_str!("../fixtures/price.json")).unwrap();
    let monthly = Recurrence { interval: BillingInterval::Month, interval_count: 1, is_metered: false };
    assert_eq!(plan.recurrence, Some(monthly));
    assert_eq!(
        (plan.recurrence, &plan.scheme, &plan.product),
        (price.recurrence, &price.scheme, &price.product)
    );
    let transform = TransformQuantity { divide_by: 1_592_560_163, is_rounded_up: false };
    assert_eq!((plan.transform_quantity, price.transform_quantity), (Some(transform), Some(transform)));
}

#[test]
fn tiers_end_in_null_or_inf_and_amounts_may_have_decimals() {
    let price = |end: Value, mode: &str| {
        let body = json!({ "id": "price_1", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": mode,
            "recurring": { "interval": "year", "interval_count": 2, "usage_type": "metered" },
            "tiers": [{ "up_to": 10, "unit_amount": null, "unit_amount_decimal": "0.05", "flat_amount": 500 },
                { "up_to": end, "unit_amount": 3 }] });
        translate::price(&body.to_string()).unwrap()
    };
    let amount = |text: &str| Some(text.parse::<Decimal>().unwrap());
    let tiers = vec![
        Tier { up_to: amount("10"), unit_amount: amount("0.05"), flat_amount: amount("500") },
        Tier { up_to: None, unit_amount: amount("3"), flat_amount: None },
    ];
    assert_eq!(price(json!(null), "graduated").scheme, PriceScheme::Graduated(tiers.clone()));
    assert_eq!(price(json!("inf"), "volume").scheme, PriceScheme::Volume(tiers));
    let every_two_years = Recurrence { interval: BillingInterval::Year, interval_count: 2, is_metered: true };
    assert_eq!(price(json!(null), "volume").recurrence, Some(every_two_years));

    let unknown =
        json!({ "id": "price_1", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "volume" });
    assert_eq!(translate::price(&unknown.to_string()).unwrap().scheme, PriceScheme::UnknownTiers);
    let one_off =
        json!({ "id": "price_1", "currency": "eur", "type": "one_time", "unit_amount_decimal": 12.5 });
    let one_off = translate::price(&one_off.to_string()).unwrap();
    assert_eq!((one_off.recurrence, one_off.scheme), (None, PriceScheme::PerUnit(amount("12.5"))));
}

#[test]
fn a_subscriptions_period_is_its_items_or_in_the_older_shape_its_own() {
    let new = subscription(
        json!({ "id": "sub_1", "customer": "cus_1", "status": "active", "items": { "data": [
        { "id": "si_1", "price": "price_1", "quantity": 3, "current_period_start": 10, "current_period_end": 20 }] } }),
    );
    let old = subscription(
        json!({ "id": "sub_1", "customer": { "id": "cus_1", "email": null }, "status": "active",
        "current_period_start": 10, "current_period_end": 20, "items": { "data": [
        { "id": "si_1", "plan": { "id": "price_1", "object": "plan" }, "quantity": "3" }] } }),
    );
    assert_eq!(new, old);
    assert_eq!(new.items[0].current_period, Some(period(10, 20)));
    let oldest = subscription(json!({ "id": "sub_1", "customer": "cus_1", "status": "active", "quantity": 3,
        "plan": "price_1", "current_period_start": 10, "current_period_end": 20 }));
    assert_eq!(
        (&oldest.items[0].price, oldest.items[0].quantity),
        (&new.items[0].price, new.items[0].quantity)
    );
}

#[test]
fn how_a_subscription_ended_is_kept() {
    let ended =
        subscription(json!({ "id": "sub_1", "customer": "cus_1", "status": "canceled", "canceled_at": 50,
        "ended_at": 90, "trial_start": 1, "trial_end": 2, "start_date": 1, "currency": "EUR",
        "cancellation_details": { "reason": "payment_failed", "feedback": "too_expensive" } }));
    assert_eq!((ended.canceled_at, ended.ended_at), (Some(UnixSeconds(50)), Some(UnixSeconds(90))));
    assert_eq!(ended.cancellation_reason, Some(CancellationReason::PaymentFailed));
    assert_eq!((ended.trial, ended.currency), (Some(period(1, 2)), Some(Currency::EUR)));
    let unsaid =
        subscription(json!({ "id": "sub_1", "customer": "cus_1", "status": "canceled", "canceled_at": 50 }));
    assert_eq!(unsaid.ended_at, Some(UnixSeconds(50)));
    let running =
        subscription(json!({ "id": "sub_1", "customer": "cus_1", "status": "dormant", "canceled_at": 50 }));
    assert_eq!((running.status, running.ended_at), (SubscriptionStatus::Unknown, None));
}

#[test]
fn a_line_means_the_same_in_both_shapes() {
    let new = line(
        json!({ "id": "il_1", "amount": 900, "currency": "usd", "period": { "start": 1, "end": 2 },
        "quantity": 9, "quantity_decimal": "2.5", "discount_amounts": [{ "amount": 100 }, { "amount": 20 }],
        "taxes": [{ "amount": 30, "tax_behavior": "inclusive" }, { "amount": 7, "tax_behavior": "exclusive" }],
        "pricing": { "type": "price_details", "price_details": { "price": "price_1" } },
        "parent": { "type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details":
            { "subscription": "sub_2", "subscription_item": "si_1", "proration": true, "invoice_item": "ii_1" } } }),
    );
    let old =
        line(json!({ "id": "il_1", "amount": 900, "currency": "usd", "period": { "start": 1, "end": 2 },
        "quantity": 2.5, "discount_amounts": [{ "amount": 100 }, { "amount": 20 }], "type": "invoiceitem",
        "tax_amounts": [{ "amount": 30, "inclusive": true }, { "amount": 7, "inclusive": false }],
        "price": { "id": "price_1", "object": "price" }, "plan": { "id": "price_1" }, "subscription": "sub_2",
        "subscription_item": "si_1", "proration": true, "invoice_item": "ii_1" }));
    assert_eq!(new, old);
    assert_eq!((new.discount_minor, new.inclusive_tax_minor, new.is_proration), (120, 30, true));
    assert_eq!(new.quantity, "2.5".parse().unwrap());
    let planned = line(json!({ "id": "il_1", "amount": 900, "plan": { "id": "price_1" }, "period": null }));
    assert_eq!((planned.price, planned.period), (new.price, period(100, 100)), "dated by its invoice");
    assert_eq!((planned.quantity, planned.currency), (Decimal::ONE, Currency::USD));
}

#[test]
fn a_credit_for_unused_time_is_known_by_what_it_credits() {
    let credited = json!({ "credited_items": { "invoice": "in_0", "invoice_line_items": ["il_0"] } });
    let details = json!({ "subscription": "sub_1", "proration": true, "proration_details": credited });
    let new = json!({ "id": "il_1", "amount": -5, "parent": { "type": "invoice_item_details", "invoice_item_details": details } });
    let old = json!({ "id": "il_1", "amount": -5, "proration": true, "proration_details": credited });
    assert!(line(new).is_proration_credit && line(old).is_proration_credit);
    let other = json!({ "id": "il_1", "amount": 5, "proration": true, "proration_details": { "credited_items": null } });
    assert!(!line(other).is_proration_credit);
}

#[test]
fn only_a_line_that_says_so_belongs_to_a_subscription() {
    let oldest = line(json!({ "id": "sub_1", "amount": 5, "type": "subscription" }));
    assert_eq!(oldest.subscription.unwrap().as_str(), "sub_1");
    let one_off = line(json!({ "id": "ii_1", "amount": 5, "type": "invoiceitem", "subscription": null }));
    assert_eq!(one_off.subscription, None);
    assert_eq!(one_off.invoice_item.unwrap().as_str(), "ii_1");
}

#[test]
fn an_invoice_is_paid_and_taxed_in_whatever_way_it_says() {
    let with = |extra: Value| {
        let mut body = json!({ "id": "in_1", "created": 100, "currency": "usd", "total": 119 });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        invoice(body).invoice
    };
    let new = with(json!({ "status": "paid", "status_transitions": { "paid_at": 150 }, "amount_paid": 119 }));
    assert_eq!((new.status, new.paid_at), (InvoiceStatus::Paid, Some(UnixSeconds(150))));
    let old = with(json!({ "paid": true, "closed": true }));
    assert_eq!(
        (old.status, old.paid_at, old.amount_paid_minor),
        (InvoiceStatus::Paid, Some(UnixSeconds(100)), 119)
    );
    assert_eq!(with(json!({ "paid": false, "forgiven": true })).status, InvoiceStatus::Uncollectible);
    assert_eq!(with(json!({ "paid": false })).paid_at, None);
    assert_eq!(with(json!({ "status": "on_hold" })).status, InvoiceStatus::Unknown);
    for taxed in [
        json!({ "total_taxes": [{ "amount": 12 }, { "amount": 7 }] }),
        json!({ "total_taxes": null, "total_tax_amounts": [{ "amount": 19 }] }),
        json!({ "tax": 19 }),
        json!({ "tax": null, "total_excluding_tax": 100 }),
    ] {
        assert_eq!(with(taxed.clone()).tax_minor, 19, "{taxed}");
    }
}

#[test]
fn what_a_credit_note_gave_back_as_a_refund_is_counted_there() {
    let note = |extra: Value| {
        let mut body = json!({ "id": "cn_1", "created": 1, "currency": "usd", "amount": 100 });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let note = translate::credit_note(&body.to_string()).unwrap();
        (note.post_payment_minor, note.refunded_minor)
    };
    assert_eq!(note(json!({ "post_payment_amount": 70, "refunds": [{ "amount_refunded": 40 }] })), (70, 40));
    assert_eq!(
        note(json!({ "type": "post_payment", "refund": "re_1", "out_of_band_amount": 25 })),
        (100, 75)
    );
    assert_eq!(note(json!({ "type": "post_payment", "refund": { "id": "re_1", "amount": 60 } })), (100, 60));
    assert_eq!(note(json!({ "type": "pre_payment" })), (0, 0));
}

#[test]
fn a_discount_says_what_it_takes_off_or_that_it_is_not_known() {
    let discounts = |more: Value| {
        let mut body = json!({ "id": "sub_1", "customer": "cus_1" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        translate::subscription(&body.to_string()).unwrap().subscription.discounts
    };
    let coupon = json!({ "id": "half", "percent_off": 50, "duration": "forever" });
    let half = Discount { percent_off: Some(50.into()), ..Discount::UNKNOWN };
    let newer = json!({ "discounts": [{ "id": "di_1", "source": { "coupon": coupon, "type": "coupon" } }] });
    assert_eq!(discounts(newer), std::slice::from_ref(&half));
    let older = json!({ "discounts": [{ "id": "di_1", "coupon": coupon }] });
    assert_eq!(discounts(older), std::slice::from_ref(&half));
    assert_eq!(discounts(json!({ "discount": { "id": "di_1", "coupon": coupon } })), [half]);
    assert_eq!(discounts(json!({ "discounts": ["di_1"] })), [Discount::UNKNOWN]);
    let by_id = json!({ "discounts": [{ "id": "di_1", "source": { "coupon": "half" } }] });
    assert_eq!(discounts(by_id), [Discount::UNKNOWN]);
    let on_item =
        json!({ "items": { "data": [{ "id": "si_1", "price": "price_1", "discounts": ["di_1"] }] } });
    assert_eq!(discounts(on_item), [Discount::UNKNOWN]);
    assert_eq!(discounts(json!({ "discounts": [], "discount": null })), []);
    let once = json!({ "amount_off": 300, "currency": "usd", "duration": "once" });
    let [once] = discounts(json!({ "discounts": [{ "coupon": once, "end": null }] })).try_into().unwrap();
    assert_eq!((once.amount_off, once.is_once), (Some((300, Currency::USD)), true));
}

#[test]
fn an_event_names_the_object_to_fetch() {
    let event = |event_type: &str, object: Value| {
        let body = json!({ "id": "evt_1", "created": 1, "type": event_type, "data": { "object": object } });
        let facts = translate::event(&body.to_string()).unwrap();
        facts.kind.zip(facts.object_id)
    };
    let named = |kind, id: &str| Some((kind, id.to_owned()));
    let canceled = event("customer.subscription.deleted", json!({ "id": "sub_1", "object": "subscription" }));
    assert_eq!(canceled, named(kind::SUBSCRIPTION, "sub_1"));
    let deleted = event("customer.deleted", json!({ "id": "cus_1", "object": "customer" }));
    assert_eq!(deleted, named(kind::CUSTOMER, "cus_1"));
    let discount = json!({ "id": "di_1", "object": "discount", "customer": "cus_1", "subscription": null });
    assert_eq!(event("customer.discount.deleted", discount), named(kind::CUSTOMER, "cus_1"));
    assert_eq!(event("invoice.upcoming", json!({ "object": "invoice" })), None);
    assert_eq!(event("payout.paid", json!({ "id": "po_1", "object": "payout" })), None);
}

#[test]
fn what_cannot_be_understood_is_named_without_its_data() {
    let body = json!({ "id": "in_1", "created": "jane@example.com", "currency": "usd", "total": 1 });
    let wrong = translate::invoice(&body.to_string()).unwrap_err();
    assert_eq!(wrong, ReadError::Wrong { kind: kind::INVOICE, id: "in_1".to_owned(), field: "created" });
    let refused = |body: &str| translate::charge(body).unwrap_err().to_string();
    assert_eq!(refused(r#"{"id":"ch_1","created":1,"currency":"usd"}"#), "charge ch_1 has no amount");
    assert_eq!(refused(r#"{"amount":1}"#), "charge without an id has no id");
    for amount in ["1.5", "1e300", "99999999999999999999", "true", "[1]", "\"jane\""] {
        let body = format!(r#"{{"id":"ch_1","created":1,"currency":"usd","amount":{amount}}}"#);
        assert_eq!(refused(&body), "charge ch_1 has an invalid amount", "{amount}");
    }
    for body in ["", "\"jane\"", "[\"jane\"]", "{\"id\":\"jane", "{\"id\":\"jane\",\"id\":1}", "null"] {
        assert!(!refused(body).contains("jane"), "{}", refused(body));
    }
}

#[test]
fn a_whole_number_may_come_as_a_float_or_a_string() {
    for amount in ["1200", "1200.0", "1.2e3", "\"1200\"", "\" 1200.00 \""] {
        let body = format!(r#"{{"id":"ch_1","created":1,"currency":"usd","amount":{amount}}}"#);
        assert_eq!(translate::charge(&body).unwrap().amount_minor, 1200, "{amount}");
    }
}
