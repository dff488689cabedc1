//! `chartsy statements renewals`.

use std::io::Write;

use anyhow::bail;
use api::reconcile::renewals::{DifferentRenewalView, find};
use metrics::query::{MovementFilter, MovementOrder, MovementsQuery};
use sync::Business;

use crate::arguments::{ConnectionArgs, RangeArgs};
use crate::commands::printed::{Format, in_main_units, table};
use crate::spreadsheet::guarded_or_empty;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Renewals {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Renewals) -> anyhow::Result<()> {
    let (folder, record) = folder::one(&args.connection)?;
    let source = sync::runner::source_of(&record)?;
    if !source.bills_differences() {
        bail!(
            "{} doesn't bill changes as differences, so a renewal can't differ from them",
            source.texts().name
        );
    }
    let runner = work::for_command(&folder)?;
    let objects = runner.objects(&record.workspace, &record.id).await?;
    let view = work::view_by(&runner, &folder, &Business::One(Box::new(record))).await?;
    let query = args.range.question().query(&view)?;
    let asked = MovementsQuery {
        query,
        kinds: Vec::new(),
        only: MovementFilter::default(),
        order: MovementOrder::default(),
        cursor: None,
        limit: usize::MAX,
    };
    let found = find(source, &objects, &view, asked)?;
    args.format.print(&found.data, |out| write_csv(out, &found.data), |out| write_table(out, &found.data))
}

/// One line per renewal, amounts in the smallest unit.
fn write_csv(out: &mut impl Write, renewals: &[DifferentRenewalView]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "on",
        "customer_id",
        "name",
        "email",
        "subscription_id",
        "currency",
        "before_minor",
        "billed_minor",
        "difference_minor",
        "cause",
        "invoice_id",
    ])?;
    for one in renewals {
        csv.write_record([
            one.on.to_string(),
            one.customer_id.clone(),
            guarded_or_empty(one.name.as_deref()),
            guarded_or_empty(one.email.as_deref()),
            one.subscription_id.clone(),
            one.currency.to_string(),
            one.before_minor.to_string(),
            one.billed_minor.to_string(),
            one.difference_minor.to_string(),
            one.cause.as_str().to_owned(),
            one.invoice_id.clone().unwrap_or_default(),
        ])?;
    }
    Ok(csv.flush()?)
}

/// Amounts in the currency's main unit.
fn write_table(out: &mut impl Write, renewals: &[DifferentRenewalView]) -> anyhow::Result<()> {
    let header =
        ["day", "customer", "subscription", "currency", "MRR before", "billed", "difference", "cause"];
    let mut table = table(header, 4..7);
    for one in renewals {
        let amount = |minor| in_main_units(minor, one.currency);
        table.add_row([
            one.on.to_string(),
            one.name.clone().unwrap_or_else(|| one.customer_id.clone()),
            one.subscription_id.clone(),
            one.currency.to_string(),
            amount(one.before_minor),
            amount(one.billed_minor),
            amount(one.difference_minor),
            one.cause.as_str().replace('_', " "),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}
