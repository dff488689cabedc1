//! An answer together with how far the data behind it reaches: what the API and the command line write.

use model::{Currency, Day, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{
    self, Answer, CohortValue, Cohorts, ExplainedValue, MrrPoint, PlanSwitches, Query, QueryError, Reporting,
    ValuePoint,
};
use crate::question::Question;
use crate::registry::{self, Feed, Metric};
use crate::statement::{self, cash::CashStatement, mrr::MrrStatement};
use crate::view::{Reach, View};

/// What was computed, and what has to be known to read it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Envelope<T> {
    #[serde(flatten)]
    pub answer: T,
    #[schema(value_type = Option<i64>)]
    pub data_through: Option<UnixSeconds>,
    pub is_history_complete: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub reaches_back_on: Option<Day>,
    /// Before this day the figures are coarse: the provider reported less then. Missing: they are the same throughout.
    #[schema(value_type = Option<String>, format = Date)]
    pub exact_from_on: Option<Day>,
    /// Kinds of objects that feed the metric and cannot be had: the figures lack them.
    pub absent: Vec<String>,
}

/// A metric as it is best shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum MetricAnswer {
    /// MRR comes with its movements.
    Mrr(Envelope<Answer<MrrPoint>>),
    Value(Envelope<Answer<ValuePoint>>),
}

/// Any metric; MRR with its movements.
///
/// # Errors
/// As [`value`].
pub fn shown(view: &View, metric: &'static Metric, question: Question) -> Result<MetricAnswer, QueryError> {
    if metric.id == registry::MRR.id {
        return mrr(view, question).map(MetricAnswer::Mrr);
    }
    value(view, metric, question).map(MetricAnswer::Value)
}

/// MRR and its movements.
///
/// # Errors
/// When the range makes no sense.
pub fn mrr(view: &View, question: Question) -> Result<Envelope<Answer<MrrPoint>>, QueryError> {
    let query = question.query(view)?;
    let answer = view.answer("mrr and its movements", &query, Answer::points, |ledger, _, query| {
        query::mrr_with_zeros(ledger, query, query::mrr_of(view.inputs(), query)?)
    })?;
    Ok(Envelope::of(view, &registry::MRR, answer))
}

/// Any metric, one value per point.
///
/// # Errors
/// When the range makes no sense, or the metric cannot be filtered so.
pub fn value(
    view: &View,
    metric: &'static Metric,
    question: Question,
) -> Result<Envelope<Answer<ValuePoint>>, QueryError> {
    let query = question.query_of(view, metric)?;
    // Where a kind of objects that feeds the metric cannot be had, zero would be a guess.
    let zeros_in = view.absent(metric).is_empty().then(|| view.reporting_currency());
    let name = match zeros_in {
        Some(own) => format!("{}, with zeros in {own}", metric.id),
        None => metric.id.to_owned(),
    };
    let answer = view.answer(&name, &query, Answer::points, |ledger, _, query| {
        let answer = query::value_of(view.inputs(), metric, query)?;
        match zeros_in {
            Some(own) => query::value_with_zeros(ledger, metric, query, own, answer),
            None => Ok(answer),
        }
    })?;
    Ok(Envelope::of(view, metric, known(view, metric, answer)))
}

/// Without values of before anybody reported what the metric measures.
fn known(view: &View, metric: &Metric, mut answer: Answer<ValuePoint>) -> Answer<ValuePoint> {
    let (known_from_on, is_never) = (view.known_from_on(metric), view.is_never_known(metric));
    if known_from_on.is_none() && !is_never {
        return answer;
    }
    let is_unknown = |start_on| is_never || known_from_on.is_some_and(|known| start_on < known);
    let points = answer.series.iter_mut().flat_map(|series| &mut series.points);
    points.filter(|point| is_unknown(point.start_on)).for_each(|point| point.value = None);
    answer
}

/// What a value of a metric is made of.
///
/// # Errors
/// As [`value`].
pub fn explain(
    view: &View,
    metric: &'static Metric,
    question: Question,
) -> Result<Envelope<ExplainedValue>, QueryError> {
    let answer = query::explain(&view.ledger, &view.rates, metric, &question.query_of(view, metric)?)?;
    Ok(Envelope::of(view, metric, answer))
}

