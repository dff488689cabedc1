//! The statement of MRR: it begins with the metric, ends in a plain reading of the subscriptions, and leaves nothing
//! unexplained.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use metrics::columns::{Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{CustomerLedger, PriceBook, build};
use metrics::query::{self, Query};
use metrics::statement::mrr::{
    MrrBridge, MrrColumn, MrrCustomer, MrrCustomersQuery, MrrReason, customers, statement,
};
use model::billing::*;
use model::{Currency, Interval, LedgerRules, MrrMethod, UnixSeconds};
use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};

use super::second_reader::lives::{self, Merchant};
use super::world::{TestCustomer, at, query};

const MERCHANTS: u64 = 40;
const METHOD: MrrMethod = MrrMethod {
    statuses: &[SubscriptionStatus::Active, SubscriptionStatus::PastDue],
    counts_until_end: false,
    published_in: "A page",
};

/// With discounts that last, that end and that are not listed, subscriptions that are set to cancel, paused collections
/// and quantities that changed since the last bill.
fn merchant(seed: u64) -> Merchant {
    let mut merchant = lives::merchant(seed);
    let subscriptions = merchant.customers.iter_mut().flat_map(|history| &mut history.subscriptions);
    for (number, subscription) in (seed..).zip(subscriptions) {
        let is_active = subscription.status == SubscriptionStatus::Active;
        subscription.is_canceled_at_period_end = is_active && number % 7 == 3;
        subscription.is_collection_paused = number % 11 == 5;
        let ends_at = (number % 2 == 0).then(|| at("2040-01-01"));
        let percent = Discount { percent_off: Some(15.into()), amount_off: None, ends_at, is_once: false };
        let amount_off = subscription.currency.map(|currency| (250, currency));
        let amount = Discount { percent_off: None, amount_off, ends_at, is_once: number % 3 == 1 };
        match number % 5 {
            0 => subscription.discounts = vec![percent],
            1 => subscription.discounts = vec![amount],
            2 => subscription.discounts = vec![percent, amount],
            _ => {}
        }
        if number % 6 == 2 {
            subscription.items.iter_mut().for_each(|item| item.quantity += Decimal::ONE);
        }
        if is_active && number % 13 == 6 {
            subscription.status = SubscriptionStatus::PastDue;
        }
    }
    merchant
}

fn ledger_of(merchant: &Merchant) -> Ledger {
    let builder = LedgerBuilder::new();
    for (number, history) in merchant.customers.iter().enumerate() {
        builder.add(entry(number), &build(history, &merchant.prices, merchant.rules));
    }
    builder.finish(&merchant.prices, TimeZone::UTC)
}

fn entry(number: usize) -> metrics::columns::CustomerEntry {
    TestCustomer::new(&format!("cus_{number}")).entry()
}

fn bridges(ledger: &Ledger, now: UnixSeconds) -> Vec<MrrBridge> {
    statement(ledger, Some(METHOD), now).currencies
}

/// All customers behind a cell, by pages of a few.
fn behind(ledger: &Ledger, currency: Currency, column: MrrColumn, now: UnixSeconds) -> Vec<MrrCustomer> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let asked = MrrCustomersQuery { currency, column, cursor, limit: 3, method: Some(METHOD), now };
        let page = customers(ledger, &asked).unwrap();
        all.extend(page.data);
        if page.next_cursor.is_none() {
            assert_eq!(all.len(), page.total);
            return all;
        }
        cursor = page.next_cursor;
    }
}

