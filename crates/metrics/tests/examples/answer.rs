//! From a `metric` block to a ledger, and from its questions to the answers.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::{CustomerEntry, Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{
    ApartStep, Cause, ChangeCause, CustomerLedger, FailedInvoice, MoneyFact, MoneyKind, PriceBook, Step,
    SubscriptionFacts, UnbilledItem,
};
use metrics::query::{self, Filter, MovementKind, Query, Reporting, Series};
use metrics::registry::{Metric, Unit};
use model::billing::{
    BillingInterval, CancellationReason, PaymentMeans, Period, Price, PriceScheme, Recurrence,
    SubscriptionStatus,
};
use model::{
    BalanceCategory, BalanceTransaction, Currency, CustomerId, PriceId, SubscriptionId, UnixSeconds,
    WeekStart,
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::scenario::{
    BalanceText, Change, CustomerText, Expectation, Facts, InvoiceText, Money, Scenario, SubscriptionText,
};
use crate::{at, minor};

/// What the ledger answers, as an example writes it.
pub fn answer(scenario: &Scenario, ledger: &Ledger, expected: &Expectation) -> String {
    let rates = rates(scenario);
    let query = query(scenario, expected);
    let Some(metric) = Metric::find(&expected.metric) else {
        let answer = query::mrr(ledger, &rates, &query).unwrap();
        let field = movement(&expected.metric).unwrap_or_else(|| panic!("there is no {}", expected.metric));
        return match only_point(&answer.series, expected) {
            Some(point) => written(&point[field], Unit::Money),
            None => nothing(expected),
        };
    };
    let answer = query::value(ledger, &rates, metric, &query).unwrap();
    match only_point(&answer.series, expected) {
        Some(point) => written(&point["value"], metric.unit),
        None => nothing(expected),
    }
}

fn only_point<P: Serialize>(series: &[Series<P>], expected: &Expectation) -> Option<Value> {
    let group = expected.by.as_ref().map(|(_, group)| group.as_str());
    let key = |series: &Series<P>| series.group.as_ref().map(|group| group.key.clone());
    let is_asked =
        |series: &&Series<P>| series.currency == expected.currency && key(series).as_deref() == group;
    let series = series.iter().find(is_asked)?;
    assert_eq!(series.points.len(), 1, "{} is asked of one period", expected.metric);
    Some(serde_json::to_value(&series.points[0]).unwrap())
}

/// A currency in which nothing happened has no series: its sums are 0, and its ratios have nothing to divide by.
fn nothing(expected: &Expectation) -> String {
    if expected.value == "none" { "none".to_owned() } else { "0".to_owned() }
}

/// A value in the shortest form that an example may have it in.
pub fn normalized(value: &str, metric: &str) -> String {
    let is_money = Metric::find(metric).is_none_or(|metric| metric.unit == Unit::Money);
    match value {
        "none" => value.to_owned(),
        value if is_money => minor(value).to_string(),
        value => value.parse::<Decimal>().unwrap().normalize().to_string(),
    }
}

fn written(value: &Value, unit: Unit) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(number) if unit == Unit::Money => number.to_string(),
        Value::Number(number) => number.to_string().parse::<Decimal>().unwrap().normalize().to_string(),
        other => panic!("{other} is no value"),
    }
}

/// The field of a point of the MRR series that has a movement's sum.
fn movement(name: &str) -> Option<String> {
    let is_one = name == "fx" || MovementKind::ALL.iter().any(|kind| kind.as_str() == name);
    is_one.then(|| format!("{name}_minor"))
}

fn query(scenario: &Scenario, expected: &Expectation) -> Query {
    Query {
        from: expected.period.from,
        to: expected.period.to,
        interval: expected.period.interval,
        week_start: WeekStart::Monday,
        currency: scenario.reporting.map_or(Reporting::Native, Reporting::In),
        filter: filter(scenario),
        by: expected.by.as_ref().map(|(dimension, _)| dimension.parse().unwrap()),
        within_days: scenario.within_days,
        now: scenario.now.unwrap_or(at("2030-01-01")),
    }
}