/// From which plan to which customers moved.
///
/// # Errors
/// When the range makes no sense.
pub fn plan_switches(view: &View, question: Question) -> Result<Envelope<PlanSwitches>, QueryError> {
    let query = question.query(view)?;
    let points = |answer: &PlanSwitches| answer.data.len();
    let answer = view.answer("plan switches", &query, points, query::plan_switches)?;
    Ok(Envelope::of(view, &registry::MRR, answer))
}

/// Cohorts of customers by their first value above 0.
///
/// # Errors
/// When the interval or the range makes no sense.
pub fn cohorts(view: &View, what: CohortValue, question: Question) -> Result<Envelope<Cohorts>, QueryError> {
    let query = question.query_of_cohorts(view)?;
    let name = format!("cohorts of {what:?}");
    let cohorts = view.answer(&name, &query, Cohorts::points, |ledger, rates, query| {
        query::cohorts(ledger, rates, what, query)
    })?;
    Ok(Envelope::of(view, followed(what), cohorts))
}

/// The kinds of objects that cohorts lack.
pub fn absent_of_cohorts(view: &View, what: CohortValue) -> Vec<String> {
    view.absent_of(followed(what).feeds)
}

/// What of a cohort is followed.
fn followed(what: CohortValue) -> &'static Metric {
    if what == CohortValue::Revenue { &registry::NET_REVENUE } else { &registry::MRR }
}

/// How things stand now, in the currency that is asked for or else the connection's.
///
/// # Errors
/// When an amount is too large to be written.
pub fn summary(view: &View, question: &Question) -> Result<Envelope<query::Summary>, QueryError> {
    // A summary is one figure of everything, so it is always in one currency.
    let currency: Currency = match question.currency {
        Some(Reporting::In(currency)) if view.can_report_in(currency) => currency,
        Some(Reporting::In(currency)) => return Err(QueryError::NoRate(currency)),
        Some(Reporting::Native) | None => view.reporting_currency(),
    };
    let query = Question { currency: Some(Reporting::In(currency)), ..question.clone() }.query(view)?;
    let summary = view.answer(
        "summary",
        &query,
        |_| 1,
        |ledger, rates, query| query::summary(ledger, rates, currency, &query.filter, query.now),
    )?;
    Ok(Envelope::of(view, &registry::NET_REVENUE, summary))
}

/// The statement of cash, of the months with a day of the range; without those of which a provider does not say what came to
/// the balance.
///
/// # Errors
/// When the range is empty.
pub fn cash(view: &View, question: Question) -> Result<Envelope<CashStatement>, QueryError> {
    let Query { from, to, now, .. } = question.query(view)?;
    if from > to {
        return Err(QueryError::EmptyRange { from, to });
    }
    let known_from =
        view.known_from(&[Feed::BalanceTransactions]).map(|day| day.date().first_of_month().into());
    let from = known_from.map_or(from, |known: Day| from.max(known));
    let mut statement = if from > to {
        CashStatement { months: Vec::new() }
    } else {
        statement::cash::cash(&view.ledger, from, to, now)
    };
    let is_absent = |feed| !view.absent_of(&[feed]).is_empty();
    if is_absent(Feed::Charges) {
        statement = statement.without_charges();
    }
    if is_absent(Feed::BalanceTransactions) {
        statement = statement.without_balance();
    }
    Ok(Envelope::fed_by(view, &[Feed::Charges, Feed::BalanceTransactions], statement))
}

/// From our MRR to the provider's, as of now.
pub fn mrr_statement(view: &View) -> Envelope<MrrStatement> {
    let statement = statement::mrr::statement(&view.ledger, view.mrr_method, view.now);
    Envelope::of(view, &registry::MRR, statement)
}

impl<T> Envelope<T> {
    fn of(view: &View, metric: &Metric, answer: T) -> Self {
        Self::fed_by(view, metric.feeds, answer)
    }

    fn fed_by(view: &View, feeds: &[Feed], answer: T) -> Self {
        let Reach { data_through, is_history_complete, reaches_back_on, exact_from_on } = view.reach;
        let absent = view.absent_of(feeds);
        Self { answer, data_through, is_history_complete, reaches_back_on, exact_from_on, absent }
    }
}
