//! What is asked for: a range, an interval, a currency and filters, as written in an address or on a command line.

use model::{Currency, Day, Interval};

use crate::named_range::NamedRange;
use crate::query::{Dimension, Filter, Query, QueryError, Reporting};
use crate::registry::Metric;
use crate::view::View;

/// Range, interval, currency, breakdown and filter. Without any of them: the last twelve months, by month, every
/// currency by itself.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub range: Option<Preset>,
    pub interval: Option<Interval>,
    pub currency: Option<Reporting>,
    pub by: Option<Dimension>,
    pub filter: Filter,
    /// Days after its end until which a trial counts as converted.
    pub within_days: Option<u32>,
}

/// A range by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The eleven full months before the running one, and that one so far.
    Last12Months,
    Last12FullMonths,
}

/// A parameter that has a value which it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ParameterError {
    pub name: String,
    pub problem: String,
}

/// One parameter of a question: how it is called, described and read.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub description: &'static str,
    pub kind: ParameterKind,
    read: fn(&mut Question, &str) -> Result<(), String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Over which time, and in which parts.
    Time,
    Currency,
    /// May be repeated: any of the values within one, all of them together.
    Filter,
}

/// More values of one filter are nobody's selection.
const MAX_VALUES: usize = 1000;

/// Everything that can be asked, in the order in which it is described.
pub static PARAMETERS: &[Parameter] = &[
    time("from", "First day, `YYYY-MM-DD`. Default: the first day of `range`.", |question, text| {
        set(&mut question.from, text)
    }),
    time("to", "Last day. Default: today, or the last day of `range`.", |question, text| {
        set(&mut question.to, text)
    }),
    time(
        "range",
        "`last_12_months` (default): the eleven full months before the month of `to`, and that month so far. `last_12_full_months`: the twelve full months before it.",
        |question, text| set(&mut question.range, text),
    ),
    time("interval", "`day`, `week`, `month`, `quarter` or `year`. Default: `month`.", |question, text| {
        set(&mut question.interval, text)
    }),
    Parameter {
        name: "currency",
        description: "`native` (default), or the code of the currency to convert to.",
        kind: ParameterKind::Currency,
        read: |question, text| set(&mut question.currency, text),
    },
    time(
        "by",
        "`plan`, `product`, `interval`, `currency` or `country`, and what else is among the metric's dimensions: one series per group.",
        |question, text| set(&mut question.by, text),
    ),
    time(
        "within",
        "Days after its end until which a trial counts as converted. Default: until now.",
        |question, text| set(&mut question.within_days, text),
    ),
    filter("plan", "Price ids.", |question, text| question.filter.add(Dimension::Plan, text)),
    filter("product", "Product ids.", |question, text| question.filter.add(Dimension::Product, text)),
    filter("billing_interval", "Such as `month`, `year` or `3-month`.", |question, text| {
        question.filter.add(Dimension::Interval, text)
    }),
    filter("filter_currency", "Codes of the currencies that were billed.", |question, text| {
        question.filter.add(Dimension::Currency, text)
    }),
    filter("country", "Two letters (ISO 3166), or `unknown`.", |question, text| {
        question.filter.add(Dimension::Country, text)
    }),
];

const fn time(
    name: &'static str,
    description: &'static str,
    read: fn(&mut Question, &str) -> Result<(), String>,
) -> Parameter {
    Parameter { name, description, kind: ParameterKind::Time, read }
}

const fn filter(
    name: &'static str,
    description: &'static str,
    read: fn(&mut Question, &str) -> Result<(), String>,
) -> Parameter {
    Parameter { name, description, kind: ParameterKind::Filter, read }
}