/// A subscription's value by its list prices, read as one would by hand.
fn plainly(subscription: &Subscription, prices: &PriceBook) -> i64 {
    let is_counted =
        METHOD.statuses.contains(&subscription.status) && !subscription.is_canceled_at_period_end;
    if !is_counted {
        return 0;
    }
    let priced = subscription.items.iter().filter_map(|item| {
        let price = prices.get(&item.price)?;
        let recurrence = price.recurrence.filter(|recurrence| !recurrence.is_metered)?;
        Some((rounded(full(price, subscription.currency?, item.quantity)), recurrence))
    });
    let priced: Vec<(Decimal, Recurrence)> = priced.collect();
    let permanent =
        subscription.discounts.iter().filter(|discount| discount.ends_at.is_none() && !discount.is_once);
    let permanent: Vec<&Discount> = permanent.collect();
    let off: i64 = permanent.iter().filter_map(|discount| discount.amount_off).map(|(minor, _)| minor).sum();
    let (mut sum, mut reached, mut given) = (0, Decimal::ZERO, Decimal::ZERO);
    let whole: Decimal = priced.iter().map(|(minor, _)| *minor).sum();
    for (minor, recurrence) in &priced {
        let mut left = *minor;
        for percent in permanent.iter().filter_map(|discount| discount.percent_off) {
            left -= rounded(left * percent / Decimal::ONE_HUNDRED);
        }
        reached += minor;
        let until_here = if whole.is_zero() { whole } else { rounded(Decimal::from(off) * reached / whole) };
        left -= (until_here - given).min(left);
        given = until_here;
        let percent = subscription.inclusive_tax_percent.unwrap_or_default();
        left -= rounded(left * percent / (percent + Decimal::ONE_HUNDRED));
        let (numerator, denominator) = match recurrence.interval {
            BillingInterval::Day => (365, 12),
            BillingInterval::Week => (52, 12),
            BillingInterval::Month => (1, 1),
            BillingInterval::Year => (1, 12),
        };
        let per_month =
            left * Decimal::from(numerator) / Decimal::from(denominator * recurrence.interval_count);
        sum += rounded(per_month).to_i64().unwrap();
    }
    sum
}

fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
}

fn full(price: &Price, currency: Currency, quantity: Decimal) -> Decimal {
    let option = price.currency_options.iter().find(|option| option.currency == currency);
    match option.map_or(&price.scheme, |option| &option.scheme) {
        PriceScheme::PerUnit(unit) => unit.unwrap() * quantity,
        PriceScheme::Volume(tiers) => {
            let tier = tiers.iter().find(|tier| tier.up_to.is_none_or(|up_to| quantity <= up_to)).unwrap();
            tier.unit_amount.unwrap_or_default() * quantity + tier.flat_amount.unwrap_or_default()
        }
        PriceScheme::Graduated(tiers) => {
            let (mut sum, mut below) = (Decimal::ZERO, Decimal::ZERO);
            for tier in tiers.iter() {
                let own = tier.up_to.unwrap_or(quantity).min(quantity) - below;
                if own > Decimal::ZERO {
                    sum += tier.unit_amount.unwrap_or_default() * own + tier.flat_amount.unwrap_or_default();
                    below += own;
                }
            }
            sum
        }
        PriceScheme::UnknownTiers => unreachable!("the merchants have none"),
    }
}

#[test]
fn the_reasons_lead_from_the_metric_to_a_plain_reading_of_the_subscriptions() {
    let now = at("2060-01-01");
    let mut seen = BTreeSet::new();
    for seed in 0..MERCHANTS {
        let merchant = merchant(seed);
        let ledger = ledger_of(&merchant);
        let mut theirs: BTreeMap<Currency, i64> = BTreeMap::new();
        for subscription in merchant.customers.iter().flat_map(|history| &history.subscriptions) {
            *theirs.entry(subscription.currency.unwrap()).or_default() +=
                plainly(subscription, &merchant.prices);
        }
        let asked = Query { interval: Interval::Day, now, ..query("2060-01-01", "2060-01-01") };
        let mrr = query::mrr(&ledger, &Rates::default(), &asked).unwrap();
        for bridge in bridges(&ledger, now) {
            let context = format!("seed {seed}: {bridge:#?}");
            let ours = mrr.series.iter().find(|series| series.currency == bridge.currency);
            assert_eq!(bridge.mrr_minor, ours.map_or(0, |series| series.points[0].mrr_minor), "{context}");
            assert_eq!(bridge.provider_mrr_minor, theirs.remove(&bridge.currency).unwrap_or(0), "{context}");
            let reasons: i64 = bridge.reasons.iter().map(|sum| sum.amount_minor).sum();
            assert_eq!(bridge.mrr_minor + reasons, bridge.provider_mrr_minor, "{context}");
            assert_eq!((bridge.unexplained_minor, bridge.unexplained_customers), (0, 0), "{context}");
            seen.extend(bridge.reasons.iter().map(|sum| sum.reason));
        }
        assert!(theirs.values().all(|minor| *minor == 0), "seed {seed}: {theirs:?} is in no statement");
    }
    assert!(seen.len() >= 12, "only {seen:?} occurred");
}

