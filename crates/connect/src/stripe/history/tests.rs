use model::{Counterparts, InvoiceId, UnixSeconds};
use serde_json::{Value, json};

use super::*;

const AT: i64 = 1_700_000_000;

fn stored(kind: ObjectKind, id: &str, of: Counterparts, mut body: Value) -> RawObject {
    body["id"] = json!(id);
    body["created"] = json!(AT);
    let created_at = Some(UnixSeconds(AT));
    let body = body.to_string().into_boxed_str();
    RawObject { kind, id: id.to_owned(), created_at, counterparts: of, is_deleted: false, body }
}

fn line(id: &str, item: Option<&str>) -> Value {
    let parent = item.map(|item| {
        json!({ "type": "invoice_item_details", "invoice_item_details": { "invoice_item": item, "subscription": "sub_1" } })
    });
    json!({
        "id": id, "object": "line_item", "amount": 100, "currency": "usd", "quantity": 1, "parent": parent,
        "period": { "start": AT, "end": AT + 10 },
    })
}

fn invoice(id: &str, lines: &[Value]) -> RawObject {
    let body = json!({
        "object": "invoice", "status": "paid", "currency": "usd", "total": 100, "customer": "cus_1",
        "lines": { "object": "list", "data": lines, "has_more": true },
    });
    stored(kind::INVOICE, id, Counterparts::default(), body)
}

fn extra_line(id: &str, invoice: &str) -> RawObject {
    let of = Counterparts { invoice: Some(invoice.to_owned()), ..Counterparts::default() };
    stored(kind::INVOICE_LINE, id, of, line(id, None))
}

fn line_ids(reading: &Billed) -> Vec<&str> {
    reading.history.invoices[0].lines.iter().map(|line| line.id.as_str()).collect()
}

#[test]
fn lines_that_came_apart_join_their_invoice_once() {
    let objects = vec![
        extra_line("il_3", "in_1"),
        invoice("in_1", &[line("il_1", None), line("il_2", None)]),
        extra_line("il_2", "in_1"),
        extra_line("il_9", "in_other"),
    ];
    assert_eq!(line_ids(&billed(&objects)), ["il_1", "il_2", "il_3"]);
}

#[test]
fn lines_of_an_earlier_longer_list_are_none_of_an_invoice_that_has_all_inside() {
    let mut newer = invoice("in_1", &[line("il_1", None)]);
    newer.body = newer.body.replace("\"has_more\":true", "\"has_more\":false").into();
    assert_eq!(line_ids(&billed(&vec![newer, extra_line("il_2", "in_1")])), ["il_1"]);
}

#[test]
fn a_pending_item_that_became_a_line_is_not_pending_any_more() {
    let item = |id: &str| {
        let body = json!({
            "object": "invoiceitem", "customer": "cus_1", "amount": 100, "currency": "usd", "quantity": 1,
            "date": AT, "period": { "start": AT, "end": AT + 10 }, "invoice": null,
        });
        stored(kind::INVOICE_ITEM, id, Counterparts::default(), body)
    };
    let reading = billed(&vec![item("ii_1"), item("ii_2"), invoice("in_1", &[line("il_1", Some("ii_1"))])]);
    let items: Vec<_> =
        reading.history.invoice_items.iter().map(|i| (i.id.as_str(), i.invoice.clone())).collect();
    assert_eq!(items, [("ii_1", Some(InvoiceId::from("in_1"))), ("ii_2", None)]);
}

#[test]
fn a_charge_finds_its_invoice_by_the_payment_in_between() {
    let charge = |id: &str, intent: &str| {
        let body = json!({
            "object": "charge", "status": "succeeded", "amount": 100, "currency": "usd", "customer": "cus_1",
            "payment_intent": intent,
        });
        stored(kind::CHARGE, id, Counterparts::default(), body)
    };
    let payment = json!({
        "object": "invoice_payment", "invoice": "in_1", "status": "paid",
        "payment": { "type": "payment_intent", "payment_intent": "pi_1" },
    });
    let payment = stored(kind::INVOICE_PAYMENT, "inpay_1", Counterparts::default(), payment);
    let reading = billed(&vec![charge("ch_1", "pi_1"), charge("ch_2", "pi_2"), payment]);
    let invoices: Vec<_> = reading.history.charges.iter().map(|charge| charge.invoice.clone()).collect();
    assert_eq!(invoices, [Some(InvoiceId::from("in_1")), None]);
}

