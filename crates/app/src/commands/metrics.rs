//! `chartsy metrics NAME`: a metric over time, computed by the same functions as in the API.

mod table;

use std::fmt::Display;

use anyhow::anyhow;
use metrics::envelope;
use metrics::query::{Dimension, Reporting};
use metrics::question::Question;
use metrics::registry::{METRICS, Metric};
use model::Interval;

use super::printed::Format;
use crate::arguments::{ConnectionArgs, RangeArgs};
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Metrics {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Such as mrr, arr or customer_churn_rate
    #[arg(value_name = "NAME", value_parser = metric)]
    metric: &'static Metric,
    #[command(flatten)]
    range: RangeArgs,
    /// day, week, month, quarter or year
    #[arg(long, default_value = "month")]
    interval: Interval,
    /// native, or the code of a currency to convert to
    #[arg(long, default_value = "native")]
    currency: Reporting,
    /// One series per group: plan, product, interval, currency, country, or what else the metric has, such as cause,
    /// churn_reason, feedback, decline_code or age
    #[arg(long, value_name = "DIMENSION")]
    by: Option<Dimension>,
    /// Such as plan=price_123; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter)]
    filter: Vec<(Dimension, String)>,
    /// Days after its end until which a trial counts as converted; by default until now
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Metrics) -> anyhow::Result<()> {
    let mut question = Question {
        interval: Some(args.interval),
        currency: Some(args.currency),
        by: args.by,
        within_days: args.within,
        ..args.range.question()
    };
    add_filters(&mut question, &args.filter)?;
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let answer = serde_json::to_value(envelope::shown(&view, args.metric, question)?)?;
    tell_what_lacks(&answer, args.format, args.metric);
    args.format.print(
        &answer,
        |out| table::write_csv(out, &answer),
        |out| table::write_table(out, &answer, args.metric),
    )
}

/// Printed beside the figures, because a table or CSV has no place for it.
fn tell_what_lacks(answer: &serde_json::Value, format: Format, metric: &Metric) {
    let listed = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    for kind in listed("absent") {
        tell_absent(kind.as_str().unwrap_or("some"));
    }
    if let Some(day) = answer["exact_from_on"].as_str() {
        tell_coarse(day);
    }
    if matches!(format, Format::Csv) {
        for missing in listed("unconverted") {
            let (currency, amount) = (&missing["currency"], &missing["mrr_minor"]);
            eprintln!(
                "note: not converted and not in any figure: {}, {amount} {} (smallest units) {}",
                table::customers(&missing["customers"]),
                currency.as_str().unwrap_or("?"),
                table::as_of(metric, &missing),
            );
        }
    }
}

/// Says since when figures are exact.
pub(in crate::commands) fn tell_coarse(day: impl Display) {
    eprintln!("note: figures before {day} are coarse, because the provider reports less about that time");
}

/// Says that a kind of object is missing from the figures.
pub(in crate::commands) fn tell_absent(kind: &str) {
    eprintln!("note: incomplete, because {kind} objects can't be read");
}

pub(in crate::commands) fn metric(text: &str) -> Result<&'static Metric, String> {
    Metric::find(text).ok_or_else(|| {
        let known: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
        format!("metric not found; use {}", known.join(", "))
    })
}

/// # Errors
/// When a filter has a value that it cannot have.
pub(super) fn add_filters(question: &mut Question, filters: &[(Dimension, String)]) -> anyhow::Result<()> {
    for (dimension, value) in filters {
        let added = question.filter.add(*dimension, value);
        added.map_err(|problem| anyhow!("--filter {dimension}: {problem}"))?;
    }
    Ok(())
}

pub(super) fn filter(text: &str) -> Result<(Dimension, String), String> {
    let (dimension, value) = text.split_once('=').ok_or("write it as DIMENSION=VALUE")?;
    if value.is_empty() {
        return Err("the value is missing".to_owned());
    }
    Ok((dimension.parse()?, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_a_dimension_and_a_value() {
        assert_eq!(filter("plan=price_1"), Ok((Dimension::Plan, "price_1".to_owned())));
        for bad in ["plan", "plan=", "colour=red"] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }
}
