//! What an event costs in a shop where most payments are made by guests.

use jiff::tz::TimeZone;
use model::{Counterparts, LedgerRules, RawObject, UnixSeconds};
use serde_json::{Value, json};
use store::Batch;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::testing::{Folder, Merchant, NOW, Provider, SOURCE, bytes, clock, kind};
use crate::writing::write;

const GUESTS: u64 = 300;

fn object(kind: ObjectKind, id: &str, counterparts: Counterparts, mut body: Value) -> RawObject {
    body["id"] = json!(id);
    body["object"] = json!(kind.as_str());
    body["created"] = json!(NOW - 500);
    body["currency"] = json!("usd");
    let created_at = Some(UnixSeconds(NOW - 500));
    let (id, body) = (id.to_owned(), body.to_string().into());
    RawObject { kind, id, created_at, counterparts, is_deleted: false, body }
}

fn charge(number: u64, amount: u64, customer: Option<&str>) -> RawObject {
    let of = Counterparts { customer: customer.map(str::to_owned), ..Counterparts::default() };
    let body = json!({
        "status": "succeeded", "amount": amount, "amount_captured": amount, "captured": true, "customer": customer,
    });
    object(kind::CHARGE, &format!("ch_{number}"), of, body)
}

/// Changes of what belongs to no customer, each of which is another figure.
fn changes() -> [(&'static str, RawObject); 7] {
    let of_charge = Counterparts { charge: Some("ch_1".to_owned()), ..Counterparts::default() };
    let of_invoice = Counterparts { invoice: Some("in_1".to_owned()), ..Counterparts::default() };
    let refund = json!({ "charge": "ch_1", "amount": 5, "status": "succeeded" });
    let invoice = json!({
        "status": "paid", "total": 702, "amount_paid": 0, "status_transitions": { "paid_at": NOW - 400 },
        "lines": { "object": "list", "data": [], "has_more": false },
    });
    let payment = json!({
        "invoice": "in_1", "status": "paid", "payment": { "type": "charge", "charge": "ch_2" },
    });
    let payment = object(ObjectKind::new("invoice_payment"), "inpay_1", of_invoice, payment);
    [
        ("the first, after which all of them are known", charge(0, 90, None)),
        ("another amount", charge(1, 80, None)),
        ("a refund", object(ObjectKind::new("refund"), "re_1", of_charge, refund)),
        ("an invoice", object(kind::INVOICE, "in_1", Counterparts::default(), invoice)),
        ("a payment that links it to a charge", payment.clone()),
        ("which is taken back", RawObject { is_deleted: true, ..payment }),
        ("the refunded charge has a customer after all", charge(1, 80, Some("cus_1"))),
    ]
}

fn rebuilt(objects: &Objects) -> Ledger {
    let rules = LedgerRules::default();
    projection::build_all(SOURCE, objects, rules, TimeZone::UTC, &|_, _| {}).unwrap().ledger
}

fn projector(folder: &Folder, objects: &Objects) -> Projector {
    let connection = Connection::new(folder.record.id.clone(), clock(), &CancellationToken::new());
    let now = UnixSeconds(NOW);
    Projector {
        source: SOURCE,
        epoch: connection.epoch(),
        connection: Arc::new(connection),
        objects: objects.clone(),
        files: folder.files(),
        settings: Settings::default(),
        recording: Some(Recording { shown_through: now, now }),
        clock: clock(),
        prices: KnownPrices::read(SOURCE, objects).unwrap(),
        ownerless: None,
        shown: Snapshot { version: 1, ledger: Arc::new(rebuilt(objects)) },
        dirty: Dirty::default(),
        unsaved: Unsaved::default(),
    }
}

async fn written(objects: &Objects, of: Vec<RawObject>, second: i64) -> Written {
    let batch = Batch { objects: of, seen_at: UnixSeconds(NOW + second), ..Batch::default() };
    write(objects.clone(), batch).await.unwrap()
}

#[tokio::test]
async fn an_event_without_a_customer_reads_what_it_is_about_and_not_all_that_has_no_customer() {
    let provider = Provider::start(Merchant::default()).await;
    let folder = Folder::connected_to(&provider);
    let objects = folder.files().objects_to_write().unwrap();
    written(&objects, (0..GUESTS).map(|number| charge(number, 700 + number, None)).collect(), 0).await;
    let mut projector = projector(&folder, &objects);
    for (second, (what, changed)) in (1..).zip(changes()) {
        let before = bytes(&projector.shown.ledger);
        let written = written(&objects, vec![changed], second).await;
        projector.dirty.absorb(SOURCE, written);
        let read_before = objects.read_count();
        projector.project().unwrap();
        let read = objects.read_count() - read_before;
        // The first reads them all, for later ones. The last also reads the customer's.
        let most = if second == 1 { GUESTS } else { 4 };
        assert!(read <= most, "{what}: {read} objects");
        assert_ne!(bytes(&projector.shown.ledger), before, "{what}");
        assert_eq!(bytes(&projector.shown.ledger), bytes(&rebuilt(&objects)), "{what}");
    }
    let connection = Arc::clone(&projector.connection);
    connection.keep_ownerless(projector.ownerless.take(), projector.epoch);
    let known = connection.take_ownerless(&objects).unwrap();
    assert!(known.is_some(), "the next work goes on with it");
    connection.keep_ownerless(known, projector.epoch);
    written(&objects, vec![charge(5, 1, None)], 20).await;
    assert!(connection.take_ownerless(&objects).unwrap().is_none(), "unless something else was written");
}
