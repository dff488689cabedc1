//! Ledgers for tests: customers, and what their prices are worth from when on.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{
    Apart, ApartStep, Cause, ChangeCause, CustomerLedger, FailedInvoice, MoneyFact, MoneyKind, PriceBook,
    Step, SubscriptionFacts, UnbilledItem,
};
use metrics::query::{Filter, Query, Reporting};
use metrics::registry::Metric;
use model::billing::{
    BillingInterval, CancellationReason, ImportedFrom, PaymentMeans, Period, Price, PriceScheme, Product,
    Recurrence, SubscriptionStatus,
};
use model::{
    BalanceCategory, BalanceTransaction, Currency, Day, Interval, PriceId, ProductId, SubscriptionId,
    UnixSeconds, WeekStart,
};

#[derive(Debug, Clone, Default)]
pub struct World {
    pub customers: Vec<TestCustomer>,
    pub balance: Vec<BalanceTransaction>,
}

#[derive(Debug, Clone)]
pub struct TestCustomer {
    pub id: String,
    pub country: Option<String>,
    pub changes: Vec<Change>,
    pub money: Vec<TestMoney>,
    /// Subscriptions that ended because payment failed.
    pub involuntary: Vec<String>,
    pub trials: Vec<TestTrial>,
    /// When a subscription is set to end.
    pub cancels: Vec<(String, UnixSeconds)>,
    pub renewals: Vec<(String, UnixSeconds)>,
    /// Of subscriptions that are not simply active.
    pub statuses: Vec<(String, SubscriptionStatus)>,
    /// What is shown apart, in the same way as what counts.
    pub apart: Vec<(Apart, Change)>,
    /// Why subscriptions ended, and what their customers said.
    pub endings: Vec<TestEnding>,
    /// What subscriptions are paid with, where that is known.
    pub means: BTreeMap<String, PaymentMeans>,
    /// When an invoice of a subscription failed, and until when it was unpaid.
    pub failed_invoices: Vec<(String, UnixSeconds, Option<UnixSeconds>)>,
    /// Where it is not made of the id. Empty: none.
    pub email: Option<String>,
    pub email_hash: Option<String>,
    pub imported_from: Option<ImportedFrom>,
    /// Subscriptions that were imported.
    pub imported: BTreeMap<String, ImportedFrom>,
}

#[derive(Debug, Clone)]
pub struct TestEnding {
    pub subscription: String,
    pub reason: Option<CancellationReason>,
    pub feedback: Option<String>,
}

/// What moved, or failed to, and why it failed.
#[derive(Debug, Clone)]
pub struct TestMoney {
    pub at: UnixSeconds,
    pub kind: MoneyKind,
    pub currency: Currency,
    pub amount_minor: i64,
    pub decline_code: Option<&'static str>,
}

/// A subscription's trial, and what it is of.
#[derive(Debug, Clone)]
pub struct TestTrial {
    pub subscription: String,
    pub period: Period,
    pub items: Vec<(String, Currency, i64)>,
}

