//! The grammar of a `metric` block: customers with their subscriptions, their MRR and their money, and, behind `=>`, a
//! metric of a period and its value.
//!
//! ```text
//! now 2026-04-10T12:00:00Z
//! within 7
//! in eur
//! rate usd 2026-01-02 1.25
//! filter country DE
//! customer cus_a country DE
//!   subscription sub_1 trial 2026-01-01..2026-01-15 worth 49.00 ended 2026-03-10 payment_failed
//!   mrr sub_1 2026-01-15 49.00 eur price pro cause plan
//!   invoice in_1 sub_1 due 49.00 failed 2026-02-15 paid 2026-02-20
//!   revenue 2026-01-15 49.00
//! balance charge 2026-01-15 49.00 eur fee 1.70
//! => customer_churn_rate 2026-03 1
//! => mrr 2026-01-01..2026-01-20 eur 49.00
//! => expansion_mrr 2026-02 by cause plan 20.00
//! ```
//!
//! Lines in between may come in any number and order; a fact is a word, or a word and its value. Amounts are US dollars
//! unless a currency follows. A period is a day, a month, a quarter (`2026-Q1`), a year or a range within a month.

use jiff::civil::{Date, date};
use model::{Currency, Day, Interval, UnixSeconds};

use crate::{at, minor};

/// What a block says, word by word where the words become facts.
#[derive(Default)]
pub struct Scenario {
    pub now: Option<UnixSeconds>,
    pub within_days: Option<u32>,
    pub reporting: Option<Currency>,
    /// Currency, day, and how many of it a euro was.
    pub rates: Vec<(String, String, String)>,
    pub filters: Vec<(String, String)>,
    pub customers: Vec<CustomerText>,
    pub balance: Vec<BalanceText>,
    pub expectations: Vec<Expectation>,
}

pub struct CustomerText {
    pub id: String,
    pub facts: Facts,
    pub subscriptions: Vec<SubscriptionText>,
    pub changes: Vec<Change>,
    pub invoices: Vec<InvoiceText>,
    pub money: Vec<Money>,
}

pub struct SubscriptionText {
    pub id: String,
    pub facts: Facts,
}

pub struct InvoiceText {
    pub id: String,
    pub subscription: String,
    pub facts: Facts,
}

/// From `at` on, the price of a subscription is worth this much per month.
pub struct Change {
    pub subscription: String,
    pub at: UnixSeconds,
    pub value_minor: i64,
    pub currency: Currency,
    pub price: String,
    /// Why it changed.
    pub cause: Option<String>,
}

pub struct Money {
    pub kind: String,
    pub at: UnixSeconds,
    pub amount_minor: i64,
    pub currency: Currency,
    /// Why it failed.
    pub code: Option<String>,
}

/// What moved the balance, which names no customer.
pub struct BalanceText {
    pub category: String,
    pub at: UnixSeconds,
    pub amount_minor: i64,
    pub currency: Currency,
    pub fee_minor: i64,
}

/// Words, some of which are followed by a value.
#[derive(Default)]
pub struct Facts(Vec<(String, Option<String>)>);

pub struct Expectation {
    pub metric: String,
    pub period: ExpectedPeriod,
    pub currency: Currency,
    /// A dimension, and the group that is asked about.
    pub by: Option<(String, String)>,
    /// `none` where nothing is shown.
    pub value: String,
}

/// The days that are asked for, and the interval that makes one period of them.
pub struct ExpectedPeriod {
    pub from: Day,
    pub to: Day,
    pub interval: Interval,
}

const CUSTOMER_FACTS: [&str; 1] = ["country"];
const SUBSCRIPTION_FACTS: [&str; 7] =
    ["started", "trial", "worth", "ended", "cancel_at", "unbilled", "feedback"];
const SUBSCRIPTION_FLAGS: [&str; 4] =
    ["cancellation_requested", "payment_failed", "payment_disputed", "unpaid"];
const INVOICE_FACTS: [&str; 5] = ["due", "failed", "code", "paid", "given_up"];

/// Kinds of money: of revenue and of payments.
const MONEY: [&str; 8] =
    ["revenue", "charge", "refund", "credit_note", "payment", "failed_payment", "dispute", "dispute_lost"];

pub fn read(block: &str) -> Scenario {
    let mut scenario = Scenario::default();
    for text in block.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["now", instant] => scenario.now = Some(at(instant)),
            ["within", days] => scenario.within_days = Some(days.parse().unwrap()),
            ["in", currency] => scenario.reporting = Some(currency.parse().unwrap()),
            ["rate", currency, on, units] => {
                scenario.rates.push(((*currency).to_owned(), (*on).to_owned(), (*units).to_owned()));
            }
            ["filter", dimension, value] => {
                scenario.filters.push(((*dimension).to_owned(), (*value).to_owned()));
            }
            ["customer", id, facts @ ..] => {
                scenario.customers.push(CustomerText::new(id, Facts::read(facts, &CUSTOMER_FACTS, &[])));
            }
            ["balance", category, on, amount, rest @ ..] => {
                scenario.balance.push(BalanceText::read(category, on, amount, rest));
            }
            ["=>", metric, period, rest @ ..] => {
                scenario.expectations.push(Expectation::read(metric, period, rest));
            }
            words => {
                let customer = scenario.customers.last_mut();
                customer.unwrap_or_else(|| panic!("{words:?} stands under no customer")).add(words);
            }
        }
    }
    scenario
}