impl Question {
    /// Takes the parameters that it knows and gives back the others.
    ///
    /// # Errors
    /// When a value is not one, naming the parameter.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<(Self, Vec<(String, String)>), ParameterError> {
        let mut question = Self::default();
        let mut others = Vec::new();
        for (name, value) in pairs {
            match PARAMETERS.iter().find(|parameter| parameter.name == name) {
                Some(parameter) => (parameter.read)(&mut question, &value)
                    .map_err(|problem| ParameterError { name, problem })?,
                None => others.push((name, value)),
            }
        }
        Ok((question, others))
    }

    /// The question about a metric: of one that looks ahead, without a range, of this month and the eleven after it.
    ///
    /// # Errors
    /// As [`Question::query`].
    pub fn query_of(mut self, view: &View, metric: &Metric) -> Result<Query, QueryError> {
        let has_range = self.from.is_some() || self.to.is_some() || self.range.is_some();
        if metric.looks_ahead && !has_range {
            let (from, to) = NamedRange::Ahead.days(view.today(), None);
            (self.from, self.to) = (Some(from), Some(to));
        }
        self.query(view)
    }

    /// The question about cohorts: without a range, of all there ever were.
    ///
    /// # Errors
    /// As [`Question::query`].
    pub fn query_of_cohorts(mut self, view: &View) -> Result<Query, QueryError> {
        if self.range.is_none() && self.from.is_none() {
            self.from = Some(Day(i32::MIN / 2));
        }
        self.query(view)
    }

    /// The whole question, about the moment of a view.
    ///
    /// # Errors
    /// When it is to be answered in a currency without rates.
    pub fn query(self, view: &View) -> Result<Query, QueryError> {
        if let Some(Reporting::In(currency)) = self.currency
            && !view.can_report_in(currency)
        {
            return Err(QueryError::NoRate(currency));
        }
        let to = self.to.unwrap_or_else(|| view.today());
        let range = match self.range {
            None | Some(Preset::Last12Months) => NamedRange::LastMonths(12),
            Some(Preset::Last12FullMonths) => NamedRange::FullMonths(12),
        };
        let (from, to) = range.days(to, None);
        let from = self.from.unwrap_or(from);
        Ok(Query {
            from,
            to,
            interval: self.interval.unwrap_or(Interval::Month),
            week_start: view.settings.week_start,
            currency: self.currency.unwrap_or(Reporting::Native),
            filter: self.filter,
            by: self.by,
            within_days: self.within_days,
            now: view.now,
        })
    }
}

impl std::str::FromStr for Preset {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "last_12_months" => Ok(Self::Last12Months),
            "last_12_full_months" => Ok(Self::Last12FullMonths),
            _ => Err("use last_12_months or last_12_full_months"),
        }
    }
}

impl Filter {
    /// Lets one more value of a dimension through.
    ///
    /// # Errors
    /// When it is not a currency, or there are too many.
    pub fn add(&mut self, dimension: Dimension, value: &str) -> Result<(), String> {
        let list = match dimension {
            Dimension::Currency => {
                let currency = value.parse::<Currency>().map_err(|error| error.to_string())?;
                return push(&mut self.currencies, currency);
            }
            Dimension::Plan => &mut self.plans,
            Dimension::Product => &mut self.products,
            Dimension::Interval => &mut self.intervals,
            Dimension::Country => &mut self.countries,
            Dimension::Cause
            | Dimension::ChurnReason
            | Dimension::Feedback
            | Dimension::DeclineCode
            | Dimension::Age => return Err(format!("{dimension} can only be broken down by")),
        };
        push(list, value.to_owned())
    }
}

/// Rejects unknown parameters: with a misspelled filter, figures would otherwise cover everything.
///
/// # Errors
/// When anything is left.
pub fn nothing_else(others: &[(String, String)]) -> Result<(), ParameterError> {
    match others.first() {
        None => Ok(()),
        Some((name, _)) => {
            Err(ParameterError { name: name.clone(), problem: "unknown parameter".to_owned() })
        }
    }
}

/// Reads one value.
///
/// # Errors
/// When it is not one, naming the parameter.
pub fn parse<T>(name: &str, value: &str) -> Result<T, ParameterError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    value
        .parse()
        .map_err(|error: T::Err| ParameterError { name: name.to_owned(), problem: error.to_string() })
}

fn set<T>(field: &mut Option<T>, text: &str) -> Result<(), String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    *field = Some(text.parse().map_err(|error: T::Err| error.to_string())?);
    Ok(())
}

fn push<T>(list: &mut Vec<T>, value: T) -> Result<(), String> {
    if list.len() >= MAX_VALUES {
        return Err(format!("more than {MAX_VALUES} values"));
    }
    list.push(value);
    Ok(())
}
