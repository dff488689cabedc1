//! `chartsy statements cash`.

use std::io::Write;

use metrics::envelope;
use metrics::question::Question;
use metrics::statement::cash::{CashMonth, CashStatement};
use model::Day;

use crate::arguments::ConnectionArgs;
use crate::commands::metrics::tell_absent;
use crate::commands::printed::{Format, in_main_units, table};
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Cash {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// A day of the first month; by default a year before --to
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// A day of the last month; by default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Cash) -> anyhow::Result<()> {
    let question = Question { from: args.from, to: args.to, ..Question::default() };
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let envelope = envelope::cash(&view, question)?;
    envelope.absent.iter().for_each(|kind| tell_absent(kind));
    if let Some(day) = envelope.exact_from_on {
        eprintln!(
            "note: months before {day} are left out, because the provider doesn't say what came to the balance then"
        );
    }
    args.format.print(
        &envelope,
        |out| write_csv(out, &envelope.answer),
        |out| write_table(out, &envelope.answer),
    )
}

/// The lines of a month from its first figure to its last: name, label, amount where it is known, and of how many
/// transactions.
fn lines(month: &CashMonth) -> Vec<(&'static str, &'static str, Option<i64>, Option<u64>)> {
    let mut lines = vec![("payments_collected", "Payments collected", month.payments_collected_minor, None)];
    let between = month.lines.iter();
    lines
        .extend(between.map(|sum| {
            (sum.line.as_str(), sum.line.label(), Some(sum.amount_minor), Some(sum.transactions))
        }));
    lines.push(("unexplained", "Unexplained", month.unexplained_minor, None));
    lines.push(("net_cash", "Net cash", month.net_cash_minor, None));
    lines
}

/// One line per line of the statement, amounts in smallest units. What isn't known stays empty.
fn write_csv(out: &mut impl Write, statement: &CashStatement) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["month_on", "currency", "line", "amount_minor", "transactions"])?;
    for month in &statement.months {
        for (line, _, amount_minor, transactions) in lines(month) {
            csv.write_record([
                month.month_on.to_string(),
                month.currency.to_string(),
                line.to_owned(),
                amount_minor.map(|minor| minor.to_string()).unwrap_or_default(),
                transactions.map(|count| count.to_string()).unwrap_or_default(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// Amounts in the currency's main unit.
fn write_table(out: &mut impl Write, statement: &CashStatement) -> anyhow::Result<()> {
    let mut table = table(["month", "currency", "", "amount", "transactions"], 3..5);
    for month in &statement.months {
        for (_, label, amount_minor, transactions) in lines(month) {
            table.add_row([
                month.month_on.to_string(),
                month.currency.to_string(),
                label.to_owned(),
                amount_minor
                    .map_or_else(|| "not known".to_owned(), |minor| in_main_units(minor, month.currency)),
                transactions.map(|count| count.to_string()).unwrap_or_default(),
            ]);
        }
    }
    Ok(writeln!(out, "{table}")?)
}
