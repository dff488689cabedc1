//! Ledgers for tests: customers, and what their prices are worth from when on.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{Cause, CustomerLedger, MoneyFact, MoneyKind, PriceBook, Step, SubscriptionFacts};
use metrics::query::{Filter, Query, Reporting};
use metrics::registry::Metric;
use model::billing::{BillingInterval, Price, PriceScheme, Product, Recurrence, SubscriptionStatus};
use model::{Currency, Day, Interval, PriceId, ProductId, SubscriptionId, UnixSeconds, WeekStart};

#[derive(Debug, Clone, Default)]
pub struct World {
    pub customers: Vec<TestCustomer>,
}

#[derive(Debug, Clone)]
pub struct TestCustomer {
    pub id: String,
    pub country: Option<String>,
    pub changes: Vec<Change>,
    pub money: Vec<(UnixSeconds, MoneyKind, Currency, i64)>,
    pub involuntary: Vec<String>,
}

/// From `at` on, a price of a subscription is worth `value_minor` a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: UnixSeconds,
    pub subscription: String,
    pub price: String,
    pub currency: Currency,
    pub value_minor: i64,
}

pub fn at(text: &str) -> UnixSeconds {
    let text = if text.len() == 10 { format!("{text}T12:00:00Z") } else { text.to_owned() };
    UnixSeconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub fn metric(id: &str) -> &'static Metric {
    Metric::find(id).unwrap()
}

impl World {
    /// A customer with one subscription to one price.
    pub fn with(mut self, id: &str, code: &str, values: &[(&str, i64)]) -> Self {
        let changes = values.iter().map(|(when, value_minor)| Change {
            at: at(when),
            subscription: format!("sub_{id}"),
            price: format!("price_{code}_0"),
            currency: currency(code),
            value_minor: *value_minor,
        });
        self.customer(id).changes.extend(changes);
        self
    }

    pub fn with_price(mut self, id: &str, subscription: &str, price: &str, values: &[(&str, i64)]) -> Self {
        let code = currency(&price["price_".len()..][..3]);
        let changes = values.iter().map(|(when, value_minor)| Change {
            at: at(when),
            subscription: subscription.to_owned(),
            price: price.to_owned(),
            currency: code,
            value_minor: *value_minor,
        });
        self.customer(id).changes.extend(changes);
        self
    }

    pub fn with_money(
        mut self,
        id: &str,
        when: &str,
        kind: MoneyKind,
        code: &str,
        amount_minor: i64,
    ) -> Self {
        self.customer(id).money.push((at(when), kind, currency(code), amount_minor));
        self
    }

    pub fn customer(&mut self, id: &str) -> &mut TestCustomer {
        let found = self.customers.iter().position(|customer| customer.id == id);
        let index = found.unwrap_or_else(|| {
            self.customers.push(TestCustomer::new(id));
            self.customers.len() - 1
        });
        &mut self.customers[index]
    }

    pub fn ledger(&self, zone: &str) -> Ledger {
        let builder = LedgerBuilder::new();
        for customer in &self.customers {
            builder.add(customer.entry(), &customer.ledger());
        }
        builder.finish(&prices(), TimeZone::get(zone).unwrap())
    }
}

impl TestCustomer {
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            country: None,
            changes: Vec::new(),
            money: Vec::new(),
            involuntary: Vec::new(),
        }
    }

    pub fn entry(&self) -> CustomerEntry {
        CustomerEntry {
            id: self.id.as_str().into(),
            name: Some(format!("Name of {}", self.id)),
            email: Some(format!("{}@example.com", self.id)),
            country: self.country.clone(),
            created_at: Some(UnixSeconds(1_600_000_000)),
            is_deleted: false,
        }
    }

    /// Only real changes, in order.
    pub fn ledger(&self) -> CustomerLedger {
        let mut changes = self.changes.clone();
        changes.sort_by_key(|change| change.at);
        let mut values: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut steps = Vec::new();
        for change in changes {
            let value = values.entry((change.subscription.clone(), change.price.clone())).or_default();
            let delta_minor = change.value_minor - *value;
            *value = change.value_minor;
            if delta_minor != 0 {
                steps.push(Step {
                    at: change.at,
                    subscription: SubscriptionId::from(change.subscription),
                    price: PriceId::from(change.price),
                    currency: change.currency,
                    value_minor: change.value_minor,
                    delta_minor,
                    cause: Cause::Ended,
                });
            }
        }
        let mut ids: Vec<&str> = self.changes.iter().map(|change| change.subscription.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        CustomerLedger {
            steps,
            subscriptions: ids.into_iter().map(|id| self.facts(id)).collect(),
            money: self.money.iter().map(money_fact).collect(),
            ..CustomerLedger::default()
        }
    }

    fn facts(&self, id: &str) -> SubscriptionFacts {
        SubscriptionFacts {
            id: SubscriptionId::from(id),
            status: SubscriptionStatus::Active,
            started_at: None,
            ended_at: None,
            cancel_at: None,
            trial: None,
            trial_items: Vec::new(),
            reason: None,
            feedback: None,
            is_involuntary: self.involuntary.iter().any(|known| known == id),
            unbilled: Vec::new(),
        }
    }
}

fn money_fact((at, kind, currency, amount_minor): &(UnixSeconds, MoneyKind, Currency, i64)) -> MoneyFact {
    MoneyFact {
        at: *at,
        kind: *kind,
        currency: *currency,
        amount_minor: *amount_minor,
        source: "x".to_owned(),
    }
}

pub const CODES: [&str; 5] = ["usd", "eur", "jpy", "kwd", "ars"];

/// Three prices a currency: two of one product, monthly and yearly; one of another, every three months.
pub fn prices() -> PriceBook {
    let mut book = PriceBook::default();
    for name in ["basic", "extra"] {
        book.insert_product(Product {
            id: ProductId::from(name),
            name: Some(name.to_uppercase()),
            is_active: true,
            is_deleted: false,
        });
    }
    for code in CODES {
        for (number, product, interval, interval_count) in [
            (0, "basic", BillingInterval::Month, 1),
            (1, "basic", BillingInterval::Year, 1),
            (2, "extra", BillingInterval::Month, 3),
        ] {
            book.insert(Price {
                id: PriceId::from(format!("price_{code}_{number}")),
                product: Some(ProductId::from(product)),
                nickname: None,
                currency: currency(code),
                recurrence: Some(Recurrence { interval, interval_count, is_metered: false }),
                scheme: PriceScheme::PerUnit(None),
                currency_options: Vec::new(),
                transform_quantity: None,
                is_active: true,
            });
        }
    }
    book
}

/// A native query by month without filters, asked long after.
pub fn query(from: &str, to: &str) -> Query {
    Query {
        from: day(from),
        to: day(to),
        interval: Interval::Month,
        week_start: WeekStart::Monday,
        currency: Reporting::Native,
        filter: Filter::default(),
        within_days: None,
        by: None,
        now: at("2030-01-01"),
    }
}

/// A euro is 1.25 dollars all through 2024.
pub fn steady_dollar() -> Rates {
    let days = (day("2024-01-02").0..day("2025-01-01").0).step_by(7);
    let lines: String = days.map(|on| format!("{},1.25\n", Day(on))).collect();
    Rates::from_csv(&format!("Date,USD\n{lines}")).unwrap()
}
