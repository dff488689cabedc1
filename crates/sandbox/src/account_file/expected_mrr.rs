//! What a file says its customers are worth.

use model::{Currency, CustomerId, UnixSeconds};
use serde_json::Value;

use super::{AccountFile, AccountFileError, markers};
use crate::world::ExpectedStep;

impl AccountFile {
    /// `expect`: for every customer and currency the instants from which on it is worth how much a month.
    ///
    /// # Errors
    /// When it is written in another form: a file may keep anything there, it is not served.
    pub fn expected_mrr(&self) -> Result<Vec<ExpectedStep>, AccountFileError> {
        let mut steps = Vec::new();
        for (customer, currencies) in fields(&self.expect)? {
            let of_customer = fields(currencies).map_err(|error| error.inside(customer))?;
            for (code, values) in of_customer {
                let inside = |error: AccountFileError| error.inside(code).inside(customer);
                let currency = code.parse::<Currency>();
                let currency =
                    currency.map_err(|error| inside(AccountFileError::place(error.to_string())))?;
                for (at, mrr_minor) in values_of(values).map_err(inside)? {
                    steps.push(ExpectedStep {
                        customer: CustomerId::from(customer.as_str()),
                        currency,
                        at,
                        mrr_minor,
                    });
                }
            }
        }
        Ok(steps)
    }
}

fn fields(value: &Value) -> Result<Vec<(&String, &Value)>, AccountFileError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(fields) => Ok(fields.iter().collect()),
        _ => Err(AccountFileError::place("must be an object")),
    }
}

fn values_of(values: &Value) -> Result<Vec<(UnixSeconds, i64)>, AccountFileError> {
    let wrong = || AccountFileError::place("must be a list such as [[\"2026-01-31\", 1000]]");
    let pairs: Vec<(String, i64)> = serde_json::from_value(values.clone()).map_err(|_| wrong())?;
    let value = |(at, mrr_minor): (String, i64)| {
        let at = markers::instant(at.strip_prefix('@').unwrap_or(&at))?;
        Ok((UnixSeconds(at), mrr_minor))
    };
    pairs.into_iter().map(value).collect()
}
