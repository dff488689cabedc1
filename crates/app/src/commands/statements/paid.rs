//! `chartsy statements paid`.

use std::io::Write;

use anyhow::bail;
use metrics::question::Question;
use metrics::reconcile::{
    LeftOutSum, ReconciledCustomer, ReconciledCustomersQuery, ReconciledMonth, ReconciledPart, customers,
    reconcile,
};
use metrics::view::View;
use model::Day;

use crate::arguments::ConnectionArgs;
use crate::commands::printed::{Format, in_main_units, table};
use crate::spreadsheet::guarded_or_empty;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Paid {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// A day of the first month; by default a year before --to
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// A day of the last month; by default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    /// List the customers behind this part instead, of the month of --to: total, used, unexplained, or a reason such as tax
    #[arg(long, value_name = "PART", conflicts_with = "from")]
    customers: Option<ReconciledPart>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Paid) -> anyhow::Result<()> {
    let question = Question { from: args.from, to: args.to, ..Question::default() };
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let query = question.query(&view)?;
    if query.from > query.to {
        bail!("--from is after --to");
    }
    let from = if args.customers.is_some() { query.to } else { query.from };
    let months = reconcile(&view.ledger, from, query.to);
    if let Some(part) = args.customers {
        let all = all_customers(&view, &months, part)?;
        return args.format.print(
            &all,
            |out| write_customers_csv(out, &all),
            |out| write_customers_table(out, &all, part),
        );
    }
    args.format.print(&months, |out| write_csv(out, &months), |out| write_table(out, &months))
}

/// Those behind a part of a month, of all currencies, the largest amounts first.
fn all_customers(
    view: &View,
    months: &[ReconciledMonth],
    part: ReconciledPart,
) -> anyhow::Result<Vec<ReconciledCustomer>> {
    let mut all = Vec::new();
    for month in months {
        let (month_on, currency) = (month.month_on, month.currency);
        let asked = ReconciledCustomersQuery { month_on, currency, part, cursor: None, limit: usize::MAX };
        all.extend(customers(&view.ledger, &asked)?.data);
    }
    Ok(all)
}

/// The parts of a month, or of a customer's part of it, from what was paid to what nothing explains.
fn parts(
    total_minor: i64,
    used_minor: i64,
    left_out: &[LeftOutSum],
    unexplained_minor: i64,
) -> Vec<(ReconciledPart, i64)> {
    let mut parts = vec![(ReconciledPart::Total, total_minor), (ReconciledPart::Used, used_minor)];
    parts.extend(left_out.iter().map(|sum| (ReconciledPart::LeftOut(sum.reason), sum.amount_minor)));
    parts.push((ReconciledPart::Unexplained, unexplained_minor));
    parts
}

fn parts_of_month(month: &ReconciledMonth) -> Vec<(ReconciledPart, i64)> {
    parts(month.total_minor, month.used_minor, &month.left_out, month.unexplained_minor)
}

fn parts_of_customer(customer: &ReconciledCustomer) -> Vec<(ReconciledPart, i64)> {
    parts(customer.total_minor, customer.used_minor, &customer.left_out, customer.unexplained_minor)
}

/// One line per part of a month, amounts in smallest units.
fn write_csv(out: &mut impl Write, months: &[ReconciledMonth]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["month_on", "currency", "part", "amount_minor"])?;
    for month in months {
        for (part, amount_minor) in parts_of_month(month) {
            csv.write_record([
                &month.month_on.to_string(),
                &month.currency.to_string(),
                part.as_str(),
                &amount_minor.to_string(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// Amounts in the currency's main unit.
fn write_table(out: &mut impl Write, months: &[ReconciledMonth]) -> anyhow::Result<()> {
    let mut table = table(["month", "currency", "", "amount"], 3..4);
    for month in months {
        for (part, amount_minor) in parts_of_month(month) {
            table.add_row([
                month.month_on.to_string(),
                month.currency.to_string(),
                part.label().to_owned(),
                in_main_units(amount_minor, month.currency),
            ]);
        }
    }
    Ok(writeln!(out, "{table}")?)
}

/// One line per customer and part of what it paid in the month, amounts in smallest units.
fn write_customers_csv(out: &mut impl Write, all: &[ReconciledCustomer]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["customer_id", "name", "currency", "part", "amount_minor"])?;
    for customer in all {
        for (part, amount_minor) in parts_of_customer(customer) {
            csv.write_record([
                &customer.customer_id,
                &guarded_or_empty(customer.name.as_deref()),
                &customer.currency.to_string(),
                part.as_str(),
                &amount_minor.to_string(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// One line per customer, amounts in the currency's main unit.
fn write_customers_table(
    out: &mut impl Write,
    all: &[ReconciledCustomer],
    part: ReconciledPart,
) -> anyhow::Result<()> {
    let mut table = table(["customer", "currency", "invoices", "paid", part.label()], 2..5);
    for customer in all {
        table.add_row([
            customer.name.as_ref().unwrap_or(&customer.customer_id).clone(),
            customer.currency.to_string(),
            customer.invoices.to_string(),
            in_main_units(customer.total_minor, customer.currency),
            in_main_units(customer.counted_minor, customer.currency),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

#[cfg(test)]
mod tests {
    use metrics::ledger::Reason;
    use model::Currency;

    use super::*;

    const TAX: LeftOutSum = LeftOutSum { reason: Reason::Tax, amount_minor: 190 };

    #[test]
    fn a_spreadsheet_gets_one_line_a_part() {
        let month = ReconciledMonth {
            month_on: "2026-01-01".parse().unwrap(),
            currency: Currency::USD,
            invoices: 1,
            total_minor: 1_190,
            used_minor: 1_000,
            left_out: vec![TAX],
            unexplained_minor: 0,
            unexplained_invoices: Vec::new(),
        };
        let mut out = Vec::new();
        write_csv(&mut out, &[month]).unwrap();
        let wanted = "month_on,currency,part,amount_minor\n2026-01-01,usd,total,1190\n2026-01-01,usd,used,1000\n\
                      2026-01-01,usd,tax,190\n2026-01-01,usd,unexplained,0\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }

    #[test]
    fn a_customers_name_is_never_a_formula() {
        let customer = ReconciledCustomer {
            customer_id: "cus_1".to_owned(),
            name: Some("=1+1".to_owned()),
            email: None,
            currency: Currency::USD,
            invoices: 1,
            total_minor: 190,
            used_minor: 0,
            left_out: vec![TAX],
            unexplained_minor: 0,
            counted_minor: 190,
        };
        let mut out = Vec::new();
        write_customers_csv(&mut out, &[customer]).unwrap();
        let wanted = "customer_id,name,currency,part,amount_minor\ncus_1,'=1+1,usd,total,190\n\
                      cus_1,'=1+1,usd,used,0\ncus_1,'=1+1,usd,tax,190\ncus_1,'=1+1,usd,unexplained,0\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
