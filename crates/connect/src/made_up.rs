//! A provider that nobody runs: a club whose members hold passes and get receipts. It has other words, ids, keys and
//! signatures than the real ones, whole lists without windows, and reports by webhook alone. Tests connect it to show
//! that nothing outside this crate knows which provider it works for.

use model::billing::{
    BillingInterval, Customer, CustomerHistory, Invoice, InvoiceLine, Period, Price, Product, Subscription,
    SubscriptionItem, SubscriptionStatus,
};
use model::{Column, KindShape, ObjectKind, RawObject, Reference, Secret, SubscriptionId, UnixSeconds};

use crate::definition::{Definition, Extras, Functions};
use crate::fields::{Fields, Filing, only};
use crate::key::{KeyFormat, KeyPrefix};
use crate::rest::Api;
use crate::signature::{require_recent, require_signed};
use crate::transport::Dialect;
use crate::{
    Account, Billed, Event, KeyError, List, Listing, ReadError, SignatureError, Source, Stage, Texts,
    WebhookTerms,
};

const MEMBER: ObjectKind = ObjectKind::new("member");
const OFFER: ObjectKind = ObjectKind::new("offer");
const TARIFF: ObjectKind = ObjectKind::new("tariff");
const PASS: ObjectKind = ObjectKind::new("pass");
const RECEIPT: ObjectKind = ObjectKind::new("receipt");

pub(crate) static DEFINITION: Definition = Definition {
    id: "made_up",
    texts: Texts {
        name: "Club",
        account: "A club",
        api_base: "The address of the club",
        key: "A club's pass phrase.",
        rejected_key: "the key: it is wrong, expired or deleted",
        new_key: "ask the club for a new pass phrase",
        permission: "ask the club to let you read it",
        unlike: "check that a club is at this address",
        webhook_by_hand: "Enter the address at the club's front desk, and the club's seal here.",
    },
    base: "https://club.invalid",
    version_path: "/api/2026",

    lists: &[
        List::new(PASS, Stage::Running, "Passes", "/passes"),
        List::new(RECEIPT, Stage::Billed, "Receipts", "/receipts"),
        List::new(TARIFF, Stage::Names, "Tariffs", "/tariffs"),
        List { is_required: false, ..List::new(OFFER, Stage::Names, "Offers", "/offers") },
        List { is_deletable: true, ..List::new(MEMBER, Stage::People, "Members", "/members") },
    ],
    load_order: &[PASS, TARIFF, OFFER, RECEIPT, MEMBER],
    shapes: &[
        KindShape::named(MEMBER, Column::Customer),
        KindShape::new(OFFER),
        KindShape::new(TARIFF),
        KindShape::named(PASS, Column::Subscription),
        KindShape::named(RECEIPT, Column::Invoice),
    ],
    references: &[
        Reference { from: PASS, column: Column::Customer, to: MEMBER },
        Reference { from: RECEIPT, column: Column::Customer, to: MEMBER },
        Reference { from: RECEIPT, column: Column::Subscription, to: PASS },
    ],

    customers: MEMBER,
    prices: TARIFF,
    products: OFFER,
    bills: RECEIPT,
    agreements: &[PASS],
    history_kinds: &[MEMBER, PASS, RECEIPT],
    priced: &[RECEIPT],

    customer_prefix: "M-",
    // The first club opened on 2020-01-01.
    first_accounts: UnixSeconds(1_577_836_800),
    webhook_terms: WebhookTerms {
        events: &[
            "member.changed",
            "pass.new",
            "pass.changed",
            "receipt.new",
            "receipt.changed",
            "tariff.new",
        ],
        api_version: "2026",
        secret_prefix: "seal-",
    },
    signature_header: "x-club-seal",

    functions: Functions {
        parse_key: |text| KEYS.parse(text),
        verify,
        delivered,
        billed: |objects| Billed::collect(objects, add),
        listing,
        redact: |_, body| only(body, KEPT),
    },
    extras: Extras { is_creation: |event_type| event_type.ends_with(".new"), ..Extras::NONE },
};

pub(crate) static API: Api = Api {
    source: Source::MadeUp,
    dialect: Dialect {
        version_path: "/api/2026",
        key_header: "x-club-phrase",
        key_scheme: "",
        ..Dialect::PLAIN
    },
    account_path: "/club",
    account: |club| {
        let (name, default_currency) = (club.get("title")?, club.get("money")?);
        Ok(Account { name, default_currency, ..Account::new(club.need("ref")?) })
    },
    query: |request| request.starting_after.iter().map(|id| ("behind", id.clone())).collect(),
    records: &["records"],
    has_more: &["more"],
    record: &[],
    filing: Filing {
        id: "ref",
        created_at: "opened",
        is_deleted: "gone",
        counterparts: &[(Column::Customer, "member"), (Column::Subscription, "pass")],
    },
};