fn filter(scenario: &Scenario) -> Filter {
    let mut filter = Filter::default();
    for (dimension, value) in &scenario.filters {
        match dimension.as_str() {
            "plan" => filter.plans.push(value.clone()),
            "country" => filter.countries.push(value.clone()),
            "currency" => filter.currencies.push(value.parse().unwrap()),
            other => panic!("an example can't filter by {other}"),
        }
    }
    filter
}

/// Published rates: of every day that is named, the currencies that have one then.
pub fn rates(scenario: &Scenario) -> Rates {
    let mut rates = Rates::default();
    for (currency, on, units) in &scenario.rates {
        let csv = format!("Date,{}\n{on},{units}\n", currency.to_uppercase());
        rates = rates.merged(&Rates::from_csv(&csv).unwrap());
    }
    rates
}

pub fn ledger(scenario: &Scenario) -> Ledger {
    let builder = LedgerBuilder::new();
    let mut prices = PriceBook::default();
    for customer in &scenario.customers {
        for change in &customer.changes {
            prices.insert(price(change));
        }
        builder.add(entry(customer), &customer_ledger(customer, scenario.now));
    }
    let balance: Vec<BalanceTransaction> = (0..).zip(&scenario.balance).map(transaction).collect();
    builder.add_balance(&balance);
    builder.finish(&prices, TimeZone::UTC)
}

fn transaction((number, text): (usize, &BalanceText)) -> BalanceTransaction {
    BalanceTransaction {
        id: format!("txn_{number}").into(),
        source: None,
        category: match text.category.as_str() {
            "charge" => BalanceCategory::Charge,
            "refund" => BalanceCategory::Refund,
            "dispute" => BalanceCategory::Dispute,
            "service_fee" => BalanceCategory::ServiceFee,
            "payout" => BalanceCategory::Payout,
            "transfer" => BalanceCategory::Transfer,
            "top_up" => BalanceCategory::TopUp,
            other => panic!("no balance has a transaction of the category {other}"),
        },
        created_at: text.at,
        currency: text.currency,
        amount_minor: text.amount_minor,
        fee_minor: text.fee_minor,
        net_minor: text.amount_minor - text.fee_minor,
    }
}

fn entry(customer: &CustomerText) -> CustomerEntry {
    CustomerEntry {
        country: customer.facts.value("country").map(ToOwned::to_owned),
        ..CustomerEntry::unknown(CustomerId::from(customer.id.as_str()))
    }
}

fn customer_ledger(customer: &CustomerText, now: Option<UnixSeconds>) -> CustomerLedger {
    let mut money: Vec<MoneyFact> = customer.money.iter().map(money_fact).collect();
    money.extend(customer.invoices.iter().flat_map(|invoice| failed_invoice(invoice, now)));
    money.sort_by_key(|fact| fact.at);
    let steps = steps(customer);
    let subscriptions: Vec<SubscriptionFacts> =
        customer.subscriptions.iter().map(subscription_facts).collect();
    CustomerLedger {
        causes: causes(customer),
        failed_invoices: customer.invoices.iter().filter_map(unpaid).collect(),
        at_risk: in_order(customer.invoices.iter().flat_map(|invoice| at_risk(invoice, &steps))),
        trials: in_order(subscriptions.iter().flat_map(|facts| trial(facts, &steps))),
        unbilled: in_order(subscriptions.iter().flat_map(unbilled)),
        steps,
        subscriptions,
        money,
        ..CustomerLedger::default()
    }
}

fn steps(customer: &CustomerText) -> Vec<Step> {
    let mut values: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let mut steps: Vec<Step> = Vec::new();
    for change in &customer.changes {
        let value = values.entry((&change.subscription, &change.price)).or_default();
        let delta_minor = change.value_minor - *value;
        *value = change.value_minor;
        steps.push(Step {
            at: change.at,
            subscription: SubscriptionId::from(change.subscription.as_str()),
            price: PriceId::from(change.price.as_str()),
            currency: change.currency,
            value_minor: change.value_minor,
            delta_minor,
            cause: Cause::Ended,
        });
    }
    steps.sort_by_key(|step| step.at);
    steps
}