/// A subscription that is billed at its list price.
fn billed(status: SubscriptionStatus, change: fn(&mut Subscription)) -> (CustomerHistory, PriceBook) {
    let merchant = lives::merchant(3);
    let is_plain = |history: &&CustomerHistory| {
        let own = history.subscriptions.first();
        own.is_some_and(|one| one.status == SubscriptionStatus::Active && one.items.len() == 1)
            && build(history, &merchant.prices, LedgerRules::default())
                .totals()
                .last()
                .is_some_and(|last| last.mrr_minor > 0)
    };
    let mut history = merchant.customers.iter().find(is_plain).unwrap().clone();
    history.subscriptions.truncate(1);
    history.subscriptions[0].status = status;
    change(&mut history.subscriptions[0]);
    (history, merchant.prices)
}

#[test]
fn what_the_provider_does_not_count_has_its_state_as_the_reason() {
    use SubscriptionStatus::{Active, PastDue, Paused, Trialing};
    let now = at("2060-01-01");
    let cancels = |subscription: &mut Subscription| subscription.is_canceled_at_period_end = true;
    let same = |_: &mut Subscription| {};
    for (status, change, wanted) in [
        (Active, cancels as fn(&mut Subscription), Some(MrrReason::SetToCancel)),
        (PastDue, cancels, Some(MrrReason::SetToCancel)),
        (PastDue, same, None),
        (Trialing, same, Some(MrrReason::InTrial)),
        (Paused, same, Some(MrrReason::NotActive)),
    ] {
        let (history, prices) = billed(status, change);
        let builder = LedgerBuilder::new();
        builder.add(entry(0), &build(&history, &prices, LedgerRules::default()));
        let ledger = builder.finish(&prices, TimeZone::UTC);
        let [bridge] = <[MrrBridge; 1]>::try_from(bridges(&ledger, now)).unwrap();
        assert!(bridge.mrr_minor > 0);
        if let Some(reason) = wanted {
            let own = [(reason, -bridge.mrr_minor)];
            let found: Vec<_> = bridge.reasons.iter().map(|sum| (sum.reason, sum.amount_minor)).collect();
            assert_eq!((found.as_slice(), bridge.provider_mrr_minor), (own.as_slice(), 0), "{status:?}");
        } else {
            assert!(bridge.provider_mrr_minor > 0, "{bridge:?}");
        }
    }
}

#[test]
fn bills_of_a_subscription_that_is_gone_are_a_reason() {
    let (mut history, prices) = billed(SubscriptionStatus::Active, |_| {});
    history.subscriptions.clear();
    let builder = LedgerBuilder::new();
    builder.add(entry(0), &build(&history, &prices, LedgerRules::default()));
    let ledger = builder.finish(&prices, TimeZone::UTC);
    let [bridge] = <[MrrBridge; 1]>::try_from(bridges(&ledger, at("2060-01-01"))).unwrap();
    let found: Vec<_> = bridge.reasons.iter().map(|sum| (sum.reason, sum.amount_minor)).collect();
    assert_eq!(found, [(MrrReason::Missing, -bridge.mrr_minor)]);
}