const KEYS: KeyFormat = KeyFormat {
    source: Source::MadeUp,
    prefixes: &[
        KeyPrefix { text: "club-demo-", is_restricted: true, is_test_mode: true },
        KeyPrefix { text: "club-open-", is_restricted: true, is_test_mode: false },
    ],
    shortest_rest: 8,
    empty: NOT_A_KEY,
    others: &[],
    not_a_key: NOT_A_KEY,
};
const NOT_A_KEY: KeyError =
    KeyError { code: "key_malformed", message: "a club's pass phrase starts with club-open- or club-demo-" };

/// What identifies nobody.
const KEPT: &[&str] = &[
    "ref",
    "opened",
    "member",
    "pass",
    "offer",
    "tariff",
    "land",
    "title",
    "cents",
    "money",
    "every",
    "first_day",
    "last_day",
    "paid",
    "gone",
];

/// A seal is a digest of the whole body, which says itself when it was sent.
fn verify(secrets: &[Secret], seal: &str, body: &[u8], now: UnixSeconds) -> Result<(), SignatureError> {
    let seal = hex::decode(seal).ok().filter(|seal| !seal.is_empty());
    let seal = seal.ok_or(SignatureError::Malformed { header: "X-Club-Seal" })?;
    require_signed(secrets, &[body], &[seal])?;
    // What is not readable is refused by whoever reads it.
    delivered(&String::from_utf8_lossy(body))
        .map_or(Ok(()), |event| require_recent(event.created_at, now, 600))
}

fn delivered(body: &str) -> Result<Event, ReadError> {
    let notice = Fields::read(ObjectKind::new("notice"), body)?;
    let (about, what): (String, String) = (notice.need("about")?, notice.need("what")?);
    Ok(Event {
        id: notice.need("notice")?,
        created_at: notice.need_instant("sent")?,
        event_type: format!("{about}.{what}"),
        kind: DEFINITION.lists.iter().map(|list| list.kind).find(|kind| kind.as_str() == about),
        object_id: Some(notice.need("ref")?),
    })
}

fn add(history: &mut CustomerHistory, object: &RawObject) -> Result<(), ReadError> {
    match object.kind {
        MEMBER => history.customer = Some(member(object)?),
        _ if object.is_deleted => {}
        PASS => history.subscriptions.push(pass(object)?),
        RECEIPT => history.invoices.push(receipt(object)?),
        _ => {}
    }
    Ok(())
}

fn member(object: &RawObject) -> Result<Customer, ReadError> {
    let member = Fields::of(object)?;
    Ok(Customer {
        created_at: object.created_at,
        name: member.get("name")?,
        email: member.get("mail")?,
        country: member.get("land")?,
        is_deleted: object.is_deleted,
        ..Customer::new(object.id.as_str().into())
    })
}

fn pass(object: &RawObject) -> Result<Subscription, ReadError> {
    let pass = Fields::of(object)?;
    let ended_at = pass.instant("last_day")?;
    let status = if ended_at.is_some() { SubscriptionStatus::Canceled } else { SubscriptionStatus::Active };
    Ok(Subscription {
        created_at: object.created_at,
        started_at: object.created_at,
        ended_at,
        canceled_at: ended_at,
        items: vec![SubscriptionItem::new(object.id.as_str().into(), pass.need("tariff")?)],
        ..Subscription::new(object.id.as_str().into(), pass.need("member")?, status)
    })
}

fn receipt(object: &RawObject) -> Result<Invoice, ReadError> {
    let receipt = Fields::of(object)?;
    let subscription: Option<SubscriptionId> = receipt.get("pass")?;
    let (created_at, currency) = (receipt.need_instant("opened")?, receipt.need("money")?);
    let period = Period { start: receipt.need_instant("first_day")?, end: receipt.need_instant("last_day")? };
    let line = InvoiceLine {
        description: receipt.get("title")?,
        price: receipt.get("tariff")?,
        subscription: subscription.clone(),
        subscription_item: subscription.as_ref().map(|pass| pass.as_str().into()),
        ..InvoiceLine::new(object.id.as_str().into(), receipt.need("cents")?, currency, period)
    };
    let open = Invoice::open(object.id.as_str().into(), currency, created_at, vec![line]);
    let invoice = Invoice { customer: receipt.get("member")?, subscription, ..open };
    Ok(if receipt.get("paid")? == Some(true) { invoice.paid_at(created_at) } else { invoice })
}

fn listing(object: &RawObject) -> Result<Listing, ReadError> {
    let record = Fields::of(object)?;
    let (is_deleted, is_active) = (object.is_deleted, !object.is_deleted);
    if object.kind == OFFER {
        let (id, name) = (object.id.as_str().into(), record.get("title")?);
        return Ok(Listing::Product(Product { id, name, is_active, is_deleted }));
    }
    let Some(currency) = record.get("money")? else { return Ok(Listing::Nothing) };
    let is_yearly = record.get::<String>("every")?.as_deref() == Some("year");
    let interval = if is_yearly { BillingInterval::Year } else { BillingInterval::Month };
    let price = Price::recurring(
        object.id.as_str().into(),
        currency,
        record.get::<i64>("cents")?.map(Into::into),
        interval,
    );
    let (product, nickname) = (record.get("offer")?, record.get("title")?);
    Ok(Listing::Price(Price { product, nickname, is_active, ..price }))
}
