//! `chartsy statements mrr`.

use std::io::Write;

use anyhow::bail;
use metrics::envelope;
use metrics::statement::mrr::{
    MrrBridge, MrrColumn, MrrCustomer, MrrCustomersQuery, MrrStatement, customers,
};
use metrics::view::View;

use crate::arguments::ConnectionArgs;
use crate::commands::metrics::tell_absent;
use crate::commands::printed::{Format, in_main_units, table};
use crate::spreadsheet::guarded_or_empty;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Mrr {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// List the customers for whom the two figures differ, each with its reasons
    #[arg(long)]
    customers: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Mrr) -> anyhow::Result<()> {
    let (folder, business) = folder::business(&args.connection)?;
    let source = business.source().map_or("the provider", |source| source.texts().name);
    let view = work::view(&folder, &business).await?;
    if view.mrr_method.is_none() {
        bail!("{source} doesn't publish how it counts MRR, so there is nothing to compare with");
    }
    let envelope = envelope::mrr_statement(&view);
    envelope.absent.iter().for_each(|kind| tell_absent(kind));
    if args.customers {
        let all = all_customers(&view, &envelope.answer)?;
        return args.format.print(
            &all,
            |out| write_customers_csv(out, &all),
            |out| write_customers_table(out, &all, source),
        );
    }
    args.format.print(
        &envelope,
        |out| write_csv(out, &envelope.answer),
        |out| write_table(out, &envelope.answer, source),
    )
}

/// Those who differ, of all currencies, the largest differences first.
fn all_customers(view: &View, statement: &MrrStatement) -> anyhow::Result<Vec<MrrCustomer>> {
    let mut all = Vec::new();
    for bridge in &statement.currencies {
        let asked = MrrCustomersQuery {
            currency: bridge.currency,
            column: MrrColumn::Difference,
            cursor: None,
            limit: usize::MAX,
            method: view.mrr_method,
            now: view.now,
        };
        all.extend(customers(&view.ledger, &asked)?.data);
    }
    Ok(all)
}

/// A line from our figure to the provider's: name, label, amount, and of how many customers.
type Line = (&'static str, String, i64, u64);

fn lines(bridge: &MrrBridge, source: &str) -> Vec<Line> {
    let mut lines = vec![("mrr", "MRR".to_owned(), bridge.mrr_minor, bridge.customers)];
    let reasons = bridge.reasons.iter();
    lines
        .extend(reasons.map(|sum| {
            (sum.reason.as_str(), sum.reason.label().to_owned(), sum.amount_minor, sum.customers)
        }));
    let unexplained = (bridge.unexplained_minor, bridge.unexplained_customers);
    lines.push(("unexplained", "Unexplained".to_owned(), unexplained.0, unexplained.1));
    let provider = format!("MRR as {source} counts it");
    lines.push(("provider_mrr", provider, bridge.provider_mrr_minor, bridge.provider_customers));
    lines
}

/// One line per line of the statement, amounts in smallest units.
fn write_csv(out: &mut impl Write, statement: &MrrStatement) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["currency", "line", "amount_minor", "customers"])?;
    for bridge in &statement.currencies {
        for (line, _, amount_minor, customers) in lines(bridge, "") {
            csv.write_record([
                bridge.currency.to_string(),
                line.to_owned(),
                amount_minor.to_string(),
                customers.to_string(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// Amounts in the currency's main unit.
fn write_table(out: &mut impl Write, statement: &MrrStatement, source: &str) -> anyhow::Result<()> {
    let mut table = table(["currency", "", "amount", "customers"], 2..4);
    for bridge in &statement.currencies {
        for (_, label, amount_minor, customers) in lines(bridge, source) {
            table.add_row([
                bridge.currency.to_string(),
                label,
                in_main_units(amount_minor, bridge.currency),
                customers.to_string(),
            ]);
        }
    }
    Ok(writeln!(out, "{table}")?)
}

/// One line per customer and line of its own statement, amounts in smallest units.
fn write_customers_csv(out: &mut impl Write, all: &[MrrCustomer]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["customer_id", "name", "currency", "line", "amount_minor"])?;
    for customer in all {
        let mut lines = vec![("mrr", customer.mrr_minor)];
        lines.extend(customer.reasons.iter().map(|own| (own.reason.as_str(), own.amount_minor)));
        lines.push(("unexplained", customer.unexplained_minor));
        lines.push(("provider_mrr", customer.provider_mrr_minor));
        for (line, amount_minor) in lines {
            csv.write_record([
                &customer.customer_id,
                &guarded_or_empty(customer.name.as_deref()),
                &customer.currency.to_string(),
                line,
                &amount_minor.to_string(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// One line per customer, amounts in the currency's main unit.
fn write_customers_table(out: &mut impl Write, all: &[MrrCustomer], source: &str) -> anyhow::Result<()> {
    let mut table = table(["customer", "currency", "MRR", source, "difference", "reasons"], 2..5);
    for customer in all {
        let amount = |minor| in_main_units(minor, customer.currency);
        let reasons = customer.reasons.iter();
        let reasons = reasons.map(|own| format!("{} {}", own.reason.label(), amount(own.amount_minor)));
        let mut reasons: Vec<String> = reasons.collect();
        if customer.unexplained_minor != 0 {
            reasons.push(format!("Unexplained {}", amount(customer.unexplained_minor)));
        }
        table.add_row([
            customer.name.as_ref().unwrap_or(&customer.customer_id).clone(),
            customer.currency.to_string(),
            amount(customer.mrr_minor),
            amount(customer.provider_mrr_minor),
            amount(customer.counted_minor),
            reasons.join("; "),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

#[cfg(test)]
mod tests {
    use metrics::statement::mrr::{MrrReason, MrrReasonAmount, MrrReasonSum};
    use model::Currency;

    use super::*;

    #[test]
    fn a_spreadsheet_gets_one_line_a_line_of_the_statement() {
        let reason = MrrReasonSum { reason: MrrReason::EndingDiscount, amount_minor: 250, customers: 1 };
        let bridge = MrrBridge {
            currency: Currency::USD,
            mrr_minor: 750,
            customers: 1,
            reasons: vec![reason],
            unexplained_minor: 0,
            unexplained_customers: 0,
            provider_mrr_minor: 1000,
            provider_customers: 1,
        };
        let statement = MrrStatement { method_published_in: None, currencies: vec![bridge] };
        let mut out = Vec::new();
        write_csv(&mut out, &statement).unwrap();
        let wanted = "currency,line,amount_minor,customers\nusd,mrr,750,1\nusd,ending_discount,250,1\n\
                      usd,unexplained,0,0\nusd,provider_mrr,1000,1\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }

    #[test]
    fn the_lines_of_a_customer_add_up_and_its_name_is_never_a_formula() {
        let customer = MrrCustomer {
            customer_id: "cus_1".to_owned(),
            name: Some("=1+1".to_owned()),
            email: None,
            currency: Currency::USD,
            mrr_minor: 750,
            reasons: vec![MrrReasonAmount { reason: MrrReason::Quantity, amount_minor: 250 }],
            unexplained_minor: 0,
            provider_mrr_minor: 1000,
            counted_minor: 250,
        };
        let mut out = Vec::new();
        write_customers_csv(&mut out, &[customer]).unwrap();
        let wanted = "customer_id,name,currency,line,amount_minor\ncus_1,'=1+1,usd,mrr,750\n\
                      cus_1,'=1+1,usd,quantity,250\ncus_1,'=1+1,usd,unexplained,0\n\
                      cus_1,'=1+1,usd,provider_mrr,1000\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
