//! The pages that can be shared, and exactly what each asks.

mod figures;

use std::collections::HashSet;

use ::metrics::curtain::Curtain;
use ::metrics::named_range::{NamedRange, first_of, months_later};
use ::metrics::query::{CohortValue, Dimension, Facets, Filter, Reporting, ValueFacet};
use ::metrics::question::{PARAMETERS, ParameterKind, Question};
use ::metrics::registry::Metric;
use model::{Day, Interval};
use url::form_urlencoded;

use super::period::{self, ChartRange, Choice, Days, Period, ShownRange, Versus};

/// Longer addresses are nobody's view.
const MAX_VIEW_BYTES: usize = 4_000;
/// How many days ahead the overview looks for what is set to cancel.
const DAYS_AHEAD: i32 = 90;

/// A page, as an address names it behind the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UiPage {
    Overview,
    Mrr,
    Plans,
    Churn,
    Retention,
    Trials,
    Revenue,
    Payments,
    Geography,
    Metric(&'static Metric),
}

/// A page with everything that its address says about its figures.
#[derive(Debug, Clone)]
pub(crate) struct SharedView {
    pub(crate) page: UiPage,
    choice: Choice,
    by: Option<Dimension>,
    what: CohortValue,
    /// The currency and the filters, in order.
    scope: Vec<(String, String)>,
    question: Question,
}

/// What of a page's figures is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RequestedFigures {
    Metric(&'static Metric),
    Cohorts(CohortValue),
}

/// A request for figures from somebody who has opened a link.
#[derive(Debug, Clone)]
pub(crate) struct FigureRequest {
    figures: RequestedFigures,
    by: Option<Dimension>,
    span: ChartRange,
    scope: Vec<(String, String)>,
}

/// When it is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) today: Day,
    /// The first day on which any MRR changed.
    pub(crate) first_on: Option<Day>,
}

impl SharedView {
    /// Reads what an address says.
    ///
    /// # Errors
    /// What is wrong with it, to be shown to whoever shares it.
    pub(crate) fn read(page: &str, view: &str) -> Result<Self, String> {
        let page = UiPage::named(page).ok_or("this page can't be shared")?;
        if view.len() > MAX_VIEW_BYTES {
            return Err("the address of this page is too long: use fewer filters".to_owned());
        }
        let mut read = Self {
            page,
            choice: Choice::default(),
            by: None,
            what: CohortValue::Customers,
            scope: Vec::new(),
            question: Question::default(),
        };
        let mut days = (None, None);
        for (name, value) in form_urlencoded::parse(view.as_bytes()) {
            read.take(&name, &value, &mut days).map_err(|problem| format!("{name}: {problem}"))?;
        }
        match days {
            (Some(start), Some(end)) if start <= end => {
                read.choice.range = Some(ShownRange::Custom(Days { start, end }));
            }
            (None, None) => {}
            _ => return Err("from and to: use two days, the first one first".to_owned()),
        }
        if !read.scope.iter().any(|(name, _)| name == "currency") {
            return Err("currency: say which, or 'native'".to_owned());
        }
        read.scope.sort();
        let (question, _) = Question::from_pairs(read.scope.clone()).map_err(|error| error.to_string())?;
        read.question = question;
        Ok(read)
    }

    fn take(&mut self, name: &str, value: &str, days: &mut (Option<Day>, Option<Day>)) -> Result<(), String> {
        let day = |text: &str| text.parse::<Day>().map_err(|error| error.to_string());
        match name {
            "range" => {
                let range = period::named(value).ok_or("use a range of the pages")?;
                self.choice.range = Some(ShownRange::Named(range));
            }
            "from" => days.0 = Some(day(value)?),
            "to" => days.1 = Some(day(value)?),
            "interval" => {
                let named = Interval::ALL.into_iter().find(|interval| interval.as_str() == value);
                self.choice.interval = Some(named.ok_or("use day, week, month, quarter or year")?);
            }
            "vs" => {
                self.choice.versus = match value {
                    "previous" => Versus::Previous,
                    "year" => Versus::Year,
                    "none" => Versus::None,
                    _ => return Err("use previous, year or none".to_owned()),
                };
            }
            "by" => {
                let by: Dimension = value.parse()?;
                if !self.page.dimensions().contains(&by) {
                    return Err("this page has no such breakdown".to_owned());
                }
                self.by = Some(by);
            }
            "what" if matches!(self.page, UiPage::Retention) => {
                self.what = value.parse().map_err(|_| "use customers, mrr or revenue")?;
            }
            // How the same figures are drawn.
            "show" | "compare" | "pace" | "style" | "as" | "map" => {}
            _ if is_scope(name) => self.scope.push((name.to_owned(), value.to_owned())),
            _ => return Err("this is not part of what a page shows".to_owned()),
        }
        Ok(())
    }

