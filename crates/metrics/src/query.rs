//! Queries of a ledger, for the pages, the API and the command line.
//!
//! All of them are loops over the ledger's columns, with chunks in parallel. A query that filters by plan, product or
//! interval means: the definitions applied to the ledger that is left. A breakdown means: each group as if filtered
//! to it.

mod apart;
mod balance;
mod balance_transactions;
mod cohorts;
mod comparison;
mod customers;
mod exchange;
mod expiring_cards;
mod explain;
mod facets;
mod figures;
mod inputs;
mod labels;
mod left_out;
mod lifetime;
mod money;
mod moved;
mod movements;
mod other_rules;
pub(crate) mod paging;
mod payments;
mod plan_switches;
mod points;
mod reasons;
mod scheduled;
mod scope;
mod span;
mod summary;
mod tally;
mod timeline;
mod trials;
mod type_sums;
mod upcoming;
mod walk;
mod zeros;

use std::fmt;
use std::str::FromStr;

use model::{Currency, Day, Interval, UnixSeconds, WeekStart};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::columns::Ledger;
use crate::fx::Rates;
use crate::registry::{self, Compute, Metric};
use span::Span;

pub(crate) use balance::Adds;
pub use balance_transactions::{
    BalanceTransactionPage, BalanceTransactionsQuery, BookedTransaction, balance_transactions,
};
pub use cohorts::{
    Cohort, CohortCustomer, CohortCustomerPage, CohortCustomersQuery, CohortSeries, CohortSum, CohortValue,
    Cohorts, cohort_customers, cohorts,
};
pub use customers::{
    CustomerPage, CustomerRow, CustomerSort, CustomerState, CustomerStatus, CustomerSums, CustomersQuery,
    customers,
};
pub use expiring_cards::{ExpiringCard, ExpiringCards, ExpiringCardsQuery, expiring_cards};
pub use explain::{
    Contribution, ContributionPage, ContributionsQuery, ExplainedSeries, ExplainedTerm, ExplainedValue, Rows,
    contributions, explain,
};
pub use facets::{Facets, PlanFacet, ProductFacet, ValueFacet, facets};
pub(crate) use figures::Figures;
pub use inputs::QueryInputs;
pub(crate) use money::MoneyFigures;
pub use movements::{
    Movement, MovementCause, MovementFilter, MovementKind, MovementOrder, MovementPage, MovementSort,
    MovementSum, MovementsQuery, movements,
};
pub use other_rules::differences;
pub use payments::{Payment, PaymentPage, PaymentSort, PaymentSum, PaymentsQuery, payments};
pub use plan_switches::{PlanSwitch, PlanSwitches, SwitchedPlan, plan_switches};
pub use points::{Answer, Group, MrrPoint, Series, Unconverted, Value, ValuePoint};
pub use summary::{Summary, SummaryMrr, summary};
pub use timeline::{
    CustomerRecord, CustomerSteps, CustomerTimeline, TimelineMovement, TimelinePoint, customer_records,
    customer_timeline, steps, subscription_values,
};
pub(crate) use trials::TrialFigures;
pub use upcoming::{Upcoming, UpcomingKind, UpcomingPage, UpcomingQuery, days_ahead, upcoming};
pub(crate) use zeros::{mrr_with_zeros, value_with_zeros};

/// What to compute over which time. Days are those of the ledger's zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    pub from: Day,
    /// Included.
    pub to: Day,
    pub interval: Interval,
    pub week_start: WeekStart,
    pub currency: Reporting,
    pub filter: Filter,
    pub by: Option<Dimension>,
    /// Days after its end until which a trial counts as converted; `None`: until now.
    pub within_days: Option<u32>,
    /// Nothing after this counts: the running period ends here.
    pub now: UnixSeconds,
}

/// Every currency by itself, or all of them in one. Written `native` or as the currency's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reporting {
    Native,
    In(Currency),
}

/// What is left when it is not empty: any of the named within a list, and every list that names something.
/// What is not known is named `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Ids of prices.
    pub plans: Vec<String>,
    pub products: Vec<String>,
    /// As in `month`, `year`, `3-month`.
    pub intervals: Vec<String>,
    pub currencies: Vec<Currency>,
    /// ISO 3166, two letters.
    pub countries: Vec<String>,
}

