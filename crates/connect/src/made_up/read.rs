//! A club's records in billing words.

use jiff::Timestamp;
use model::billing::{
    BillingInterval, Customer, Invoice, InvoiceLine, Period, Price, PriceScheme, Product, Recurrence,
    Subscription, SubscriptionItem, SubscriptionStatus,
};
use model::{Counterparts, Currency, CustomerId, ObjectKind, RawObject, UnixSeconds};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{MEMBER, OFFER, PASS, RECEIPT, TARIFF};
use crate::{Billed, Event, Listing, ReadError, Source};

/// What identifies nobody.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "ref", "opened", "member", "pass", "offer", "tariff", "land", "title", "cents", "money", "every", "first_day",
    "last_day", "paid", "gone",
];

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "ref")]
    id: String,
    opened: Option<Timestamp>,
    member: Option<String>,
    pass: Option<String>,
    offer: Option<String>,
    tariff: Option<String>,
    name: Option<String>,
    mail: Option<String>,
    land: Option<String>,
    title: Option<String>,
    cents: Option<i64>,
    money: Option<Currency>,
    every: Option<String>,
    first_day: Option<Timestamp>,
    last_day: Option<Timestamp>,
    #[serde(default)]
    paid: bool,
    #[serde(default)]
    gone: bool,
}

#[derive(Deserialize)]
struct Notice {
    notice: String,
    sent: Timestamp,
    about: String,
    what: String,
    #[serde(rename = "ref")]
    id: String,
}

fn parse<T: DeserializeOwned>(kind: ObjectKind, body: &str) -> Result<T, ReadError> {
    let place = |error: serde_json::Error| format!("at line {}, column {}", error.line(), error.column());
    serde_json::from_str(body).map_err(|error| ReadError::NotAnObject { kind, reason: place(error) })
}

fn instant(at: Timestamp) -> UnixSeconds {
    UnixSeconds(at.as_second())
}

pub(super) fn file(kind: ObjectKind, body: &str) -> Result<RawObject, ReadError> {
    let record: Record = parse(kind, body)?;
    let customer = if kind == MEMBER { Some(record.id.clone()) } else { record.member };
    let counterparts = Counterparts { customer, subscription: record.pass, ..Counterparts::default() };
    let (created_at, is_deleted) = (record.opened.map(instant), record.gone);
    Ok(RawObject { kind, id: record.id, created_at, counterparts, is_deleted, body: body.into() })
}

pub(super) fn delivered(body: &str) -> Result<Event, ReadError> {
    let notice: Notice = parse(ObjectKind::new("notice"), body)?;
    let kind = [MEMBER, OFFER, TARIFF, PASS, RECEIPT].into_iter().find(|kind| kind.as_str() == notice.about);
    Ok(Event {
        id: notice.notice,
        created_at: instant(notice.sent),
        event_type: format!("{}.{}", notice.about, notice.what),
        kind,
        object_id: Some(notice.id),
    })
}

pub(super) fn billed(objects: &mut dyn Iterator<Item = &RawObject>) -> Billed {
    let mut billed = Billed::default();
    for object in objects {
        if let Err(error) = add(&mut billed, object) {
            billed.skip(object, &error);
        }
    }
    billed
}

fn add(billed: &mut Billed, object: &RawObject) -> Result<(), ReadError> {
    match object.kind {
        MEMBER => billed.history.customer = Some(member(object)?),
        _ if object.is_deleted => {}
        PASS => billed.history.subscriptions.push(pass(object)?),
        RECEIPT => billed.history.invoices.push(receipt(object)?),
        _ => {}
    }
    Ok(())
}

fn member(object: &RawObject) -> Result<Customer, ReadError> {
    let record: Record = parse(MEMBER, &object.body)?;
    Ok(Customer {
        created_at: record.opened.map(instant),
        name: record.name,
        email: record.mail,
        country: record.land,
        is_deleted: object.is_deleted,
        ..Customer::new(CustomerId::from(record.id))
    })
}

