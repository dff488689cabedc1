//! From one figure to another, line by line.

use ::metrics::question::{ParameterError, parse};

pub mod cash;
pub mod cash_transactions;
pub mod mrr;
pub mod mrr_customers;

/// Takes a parameter that there is no default for.
pub(crate) fn required<T>(pairs: &mut Vec<(String, String)>, name: &str) -> Result<T, ParameterError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let place = pairs.iter().position(|(known, _)| known == name);
    let missing = || ParameterError { name: name.to_owned(), problem: "it is missing".to_owned() };
    let (_, value) = pairs.remove(place.ok_or_else(missing)?);
    parse(name, &value)
}