    /// What of cohorts it follows.
    pub(crate) fn what(&self) -> CohortValue {
        self.what
    }

    #[cfg(test)]
    pub(super) fn choice(&self) -> Choice {
        self.choice
    }

    pub(crate) fn is_of_all_time(&self) -> bool {
        self.choice.range == Some(ShownRange::Named(NamedRange::All))
    }

    /// The currency and the filters as a question.
    pub(crate) fn question(&self) -> &Question {
        &self.question
    }

    /// Whether it is broken down by what a curtain hides, or shows nothing else.
    ///
    /// # Errors
    /// What to do about it.
    pub(crate) fn check_hidden(&self, hides_amounts: bool, hides_counts: bool) -> Result<(), &'static str> {
        if hides_amounts && !matches!(self.question.currency, Some(Reporting::In(_))) {
            return Err("choose one currency for the page before you hide amounts");
        }
        if hides_counts && !hides_amounts {
            return Err("amounts tell how many customers there are: hide amounts as well, or show counts");
        }
        if matches!(self.page, UiPage::Retention) {
            if hides_counts && self.what == CohortValue::Customers {
                return Err("cohorts of customers are counts: follow MRR on the page, or show counts");
            }
            if (hides_amounts || hides_counts) && self.what == CohortValue::Revenue {
                return Err("revenue per customer can't be hidden: follow customers or MRR on the page");
            }
        }
        if let UiPage::Metric(metric) = self.page
            && (Curtain { scale: None, hides_counts }).hides(metric)
        {
            return Err(
                "this page tells how many customers there are: share it with counts, or share another page",
            );
        }
        Ok(())
    }

    /// Whether its figures or filters name values of a dimension.
    pub(crate) fn names(&self, dimension: Dimension) -> bool {
        let Filter { plans, products, intervals, countries, .. } = &self.question.filter;
        let is_filtered = match dimension {
            Dimension::Plan => !plans.is_empty(),
            Dimension::Product => !products.is_empty(),
            Dimension::Interval => !intervals.is_empty(),
            Dimension::Country => !countries.is_empty(),
            _ => false,
        };
        is_filtered || self.by == Some(dimension) || self.page.parts().iter().any(|(_, by)| *by == dimension)
    }

    /// Takes out what its figures and filters don't name: how many plans, countries or reasons an account has is not on the page.
    pub(crate) fn keep_named(&self, facets: &mut Facets) {
        let Filter { plans, products, .. } = &self.question.filter;
        if !plans.is_empty() {
            facets.plans.retain(|plan| plans.contains(&plan.id));
        }
        if !products.is_empty() {
            let is_kept = |id: &Option<String>| id.as_ref().is_some_and(|id| products.contains(id));
            facets.plans.retain(|plan| is_kept(&plan.product_id));
            facets.products.retain(|product| products.contains(&product.id));
        }
        let cleared = |dimension| !self.names(dimension);
        let values: [(Dimension, &mut Vec<String>); 2] =
            [(Dimension::Country, &mut facets.countries), (Dimension::Interval, &mut facets.intervals)];
        values
            .into_iter()
            .filter(|(dimension, _)| cleared(*dimension))
            .for_each(|(_, values)| values.clear());
        let values: [(Dimension, &mut Vec<ValueFacet>); 2] = [
            (Dimension::Feedback, &mut facets.feedback),
            (Dimension::DeclineCode, &mut facets.decline_codes),
        ];
        values
            .into_iter()
            .filter(|(dimension, _)| cleared(*dimension))
            .for_each(|(_, values)| values.clear());
    }

    /// Whether a page asks just this at one of these moments.
    pub(crate) fn asks(&self, request: &FigureRequest, curtain: &Curtain, moments: &[Moment]) -> bool {
        request.scope == self.scope
            && self.has(request, curtain)
            && moments.iter().any(|moment| self.spans(request, *moment).contains(&request.span))
    }

    fn has(&self, request: &FigureRequest, curtain: &Curtain) -> bool {
        let metric = match request.figures {
            RequestedFigures::Metric(metric) => metric,
            RequestedFigures::Cohorts(what) => {
                return matches!(self.page, UiPage::Retention) && what == self.what && request.by == self.by;
            }
        };
        if curtain.hides(metric) {
            return false;
        }
        match (self.page, request.by) {
            (UiPage::Metric(own), by) => metric.id == own.id && (by.is_none() || by == self.by),
            (page, None) => page.wholes().contains(&metric.id),
            (page, Some(by)) => {
                let is_chosen = matches!(page, UiPage::Mrr) && metric.id == "mrr" && self.by == Some(by);
                is_chosen || page.parts().contains(&(metric.id, by))
            }
        }
    }

    fn spans(&self, request: &FigureRequest, Moment { today, first_on }: Moment) -> HashSet<ChartRange> {
        let usual = match self.page {
            UiPage::Metric(metric) if metric.looks_ahead => NamedRange::Ahead,
            _ => NamedRange::USUAL,
        };
        let period = Period::of(self.choice, today, first_on, usual);
        let id = match request.figures {
            RequestedFigures::Metric(metric) => metric.id,
            RequestedFigures::Cohorts(_) => {
                let interval = match period.interval {
                    Interval::Day | Interval::Week => Interval::Month,
                    longer => longer,
                };
                return HashSet::from([ChartRange {
                    start: period.days.start,
                    end: period.days.end,
                    interval,
                }]);
            }
        };
        match self.page {
            UiPage::Overview => overview(id, today, first_on),
            UiPage::Churn if id == "scheduled_churn" => {
                Period::over(NamedRange::Ahead, today, first_on).spans()
            }
            _ => period.spans(),
        }
    }
}

