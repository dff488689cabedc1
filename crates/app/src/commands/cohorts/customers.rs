//! The customers behind a cell of the cohorts.

use std::io::Write;

use metrics::query::{CohortCustomer, CohortCustomerPage, CohortValue};

use super::shown;
use crate::commands::printed::{in_main_units, table};
use crate::spreadsheet::guarded_or_empty;

/// One line per customer and currency, amounts in smallest units.
pub fn write_csv(out: &mut impl Write, page: &CohortCustomerPage) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["customer_id", "name", "email", "currency", "start_on", "mrr_minor", "value"])?;
    for one in &page.data {
        csv.write_record([
            one.customer_id.clone(),
            guarded_or_empty(one.name.as_deref()),
            guarded_or_empty(one.email.as_deref()),
            one.currency.to_string(),
            one.start_on.to_string(),
            one.mrr_minor.to_string(),
            one.value.map(|value| value.to_string()).unwrap_or_default(),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row per customer and currency, amounts in the currency's main unit.
pub fn write_table(out: &mut impl Write, page: &CohortCustomerPage, what: CohortValue) -> anyhow::Result<()> {
    let mut table = table(["customer", "currency", "cohort", "mrr at first", "value"], 3..5);
    for one in &page.data {
        let CohortCustomer { name, customer_id, currency, start_on, mrr_minor, value, .. } = one;
        table.add_row([
            name.as_ref().unwrap_or(customer_id).clone(),
            currency.to_string(),
            start_on.to_string(),
            in_main_units(*mrr_minor, *currency),
            value.map_or_else(|| "no rate".to_owned(), |value| shown(what, value, *currency)),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}
