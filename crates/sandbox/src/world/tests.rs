//! What every history keeps to, and hand-made ones whose worth is known.

mod scenarios;
mod special;

use std::collections::{BTreeMap, HashSet};

use model::UnixSeconds;
use serde_json::Value;

use super::calendar::DAY;
use super::{Cursor, ListQuery, Merchant, Simulated, Start};
use crate::ObjectKind;

/// 2026-11-23 in UTC.
const NOW: i64 = 1_795_392_000;

fn start(seed: u64, customers: usize) -> Start {
    Start { seed, customers: Some(customers), now: UnixSeconds(NOW) }
}

fn list(merchant: &Simulated, kind: ObjectKind) -> Vec<Value> {
    let mut query = ListQuery::new(kind, usize::MAX);
    query.filter.status = (kind == ObjectKind::Subscription).then(|| "all".to_owned());
    merchant.list(&query).unwrap().objects
}

fn everything(merchant: &Simulated) -> String {
    let mut text = merchant.account().to_string();
    for kind in ObjectKind::ALL {
        text.extend(list(merchant, *kind).iter().map(Value::to_string));
    }
    text.extend(merchant.expected_mrr().map(|step| format!("{step:?}")));
    text
}

#[test]
fn a_seed_names_one_history() {
    let history = everything(&Simulated::mid(start(5, 80)));
    assert!(history == everything(&Simulated::mid(start(5, 80))), "the same seed");
    assert!(history != everything(&Simulated::mid(start(6, 80))), "another seed");
}

#[test]
fn it_makes_no_difference_in_how_many_steps_time_passes() {
    let mut at_once = Simulated::mid(start(3, 80));
    let mut by_day = Simulated::mid(start(3, 80));
    let events = at_once.advance(UnixSeconds(NOW + 40 * DAY));
    let one_by_one: Vec<Value> =
        (1..=40).flat_map(|day| by_day.advance(UnixSeconds(NOW + day * DAY))).collect();
    assert_eq!(events, one_by_one);
    assert!(events.len() > 50, "only {} events in 40 days", events.len());
    assert!(everything(&at_once) == everything(&by_day));
    assert!(by_day.advance(UnixSeconds(NOW)).is_empty(), "time does not run backwards");
}

/// The charge was made with the old card, the customer pays with the new one, and an event says so.
#[test]
fn a_card_that_the_bank_replaces_is_newer_than_its_last_charge() {
    let mut merchant = Simulated::mid(start(4, 80));
    let events = merchant.advance(UnixSeconds(NOW + 40 * DAY));
    let is_replaced = |event: &&Value| event["type"] == "payment_method.automatically_updated";
    let replaced: Vec<&Value> = events.iter().filter(is_replaced).collect();
    assert!(!replaced.is_empty());
    let charges = list(&merchant, ObjectKind::Charge);
    for event in replaced {
        let method = &event["data"]["object"];
        let id = method["id"].as_str().unwrap();
        let (until, now) = (method["card"]["exp_year"].as_i64(), merchant.payment_method(id).unwrap());
        assert!(now["card"]["exp_year"].as_i64() >= until);
        let at = &event["created"];
        let charge = charges.iter().find(|charge| charge["payment_method"] == id && charge["created"] == *at);
        let charged = &charge.unwrap()["payment_method_details"]["card"];
        assert_eq!(charged["exp_year"].as_i64().map(|year| year + 3), until);
    }
}

#[test]
fn every_situation_occurs_many_times() {
    let mut occurred: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 1..=6 {
        let merchant = Simulated::mid(start(seed, 150));
        for (situation, times) in &merchant.world.situations {
            *occurred.entry(situation).or_default() += times;
        }
    }
    let rare: Vec<_> =
        SITUATIONS.iter().filter(|name| occurred.get(*name).is_none_or(|times| *times < 3)).collect();
    assert!(rare.is_empty(), "hardly ever or never: {rare:?} in {occurred:#?}");
}

