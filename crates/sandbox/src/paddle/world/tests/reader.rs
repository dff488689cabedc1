//! What is written, read again by the rules alone: it comes to what was intended, for every customer.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A fraction of the smallest unit a month.
type Fraction = (i128, i128);

#[derive(Debug, Clone, Copy)]
enum Entry {
    /// Value and quantity.
    Set(Fraction, i128),
    /// Net, share and quantity of a delta, and its list price in the bill's currency if that is known.
    Add { net: i128, rate: i128, quantity: i128, months: Fraction, list: Option<i128>, subtotal: i128 },
}

/// Instant, order and entry, by price and currency.
type Entries = BTreeMap<(String, String), Vec<(i64, usize, Entry)>>;

const RATE_ONE: i128 = 100_000;

fn instant_of(value: &Value) -> i64 {
    at(value.as_str().unwrap())
}

fn number(value: &Value) -> i128 {
    i128::from(minor(value))
}

/// Months of a price's cycle.
fn months(price: &Value) -> Option<Fraction> {
    let cycle = price["billing_cycle"].as_object()?;
    let count = i128::from(cycle["frequency"].as_i64().unwrap());
    Some(match cycle["interval"].as_str().unwrap() {
        "day" => (12 * count, 365),
        "week" => (12 * count, 52),
        "month" => (count, 1),
        _ => (12 * count, 1),
    })
}

fn per_month(amount: i128, months: Fraction) -> Fraction {
    (amount * months.1, months.0)
}

fn rate(line: &Value) -> i128 {
    let Some(text) = line["proration"]["rate"].as_str() else { return RATE_ONE };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<i128>().unwrap() * RATE_ONE + format!("{part:0<5}").parse::<i128>().unwrap()
}

/// What a price is worth from each instant on.
fn values(mut entries: Vec<(i64, usize, Entry)>) -> BTreeMap<i64, Fraction> {
    entries.sort_by_key(|(at, order, _)| (*at, *order));
    let (mut value, mut quantity): (Fraction, i128) = ((0, 1), 0);
    let mut found = BTreeMap::new();
    for (at, _, entry) in entries {
        match entry {
            Entry::Set(to, of) => (value, quantity) = (to, of),
            Entry::Add { net, rate, quantity: more, months, list, subtotal } => {
                let is_near = |full: Fraction, amount: i128| {
                    let off = full.0 * rate - amount * RATE_ONE * full.1;
                    off.abs() <= (more.abs() * RATE_ONE + full.0.abs() / full.1 / 2 + 1) * full.1
                };
                let of_known = (quantity != 0)
                    .then(|| (value.0 * months.0 * more, value.1 * months.1 * quantity.max(1)))
                    .filter(|full| is_near(*full, net));
                value = if let Some(full) = of_known {
                    let _ = full;
                    (value.0 * (quantity + more), value.1 * quantity)
                } else {
                    let listed = list.map(|list| list * more).filter(|full| is_near((*full, 1), subtotal));
                    let full = match listed {
                        Some(full) if subtotal != 0 => (full * net, subtotal),
                        _ => (net * RATE_ONE, rate),
                    };
                    let add = (full.0 * months.1, full.1 * months.0);
                    (value.0 * add.1 + add.0 * value.1, value.1 * add.1)
                };
                quantity += more;
            }
        }
        found.insert(at, value);
    }
    found
}

struct Reader<'a> {
    account: &'a Account,
    subscription: &'a Value,
    transactions: Vec<&'a Value>,
}