/// In the order of the steps.
fn causes(customer: &CustomerText) -> Vec<ChangeCause> {
    let mut changes: Vec<&Change> = customer.changes.iter().collect();
    changes.sort_by_key(|change| change.at);
    let cause = |change: &&Change| match &change.cause {
        None => ChangeCause::default(),
        Some(name) => ChangeCause::ALL.into_iter().find(|cause| cause.as_str() == name).unwrap(),
    };
    changes.iter().map(cause).collect()
}

fn unpaid(invoice: &InvoiceText) -> Option<FailedInvoice> {
    Some(FailedInvoice {
        subscription: SubscriptionId::from(invoice.subscription.as_str()),
        failed_at: invoice.facts.value("failed").map(at)?,
        until: ["paid", "given_up"].iter().find_map(|end| invoice.facts.value(end)).map(at),
    })
}

fn reason(facts: &Facts) -> Option<CancellationReason> {
    let reasons = [
        ("cancellation_requested", CancellationReason::Requested),
        ("payment_failed", CancellationReason::PaymentFailed),
        ("payment_disputed", CancellationReason::PaymentDisputed),
    ];
    reasons.into_iter().find(|(flag, _)| facts.has(flag)).map(|(_, reason)| reason)
}

fn subscription_facts(subscription: &SubscriptionText) -> SubscriptionFacts {
    let facts = &subscription.facts;
    let ended_at = facts.value("ended").map(at);
    let trial = facts.value("trial").map(period);
    SubscriptionFacts {
        id: SubscriptionId::from(subscription.id.as_str()),
        status: match ended_at {
            _ if facts.has("unpaid") => SubscriptionStatus::Unpaid,
            Some(_) => SubscriptionStatus::Canceled,
            None => SubscriptionStatus::Active,
        },
        started_at: facts.value("started").map(at),
        ended_at,
        cancel_at: facts.value("cancel_at").map(at),
        ends_with_period: false,
        renews_at: None,
        trial,
        trial_items: trial.map(|_| item(facts.value("worth").unwrap_or("0"))).into_iter().collect(),
        is_involuntary: ["payment_failed", "payment_disputed", "unpaid"].iter().any(|flag| facts.has(flag)),
        reason: reason(facts),
        means: PaymentMeans::Unknown,
        feedback: facts.value("feedback").map(str::to_owned),
        unbilled: facts.value("unbilled").map(item).into_iter().collect(),
        imported_from: None,
    }
}

fn item(worth: &str) -> UnbilledItem {
    UnbilledItem { price: PriceId::from("basic"), currency: Currency::USD, value_minor: minor(worth) }
}

/// The value of an invoice's subscription, from when its payment failed until it was paid or given up.
fn at_risk(invoice: &InvoiceText, steps: &[Step]) -> Vec<ApartStep> {
    let Some(from) = invoice.facts.value("failed").map(at) else { return Vec::new() };
    let until = ["paid", "given_up"].iter().find_map(|end| invoice.facts.value(end)).map(at);
    let own = steps.iter().filter(|step| step.subscription.as_str() == invoice.subscription);
    let own = own.filter(|step| until.is_none_or(|until| step.at < until));
    let begins = own.map(|step| ApartStep {
        at: step.at.max(from),
        subscription: step.subscription.clone(),
        price: step.price.clone(),
        currency: step.currency,
        delta_minor: step.delta_minor,
    });
    let begins: Vec<ApartStep> = begins.collect();
    let ends = begins
        .iter()
        .filter_map(|step| Some(ApartStep { at: until?, delta_minor: -step.delta_minor, ..step.clone() }));
    let ends: Vec<ApartStep> = ends.collect();
    [begins, ends].concat()
}