const SITUATIONS: [&str; 87] = [
    "100 % coupon",
    "add-on added",
    "add-on removed",
    "amount for months",
    "amount forever",
    "amount once",
    "anchor at the end of a month",
    "another plan after a pause",
    "backdated",
    "backdated, anchor ahead",
    "canceled as scheduled",
    "canceled at once",
    "canceled at period end",
    "canceled in trial",
    "canceled with credit",
    "cancellation taken back",
    "card replaced",
    "change on a bill given up",
    "change pending on a canceled subscription",
    "collection resumed",
    "coupon on the customer",
    "credit note after payment",
    "credit note before payment",
    "customer deleted",
    "daily",
    "dispute lost, canceled",
    "draft of an unpaid subscription",
    "dunning lost, canceled",
    "dunning lost, unpaid",
    "dunning recovered",
    "exclusive tax",
    "fewer seats",
    "first period up to an anchor",
    "flat price replaced by usage",
    "fractions of a cent",
    "graduated",
    "inclusive tax",
    "inclusive tax on a proration",
    "incomplete, expired",
    "incomplete, paid in time",
    "inline price",
    "invoice left open by a canceled subscription",
    "invoice revised",
    "invoice with more than ten lines",
    "itemized discount on a proration",
    "leaves during a pause",
    "metered usage billed",
    "monthly add-on beside a yearly plan",
    "monthly add-on dropped from a yearly plan",
    "more seats",
    "more than ten items",
    "one-off invoice",
    "one-off line on a renewal",
    "packages",
    "paid out of band",
    "paused after trial",
    "paused, kept as draft",
    "paused, uncollectible",
    "paused, voided",
    "pending update applied",
    "pending update expired",
    "percent for months",
    "percent forever",
    "percent once",
    "plan and product deleted",
    "price archived",
    "price in another currency than its own",
    "promotion code",
    "proration at once",
    "proration pending",
    "quarterly",
    "reactivated",
    "refund in full",
    "refund in part",
    "replaced the same day",
    "resumed after trial",
    "revision left as a draft",
    "sent invoice paid late",
    "sent invoice past due",
    "several changes on a bill given up",
    "several subscriptions",
    "share too small to tell a discount",
    "switch of interval",
    "switch of interval without proration",
    "switch without proration",
    "trial converted",
    "usage replaced by a flat price",
];

#[test]
fn every_reference_resolves() {
    let merchant = Simulated::mid(start(2, 150));
    let mut lines = HashSet::new();
    let mut references = HashSet::new();
    for kind in ObjectKind::ALL.iter().filter(|kind| **kind != ObjectKind::Event) {
        for object in list(&merchant, *kind) {
            let embedded = object["lines"]["data"].as_array().into_iter().flatten();
            lines.extend(embedded.filter_map(|line| line["id"].as_str().map(str::to_owned)));
            collect_ids(&object, &mut references);
        }
    }
    assert!(references.len() > 1000);
    for id in references {
        let is_known = match id.split_once('_').unwrap().0 {
            "il" => lines.contains(&id),
            "cnli" => true,
            "di" => merchant.discount(&id).is_some(),
            prefix => merchant.get(kind_of(prefix), &id).is_some(),
        };
        assert!(is_known, "{id} points nowhere");
    }
}

fn collect_ids(value: &Value, ids: &mut HashSet<String>) {
    match value {
        Value::String(text) if is_id(text) => {
            ids.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect_ids(value, ids)),
        Value::Object(fields) => fields.values().for_each(|value| collect_ids(value, ids)),
        _ => {}
    }
}