impl Reader<'_> {
    fn is_alive(&self) -> bool {
        matches!(self.subscription["status"].as_str().unwrap(), "active" | "past_due" | "trialing")
    }

    fn counts(&self, transaction: &Value) -> bool {
        match transaction["status"].as_str().unwrap() {
            "paid" | "completed" => true,
            "billed" | "past_due" => self.is_alive(),
            _ => false,
        }
    }

    /// Entries by price and currency.
    fn entries(&self) -> Entries {
        let mut entries = Entries::new();
        let mut starts = Vec::new();
        for (order, transaction) in self.transactions.iter().enumerate().filter(|(_, t)| self.counts(t)) {
            let origin = transaction["origin"].as_str().unwrap();
            if matches!(origin, "subscription_charge" | "subscription_payment_method_change") {
                continue;
            }
            let code = transaction["currency_code"].as_str().unwrap().to_owned();
            let is_old = instant_of(&transaction["created_at"]) < at("2024-03-11T00:00:00Z");
            let can_set = origin != "subscription_update";
            if can_set {
                starts.push((instant_of(&transaction["billing_period"]["starts_at"]), order, transaction));
            }
            for line in transaction["details"]["line_items"].as_array().unwrap() {
                let items = transaction["items"].as_array().unwrap();
                let price =
                    items.iter().map(|item| &item["price"]).find(|price| price["id"] == line["price_id"]);
                let price = price.unwrap();
                let Some(months) = months(price) else { continue };
                let is_paid_trial = price["trial_period"]["unit_price"].is_object();
                if order == 0 && is_paid_trial {
                    continue;
                }
                let subtotal = number(&line["totals"]["subtotal"]);
                let net = subtotal - number(&line["totals"]["discount"]);
                let quantity = i128::from(line["quantity"].as_i64().unwrap());
                let window = &line["proration"]["billing_period"];
                let is_ordinary = window.is_null() || *window == transaction["billing_period"];
                let of_price =
                    entries.entry((price["id"].as_str().unwrap().to_owned(), code.clone())).or_default();
                if can_set && is_ordinary {
                    let at = instant_of(&transaction["billing_period"]["starts_at"]);
                    of_price.push((at, 2 * order + 1, Entry::Set(per_month(net, months), quantity)));
                    continue;
                }
                let rate = rate(line);
                let list = (price["unit_price"]["currency_code"] == *code)
                    .then(|| number(&price["unit_price"]["amount"]));
                let at = instant_of(if window.is_null() {
                    &transaction["billed_at"]
                } else {
                    &window["starts_at"]
                });
                if is_old {
                    of_price.push((
                        at,
                        2 * order + 1,
                        Entry::Set(per_month(net * RATE_ONE / rate, months), quantity),
                    ));
                } else {
                    of_price.push((
                        at,
                        2 * order + 1,
                        Entry::Add { net, rate, quantity, months, list, subtotal },
                    ));
                }
            }
        }
        // A renewal ends what it doesn't bill.
        for (start, order, transaction) in starts {
            let billed: BTreeSet<(String, String)> = transaction["details"]["line_items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|line| {
                    let window = &line["proration"]["billing_period"];
                    window.is_null() || *window == transaction["billing_period"]
                })
                .map(|line| {
                    (
                        line["price_id"].as_str().unwrap().to_owned(),
                        transaction["currency_code"].as_str().unwrap().to_owned(),
                    )
                })
                .collect();
            for (key, of_price) in &mut entries {
                if !billed.contains(key) {
                    of_price.push((start, 2 * order, Entry::Set((0, 1), 0)));
                }
            }
        }
        self.credit_back(&mut entries);
        entries
    }

    /// Old prices that came back as credit.
    fn credit_back(&self, entries: &mut Entries) {
        for (_, adjustment) in self.account.all(Kind::Adjustment) {
            for item in
                adjustment["items"].as_array().unwrap().iter().filter(|item| item["type"] == "proration")
            {
                let lines =
                    self.transactions.iter().flat_map(|t| t["details"]["line_items"].as_array().unwrap());
                let Some(line) = lines.clone().find(|line| line["id"] == item["item_id"]) else { continue };
                let key = (
                    line["price_id"].as_str().unwrap().to_owned(),
                    adjustment["currency_code"].as_str().unwrap().to_owned(),
                );
                let start = instant_of(&item["proration"]["billing_period"]["starts_at"]);
                entries.entry(key).or_default().push((start, 0, Entry::Set((0, 1), 0)));
            }
        }
    }

    /// Billed periods of renewals and first bills that count.
    fn periods(&self) -> Vec<(i64, i64)> {
        let sets = self.transactions.iter().filter(|t| self.counts(t) && !t["billing_period"].is_null());
        let mut periods: Vec<(i64, i64)> = sets
            .filter(|t| t["origin"] != "subscription_payment_method_change")
            .map(|t| {
                (instant_of(&t["billing_period"]["starts_at"]), instant_of(&t["billing_period"]["ends_at"]))
            })
            .collect();
        periods.sort_unstable();
        periods
    }

    /// Times in which nothing has a value.
    fn gaps(&self) -> Vec<(i64, i64)> {
        let mut gaps = Vec::new();
        let periods = self.periods();
        for pair in periods.windows(2) {
            if pair[0].1 < pair[1].0 {
                gaps.push((pair[0].1, pair[1].0));
            }
        }
        let id = self.subscription["id"].as_str().unwrap();
        let mut known: BTreeMap<i64, bool> = BTreeMap::new();
        for entry in self.account.history.get(id).into_iter().flatten() {
            match entry["detail"]["action"].as_str().unwrap() {
                "subscription_paused" => known.insert(instant_of(&entry["occurred_at"]), true),
                "subscription_resumed" => known.insert(instant_of(&entry["occurred_at"]), false),
                _ => None,
            };
        }
        for (_, event) in self.account.all(Kind::Event).filter(|(_, event)| event["data"]["id"] == id) {
            match event["event_type"].as_str().unwrap() {
                "subscription.paused" => known.insert(instant_of(&event["data"]["paused_at"]), true),
                "subscription.resumed" => known.insert(instant_of(&event["data"]["updated_at"]), false),
                _ => None,
            };
        }
        if let Some(paused_at) = self.subscription["paused_at"].as_str() {
            known.insert(at(paused_at), true);
        }
        let mut since = None;
        for (at, is_pause) in known {
            match (is_pause, since) {
                (true, None) => since = Some(at),
                (false, Some(paused_at)) => {
                    gaps.push((paused_at, at));
                    since = None;
                }
                _ => {}
            }
        }
        gaps.extend(since.map(|at| (at, i64::MAX)));
        // Renewals that were given up while it lives.
        let is_canceled = self.subscription["status"] == "canceled";
        for given_up in self.transactions.iter().filter(|t| t["status"] == "canceled") {
            let start = instant_of(&given_up["billing_period"]["starts_at"]);
            let later = periods.iter().map(|period| period.0).find(|at| *at > start);
            if !is_canceled || later.is_some() {
                gaps.push((start, later.unwrap_or(i64::MAX)));
            }
        }
        if let Some(canceled_at) = self.subscription["canceled_at"].as_str() {
            let mut end = at(canceled_at);
            let last = self.transactions.last().filter(|t| t["status"] == "canceled");
            match last {
                Some(last) if last["payments"].as_array().unwrap().is_empty() => {
                    end = end.min(instant_of(&last["billing_period"]["starts_at"]));
                }
                Some(_) => {}
                None => end = end.min(periods.iter().map(|period| period.1).max().unwrap_or(end)),
            }
            gaps.push((end, i64::MAX));
        }
        gaps
    }

    /// Values of each price, nothing in gaps.
    fn read(&self) -> Vec<(String, BTreeMap<i64, Fraction>)> {
        let gaps = self.gaps();
        let is_gap = |at: i64| gaps.iter().any(|(from, until)| (*from..*until).contains(&at));
        let by_price = self.entries().into_iter().map(|((_, code), entries)| {
            let steps = values(entries);
            let ends = gaps.iter().flat_map(|(from, until)| [*from, *until]).filter(|at| *at < i64::MAX);
            let instants: BTreeSet<i64> = steps.keys().copied().chain(ends).collect();
            let at = |at: i64| steps.range(..=at).next_back().map_or((0, 1), |(_, value)| *value);
            (code, instants.into_iter().map(|t| (t, if is_gap(t) { (0, 1) } else { at(t) })).collect())
        });
        by_price.collect()
    }
}