pub(super) fn pass(object: &RawObject) -> Result<Subscription, ReadError> {
    let record: Record = parse(PASS, &object.body)?;
    let missing = |field| ReadError::Missing { kind: PASS, id: object.id.clone(), field };
    let ended_at = record.last_day.map(instant);
    let tariff = record.tariff.ok_or_else(|| missing("tariff"))?;
    let item = SubscriptionItem {
        id: record.id.as_str().into(),
        price: tariff.into(),
        quantity: Decimal::ONE,
        current_period: None,
    };
    let status = if ended_at.is_some() { SubscriptionStatus::Canceled } else { SubscriptionStatus::Active };
    let member = record.member.ok_or_else(|| missing("member"))?;
    Ok(Subscription {
        created_at: record.opened.map(instant),
        started_at: record.opened.map(instant),
        ended_at,
        canceled_at: ended_at,
        items: vec![item],
        ..Subscription::new(record.id.into(), member.into(), status)
    })
}

fn receipt(object: &RawObject) -> Result<Invoice, ReadError> {
    let record: Record = parse(RECEIPT, &object.body)?;
    let missing = |field| ReadError::Missing { kind: RECEIPT, id: object.id.clone(), field };
    let first_day = record.first_day.ok_or_else(|| missing("first_day"))?;
    let last_day = record.last_day.ok_or_else(|| missing("last_day"))?;
    let created_at = record.opened.map(instant).ok_or_else(|| missing("opened"))?;
    let amount_minor = record.cents.ok_or_else(|| missing("cents"))?;
    let currency = record.money.ok_or_else(|| missing("money"))?;
    let subscription = record.pass.map(Into::into);
    let period = Period { start: instant(first_day), end: instant(last_day) };
    let line = InvoiceLine {
        description: record.title,
        price: record.tariff.map(Into::into),
        subscription: subscription.clone(),
        subscription_item: subscription.as_ref().map(|pass: &model::SubscriptionId| pass.as_str().into()),
        ..InvoiceLine::new(record.id.as_str().into(), amount_minor, currency, period)
    };
    let open = Invoice::open(record.id.into(), currency, created_at, vec![line]);
    let invoice = Invoice { customer: record.member.map(Into::into), subscription, ..open };
    Ok(if record.paid { invoice.paid_at(created_at) } else { invoice })
}

pub(super) fn listing(object: &RawObject) -> Result<Listing, ReadError> {
    let record: Record = parse(object.kind, &object.body)?;
    let is_deleted = object.is_deleted;
    if object.kind == OFFER {
        let (id, name) = (record.id.into(), record.title);
        return Ok(Listing::Product(Product { id, name, is_active: !is_deleted, is_deleted }));
    }
    let Some(currency) = record.money else { return Ok(Listing::Nothing) };
    let interval = match record.every.as_deref() {
        Some("year") => BillingInterval::Year,
        _ => BillingInterval::Month,
    };
    Ok(Listing::Price(Price {
        id: record.id.into(),
        product: record.offer.map(Into::into),
        nickname: record.title,
        currency,
        recurrence: Some(Recurrence { interval, interval_count: 1, is_metered: false }),
        scheme: PriceScheme::PerUnit(record.cents.map(Decimal::from)),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: !is_deleted,
    }))
}

pub(super) fn named_prices(object: &RawObject) -> Vec<String> {
    let record: Result<Record, _> = parse(object.kind, &object.body);
    record.ok().and_then(|record| record.tariff).into_iter().collect()
}

pub(super) fn tombstone(kind: ObjectKind, id: &str) -> RawObject {
    let body = serde_json::json!({ "ref": id, "gone": true }).to_string().into();
    let (id, counterparts) = (id.to_owned(), Counterparts::default());
    RawObject { kind, id, created_at: None, counterparts, is_deleted: true, body }
}

/// Tariffs and offers go on to be what was paid for; of a member only what identifies nobody.
pub(super) fn last_known(gone: RawObject, stored: Option<RawObject>) -> RawObject {
    match (gone.kind, stored) {
        (TARIFF | OFFER, Some(stored)) => RawObject { body: stored.body, ..gone },
        (MEMBER, Some(stored)) => RawObject { body: Source::MadeUp.redacted(MEMBER, &stored.body), ..gone },
        _ => gone,
    }
}

pub(super) fn redact(body: &str) -> Option<Box<str>> {
    let mut record: Map<String, Value> = serde_json::from_str(body).ok()?;
    record.retain(|field, _| KEPT.contains(&field.as_str()));
    Some(Value::Object(record).to_string().into())
}