/// The overview is of today, whatever range an address says.
fn overview(metric: &str, today: Day, first_on: Option<Day>) -> HashSet<ChartRange> {
    let by_day = |start: Day, end: Day| HashSet::from([ChartRange { start, end, interval: Interval::Day }]);
    match metric {
        "scheduled_churn" => by_day(today, Day(today.0 + DAYS_AHEAD - 1)),
        "at_risk_mrr" | "trial_mrr" => Period::over(NamedRange::LastDays(1), today, first_on).spans(),
        _ => {
            let mut spans = Period::over(NamedRange::USUAL, today, first_on).spans();
            spans.extend(by_day(months_later(first_of(today, 1), -1), today));
            spans
        }
    }
}

impl FigureRequest {
    /// Reads a question. `None`: it is none of a page's, which says everything that it asks.
    pub(crate) fn read(figures: Option<&'static Metric>, pairs: &[(String, String)]) -> Option<Self> {
        let (mut from, mut to, mut interval, mut by, mut what) = (None, None, None, None, None);
        let mut scope = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "from" => from = Some(value.parse().ok()?),
                "to" => to = Some(value.parse().ok()?),
                "interval" => interval = Interval::ALL.into_iter().find(|one| one.as_str() == value),
                "by" => by = Some(value.parse().ok()?),
                "what" if figures.is_none() => what = Some(value.parse().ok()?),
                _ if is_scope(name) => scope.push((name.clone(), value.clone())),
                _ => return None,
            }
        }
        scope.sort();
        let figures = match figures {
            Some(metric) => RequestedFigures::Metric(metric),
            None => RequestedFigures::Cohorts(what?),
        };
        Some(Self { figures, by, span: ChartRange { start: from?, end: to?, interval: interval? }, scope })
    }

    pub(crate) fn by(&self) -> Option<Dimension> {
        self.by
    }
}

fn is_scope(name: &str) -> bool {
    PARAMETERS.iter().any(|one| one.name == name && one.kind != ParameterKind::Time)
}

#[cfg(test)]
mod tests;