fn round(value: Fraction) -> i64 {
    let half = if value.0 < 0 { -value.1 } else { value.1 };
    i64::try_from((2 * value.0 + half) / (2 * value.1)).unwrap()
}

/// Customer and currency: each change.
fn read(account: &Account) -> BTreeMap<(String, String), Vec<(i64, i64)>> {
    let mut by_subscription: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (_, transaction) in account.all(Kind::Transaction) {
        if let Some(id) = transaction["subscription_id"].as_str() {
            by_subscription.entry(id).or_default().push(transaction);
        }
    }
    let mut prices: BTreeMap<(String, String), Vec<BTreeMap<i64, Fraction>>> = BTreeMap::new();
    for (id, transactions) in by_subscription {
        let subscription = account.get(Kind::Subscription, id).unwrap();
        let reader = Reader { account, subscription, transactions };
        for (code, values) in reader.read() {
            let customer = subscription["customer_id"].as_str().unwrap().to_owned();
            prices.entry((customer, code.to_lowercase())).or_default().push(values);
        }
    }
    let steps = prices.into_iter().map(|(key, prices)| {
        let instants: BTreeSet<i64> = prices.iter().flat_map(|values| values.keys().copied()).collect();
        let mut before = 0;
        let mut steps = Vec::new();
        for at in instants {
            let last = |values: &BTreeMap<i64, Fraction>| {
                values.range(..=at).next_back().map_or(0, |(_, value)| round(*value))
            };
            let now = prices.iter().map(last).sum();
            if now != before {
                steps.push((at, now));
            }
            before = now;
        }
        (key, steps)
    });
    steps.filter(|(_, steps)| !steps.is_empty()).collect()
}

#[test]
fn what_is_written_reads_as_what_was_intended() {
    let presents = match std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse::<u64>().ok()) {
        Some(seeds) => (0..seeds).map(|seed| (seed, NOW + (seed as i64 * 53 - 400) * DAY_S / 4)).collect(),
        None => vec![(3, NOW), (11, NOW + 35 * DAY_S), (12, NOW + 170 * DAY_S)],
    };
    for (seed, now) in presents {
        let world =
            World::new(Start { merchant: MerchantName::Mid, seed, customers: None, now: UnixSeconds(now) });
        let account = world.account();
        let mut intended: BTreeMap<(String, String), Vec<(i64, i64)>> = BTreeMap::new();
        for step in &account.expected {
            let key = (step.customer.as_str().to_owned(), step.currency.to_string().to_lowercase());
            intended.entry(key).or_default().push((step.at.0, step.mrr_minor));
        }
        let found = read(account);
        for (key, steps) in &intended {
            assert_eq!(found.get(key), Some(steps), "seed {seed}, {key:?}");
        }
        assert_eq!(found.len(), intended.len());
    }
}