impl CustomerText {
    fn new(id: &str, facts: Facts) -> Self {
        Self {
            id: id.to_owned(),
            facts,
            subscriptions: Vec::new(),
            changes: Vec::new(),
            invoices: Vec::new(),
            money: Vec::new(),
        }
    }

    fn add(&mut self, words: &[&str]) {
        match words {
            ["subscription", id, facts @ ..] => {
                let facts = Facts::read(facts, &SUBSCRIPTION_FACTS, &SUBSCRIPTION_FLAGS);
                self.subscriptions.push(SubscriptionText { id: (*id).to_owned(), facts });
            }
            ["invoice", id, subscription, facts @ ..] => {
                self.subscription(subscription);
                self.invoices.push(InvoiceText {
                    id: (*id).to_owned(),
                    subscription: (*subscription).to_owned(),
                    facts: Facts::read(facts, &INVOICE_FACTS, &[]),
                });
            }
            ["mrr", subscription, on, amount, rest @ ..] => {
                self.subscription(subscription);
                let (currency, rest) = currency(rest);
                let facts = Facts::read(rest, &["price", "cause"], &[]);
                self.changes.push(Change {
                    subscription: (*subscription).to_owned(),
                    at: at(on),
                    value_minor: minor(amount),
                    currency,
                    price: facts.value("price").unwrap_or("basic").to_owned(),
                    cause: facts.value("cause").map(str::to_owned),
                });
            }
            [kind, on, amount, rest @ ..] if MONEY.contains(kind) => {
                let (currency, rest) = currency(rest);
                let facts = Facts::read(rest, &["code"], &[]);
                self.money.push(Money {
                    kind: (*kind).to_owned(),
                    at: at(on),
                    amount_minor: minor(amount),
                    currency,
                    code: facts.value("code").map(str::to_owned),
                });
            }
            other => panic!("a metric block can't say {other:?}"),
        }
    }

    /// A subscription of which nothing but its value matters need not be introduced.
    fn subscription(&mut self, id: &str) {
        if self.subscriptions.iter().all(|subscription| subscription.id != id) {
            self.subscriptions.push(SubscriptionText { id: id.to_owned(), facts: Facts::default() });
        }
    }
}

impl BalanceText {
    fn read(category: &str, on: &str, amount: &str, rest: &[&str]) -> Self {
        let (rest, fee_minor) = match rest {
            [rest @ .., "fee", fee] => (rest, minor(fee)),
            rest => (rest, 0),
        };
        let (currency, rest) = currency(rest);
        assert!(rest.is_empty(), "{rest:?} can't follow an amount of the balance");
        Self { category: category.to_owned(), at: at(on), amount_minor: minor(amount), currency, fee_minor }
    }
}

impl Facts {
    fn read(words: &[&str], valued: &[&str], flags: &[&str]) -> Self {
        let mut facts = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = valued.contains(word).then(|| words.next());
            let value =
                value.map(|value| (*value.unwrap_or_else(|| panic!("{word} lacks its value"))).to_owned());
            assert!(value.is_some() || flags.contains(word), "there is no fact {word}");
            facts.push(((*word).to_owned(), value));
        }
        Self(facts)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(word, _)| word == name)?.1.as_deref()
    }

    pub fn has(&self, flag: &str) -> bool {
        self.0.iter().any(|(word, _)| word == flag)
    }
}

impl Expectation {
    fn read(metric: &str, period: &str, rest: &[&str]) -> Self {
        let (currency, rest) = currency(rest);
        let (by, rest) = match rest {
            ["by", dimension, group, rest @ ..] => {
                (Some(((*dimension).to_owned(), (*group).to_owned())), rest)
            }
            rest => (None, rest),
        };
        let [value] = rest else { panic!("{metric} of {period} has one value, not {rest:?}") };
        let (metric, value) = (metric.to_owned(), (*value).to_owned());
        Self { metric, period: ExpectedPeriod::read(period), currency, by, value }
    }
}

impl ExpectedPeriod {
    fn read(period: &str) -> Self {
        let day = |text: &str| -> Day { text.parse().unwrap_or_else(|_| panic!("{text} is no day")) };
        if let Some((from, to)) = period.split_once("..") {
            return Self { from: day(from), to: day(to), interval: Interval::Month };
        }
        if let Some((year, quarter)) = period.split_once("-Q") {
            let quarter: i8 = quarter.parse().unwrap();
            return Self::whole(date(year.parse().unwrap(), quarter * 3 - 2, 1), Interval::Quarter);
        }
        match period.len() {
            4 => Self::whole(date(period.parse().unwrap(), 1, 1), Interval::Year),
            7 => Self::whole(format!("{period}-01").parse().unwrap(), Interval::Month),
            _ => Self { from: day(period), to: day(period), interval: Interval::Day },
        }
    }

    fn whole(first: Date, interval: Interval) -> Self {
        let bucket = interval.bucket(Day::from(first), model::WeekStart::Monday);
        Self { from: bucket.start_on, to: bucket.end_on, interval }
    }
}

/// The currency that may come first, and what follows it.
fn currency<'a, 'b>(words: &'b [&'a str]) -> (Currency, &'b [&'a str]) {
    let named = words.first().filter(|word| word.len() == 3 && word.chars().all(|c| c.is_ascii_lowercase()));
    match named {
        Some(code) => (code.parse().unwrap(), &words[1..]),
        None => (Currency::USD, words),
    }
}
