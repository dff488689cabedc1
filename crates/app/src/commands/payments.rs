//! `chartsy payments`: what is behind revenue and payments, one by one, computed by the same functions as in the API.

use std::io::Write;

use anyhow::Context;
use comfy_table::{CellAlignment, Table, presets};
use metrics::ledger::MoneyKind;
use metrics::query::{self, Dimension, Payment, PaymentSort, PaymentsQuery, Reporting};
use metrics::question::{Preset, Question};
use model::Day;

use super::metrics::table::in_main_units;
use super::metrics::{Format, add_filters, filter};
use crate::cli::ConnectionArgs;
use crate::spreadsheet::guarded;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Payments {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// last_12_months (default) or last_12_full_months
    #[arg(long, value_name = "RANGE")]
    range: Option<Preset>,
    /// First day, such as 2026-01-31; by default the first day of --range
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Last day; by default today, or the last day of --range
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    /// payment, failed_payment, paid_invoice, charge_without_invoice, failed_invoice, recovered_invoice, refund,
    /// credit_note, dispute_opened or dispute_lost; may be repeated
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
    let mut question = Question {
        from: args.from,
        to: args.to,
        range: args.range,
        currency: Some(args.currency),
        ..Question::default()
    };
    add_filters(&mut question, &args.filter)?;
    let (folder, record) = folder::one(&args.connection)?;
    let source = sync::runner::source_of(&record)?;
    let objects = folder.data.connection_files(&record.id).objects_to_read();
    let objects = objects.context("nothing has been imported yet")?;
    let view = work::view(&folder, record).await?;
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
    page.name_sources(|customers| api::customers::billing::money(source, &objects, customers))?;
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&page.data)?)?,
        Format::Csv => write_csv(&mut out, &page.data)?,
        Format::Table => write_table(&mut out, &page.data)?,
    }
    Ok(())
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
            guarded(one.name.as_deref().unwrap_or_default()).into_owned(),
            guarded(one.email.as_deref().unwrap_or_default()).into_owned(),
            one.currency.to_string(),
            one.amount_minor.to_string(),
            one.converted_minor.map(|minor| minor.to_string()).unwrap_or_default(),
            guarded(one.decline_code.as_deref().unwrap_or_default()).into_owned(),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row per payment, amounts in the currency's main unit.
fn write_table(out: &mut impl Write, payments: &[Payment]) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["on", "type", "customer", "source", "currency", "amount", "decline code"]);
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
    for column in table.column_iter_mut().skip(5).take(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Ok(writeln!(out, "{table}")?)
}