/// From `at` on, a price of a subscription is worth `value_minor` a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: UnixSeconds,
    pub subscription: String,
    pub price: String,
    pub currency: Currency,
    pub value_minor: i64,
    pub cause: ChangeCause,
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
            cause: ChangeCause::default(),
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
            cause: ChangeCause::default(),
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
        self.customer(id).money.push(TestMoney {
            at: at(when),
            kind,
            currency: currency(code),
            amount_minor,
            decline_code: None,
        });
        self
    }

    /// With a fee of a tenth.
    pub fn with_transaction(
        mut self,
        id: &str,
        when: &str,
        category: BalanceCategory,
        code: &str,
        amount_minor: i64,
    ) -> Self {
        let transaction = transaction(id, at(when), category, currency(code), amount_minor);
        self.balance.push(transaction);
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

    /// Every moment at which anything happens or ends.
    pub fn instants(&self) -> Vec<UnixSeconds> {
        let mut all: Vec<UnixSeconds> =
            self.balance.iter().map(|transaction| transaction.created_at).collect();
        for customer in &self.customers {
            all.extend(customer.changes.iter().map(|change| change.at));
            all.extend(customer.apart.iter().map(|(_, change)| change.at));
            all.extend(customer.money.iter().map(|money| money.at));
            all.extend(customer.cancels.iter().map(|(_, at)| *at));
            all.extend(customer.renewals.iter().map(|(_, at)| *at));
            all.extend(customer.trials.iter().flat_map(|trial| [trial.period.start, trial.period.end]));
            let failed = customer.failed_invoices.iter();
            all.extend(failed.flat_map(|(_, at, until)| [Some(*at), *until]).flatten());
        }
        all
    }

    pub fn ledger(&self, zone: &str) -> Ledger {
        let builder = LedgerBuilder::new();
        for customer in &self.customers {
            builder.add(customer.entry(), &customer.ledger());
        }
        builder.add_balance(&self.balance);
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
            trials: Vec::new(),
            cancels: Vec::new(),
            renewals: Vec::new(),
            statuses: Vec::new(),
            apart: Vec::new(),
            endings: Vec::new(),
            failed_invoices: Vec::new(),
            means: BTreeMap::new(),
            email: None,
            email_hash: None,
            imported_from: None,
            imported: BTreeMap::new(),
        }
    }

    pub fn entry(&self) -> CustomerEntry {
        CustomerEntry {
            id: self.id.as_str().into(),
            name: Some(format!("Name of {}", self.id)),
            email: self.email.clone().or_else(|| Some(format!("{}@example.com", self.id))),
            country: self.country.clone(),
            created_at: Some(UnixSeconds(1_600_000_000)),
            is_deleted: false,
            imported_from: self.imported_from.clone(),
            email_hash: self.email_hash.clone(),
        }
    }

    pub fn ledger(&self) -> CustomerLedger {
        let changes = differences(&self.changes);
        let failed = self.failed_invoices.iter().map(|(id, failed_at, until)| FailedInvoice {
            subscription: SubscriptionId::from(id.as_str()),
            failed_at: *failed_at,
            until: *until,
        });
        CustomerLedger {
            causes: changes.iter().map(|(change, _)| change.cause).collect(),
            steps: changes.into_iter().map(step).collect(),
            failed_invoices: failed.collect(),
            subscriptions: self.subscriptions().into_iter().map(|id| self.facts(id)).collect(),
            at_risk: self.apart_steps(Apart::AtRisk),
            trials: self.apart_steps(Apart::Trials),
            unbilled: self.apart_steps(Apart::Unbilled),
            money: self.money.iter().map(money_fact).collect(),
            ..CustomerLedger::default()
        }
    }

    fn apart_steps(&self, what: Apart) -> Vec<ApartStep> {
        differences(&self.apart_changes(what)).into_iter().map(apart_step).collect()
    }

    pub fn apart_changes(&self, what: Apart) -> Vec<Change> {
        self.apart.iter().filter(|(own, _)| *own == what).map(|(_, change)| change.clone()).collect()
    }

    fn subscriptions(&self) -> Vec<&str> {
        let changes = self.changes.iter().chain(self.apart.iter().map(|(_, change)| change));
        let mut ids: Vec<&str> = changes.map(|change| change.subscription.as_str()).collect();
        ids.extend(self.trials.iter().map(|trial| trial.subscription.as_str()));
        ids.extend(self.endings.iter().map(|ending| ending.subscription.as_str()));
        ids.extend(self.failed_invoices.iter().map(|(id, ..)| id.as_str()));
        ids.extend(self.cancels.iter().map(|(id, _)| id.as_str()));
        ids.extend(self.renewals.iter().map(|(id, _)| id.as_str()));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn facts(&self, id: &str) -> SubscriptionFacts {
        let trial = self.trials.iter().find(|trial| trial.subscription == id);
        let ending = self.endings.iter().find(|ending| ending.subscription == id);
        let renewal = self.renewals.iter().find(|(known, _)| known == id);
        let cancel = self.cancels.iter().find(|(known, _)| known == id);
        let status = self.statuses.iter().find(|(known, _)| known == id);
        let item = |(price, currency, value_minor): &(String, Currency, i64)| UnbilledItem {
            price: price.as_str().into(),
            currency: *currency,
            value_minor: *value_minor,
        };
        SubscriptionFacts {
            id: SubscriptionId::from(id),
            status: status.map_or(SubscriptionStatus::Active, |(_, status)| *status),
            started_at: None,
            ended_at: None,
            cancel_at: cancel.map(|(_, at)| *at),
            ends_with_period: false,
            renews_at: renewal.map(|(_, at)| *at),
            trial: trial.map(|trial| trial.period),
            trial_items: trial.map_or(Vec::new(), |trial| trial.items.iter().map(item).collect()),
            reason: ending.and_then(|ending| ending.reason),
            means: self.means.get(id).cloned().unwrap_or_default(),
            feedback: ending.and_then(|ending| ending.feedback.clone()),
            is_involuntary: self.involuntary.iter().any(|known| known == id),
            unbilled: Vec::new(),
            imported_from: self.imported.get(id).cloned(),
        }
    }
}