/// What a trial would be worth until it ends, is ended or is paid for.
fn trial(facts: &SubscriptionFacts, steps: &[Step]) -> Vec<ApartStep> {
    let Some(Period { start, end }) = facts.trial else { return Vec::new() };
    let is_paid = |step: &&Step| step.subscription == facts.id && step.value_minor > 0 && step.at >= start;
    let paid_at = steps.iter().find(is_paid).map(|step| step.at);
    let end = [Some(end), facts.ended_at, paid_at].into_iter().flatten().min().unwrap();
    let of_item = |item: &UnbilledItem| {
        [(start, item.value_minor), (end, -item.value_minor)]
            .map(|(at, delta_minor)| item_step(facts, item, at, delta_minor))
    };
    facts.trial_items.iter().flat_map(of_item).collect()
}

fn unbilled(facts: &SubscriptionFacts) -> Vec<ApartStep> {
    let of_item = |item| item_step(facts, item, facts.started_at.unwrap(), item.value_minor);
    facts.unbilled.iter().map(of_item).collect()
}

fn item_step(facts: &SubscriptionFacts, item: &UnbilledItem, at: UnixSeconds, delta_minor: i64) -> ApartStep {
    ApartStep {
        at,
        subscription: facts.id.clone(),
        price: item.price.clone(),
        currency: item.currency,
        delta_minor,
    }
}

fn in_order(steps: impl Iterator<Item = ApartStep>) -> Vec<ApartStep> {
    let mut steps: Vec<ApartStep> = steps.collect();
    steps.sort_by_key(|step| step.at);
    steps
}

/// What was due on an invoice that failed, and what has been paid of it by now.
fn failed_invoice(invoice: &InvoiceText, now: Option<UnixSeconds>) -> Vec<MoneyFact> {
    let Some(failed_at) = invoice.facts.value("failed").map(at) else { return Vec::new() };
    let paid_at = invoice.facts.value("paid").map(at);
    let is_paid = paid_at.is_some_and(|paid_at| now.is_none_or(|now| paid_at <= now));
    let recovered = is_paid.then_some(MoneyKind::RecoveredInvoice);
    let fact = |kind| MoneyFact {
        at: failed_at,
        kind,
        currency: Currency::USD,
        amount_minor: minor(invoice.facts.value("due").unwrap()),
        source: invoice.id.clone(),
        decline_code: invoice.facts.value("code").map(str::to_owned),
    };
    [Some(MoneyKind::FailedInvoice), recovered].into_iter().flatten().map(fact).collect()
}

fn money_fact(money: &Money) -> MoneyFact {
    MoneyFact {
        at: money.at,
        kind: match money.kind.as_str() {
            "revenue" => MoneyKind::InvoiceRevenue,
            "charge" => MoneyKind::ChargeRevenue,
            "refund" => MoneyKind::Refund,
            "credit_note" => MoneyKind::CreditNote,
            "payment" => MoneyKind::Payment,
            "failed_payment" => MoneyKind::FailedPayment,
            "dispute" => MoneyKind::DisputeOpened,
            "dispute_lost" => MoneyKind::DisputeLost,
            other => panic!("no ledger has money of the kind {other}"),
        },
        currency: money.currency,
        amount_minor: money.amount_minor,
        source: format!("{}_{}", money.kind, money.at),
        decline_code: money.code.clone(),
    }
}

fn period(text: &str) -> Period {
    let (start, end): (UnixSeconds, UnixSeconds) =
        text.split_once("..").map(|(start, end)| (at(start), at(end))).unwrap();
    Period { start, end }
}

fn price(change: &Change) -> Price {
    Price {
        id: PriceId::from(change.price.as_str()),
        product: None,
        nickname: None,
        currency: change.currency,
        recurrence: Some(Recurrence {
            interval: BillingInterval::Month,
            interval_count: 1,
            is_metered: false,
        }),
        scheme: PriceScheme::PerUnit(None),
        currency_options: Vec::new(),
        transform_quantity: None,
        is_active: true,
    }
}
