//! Random ledgers, rates and questions.

use std::fmt::Write;

use metrics::fx::Rates;
use metrics::ledger::{Apart, ChangeCause, MoneyKind};
use metrics::query::{Dimension, Filter, Query, Reporting};
use model::billing::{CancellationReason, Period};
use model::{BalanceCategory, BalanceTransaction, Currency, Day, Interval, UnixSeconds, WeekStart};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;

use super::reference::reasons::{self, FEEDBACK};
use super::world::{
    CODES, Change, TestCustomer, TestEnding, TestMoney, TestTrial, World, currency, transaction,
};

/// 2023-03-01. Everything happens within two years from here.
pub const START: i64 = 1_677_628_800;
const START_ON: i32 = 19_417;
pub const HOURS: i64 = 2 * 365 * 24;
pub const ZONES: [&str; 5] = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"];

/// The fifth is in no price book. All currencies share the last.
const PRICES: [&str; 6] = ["0", "1", "2", "3", "9", "any"];

/// An hour, a price, what it is worth from then on, and why.
type RandomChange = (i64, &'static str, i64, ChangeCause);

/// How many hours before the first change it begins, how many it lasts, and what it is of.
type RandomTrial = (i64, i64, Vec<(&'static str, i64)>);

#[derive(Debug, Clone)]
struct RandomSubscription {
    code: &'static str,
    changes: Vec<RandomChange>,
    trial: Option<RandomTrial>,
    apart: Vec<(Apart, RandomChange)>,
    cancel: Option<i64>,
    is_involuntary: bool,
    ending: (Option<CancellationReason>, Option<&'static str>),
    failed: Vec<(i64, Option<i64>)>,
}

fn price_id(code: &str, price: &str) -> String {
    if price == "any" { "price_any_0".to_owned() } else { format!("price_{code}_{price}") }
}

fn hour(hour: i64) -> UnixSeconds {
    UnixSeconds(START + hour * 3600)
}

fn change() -> impl Strategy<Value = RandomChange> {
    (
        0..HOURS,
        select(PRICES.to_vec()),
        select(vec![0, 0, 1, 499, 1_000, 2_500, 9_900]),
        select(ChangeCause::ALL.to_vec()),
    )
}

fn trial() -> impl Strategy<Value = RandomTrial> {
    let item = (select(PRICES.to_vec()), select(vec![0, 700, 1_900]));
    (-1_000..1_500_i64, 1..1_000_i64, vec(item, 0..3))
}

fn ending() -> impl Strategy<Value = (Option<CancellationReason>, Option<&'static str>)> {
    use CancellationReason::{Other, PaymentDisputed, PaymentFailed, Requested};
    let reasons = vec![None, Some(Requested), Some(PaymentFailed), Some(PaymentDisputed), Some(Other)];
    (select(reasons), select(vec![None, Some(FEEDBACK[0]), Some(FEEDBACK[1])]))
}

/// When an invoice failed, and for how many hours it was unpaid.
fn failed_invoice() -> impl Strategy<Value = (i64, Option<i64>)> {
    (0..HOURS, prop::option::of(1..5_000_i64))
}

fn subscription() -> impl Strategy<Value = RandomSubscription> {
    (
        select(CODES.to_vec()),
        vec(change(), 0..7),
        prop::option::of(trial()),
        vec((select(Apart::ALL.to_vec()), change()), 0..4),
        prop::option::weighted(0.4, 0..2 * HOURS),
        any::<bool>(),
        ending(),
        vec(failed_invoice(), 0..3),
    )
        .prop_map(|(code, changes, trial, apart, cancel, is_involuntary, ending, failed)| {
            RandomSubscription { code, changes, trial, apart, cancel, is_involuntary, ending, failed }
        })
}

fn payment() -> impl Strategy<Value = TestMoney> {
    let kinds = select(MoneyKind::ALL.to_vec());
    let codes = select(vec![None, Some(reasons::CODES[0]), Some(reasons::CODES[1])]);
    (0..HOURS, kinds, select(CODES.to_vec()), select(vec![-300, 0, 1, 250, 9_999]), codes).prop_map(
        |(at, kind, code, amount_minor, decline_code)| {
            let is_signed = kind == MoneyKind::InvoiceRevenue;
            TestMoney {
                at: hour(at),
                kind,
                currency: currency(code),
                amount_minor: if is_signed { amount_minor } else { amount_minor.max(0) },
                decline_code,
            }
        },
    )
}

fn customer() -> impl Strategy<Value = TestCustomer> {
    let countries = select(vec![None, Some("DE"), Some("US")]);
    let money = vec(payment(), 0..14);
    (countries, vec(subscription(), 1..4), money).prop_map(|(country, subscriptions, money)| {
        let mut customer = TestCustomer::new("");
        customer.country = country.map(str::to_owned);
        customer.money = money;
        for (number, subscription) in subscriptions.into_iter().enumerate() {
            add(&mut customer, &format!("sub_{number}"), subscription);
        }
        customer
    })
}

fn add(customer: &mut TestCustomer, id: &str, random: RandomSubscription) {
    let change = |(at, price, value_minor, cause): RandomChange| Change {
        cause,
        at: hour(at),
        subscription: id.to_owned(),
        price: price_id(random.code, price),
        currency: currency(random.code),
        value_minor,
    };
    let first = random.changes.iter().map(|(at, ..)| *at).min().unwrap_or_default();
    customer.changes.extend(random.changes.into_iter().map(change));
    customer.apart.extend(random.apart.into_iter().map(|(what, one)| (what, change(one))));
    customer.cancels.extend(random.cancel.map(|at| (id.to_owned(), hour(at))));
    let (reason, feedback) = random.ending;
    let feedback = feedback.map(str::to_owned);
    customer.endings.push(TestEnding { subscription: id.to_owned(), reason, feedback });
    let failed = random.failed.into_iter();
    let failed = failed.map(|(at, hours)| (id.to_owned(), hour(at), hours.map(|hours| hour(at + hours))));
    customer.failed_invoices.extend(failed);
    if random.is_involuntary {
        customer.involuntary.push(id.to_owned());
    }
    if let Some((before, hours, items)) = random.trial {
        let item = |(price, minor)| (price_id(random.code, price), currency(random.code), minor);
        customer.trials.push(TestTrial {
            subscription: id.to_owned(),
            period: Period { start: hour(first - before), end: hour(first - before + hours) },
            items: items.into_iter().map(item).collect(),
        });
    }
}

fn balance() -> impl Strategy<Value = Vec<BalanceTransaction>> {
    let category = select(BalanceCategory::ALL.to_vec());
    let one = (0..HOURS, category, select(CODES.to_vec()), select(vec![-9_999, -300, 0, 7, 250, 9_999]));
    vec(one, 0..20).prop_map(|all| {
        let all = all.into_iter().enumerate();
        let one = |(number, (at, category, code, amount_minor))| {
            transaction(&format!("txn_{number}"), hour(at), category, currency(code), amount_minor)
        };
        all.map(one).collect()
    })
}

pub fn world() -> impl Strategy<Value = World> {
    (vec(customer(), 1..9), balance()).prop_map(|(mut customers, balance)| {
        for (number, customer) in customers.iter_mut().enumerate() {
            customer.id = format!("cus_{number}");
        }
        World { customers, balance }
    })
}

/// Mostly nothing, sometimes some of these.
fn some_of(all: &[&str]) -> impl Strategy<Value = Vec<String>> + use<> {
    let all: Vec<String> = all.iter().map(|text| (*text).to_owned()).collect();
    let most = all.len();
    prop_oneof![3 => Just(Vec::new()), 1 => subsequence(all, 1..=most)]
}

fn filter() -> impl Strategy<Value = Filter> {
    (
        some_of(&["price_usd_0", "price_usd_1", "price_jpy_0", "price_kwd_2", "price_eur_9", "price_any_0"]),
        some_of(&["basic", "extra", "gone", "unknown"]),
        some_of(&["month", "year", "3-month", "2-week", "unknown"]),
        some_of(&["usd", "jpy", "ars"]),
        some_of(&["DE", "US", "unknown"]),
    )
        .prop_map(|(plans, products, intervals, currencies, countries)| Filter {
            plans,
            products,
            intervals,
            currencies: currencies.iter().map(|code| currency(code)).collect(),
            countries,
        })
}

pub fn question() -> impl Strategy<Value = Query> {
    question_by(&Dimension::RECURRING)
}

/// A question without a breakdown, or with one of these.
pub fn question_by(by: &'static [Dimension]) -> impl Strategy<Value = Query> {
    (
        (0..700_i32, 0..400_i32, 0..HOURS + 2_000),
        select(Interval::ALL.to_vec()),
        select(vec![WeekStart::Monday, WeekStart::Sunday]),
        select(vec![
            Reporting::Native,
            Reporting::In(Currency::EUR),
            Reporting::In(Currency::USD),
            Reporting::In(currency("jpy")),
        ]),
        filter(),
        prop_oneof![1 => Just(None), 1 => select(by).prop_map(Some)],
        prop_oneof![Just(None), (0..60_u32).prop_map(Some)],
    )
        .prop_map(|((from, length, now), interval, week_start, currency, filter, by, within_days)| {
            Query {
                from: Day(START_ON + from),
                to: Day(START_ON + from + length),
                interval,
                week_start,
                currency,
                filter,
                by,
                within_days,
                now: hour(now),
            }
        })
}

/// A question that can be asked of money, which belongs to no plan.
pub fn question_of_money() -> impl Strategy<Value = Query> {
    const BY: &[Dimension] = &[Dimension::Currency, Dimension::Country, Dimension::DeclineCode];
    question_by(BY).prop_map(|query| {
        let Filter { currencies, countries, .. } = query.filter;
        Query { filter: Filter { currencies, countries, ..Filter::default() }, ..query }
    })
}

/// A question that can be asked of the balance, which names no customer either.
pub fn question_of_balance() -> impl Strategy<Value = Query> {
    let by = prop_oneof![Just(None), Just(Some(Dimension::Currency))];
    (question(), by).prop_map(|(query, by)| {
        let filter = Filter { currencies: query.filter.currencies, ..Filter::default() };
        Query { by, filter, ..query }
    })
}

/// Rates of every third day, that wander up and down. There are none of `ars`, and those of `kwd` pause for months.
pub fn rates() -> Rates {
    let mut text = String::from("Date,USD,JPY,KWD\n");
    for day in (START_ON - 1_200..START_ON + 1_200).step_by(3) {
        let wave = i64::from(day % 97) * i64::from(day % 13);
        let (usd, jpy, kwd) = (10_000 + wave, 15_000 + 3 * wave, 3_300 - wave / 2);
        let line = [Decimal::new(usd, 4), Decimal::new(jpy, 2), Decimal::new(kwd, 4)];
        let kwd = if day.rem_euclid(300) < 180 { line[2].to_string() } else { String::new() };
        writeln!(text, "{},{},{},{kwd}", Day(day), line[0], line[1]).unwrap();
    }
    Rates::from_csv(&text).unwrap()
}