/// Only real changes, in order, each with its value and with what it adds to the one before.
pub fn differences(changes: &[Change]) -> Vec<(Change, i64)> {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|change| change.at);
    let mut values: BTreeMap<(String, String, Currency), i64> = BTreeMap::new();
    let mut found = Vec::new();
    for change in changes {
        let line = (change.subscription.clone(), change.price.clone(), change.currency);
        let value = values.entry(line).or_default();
        let delta_minor = change.value_minor - *value;
        *value = change.value_minor;
        if delta_minor != 0 {
            found.push((change, delta_minor));
        }
    }
    found
}

fn step((change, delta_minor): (Change, i64)) -> Step {
    Step {
        at: change.at,
        subscription: SubscriptionId::from(change.subscription),
        price: PriceId::from(change.price),
        currency: change.currency,
        value_minor: change.value_minor,
        delta_minor,
        cause: Cause::Ended,
    }
}

fn apart_step((change, delta_minor): (Change, i64)) -> ApartStep {
    ApartStep {
        at: change.at,
        subscription: SubscriptionId::from(change.subscription),
        price: PriceId::from(change.price),
        currency: change.currency,
        delta_minor,
    }
}

fn money_fact(money: &TestMoney) -> MoneyFact {
    MoneyFact {
        at: money.at,
        kind: money.kind,
        currency: money.currency,
        amount_minor: money.amount_minor,
        source: "x".to_owned(),
        decline_code: money.decline_code.map(str::to_owned),
    }
}

pub fn transaction(
    id: &str,
    created_at: UnixSeconds,
    category: BalanceCategory,
    currency: Currency,
    amount_minor: i64,
) -> BalanceTransaction {
    let fee_minor = amount_minor / 10;
    BalanceTransaction {
        id: id.into(),
        source: Some(format!("source_{id}")),
        category,
        created_at,
        currency,
        amount_minor,
        fee_minor,
        net_minor: amount_minor - fee_minor,
    }
}

pub const CODES: [&str; 5] = ["usd", "eur", "jpy", "kwd", "ars"];

/// Four prices a currency: two of one product, monthly and yearly; one of another, every three months; one of a deleted
/// product. `price_any_0` is offered in all of them.
pub fn prices() -> PriceBook {
    let mut book = PriceBook::default();
    for name in ["basic", "extra", "gone"] {
        book.insert_product(Product {
            id: ProductId::from(name),
            name: Some(name.to_uppercase()),
            is_active: name != "gone",
            is_deleted: name == "gone",
        });
    }
    for code in CODES {
        for (number, product, interval, interval_count) in [
            (0, "basic", BillingInterval::Month, 1),
            (1, "basic", BillingInterval::Year, 1),
            (2, "extra", BillingInterval::Month, 3),
            (3, "gone", BillingInterval::Week, 2),
        ] {
            let id = format!("price_{code}_{number}");
            book.insert(price(
                &id,
                product,
                currency(code),
                Recurrence { interval, interval_count, is_metered: false },
            ));
        }
    }
    let monthly = Recurrence { interval: BillingInterval::Month, interval_count: 1, is_metered: false };
    book.insert(price("price_any_0", "basic", currency("usd"), monthly));
    book
}

fn price(id: &str, product: &str, currency: Currency, recurrence: Recurrence) -> Price {
    Price {
        id: PriceId::from(id),
        product: Some(ProductId::from(product)),
        nickname: None,
        currency,
        recurrence: Some(recurrence),
        scheme: PriceScheme::PerUnit(None),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: product != "gone",
    }
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