#[test]
fn another_method_counts_what_is_set_to_cancel_and_without_one_there_is_no_statement() {
    let (history, prices) = billed(SubscriptionStatus::Active, |own| own.is_canceled_at_period_end = true);
    let builder = LedgerBuilder::new();
    builder.add(entry(0), &build(&history, &prices, LedgerRules::default()));
    let ledger = builder.finish(&prices, TimeZone::UTC);
    let now = at("2060-01-01");
    let until_end = MrrMethod { counts_until_end: true, ..METHOD };
    let found = statement(&ledger, Some(until_end), now);
    assert!(found.currencies[0].provider_mrr_minor > 0, "{found:?}");
    let none = statement(&ledger, None, now);
    assert_eq!((none.method_published_in, none.currencies), (None, Vec::new()));
    let currency = found.currencies[0].currency;
    let asked =
        MrrCustomersQuery { currency, column: MrrColumn::Mrr, cursor: None, limit: 5, method: None, now };
    assert_eq!(customers(&ledger, &asked).unwrap().total, 0);
    let bad = MrrCustomersQuery { cursor: Some("x".to_owned()), method: Some(METHOD), ..asked };
    assert!(customers(&ledger, &bad).is_err());
}

#[test]
fn every_cell_opens_the_customers_that_add_up_to_it() {
    let now = at("2060-01-01");
    for seed in 0..8 {
        let ledger = ledger_of(&merchant(seed));
        for bridge in bridges(&ledger, now) {
            let mut cells = vec![
                (MrrColumn::Mrr, bridge.mrr_minor, bridge.customers),
                (MrrColumn::ProviderMrr, bridge.provider_mrr_minor, bridge.provider_customers),
                (MrrColumn::Unexplained, 0, 0),
            ];
            let reasons = bridge.reasons.iter();
            cells.extend(reasons.map(|sum| (MrrColumn::Reason(sum.reason), sum.amount_minor, sum.customers)));
            for (column, minor, count) in cells {
                let rows = behind(&ledger, bridge.currency, column, now);
                let sum: i64 = rows.iter().map(|row| row.counted_minor).sum();
                assert_eq!((sum, rows.len() as u64), (minor, count), "seed {seed}, {column:?}");
                let sizes = rows.iter().map(|row| std::cmp::Reverse(row.counted_minor.abs()));
                assert!(sizes.is_sorted(), "seed {seed}, {column:?}");
            }
            for row in behind(&ledger, bridge.currency, MrrColumn::Difference, now) {
                let reasons: i64 = row.reasons.iter().map(|reason| reason.amount_minor).sum();
                assert_eq!(row.mrr_minor + reasons, row.provider_mrr_minor, "seed {seed}, {row:?}");
                assert_eq!(row.counted_minor, row.provider_mrr_minor - row.mrr_minor);
            }
        }
    }
}

#[test]
fn it_is_the_same_after_updates_and_on_disk_as_when_built_at_once() {
    let now = at("2060-01-01");
    for seed in 0..8 {
        let merchant = merchant(seed);
        let whole = ledger_of(&merchant);
        let mut grown = ledger_of(&Merchant { customers: Vec::new(), ..self::merchant(seed) });
        for (number, history) in merchant.customers.iter().enumerate() {
            for built in [CustomerLedger::default(), build(history, &merchant.prices, merchant.rules)] {
                grown = grown.update(vec![(entry(number), built)], &merchant.prices).ledger;
            }
        }
        let blobs = grown.blob_ids().map(|id| (id, grown.to_bytes(id).unwrap())).collect();
        let read = Ledger::from_bytes(blobs, TimeZone::UTC).unwrap();
        for other in [&grown, &read] {
            assert_eq!(bridges(other, now), bridges(&whole, now), "seed {seed}");
        }
    }
}
