//! What is asked of the numbers, as an address or a command line says it.

use ::metrics::query::{Dimension, Filter, Query, Reporting};
use jiff::ToSpan;
use model::{Day, Interval};

use crate::problem::Problem;
use crate::view::View;

/// Range, interval, currency, breakdown and filter. What was not said is the last twelve months, by month,
/// every currency by itself.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub interval: Option<Interval>,
    pub currency: Option<Reporting>,
    pub by: Option<Dimension>,
    pub filter: Filter,
}

/// A parameter that cannot be meant as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct AskedError {
    pub name: String,
    pub problem: String,
}

/// More values of one filter are nobody's selection.
const MAX_VALUES: usize = 1000;

impl Asked {
    /// Takes the parameters that it knows and gives back the others.
    ///
    /// # Errors
    /// When a value is not one, naming the parameter.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<(Self, Vec<(String, String)>), AskedError> {
        let mut asked = Self::default();
        let mut others = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "from" => asked.from = Some(parse(&name, &value)?),
                "to" => asked.to = Some(parse(&name, &value)?),
                "interval" => asked.interval = Some(parse(&name, &value)?),
                "currency" => asked.currency = Some(parse(&name, &value)?),
                "by" => asked.by = Some(parse(&name, &value)?),
                "plan" | "product" | "billing_interval" | "filter_currency" | "country" => {
                    let dimension = match name.as_str() {
                        "plan" => Dimension::Plan,
                        "product" => Dimension::Product,
                        "billing_interval" => Dimension::Interval,
                        "filter_currency" => Dimension::Currency,
                        _ => Dimension::Country,
                    };
                    asked.add_filter(dimension, &value)?;
                }
                _ => others.push((name, value)),
            }
        }
        Ok((asked, others))
    }

    /// Lets one more value of a dimension through.
    ///
    /// # Errors
    /// When it is not a currency, or there are too many.
    pub fn add_filter(&mut self, dimension: Dimension, value: &str) -> Result<(), AskedError> {
        let filter = &mut self.filter;
        let list = match dimension {
            Dimension::Currency => {
                filter.currencies.push(parse(dimension.as_str(), value)?);
                return Ok(());
            }
            Dimension::Plan => &mut filter.plans,
            Dimension::Product => &mut filter.products,
            Dimension::Interval => &mut filter.intervals,
            Dimension::Country => &mut filter.countries,
        };
        if list.len() >= MAX_VALUES {
            return Err(AskedError { name: dimension.to_string(), problem: "too many values".to_owned() });
        }
        list.push(value.to_owned());
        Ok(())
    }

    /// The whole question, about the moment of a view.
    pub fn query(self, view: &View) -> Query {
        let to = self.to.unwrap_or_else(|| view.today());
        let from =
            self.from.unwrap_or_else(|| Day::from(to.date().first_of_month().saturating_sub(11.months())));
        Query {
            from,
            to,
            interval: self.interval.unwrap_or(Interval::Month),
            week_start: view.record.settings.week_start,
            currency: self.currency.unwrap_or(Reporting::Native),
            filter: self.filter,
            by: self.by,
            now: view.now,
        }
    }
}

/// Refuses what nobody knows: a misspelt filter would otherwise show numbers of everything.
///
/// # Errors
/// When anything is left.
pub fn nothing_else(others: &[(String, String)]) -> Result<(), AskedError> {
    match others.first() {
        None => Ok(()),
        Some((name, _)) => {
            Err(AskedError { name: name.clone(), problem: "there is no such parameter".to_owned() })
        }
    }
}

/// Reads one value.
///
/// # Errors
/// When it is not one, naming the parameter.
pub fn parse<T>(name: &str, value: &str) -> Result<T, AskedError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error: T::Err| AskedError { name: name.to_owned(), problem: error.to_string() })
}

impl From<AskedError> for Problem {
    fn from(error: AskedError) -> Self {
        Self::bad_request("invalid", error.to_string())
    }
}

impl From<::metrics::query::QueryError> for Problem {
    fn from(error: ::metrics::query::QueryError) -> Self {
        Self::bad_request("invalid", error.to_string())
    }
}
