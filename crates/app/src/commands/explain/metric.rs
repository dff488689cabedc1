//! `chartsy explain --metric`: the sums that a value's formula is made of, and the customers behind them.

use std::io::Write;

use metrics::envelope;
use metrics::query::{
    self, BalanceTransactionsQuery, BookedTransaction, Contribution, ContributionsQuery, ExplainedTerm,
    ExplainedValue, Reporting, Rows, Value,
};
use metrics::question::Question;
use metrics::registry::{Metric, Unit};
use model::Currency;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Period;
use crate::arguments::{ConnectionArgs, TextOrJson};
use crate::commands::metrics::{add_filters, tell_absent, tell_coarse};
use crate::commands::printed::{counted, in_main_units, table};
use crate::{folder, work};

pub(super) async fn run(
    connection: &ConnectionArgs,
    metric: &'static Metric,
    period: Period,
    format: TextOrJson,
) -> anyhow::Result<()> {
    let Period { from, to, currency, filter, part } = period;
    let currency = Some(currency.unwrap_or(Reporting::Native));
    let mut question = Question { from, to, currency, ..Question::default() };
    add_filters(&mut question, &filter)?;
    let (folder, business) = folder::business(connection)?;
    let view = work::view(&folder, &business).await?;
    let mut out = std::io::stdout().lock();
    let Some(part) = part else {
        let explained = envelope::explain(&view, metric, question)?;
        explained.absent.iter().for_each(|kind| tell_absent(kind));
        explained.exact_from_on.iter().for_each(tell_coarse);
        return match format {
            TextOrJson::Json => Ok(writeln!(out, "{}", serde_json::to_string_pretty(&explained)?)?),
            TextOrJson::Text => Ok(write_value(&mut out, &explained.answer)?),
        };
    };
    let query = question.query_of(&view, metric)?;
    let (cursor, limit) = (None, usize::MAX);
    if metric.is_of_balance() && part == metric.id {
        let asked = BalanceTransactionsQuery { query, cursor, limit };
        let page = query::balance_transactions(&view.ledger, &view.rates, metric, &asked)?;
        return match format {
            TextOrJson::Json => Ok(writeln!(out, "{}", serde_json::to_string_pretty(&page.data)?)?),
            TextOrJson::Text => Ok(write_transactions(&mut out, &page.data)?),
        };
    }
    let asked = ContributionsQuery { query, part, cursor, limit };
    let page = query::contributions(&view.ledger, &view.rates, metric, &asked)?;
    match format {
        TextOrJson::Json => writeln!(out, "{}", serde_json::to_string_pretty(&page.data)?)?,
        TextOrJson::Text => write_customers(&mut out, &page.data, page.unit)?,
    }
    Ok(())
}

fn write_value(out: &mut impl Write, explained: &ExplainedValue) -> std::io::Result<()> {
    let ExplainedValue { label, start_on, end_on, formula, unit, .. } = explained;
    writeln!(out, "{label} of {start_on} to {end_on}: {formula}")?;
    for series in &explained.series {
        let value = series.value.map_or_else(|| "-".to_owned(), |value| shown(value, *unit, series.currency));
        writeln!(out, "\n{} {value}", series.currency)?;
        for part in &series.parts {
            let value = shown(part.value, part.unit, series.currency);
            writeln!(out, "  {value}  {} ({})", part.label, way_into(part))?;
        }
    }
    for left_out in &explained.unconverted {
        let amount = in_main_units(left_out.mrr_minor, left_out.currency);
        let (customers, currency) = (left_out.customers, left_out.currency);
        let whose = counted(customers, "customer");
        writeln!(out, "\nnot converted: {whose}, {amount} {currency} on {}", left_out.on)?;
    }
    Ok(())
}

/// How to open a part of a value further.
fn way_into(part: &ExplainedTerm) -> String {
    match part.rows {
        Rows::Customers | Rows::BalanceTransactions => format!("--part {}", part.id),
        Rows::Metric => format!("--metric {}", part.id),
        Rows::Payments if part.payment_types.is_empty() => "chartsy payments".to_owned(),
        Rows::Payments => format!("chartsy payments --type {}", part.payment_types.join(" --type ")),
    }
}

fn write_customers(out: &mut impl Write, rows: &[Contribution], unit: Unit) -> std::io::Result<()> {
    let mut table = table(["customer", "name", "currency", "adds"], 3..4);
    for row in rows {
        let value = if unit == Unit::Money { Value::Minor(row.amount) } else { Value::Count(row.amount) };
        table.add_row([
            row.customer_id.clone(),
            row.name.clone().unwrap_or_default(),
            row.currency.to_string(),
            shown(value, unit, row.currency),
        ]);
    }
    writeln!(out, "{table}")
}

fn write_transactions(out: &mut impl Write, rows: &[BookedTransaction]) -> std::io::Result<()> {
    let mut table = table(["day", "id", "category", "source", "currency", "adds"], 5..6);
    for row in rows {
        table.add_row([
            row.on.to_string(),
            row.id.clone(),
            row.category.as_str().to_owned(),
            row.source.clone().unwrap_or_default(),
            row.currency.to_string(),
            in_main_units(row.counted_minor, row.currency),
        ]);
    }
    writeln!(out, "{table}")
}

/// Amounts in the currency's main unit, parts of something in percent.
fn shown(value: Value, unit: Unit, currency: Currency) -> String {
    match (value, unit) {
        (Value::Minor(minor), _) => in_main_units(minor, currency),
        (Value::Count(count), _) => count.to_string(),
        (Value::Ratio(ratio), Unit::Ratio) => format!("{} %", rounded(ratio * Decimal::ONE_HUNDRED)),
        (Value::Ratio(ratio), _) => rounded(ratio),
    }
}

/// With two decimals; writing a decimal with fewer than it has would cut it off.
fn rounded(number: Decimal) -> String {
    format!("{:.2}", number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_how_it_is_opened() {
        let (unit, value) = (Unit::Money, Value::Minor(1));
        let part = ExplainedTerm {
            id: "fees",
            label: "Fees",
            unit,
            value,
            rows: Rows::Customers,
            payment_types: Vec::new(),
        };
        assert_eq!(way_into(&part), "--part fees");
        let refunds = ExplainedTerm {
            rows: Rows::Payments,
            payment_types: vec!["refund", "credit_note"],
            ..part.clone()
        };
        assert_eq!(way_into(&refunds), "chartsy payments --type refund --type credit_note");
        let of_balance = ExplainedTerm { rows: Rows::BalanceTransactions, ..part };
        assert_eq!(way_into(&of_balance), "--part fees");
    }

    #[test]
    fn values_are_written_in_their_units() {
        let ratio = Value::Ratio(Decimal::new(12_567, 6));
        assert_eq!(shown(Value::Minor(1_234), Unit::Money, Currency::USD), "12.34");
        assert_eq!(shown(Value::Count(7), Unit::Count, Currency::USD), "7");
        assert_eq!(shown(ratio, Unit::Ratio, Currency::USD), "1.26 %");
        assert_eq!(shown(ratio, Unit::Months, Currency::USD), "0.01");
    }
}
