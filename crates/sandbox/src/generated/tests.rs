use std::collections::{HashMap, HashSet};

use model::UnixSeconds;
use serde_json::Value;

use super::Generated;
use crate::ObjectKind;
use crate::world::{Cursor, ListQuery, Merchant};

const NOW: UnixSeconds = UnixSeconds(1_763_900_000);
const KINDS: [ObjectKind; 9] = [
    ObjectKind::Customer,
    ObjectKind::Product,
    ObjectKind::Price,
    ObjectKind::Subscription,
    ObjectKind::Invoice,
    ObjectKind::Charge,
    ObjectKind::PaymentIntent,
    ObjectKind::InvoicePayment,
    ObjectKind::BalanceTransaction,
];

fn merchant() -> Generated {
    Generated::new(5, 150, NOW)
}

fn all(kind: ObjectKind, limit: usize) -> ListQuery {
    let mut query = ListQuery::new(kind, limit);
    query.filter.status = Some("all".to_owned());
    query
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// Every object, page by page in one direction; oldest first when walked backward.
fn walk(merchant: &Generated, mut query: ListQuery, is_backward: bool) -> Vec<Value> {
    let mut objects: Vec<Value> = Vec::new();
    loop {
        let mut page = merchant.list(&query).unwrap();
        if is_backward {
            page.objects.reverse();
        }
        objects.extend(page.objects);
        if !page.has_more {
            return objects;
        }
        let last = id(objects.last().unwrap());
        query.cursor =
            Some(if is_backward { Cursor::EndingBefore(last) } else { Cursor::StartingAfter(last) });
    }
}

#[test]
fn pages_cover_everything_once_newest_first() {
    let merchant = merchant();
    for kind in KINDS {
        let objects = walk(&merchant, all(kind, 7), false);
        let order: Vec<(i64, String)> =
            objects.iter().map(|object| (object["created"].as_i64().unwrap(), id(object))).collect();
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{kind}");
        let count = merchant.counts().into_iter().find(|(counted, _)| *counted == kind).unwrap().1;
        assert_eq!(objects.len() as u64, count, "{kind}");
        assert_eq!(objects, merchant.list(&all(kind, 100_000)).unwrap().objects, "{kind}");
    }
    assert_eq!(merchant.list(&all(ObjectKind::Customer, 1_000)).unwrap().objects.len(), 150);
}

#[test]
fn walking_backward_from_the_oldest_meets_the_same_objects() {
    let merchant = merchant();
    for kind in KINDS {
        let forward = walk(&merchant, all(kind, 11), false);
        let mut query = all(kind, 11);
        query.cursor = Some(Cursor::EndingBefore(id(forward.last().unwrap())));
        let mut backward = walk(&merchant, query, true);
        backward.reverse();
        assert_eq!(backward, forward[..forward.len() - 1], "{kind}");
    }
}

#[test]
fn windows_side_by_side_hold_each_object_once() {
    let merchant = merchant();
    let first = merchant.calendar.start_of(0) - 4_000;
    let width = (NOW.0 - first) / 13 + 1;
    for kind in KINDS {
        let mut seen = HashSet::new();
        for window in 0..13 {
            let mut query = all(kind, 9);
            query.created_gte = Some(first + window * width);
            query.created_lte = Some(first + (window + 1) * width - 1);
            for object in walk(&merchant, query, false) {
                assert!(seen.insert(id(&object)), "{kind} twice: {}", object["id"]);
            }
        }
        assert_eq!(seen.len(), merchant.list(&all(kind, 100_000)).unwrap().objects.len(), "{kind}");
    }
}

#[test]
fn a_retrieved_object_is_the_listed_one() {
    let merchant = merchant();
    for kind in KINDS {
        for object in merchant.list(&all(kind, 40)).unwrap().objects {
            assert_eq!(merchant.get(kind, &id(&object)).as_ref(), Some(&object), "{kind}");
        }
    }
    for absent in ["in_1G00009999999999", "in_1G", "in_1Gx", "cus_G0000000000"] {
        assert_eq!(merchant.get(ObjectKind::Invoice, absent), None, "{absent}");
    }
}

#[test]
fn a_customers_invoices_are_found_by_the_filter_too() {
    let merchant = merchant();
    let invoices = walk(&merchant, all(ObjectKind::Invoice, 50), false);
    let mut by_customer: HashMap<String, Vec<Value>> = HashMap::new();
    for invoice in invoices {
        by_customer.entry(invoice["customer"].as_str().unwrap().to_owned()).or_default().push(invoice);
    }
    for (customer, expected) in by_customer {
        let mut query = all(ObjectKind::Invoice, 3);
        query.filter.customer = Some(customer);
        assert_eq!(walk(&merchant, query, false), expected);
    }
}

/// What the invoices of a subscription bill a month, after each of them and after its end.
fn steps_of_invoices(merchant: &Generated) -> HashMap<String, Vec<(i64, i64)>> {
    let mut steps: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
    let mut invoices = walk(merchant, all(ObjectKind::Invoice, 100), false);
    invoices.reverse();
    for invoice in invoices {
        let line = &invoice["lines"]["data"][0];
        let price = line["pricing"]["price_details"]["price"].as_str().unwrap();
        let months = if price.ends_with("year") { 12 } else { 1 };
        let value = (2 * line["amount"].as_i64().unwrap() + months) / (2 * months);
        let steps = steps.entry(invoice["customer"].as_str().unwrap().to_owned()).or_default();
        if steps.last().is_none_or(|(_, last)| *last != value) {
            steps.push((line["period"]["start"].as_i64().unwrap(), value));
        }
    }
    for subscription in walk(merchant, all(ObjectKind::Subscription, 100), false) {
        if let Some(ended_at) = subscription["ended_at"].as_i64() {
            let customer = subscription["customer"].as_str().unwrap();
            steps.get_mut(customer).unwrap().push((ended_at, 0));
        }
    }
    steps
}

#[test]
fn what_was_intended_is_what_was_billed() {
    let mut merchant = merchant();
    for later in [0, 20 * 86_400, 90 * 86_400] {
        merchant.advance(UnixSeconds(NOW.0 + later));
        let mut intended: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
        for step in merchant.expected_mrr() {
            intended.entry(step.customer.to_string()).or_default().push((step.at.0, step.mrr_minor));
        }
        assert_eq!(intended, steps_of_invoices(&merchant));
        assert!(intended.values().any(|steps| steps.len() == 3), "nobody upgraded and left");
    }
}

#[test]
fn an_invoice_is_never_but_paid() {
    let merchant = merchant();
    for (status, expected) in [("paid", 5), ("open", 0), ("void", 0)] {
        let mut query = all(ObjectKind::Invoice, 5);
        query.filter.status = Some(status.to_owned());
        assert_eq!(merchant.list(&query).unwrap().objects.len(), expected, "{status}");
    }
}

#[test]
fn an_object_is_about_as_large_as_stripes() {
    let merchant = merchant();
    let page = merchant.list_json(&all(ObjectKind::Invoice, 50)).unwrap().unwrap();
    assert!(page.objects.iter().all(|invoice| (1_500..2_600).contains(&invoice.len())));
}
