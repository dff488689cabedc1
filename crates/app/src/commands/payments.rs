//! `chartsy payments`: what is behind revenue and payments, one by one, computed by the same functions as in the API.

use std::io::Write;

use anyhow::Context;
use metrics::ledger::MoneyKind;
use metrics::query::{self, Dimension, Payment, PaymentSort, PaymentsQuery, Reporting};
use metrics::question::Question;

use super::metrics::{add_filters, filter};
use super::printed::{Format, in_main_units, table};
use crate::arguments::{ConnectionArgs, RangeArgs};
use crate::spreadsheet::guarded_or_empty;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Payments {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    range: RangeArgs,
    /// payment, failed_payment, paid_invoice, charge_without_invoice, failed_invoice, recovered_invoice, refund,
    /// credit_note, dispute_opened, dispute_lost, open_invoice, voided_invoice, uncollectible_invoice or
    /// unbooked_payment; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    kinds: Vec<MoneyKind>,
    /// Why a payment failed, such as insufficient_funds; may be repeated
    #[arg(long, value_name = "CODE")]
    decline_code: Vec<String>,
    /// native, or the code of a currency to convert to
    #[arg(long, default_value = "native")]
    currency: Reporting,
    /// Such as country=DE or currency=eur; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter)]
    filter: Vec<(Dimension, String)>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Payments) -> anyhow::Result<()> {
    let mut question = Question { currency: Some(args.currency), ..args.range.question() };
    add_filters(&mut question, &args.filter)?;
    let (folder, business) = folder::business(&args.connection)?;
    let billed = work::for_command(&folder)?.billed(&business).await;
    let billed = billed.context("nothing has been imported yet")?;
    let view = work::view(&folder, &business).await?;
    let asked = PaymentsQuery {
        query: question.query(&view)?,
        kinds: args.kinds,
        decline_codes: args.decline_code,
        sort: PaymentSort::Date,
        is_descending: true,
        cursor: None,
        limit: usize::MAX,
    };
    let mut page = query::payments(&view.ledger, &view.rates, &asked)?;
    page.name_sources(|customers| billed.money(customers))?;
    args.format.print(&page.data, |out| write_csv(out, &page.data), |out| write_table(out, &page.data))
}

/// One line per payment, amounts in smallest units.
fn write_csv(out: &mut impl Write, payments: &[Payment]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "on",
        "type",
        "source",
        "customer_id",
        "name",
        "email",
        "currency",
        "amount_minor",
        "converted_minor",
        "decline_code",
    ])?;
    for one in payments {
        csv.write_record([
            one.on.to_string(),
            one.kind.to_owned(),
            one.source.clone().unwrap_or_default(),
            one.customer_id.clone(),
            guarded_or_empty(one.name.as_deref()),
            guarded_or_empty(one.email.as_deref()),
            one.currency.to_string(),
            one.amount_minor.to_string(),
            one.converted_minor.map(|minor| minor.to_string()).unwrap_or_default(),
            guarded_or_empty(one.decline_code.as_deref()),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row per payment, amounts in the currency's main unit.
fn write_table(out: &mut impl Write, payments: &[Payment]) -> anyhow::Result<()> {
    let mut table = table(["on", "type", "customer", "source", "currency", "amount", "decline code"], 5..6);
    for one in payments {
        table.add_row([
            one.on.to_string(),
            one.kind.to_owned(),
            one.name.as_ref().unwrap_or(&one.customer_id).clone(),
            one.source.clone().unwrap_or_default(),
            one.currency.to_string(),
            in_main_units(one.amount_minor, one.currency),
            one.decline_code.clone().unwrap_or_default(),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}