/// What a breakdown makes its groups of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Plan,
    Product,
    Interval,
    Currency,
    Country,
    /// Of an expansion or a contraction: what changed.
    Cause,
    /// Of churn: why the subscription ended, as the provider has it.
    ChurnReason,
    /// Of churn: what the customer chose as the reason.
    Feedback,
    /// Of a payment that failed: why.
    DeclineCode,
    /// Of what is at risk: for how long the oldest of its invoices has been unpaid.
    Age,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("{metric} cannot be filtered or broken down by {dimension}: only by {}", listed(known))]
    UnknownDimension { metric: &'static str, dimension: Dimension, known: &'static [Dimension] },
    #[error("cohorts are by month, quarter or year, not by {0}")]
    NotOfCohorts(Interval),
    #[error("no cohort begins on {0}: use the first day of a period in which customers started")]
    NoCohort(Day),
    #[error("a group is one of a breakdown: say by what with `by`")]
    GroupOfNothing,
    #[error("{from} is after {to}, so the range is empty")]
    EmptyRange { from: Day, to: Day },
    #[error("{metric} is not made of '{part}': the parts of its value are named where that is explained")]
    UnknownPart { metric: &'static str, part: String },
    #[error("{0} is not a sum of balance transactions: how its value came about says what it is made of")]
    NotOfBalance(&'static str),
    #[error("the range has too many points: choose a shorter range, a longer interval or fewer groups")]
    TooManyPoints,
    #[error("'{0}' is not a valid cursor: start again without one")]
    BadCursor(String),
    #[error(
        "there is no reference rate for {0}, so nothing can be converted to it: use another currency, or 'native'"
    )]
    NoRate(Currency),
    #[error("an amount is too large to be converted to {0}")]
    TooLarge(Currency),
}

/// Refuses a currency that nothing could be shown in: zeros would look like an answer.
fn check_currency(ledger: &Ledger, rates: &Rates, reporting: Reporting) -> Result<(), QueryError> {
    let Reporting::In(currency) = reporting else { return Ok(()) };
    let plans = ledger.catalog().plans();
    let is_billed = plans.is_empty() || plans.iter().any(|plan| plan.currency == currency);
    if is_billed || rates.has(currency) { Ok(()) } else { Err(QueryError::NoRate(currency)) }
}

/// Whether amounts can be reported in a currency: there are rates of it, or nothing has to be converted.
pub fn can_report_in(ledger: &Ledger, rates: &Rates, currency: Currency) -> bool {
    rates.has(currency) || is_billed_alone(ledger, currency)
}

/// Whether there is no other currency in a ledger.
fn is_billed_alone(ledger: &Ledger, currency: Currency) -> bool {
    let mut money = ledger.chunks().iter().flat_map(|chunk| chunk.money_currencies());
    ledger.catalog().plans().iter().all(|plan| plan.currency == currency) && money.all(|own| *own == currency)
}

/// Refuses to filter or break down by what a metric does not have: the answer would be of everything.
fn check_dimensions(
    metric: &'static str,
    known: &'static [Dimension],
    query: &Query,
) -> Result<(), QueryError> {
    let asked = Dimension::ALL.into_iter().find(|dimension| {
        let is_asked = query.filter.names(*dimension) || query.by == Some(*dimension);
        is_asked && !known.contains(dimension)
    });
    asked.map_or(Ok(()), |dimension| Err(QueryError::UnknownDimension { metric, dimension, known }))
}

