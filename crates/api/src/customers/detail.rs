//! All of one customer, from the ledger and from what was billed.

use std::collections::HashMap;

use ::metrics::columns::CustomerEntry;
use ::metrics::ledger::{self, PriceBook};
use ::metrics::query::{self, TimelineMovement, TimelinePoint};
use ::metrics::schema::MoneyAmount;
use ::metrics::view::View;
use connect::Source;
use model::billing::{Charge, CustomerHistory, Invoice, InvoiceLine, Subscription};
use model::{CustomerId, Money, PriceId, SubscriptionId};
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use store::ConnectionRecord;
use utoipa::ToSchema;

use crate::context::CustomerAccount;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerDetail {
    pub customer: CustomerFacts,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// Before the netting by day.
    pub timeline: Vec<TimelinePoint>,
    pub movements: Vec<TimelineMovement>,
    pub subscriptions: Vec<SubscriptionDetail>,
    pub invoices: Vec<InvoiceDetail>,
    pub charges: Vec<ChargeDetail>,
    /// Its page in the provider's dashboard. A sample merchant has none, nor do several connections together.
    pub provider_url: Option<String>,
    /// The accounts that it is a customer of, where there are several together.
    pub accounts: Vec<AccountDetail>,
}

/// A customer as one account has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerAccount)]
pub struct AccountDetail {
    pub connection_id: String,
    pub name: String,
    /// The provider's id.
    pub customer_id: String,
    pub provider_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerFacts {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub country: Option<String>,
    pub created_at: Option<i64>,
    pub is_deleted: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionDetail {
    /// The name of the connection that it is of, where there are several together.
    pub account: Option<String>,
    pub id: String,
    /// The provider's word for it.
    pub status: &'static str,
    pub items: Vec<ItemDetail>,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub canceled_at: Option<i64>,
    pub cancel_at: Option<i64>,
    pub current_period_end: Option<i64>,
    pub mrr_minor: i64,
    pub currency: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemDetail {
    pub price_id: String,
    pub label: String,
    /// Missing if it is too large for a number in JSON.
    pub quantity: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceDetail {
    /// The name of the connection that it is of, where there are several together.
    pub account: Option<String>,
    pub id: String,
    pub number: Option<String>,
    pub status: &'static str,
    pub created_at: i64,
    pub paid_at: Option<i64>,
    pub total_minor: i64,
    pub tax_minor: i64,
    pub currency: String,
    pub billing_reason: Option<String>,
    pub lines: Vec<LineDetail>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LineDetail {
    pub id: String,
    pub description: Option<String>,
    pub amount_minor: i64,
    pub period: PeriodDetail,
    pub price_id: Option<String>,
    pub label: Option<String>,
    pub is_proration: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodDetail {
    pub start: i64,
    pub end: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChargeDetail {
    /// The name of the connection that it is of, where there are several together.
    pub account: Option<String>,
    pub id: String,
    pub created_at: i64,
    pub status: &'static str,
    pub amount_minor: i64,
    pub amount_refunded_minor: i64,
    pub currency: String,
    pub failure_code: Option<String>,
}

/// `None` where neither the ledger nor the objects know the customer.
pub fn of(
    view: &View,
    id: &CustomerId,
    accounts: &[CustomerAccount],
    is_together: bool,
) -> Option<CustomerDetail> {
    let known = accounts.iter().find_map(|account| account.history.customer.as_ref());
    let entry = view.ledger.customer(id).or_else(|| known.map(CustomerEntry::from))?;
    let timeline = query::customer_timeline(&view.ledger, id, view.now);
    let (mrr, points, movements) = timeline
        .map_or_else(Default::default, |timeline| (timeline.mrr, timeline.timeline, timeline.movements));
    let mut detail = CustomerDetail {
        customer: facts(entry),
        mrr,
        timeline: points,
        movements,
        subscriptions: Vec::new(),
        invoices: Vec::new(),
        charges: Vec::new(),
        provider_url: None,
        accounts: Vec::new(),
    };
    let of_all = is_together.then(|| query::subscription_values(&view.ledger, id, view.now));
    for account in accounts {
        detail.add(view, account, of_all.as_ref());
    }
    detail.invoices.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    detail.charges.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    if let ([only], false) = (accounts, is_together) {
        detail.provider_url = provider_url(&only.record, &only.customer);
    }
    Some(detail)
}

impl CustomerDetail {
    /// `together`: what each subscription is worth where there are several accounts.
    fn add(&mut self, view: &View, account: &CustomerAccount, together: Option<&HashMap<String, i64>>) {
        let CustomerAccount { record, customer, history, prices } = account;
        let name = together.map(|_| record.name.clone());
        let own =
            if together.is_none() { subscription_values(view, history, prices) } else { HashMap::new() };
        let value = |id: &SubscriptionId| match together {
            // One that another account has, too, is told apart by its connection.
            Some(values) => {
                let told_apart = values.get(&format!("{}:{id}", record.id));
                told_apart.or_else(|| values.get(id.as_str())).copied().unwrap_or_default()
            }
            None => own.get(id).copied().unwrap_or_default(),
        };
        self.subscriptions.extend(history.subscriptions.iter().map(|subscription| SubscriptionDetail {
            account: name.clone(),
            ..subscription_detail(subscription, value(&subscription.id), prices)
        }));
        self.invoices.extend(
            history
                .invoices
                .iter()
                .map(|invoice| InvoiceDetail { account: name.clone(), ..invoice_detail(invoice, prices) }),
        );
        self.charges.extend(
            history
                .charges
                .iter()
                .map(|charge| ChargeDetail { account: name.clone(), ..charge_detail(charge) }),
        );
        if together.is_some() {
            self.accounts.push(AccountDetail {
                connection_id: record.id.to_string(),
                name: record.name.clone(),
                customer_id: customer.to_string(),
                provider_url: provider_url(record, customer),
            });
        }
    }
}

fn facts(entry: CustomerEntry) -> CustomerFacts {
    CustomerFacts {
        id: entry.id.to_string(),
        name: entry.name,
        email: entry.email,
        country: entry.country,
        created_at: entry.created_at.map(|at| at.0),
        is_deleted: entry.is_deleted,
    }
}

/// What each subscription is worth per month now.
fn subscription_values(
    view: &View,
    history: &CustomerHistory,
    prices: &PriceBook,
) -> HashMap<SubscriptionId, i64> {
    let built = ledger::build(history, prices, view.settings.rules);
    let mut values = HashMap::new();
    for step in built.steps.into_iter().filter(|step| step.at <= view.now) {
        *values.entry(step.subscription).or_default() += step.delta_minor;
    }
    values
}

fn subscription_detail(
    subscription: &Subscription,
    mrr_minor: i64,
    prices: &PriceBook,
) -> SubscriptionDetail {
    let items = subscription.items.iter().map(|item| ItemDetail {
        price_id: item.price.to_string(),
        label: prices.label(&item.price),
        quantity: item.quantity.to_f64(),
    });
    let period_ends = subscription.items.iter().filter_map(|item| item.current_period);
    SubscriptionDetail {
        account: None,
        id: subscription.id.to_string(),
        status: subscription.status.as_str(),
        items: items.collect(),
        started_at: subscription.started_at.map(|at| at.0),
        ended_at: subscription.ended_at.map(|at| at.0),
        canceled_at: subscription.canceled_at.map(|at| at.0),
        cancel_at: subscription.cancel_at.map(|at| at.0),
        current_period_end: period_ends.map(|period| period.end.0).max(),
        mrr_minor,
        currency: subscription.currency.map(|currency| currency.to_string()),
    }
}

fn invoice_detail(invoice: &Invoice, prices: &PriceBook) -> InvoiceDetail {
    InvoiceDetail {
        account: None,
        id: invoice.id.to_string(),
        number: invoice.number.clone(),
        status: invoice.status.as_str(),
        created_at: invoice.created_at.0,
        paid_at: invoice.paid_at.map(|at| at.0),
        total_minor: invoice.total_minor,
        tax_minor: invoice.tax_minor,
        currency: invoice.currency.to_string(),
        billing_reason: invoice.billing_reason.clone(),
        lines: invoice.lines.iter().map(|line| line_detail(line, prices)).collect(),
    }
}

fn line_detail(line: &InvoiceLine, prices: &PriceBook) -> LineDetail {
    LineDetail {
        id: line.id.to_string(),
        description: line.description.clone(),
        amount_minor: line.amount_minor,
        period: PeriodDetail { start: line.period.start.0, end: line.period.end.0 },
        price_id: line.price.as_ref().map(PriceId::to_string),
        label: line.price.as_ref().map(|price| prices.label(price)),
        is_proration: line.is_proration,
    }
}

fn charge_detail(charge: &Charge) -> ChargeDetail {
    ChargeDetail {
        account: None,
        id: charge.id.to_string(),
        created_at: charge.created_at.0,
        status: charge.status.as_str(),
        amount_minor: charge.amount_minor,
        amount_refunded_minor: charge.amount_refunded_minor,
        currency: charge.currency.to_string(),
        failure_code: charge.failure_code.clone(),
    }
}

fn provider_url(record: &ConnectionRecord, id: &CustomerId) -> Option<String> {
    if record.is_sample {
        return None;
    }
    Source::of(&record.source)?.customer_link(id, record.is_test_mode)
}
