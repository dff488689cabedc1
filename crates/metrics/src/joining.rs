//! Which customers of several connections are counted as one, and what that changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Currency, Interval, Money, WeekStart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::columns::{JoinedCustomer, LedgersTogether};
use crate::query::{self, MovementKind, MrrPoint, Query, QueryError, Reporting};
use crate::schema::MoneyAmount;
use crate::view::View;

/// How many joined customers are shown.
const EXAMPLES: usize = 10;
/// The days whose movements are compared, up to today.
const COMPARED_DAYS: i32 = 365;

/// How many customers are joined, and what is counted once because of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JoiningSummary {
    /// Customers of several accounts.
    pub joined_customers: usize,
    /// How many customers of accounts these are.
    pub account_customers: usize,
    /// Of the joined ones, those that a provider imported.
    pub imported_customers: usize,
    /// Email addresses that several customers of one account have: they say nothing about these.
    pub ambiguous_emails: usize,
    /// Customers of accounts in GDPR mode whose address was not compared yet, or who have none.
    pub without_email: usize,
    /// MRR now of subscriptions that were moved and still run in the account that they left.
    pub counted_once: Vec<CountedOnce>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountedOnce {
    #[schema(value_type = String)]
    pub currency: Currency,
    pub amount_minor: i64,
    pub subscriptions: u64,
}

/// What other rules would join, and what that would change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JoiningPreview {
    #[serde(flatten)]
    pub summary: JoiningSummary,
    pub customers_before: usize,
    pub customers_after: usize,
    /// Now, one a currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_before: Vec<Money>,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_after: Vec<Money>,
    /// Of the last twelve months: those that would be others.
    pub movements: Vec<ChangedMovements>,
    pub examples: Vec<JoinedExample>,
}

/// The movements of a type and a currency. Customers are counted once a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedMovements {
    #[serde(rename = "type")]
    pub kind: MovementKind,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub before_minor: i64,
    pub after_minor: i64,
    pub before_customers: i64,
    pub after_customers: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JoinedExample {
    pub name: Option<String>,
    pub email: Option<String>,
    /// A provider says so; otherwise the email address does.
    pub is_imported: bool,
    pub accounts: Vec<JoinedAccount>,
}

/// A customer of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JoinedAccount {
    pub connection_id: String,
    pub connection_name: String,
    pub customer_id: String,
}

/// What is joined.
pub fn summary(together: &LedgersTogether, view: &View) -> JoiningSummary {
    let joins = &together.joins;
    let counted_once = together.left_out(view.now).into_iter().map(|(currency, left_out)| CountedOnce {
        currency,
        amount_minor: left_out.amount_minor,
        subscriptions: left_out.subscriptions,
    });
    JoiningSummary {
        joined_customers: joins.customers.len(),
        account_customers: joins.account_customers(),
        imported_customers: joins.customers.iter().filter(|customer| customer.is_imported).count(),
        ambiguous_emails: joins.ambiguous_emails,
        without_email: joins.without_email,
        counted_once: counted_once.filter(|one| one.amount_minor != 0).collect(),
    }
}

/// What it would be with other rules. The view shows what there is now.
///
/// # Errors
/// When there are too many currencies to answer for.
pub fn preview(view: &View, after: &LedgersTogether) -> Result<JoiningPreview, QueryError> {
    let changed = View { ledger: Arc::clone(&after.ledger), ..view.clone() };
    let (before, now) = (Sums::of(view)?, Sums::of(&changed)?);
    let keys = before.movements.keys().chain(now.movements.keys());
    let keys: BTreeSet<_> = keys.copied().collect();
    let movements = keys.into_iter().filter_map(|(kind, currency)| {
        let at = |sums: &Sums| sums.movements.get(&(kind, currency)).copied().unwrap_or_default();
        let ((before_minor, before_customers), (after_minor, after_customers)) = (at(&before), at(&now));
        let is_same = (before_minor, before_customers) == (after_minor, after_customers);
        (!is_same).then_some(ChangedMovements {
            kind,
            currency,
            before_minor,
            after_minor,
            before_customers,
            after_customers,
        })
    });
    Ok(JoiningPreview {
        summary: summary(after, view),
        customers_before: view.ledger.customer_count(),
        customers_after: after.ledger.customer_count(),
        movements: movements.collect(),
        mrr_before: before.mrr,
        mrr_after: now.mrr,
        examples: examples(after),
    })
}

/// MRR now, and what moved: the amount and the number of customers.
#[derive(Default)]
struct Sums {
    mrr: Vec<Money>,
    movements: BTreeMap<(MovementKind, Currency), (i64, i64)>,
}

impl Sums {
    fn of(view: &View) -> Result<Self, QueryError> {
        let today = view.today();
        let query = Query {
            from: model::Day(today.0 - COMPARED_DAYS + 1),
            to: today,
            interval: Interval::Month,
            week_start: WeekStart::default(),
            currency: Reporting::Native,
            filter: query::Filter::default(),
            within_days: None,
            by: None,
            now: view.now,
        };
        let mut sums = Self::default();
        for series in query::mrr(&view.ledger, &view.rates, &query)?.series {
            let currency = series.currency;
            let last = series.points.last().map_or(0, |point| point.mrr_minor);
            if last != 0 {
                sums.mrr.push(Money { amount_minor: last, currency });
            }
            for (kind, minor, customers) in series.points.iter().flat_map(moved) {
                let sum = sums.movements.entry((kind, currency)).or_default();
                *sum = (sum.0.saturating_add(minor), sum.1.saturating_add(customers));
            }
        }
        Ok(sums)
    }
}

fn moved(point: &MrrPoint) -> [(MovementKind, i64, i64); 5] {
    [
        (MovementKind::New, point.new_minor, point.new_customers),
        (MovementKind::Expansion, point.expansion_minor, point.expansion_customers),
        (MovementKind::Contraction, point.contraction_minor, point.contraction_customers),
        (MovementKind::Churn, point.churn_minor, point.churn_customers),
        (MovementKind::Reactivation, point.reactivation_minor, point.reactivation_customers),
    ]
}

/// Those with MRR in the most accounts first: they are the ones whose movements change.
fn examples(together: &LedgersTogether) -> Vec<JoinedExample> {
    let with_mrr = |customer: &&JoinedCustomer| std::cmp::Reverse(together.accounts_with_mrr(customer));
    let mut customers: Vec<&JoinedCustomer> = together.joins.customers.iter().collect();
    customers.sort_by_cached_key(with_mrr);
    let example = |customer: &JoinedCustomer| {
        let accounts = together.accounts(customer);
        let parts = together.parts();
        let entries = accounts.iter().filter_map(|(part, id)| parts[*part].ledger.customer(id));
        let entries: Vec<_> = entries.collect();
        let accounts = accounts.iter().map(|(part, id)| JoinedAccount {
            connection_id: parts[*part].connection.to_string(),
            connection_name: parts[*part].name.clone(),
            customer_id: id.to_string(),
        });
        JoinedExample {
            name: entries.iter().find_map(|entry| entry.name.clone()),
            email: entries.iter().find_map(|entry| entry.email.clone()),
            is_imported: customer.is_imported,
            accounts: accounts.collect(),
        }
    };
    customers.into_iter().take(EXAMPLES).map(example).collect()
}
