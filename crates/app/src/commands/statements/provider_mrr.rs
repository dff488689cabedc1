//! `chartsy statements provider-mrr`.

use std::io::Write;

use anyhow::bail;
use metrics::statement::provider_mrr::{ProviderMrrReport, ProviderMrrState};
use model::Currency;
use sync::Business;

use crate::arguments::ConnectionArgs;
use crate::commands::printed::{Format, in_main_units, table};
use crate::failure::Advice;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct ProviderMrr {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: ProviderMrr) -> anyhow::Result<()> {
    let (folder, record) = folder::one(&args.connection)?;
    let source = sync::runner::source_of(&record)?;
    let name = source.texts().name;
    let runner = work::for_command(&folder)?;
    let objects = runner.objects(&record.workspace, &record.id).await?;
    let last = sync::provider_mrr::last(&objects)?;
    let view = work::view_by(&runner, &folder, &Business::One(Box::new(record))).await?;
    let report = ProviderMrrReport::of(&view, source.provider_mrr().is_some(), last);
    let currency = match (report.state, report.currency) {
        (ProviderMrrState::Read, Some(currency)) => currency,
        (ProviderMrrState::PermissionMissing, _) => {
            let permission = report.permission.as_deref().unwrap_or_default();
            let title =
                format!("the key lacks the permission {permission}, so {name}'s own MRR can't be read");
            return Err(Advice::new(
                title,
                format!("{}, then run 'chartsy sync'", source.texts().permission),
            )
            .into());
        }
        (ProviderMrrState::NotRead | ProviderMrrState::Read, _) => {
            let help = "it is read after the import, and once a day: run 'chartsy sync'";
            return Err(Advice::new(format!("{name}'s own MRR has not been read yet"), help).into());
        }
        (ProviderMrrState::Absent, _) => bail!("this server doesn't have {name}'s own MRR"),
        (ProviderMrrState::NotOffered, _) => {
            bail!("{name}'s API doesn't say what MRR is, so there is nothing to compare with")
        }
    };
    args.format.print(
        &report,
        |out| write_csv(out, &report, currency),
        |out| write_table(out, &report, currency, name),
    )
}

/// One line per day, amounts in the smallest unit.
fn write_csv(out: &mut impl Write, report: &ProviderMrrReport, currency: Currency) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "on",
        "currency",
        "mrr_minor",
        "provider_mrr_minor",
        "difference_minor",
        "other_currencies_minor",
        "reason",
    ])?;
    for day in &report.days {
        csv.write_record([
            day.on.to_string(),
            currency.to_string(),
            day.mrr_minor.to_string(),
            day.provider_mrr_minor.to_string(),
            day.difference_minor.to_string(),
            day.other_currencies_minor.to_string(),
            day.reason.as_str().to_owned(),
        ])?;
    }
    Ok(csv.flush()?)
}

/// Amounts in the currency's main unit.
fn write_table(
    out: &mut impl Write,
    report: &ProviderMrrReport,
    currency: Currency,
    name: &str,
) -> anyhow::Result<()> {
    let header = ["day (UTC)", "currency", "MRR", name, "difference", "in other currencies", "reason"];
    let mut table = table(header, 2..6);
    let amount = |minor| in_main_units(minor, currency);
    for day in &report.days {
        table.add_row([
            day.on.to_string(),
            currency.to_string(),
            amount(day.mrr_minor),
            amount(day.provider_mrr_minor),
            amount(day.difference_minor),
            amount(day.other_currencies_minor),
            day.reason.as_str().replace('_', " "),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

#[cfg(test)]
mod tests {
    use metrics::statement::provider_mrr::{ComparedDay, ProviderMrrReason};

    use super::*;

    #[test]
    fn a_spreadsheet_gets_one_line_a_day() {
        let day = ComparedDay {
            on: "2026-11-01".parse().unwrap(),
            provider_mrr_minor: 900,
            mrr_minor: 1000,
            difference_minor: -100,
            other_currencies_minor: 800,
            reason: ProviderMrrReason::Rates,
            unconverted: Vec::new(),
        };
        let report = ProviderMrrReport {
            state: ProviderMrrState::Read,
            permission: None,
            read_at: None,
            currency: Some(Currency::USD),
            discounts_minor: None,
            days: vec![day],
        };
        let mut out = Vec::new();
        write_csv(&mut out, &report, Currency::USD).unwrap();
        let wanted = "on,currency,mrr_minor,provider_mrr_minor,difference_minor,other_currencies_minor,reason\n\
                      2026-11-01,usd,1000,900,-100,800,rates\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