/// Without the list of invoice payments a charge would count beside the invoice that it paid.
#[test]
fn without_invoice_payments_an_invoice_takes_the_charge_that_fits_it() {
    let invoice = |id: &str, paid_at: i64| {
        let body = json!({
            "object": "invoice", "status": "paid", "currency": "usd", "total": 100, "amount_paid": 100,
            "customer": "cus_1", "status_transitions": { "paid_at": paid_at },
            "lines": { "object": "list", "data": [], "has_more": false },
        });
        stored(kind::INVOICE, id, Counterparts::default(), body)
    };
    let charge = |id: &str, amount: i64, currency: &str, status: &str| {
        let body = json!({
            "object": "charge", "status": status, "amount": amount, "amount_captured": amount, "currency": currency,
            "customer": "cus_1", "payment_intent": format!("pi_of_{id}"),
        });
        stored(kind::CHARGE, id, Counterparts::default(), body)
    };
    let late = |charge: RawObject, seconds: i64| {
        let mut body: Value = serde_json::from_str(&charge.body).unwrap();
        body["created"] = json!(AT + seconds);
        RawObject { body: body.to_string().into_boxed_str(), ..charge }
    };
    let mut objects = vec![
        invoice("in_1", AT + 5),
        invoice("in_2", AT + 90_000),
        charge("ch_failed", 100, "usd", "failed"),
        charge("ch_paying", 100, "usd", "succeeded"),
        charge("ch_other_sum", 101, "usd", "succeeded"),
        charge("ch_other_money", 100, "eur", "succeeded"),
        late(charge("ch_paying_later", 100, "usd", "succeeded"), 89_990),
        late(charge("ch_second", 100, "usd", "succeeded"), 89_000),
        late(charge("ch_after", 100, "usd", "succeeded"), 200_000),
    ];
    let linked = |objects: &Vec<RawObject>| -> Vec<(String, String)> {
        let charges = billed(objects).history.charges;
        let named = charges
            .into_iter()
            .filter_map(|charge| charge.invoice.map(|invoice| (charge.id.to_string(), invoice.to_string())));
        named.collect()
    };
    let pair = |charge: &str, invoice: &str| (charge.to_owned(), invoice.to_owned());
    assert_eq!(linked(&objects), [pair("ch_paying", "in_1"), pair("ch_paying_later", "in_2")]);

    // With the list nothing is guessed.
    let payment = json!({
        "object": "invoice_payment", "invoice": "in_1", "status": "paid",
        "payment": { "type": "payment_intent", "payment_intent": "pi_of_ch_paying" },
    });
    objects.push(stored(kind::INVOICE_PAYMENT, "inpay_1", Counterparts::default(), payment));
    assert_eq!(linked(&objects), [pair("ch_paying", "in_1")]);
}

#[test]
fn what_cannot_be_read_is_named_and_skipped() {
    let bad = stored(kind::CHARGE, "ch_1", Counterparts::default(), json!({ "object": "charge" }));
    let reading = billed(&vec![bad, invoice("in_1", &[])]);
    assert_eq!(reading.history.invoices.len(), 1);
    assert_eq!(reading.history.charges.len(), 0);
    let skipped: Vec<_> = reading.skipped.iter().map(|s| (s.kind, s.id.as_str())).collect();
    assert_eq!(skipped, [(kind::CHARGE, "ch_1")]);
}

#[test]
fn a_deleted_customer_stays_and_a_deleted_draft_does_not() {
    let mut customer = stored(kind::CUSTOMER, "cus_1", Counterparts::default(), json!({ "deleted": true }));
    customer.is_deleted = true;
    let mut draft = invoice("in_1", &[]);
    draft.is_deleted = true;
    let reading = billed(&vec![customer, draft]);
    assert!(reading.history.customer.unwrap().is_deleted);
    assert_eq!(reading.history.invoices.len(), 0);
    assert_eq!(reading.skipped, []);
}
