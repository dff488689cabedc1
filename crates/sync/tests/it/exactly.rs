//! Where a provider reports exactly only what happened lately: what each customer is worth from when all of it is known
//! exactly, and before anything was.

use std::collections::{BTreeMap, BTreeSet};

use connect::Source;
use model::{ObjectKind, RawObject, UnixSeconds};
use store::Objects;

/// Between the two nothing is compared: there a change may be known and the tax in it not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// Nothing was reported of the customer before.
    pub coarse_until: i64,
    /// All subscriptions have been paid, and every payment since was reported. `None`: not yet.
    pub exact_since: Option<i64>,
}

/// Of every customer with a subscription.
pub fn borders(source: Source, objects: &Objects, now: UnixSeconds) -> BTreeMap<String, Border> {
    let reports = all(objects, source.lately().unwrap().kind);
    let mut reported: BTreeMap<String, i64> = BTreeMap::new();
    let mut exact: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for report in reports {
        let Some(agreement) = report.counterparts.subscription.clone() else { continue };
        let at = report.created_at.unwrap().0;
        reported.entry(agreement.clone()).and_modify(|first| *first = at.min(*first)).or_insert(at);
        if report.body.contains("_payment_succeeded") {
            let body: serde_json::Value = serde_json::from_str(&report.body).unwrap();
            known.insert(format!("{agreement}-{}", body["subscription_payment_id"].as_str().unwrap()));
            exact.entry(agreement).or_default().push(at);
        }
    }
    let mut coarse: BTreeMap<String, i64> = BTreeMap::new();
    for payment in all(objects, source.bills()) {
        let is_paid = payment.body.contains(r#""is_paid":1"#);
        let agreement = payment.counterparts.subscription.clone().unwrap();
        if is_paid && !known.contains(&payment.id) {
            let last = coarse.entry(agreement).or_insert(i64::MIN);
            *last = payment.created_at.unwrap().0.max(*last);
        }
    }
    let mut borders: BTreeMap<String, Border> = BTreeMap::new();
    for agreement in all(objects, source.agreements()[0]) {
        let last_coarse = coarse.get(&agreement.id).copied().unwrap_or(i64::MIN);
        let exact = exact.get(&agreement.id).into_iter().flatten();
        let first = exact.copied().filter(|at| *at > last_coarse).min();
        let has_ended = source.ended_at(&agreement).is_some_and(|at| at < now);
        let since = if has_ended && first.is_none() { Some(i64::MIN) } else { first };
        let until = reported.get(&agreement.id).copied().unwrap_or(i64::MAX);
        let customer = agreement.counterparts.customer.unwrap();
        let border =
            borders.entry(customer).or_insert(Border { coarse_until: i64::MAX, exact_since: Some(i64::MIN) });
        border.coarse_until = border.coarse_until.min(until);
        border.exact_since = border.exact_since.zip(since).map(|(one, other)| one.max(other));
    }
    for border in borders.values_mut() {
        // Nothing of it was ever exact.
        border.exact_since = border.exact_since.filter(|since| *since > i64::MIN);
    }
    borders
}

fn all(objects: &Objects, kind: ObjectKind) -> Vec<RawObject> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let stored = objects.scan(kind, after.as_deref(), 500).unwrap();
        let Some(last) = stored.last() else { return all };
        after = Some(last.object.id.clone());
        all.extend(stored.into_iter().map(|stored| stored.object));
    }
}

/// Steps of each customer: currency, instant and value.
pub type Steps = BTreeMap<String, Vec<(String, i64, i64)>>;

pub fn by_customer(lines: &str) -> Steps {
    let mut steps = Steps::new();
    for line in lines.lines() {
        let step: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| step[field].as_str().unwrap().to_owned();
        let number = |field: &str| step[field].as_i64().unwrap();
        steps.entry(text("customer")).or_default().push((
            text("currency"),
            number("at"),
            number("mrr_minor"),
        ));
    }
    steps.values_mut().for_each(|own| own.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0))));
    steps
}

/// What a customer is worth at an instant, and how that changes later.
pub fn since_then(steps: Option<&Vec<(String, i64, i64)>>, since: i64) -> Vec<(String, i64, i64)> {
    let mut at_first: BTreeMap<&str, i64> = BTreeMap::new();
    let mut later = Vec::new();
    for (currency, at, minor) in steps.into_iter().flatten() {
        if *at <= since {
            at_first.insert(currency, *minor);
        } else {
            later.push((currency.clone(), *at, *minor));
        }
    }
    let then = at_first.into_iter().filter(|(_, minor)| *minor != 0);
    then.map(|(currency, minor)| (currency.to_owned(), since, minor)).chain(later).collect()
}

/// Customers of whom one is known otherwise than the other has it, after their borders.
pub fn differing(meant: &str, found: &str, borders: &BTreeMap<String, Border>) -> Vec<String> {
    let (meant, found) = (by_customer(meant), by_customer(found));
    let exact = borders.iter().filter_map(|(customer, border)| Some((customer, border.exact_since?)));
    let differing = exact.filter_map(|(customer, since)| {
        let [meant, found] = [&meant, &found].map(|all| since_then(all.get(customer), since));
        (meant != found).then(|| format!("{customer} since {since}:\n meant {meant:?}\n found {found:?}"))
    });
    differing.collect()
}