/// Payment methods and tax rates are not served.
fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, rest)| {
        let is_served = matches!(
            prefix,
            "cus"
                | "prod"
                | "price"
                | "promo"
                | "sub"
                | "si"
                | "in"
                | "il"
                | "ii"
                | "ch"
                | "pi"
                | "inpay"
                | "re"
                | "dp"
                | "cn"
                | "cnli"
                | "txn"
                | "di"
        );
        is_served && rest.len() >= 14 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn kind_of(prefix: &str) -> ObjectKind {
    match prefix {
        "cus" => ObjectKind::Customer,
        "prod" => ObjectKind::Product,
        "price" => ObjectKind::Price,
        "promo" => ObjectKind::PromotionCode,
        "sub" => ObjectKind::Subscription,
        "si" => ObjectKind::SubscriptionItem,
        "in" => ObjectKind::Invoice,
        "ii" => ObjectKind::InvoiceItem,
        "ch" => ObjectKind::Charge,
        "pi" => ObjectKind::PaymentIntent,
        "inpay" => ObjectKind::InvoicePayment,
        "re" => ObjectKind::Refund,
        "dp" => ObjectKind::Dispute,
        "cn" => ObjectKind::CreditNote,
        _ => ObjectKind::BalanceTransaction,
    }
}

#[test]
fn invoices_add_up_to_their_lines() {
    let merchant = Simulated::mid(start(4, 150));
    for invoice in list(&merchant, ObjectKind::Invoice) {
        let lines = invoice["lines"]["data"].as_array().unwrap();
        let amount = |value: &Value| value.as_i64().unwrap();
        let subtotal: i64 = lines.iter().map(|line| amount(&line["amount"])).sum();
        let parts = |line: &Value, list: &str| line[list].as_array().cloned().unwrap_or_default();
        let off = lines.iter().flat_map(|line| parts(line, "discount_amounts"));
        let off: i64 = off.map(|discount| amount(&discount["amount"])).sum();
        let taxes = lines.iter().flat_map(|line| parts(line, "taxes"));
        let on_top = taxes.filter(|tax| tax["tax_behavior"] == "exclusive");
        let on_top: i64 = on_top.map(|tax| amount(&tax["amount"])).sum();
        assert_eq!(amount(&invoice["subtotal"]), subtotal, "{invoice}");
        assert_eq!(amount(&invoice["total"]), subtotal - off + on_top, "{invoice}");
        if invoice["currency"] == "kwd" {
            assert_eq!(amount(&invoice["total"]) % 10, 0, "{invoice}");
        }
        if invoice["status"] == "paid" {
            assert_eq!(invoice["amount_due"], invoice["amount_paid"], "{invoice}");
            assert_eq!(invoice["amount_remaining"], 0, "{invoice}");
        }
    }
}

#[test]
fn pages_by_cursor_hold_every_object_once_and_nothing_from_the_future() {
    let merchant = Simulated::mid(start(1, 60));
    for kind in [ObjectKind::Invoice, ObjectKind::Charge, ObjectKind::Customer, ObjectKind::Event] {
        let whole = list(&merchant, kind);
        let mut paged = Vec::new();
        let mut query = ListQuery::new(kind, 7);
        loop {
            let page = merchant.list(&query).unwrap();
            paged.extend(page.objects);
            if !page.has_more {
                break;
            }
            let last = paged.last().and_then(|object| object["id"].as_str()).unwrap();
            query.cursor = Some(Cursor::StartingAfter(last.to_owned()));
        }
        assert_eq!(paged, whole, "{kind}");
        let created: Vec<i64> = whole.iter().map(|object| object["created"].as_i64().unwrap()).collect();
        assert!(created.is_sorted_by(|newer, older| newer >= older), "{kind}");
        assert!(created[0] <= NOW, "{kind}");
    }
    let query = ListQuery {
        cursor: Some(Cursor::StartingAfter("in_nobody".to_owned())),
        ..ListQuery::new(ObjectKind::Invoice, 10)
    };
    assert!(merchant.list(&query).is_err());
}

#[test]
fn a_window_of_creation_holds_what_was_created_in_it() {
    let merchant = Simulated::small(start(1, 60));
    let all = list(&merchant, ObjectKind::Invoice);
    let (first, last) = (NOW - 300 * DAY, NOW - 200 * DAY);
    let mut query = ListQuery::new(ObjectKind::Invoice, usize::MAX);
    (query.created_gte, query.created_lte) = (Some(first), Some(last));
    let inside = |object: &&Value| (first..=last).contains(&object["created"].as_i64().unwrap());
    let expected: Vec<&Value> = all.iter().filter(inside).collect();
    assert!(expected.len() > 5);
    assert_eq!(merchant.list(&query).unwrap().objects.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn deleted_customers_vanish_and_their_invoices_stay() {
    let merchant = Simulated::mid(start(1, 300));
    let listed: HashSet<String> =
        list(&merchant, ObjectKind::Customer).iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    let invoices = list(&merchant, ObjectKind::Invoice);
    let gone =
        invoices.iter().filter_map(|invoice| invoice["customer"].as_str()).find(|id| !listed.contains(*id));
    let tombstone = merchant.get(ObjectKind::Customer, gone.unwrap()).unwrap();
    assert_eq!(tombstone["deleted"], true);
}

#[test]
fn intended_steps_are_in_order_and_each_changes_something() {
    let merchant = Simulated::mid(start(1, 200));
    let steps: Vec<_> = merchant.expected_mrr().collect();
    assert!(steps.len() > 200);
    for pair in steps.windows(2) {
        let key = |index: usize| (pair[index].customer.as_str(), pair[index].at);
        assert!(key(0) < key(1), "{pair:?}");
        assert!(key(0).0 != key(1).0 || pair[0].mrr_minor != pair[1].mrr_minor, "{pair:?}");
    }
    assert!(steps.iter().all(|step| step.mrr_minor >= 0 && step.at.0 <= NOW));
}

#[test]
fn an_empty_account_has_nothing_and_a_small_one_grows() {
    let empty = Simulated::empty(start(1, 0));
    assert!(ObjectKind::ALL.iter().all(|kind| list(&empty, *kind).is_empty()));
    assert!(empty.account()["id"].as_str().unwrap().starts_with("acct_"));
    let small = Simulated::small(start(1, 200));
    assert_eq!(list(&small, ObjectKind::Customer).len(), 200);
    let mrr_at = |at: i64| {
        let mut by_customer = std::collections::BTreeMap::new();
        for step in small.expected_mrr().filter(|step| step.at.0 <= at) {
            by_customer.insert(step.customer, step.mrr_minor);
        }
        by_customer.values().sum::<i64>()
    };
    let years = [NOW - 730 * DAY, NOW - 365 * DAY, NOW].map(mrr_at);
    assert!(years.is_sorted() && years[2] > 2 * years[0], "{years:?}");
}