/// MRR and its movements.
///
/// # Errors
/// When the range is empty or has too many points.
pub fn mrr(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<Answer<MrrPoint>, QueryError> {
    mrr_of(QueryInputs::new(ledger, rates), query)
}

/// As [`mrr`], with what is known of the inputs already.
///
/// # Errors
/// As [`mrr`].
pub fn mrr_of(inputs: QueryInputs<'_>, query: &Query) -> Result<Answer<MrrPoint>, QueryError> {
    check_dimensions(registry::MRR.id, registry::MRR.dimensions, query)?;
    let figures = inputs.figures(query, &Span::of(query, inputs.ledger)?)?;
    Ok(Answer::of(registry::MRR.id, inputs.ledger, query, figures, MrrPoint::new))
}

/// Any metric of the registry, one value per point.
///
/// # Errors
/// As [`mrr`]; and when a metric is to be filtered or broken down by what it does not have.
pub fn value(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
) -> Result<Answer<ValuePoint>, QueryError> {
    value_of(QueryInputs::new(ledger, rates), metric, query)
}

/// As [`value`], with what is known of the inputs already.
///
/// # Errors
/// As [`value`].
pub fn value_of(
    inputs: QueryInputs<'_>,
    metric: &'static Metric,
    query: &Query,
) -> Result<Answer<ValuePoint>, QueryError> {
    let ledger = inputs.ledger;
    let span = if metric.looks_ahead { Span::ahead(query, ledger)? } else { Span::of(query, ledger)? };
    value_in(inputs, metric, query, &span)
}

/// Of given periods, whatever the interval of the query.
fn value_in(
    inputs: QueryInputs<'_>,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let QueryInputs { ledger, rates, .. } = inputs;
    check_dimensions(metric.id, metric.dimensions, query)?;
    match metric.compute {
        Compute::Recurring(compute) => {
            let point = |bucket, figures: &Figures| ValuePoint::of(metric, bucket, compute(figures), figures);
            let Some(by) = query.by.filter(|by| by.is_of_movements()) else {
                let figures = inputs.figures(query, span)?;
                return Ok(Answer::of(metric.id, ledger, query, figures, point));
            };
            let mut figures = reasons::figures(ledger, rates, query, by, span)?;
            // What only movements of another kind are due to is nothing of this metric.
            let nothing = compute(&Figures::default());
            figures.series.retain(|one| one.figures.iter().any(|figures| compute(figures) != nothing));
            Ok(Answer::of(metric.id, ledger, query, figures, point))
        }
        Compute::Lifetime(compute) => lifetime::lifetime(inputs, metric, compute, query, span),
        Compute::Apart(what) => apart::apart(ledger, rates, metric, what, query, span),
        Compute::Trials(compute) => trials::trials(ledger, rates, metric, compute, query, span),
        Compute::Scheduled => scheduled::scheduled(ledger, rates, metric, query, span),
        Compute::Committed => scheduled::committed(inputs, metric, query, span),
        Compute::Money(compute) => money::money(inputs, metric, compute, query, span),
        Compute::Balance(adds) => balance::balance(ledger, rates, metric, adds, query, span),
    }
}

impl Dimension {
    pub const ALL: [Self; 10] = [
        Self::Plan,
        Self::Product,
        Self::Interval,
        Self::Currency,
        Self::Country,
        Self::Cause,
        Self::ChurnReason,
        Self::Feedback,
        Self::DeclineCode,
        Self::Age,
    ];
    /// What every metric of recurring value has.
    pub const RECURRING: [Self; 5] =
        [Self::Plan, Self::Product, Self::Interval, Self::Currency, Self::Country];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Product => "product",
            Self::Interval => "interval",
            Self::Currency => "currency",
            Self::Country => "country",
            Self::Cause => "cause",
            Self::ChurnReason => "churn_reason",
            Self::Feedback => "feedback",
            Self::DeclineCode => "decline_code",
            Self::Age => "age",
        }
    }

    /// Whether it is of single movements and not of what they are of.
    fn is_of_movements(self) -> bool {
        matches!(self, Self::Cause | Self::ChurnReason | Self::Feedback)
    }
}

/// As in a sentence: `plan, product or country`.
fn listed(dimensions: &[Dimension]) -> String {
    match dimensions {
        [] => "nothing".to_owned(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(|dimension| dimension.as_str()).collect();
            format!("{} or {last}", first.join(", "))
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dimension {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|dimension| dimension.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not a dimension: use {}", listed(&Self::ALL)))
    }
}

impl fmt::Display for Reporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str("native"),
            Self::In(currency) => write!(f, "{currency}"),
        }
    }
}

impl FromStr for Reporting {
    type Err = model::CurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "native" { Ok(Self::Native) } else { text.parse().map(Self::In) }
    }
}

impl Serialize for Reporting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
