//! `chartsy cohorts`: customers by when they began, computed by the same functions as in the API.

mod customers;

use std::io::Write;

use metrics::envelope;
use metrics::query::{
    self, Cohort, CohortCustomersQuery, CohortValue, Cohorts as Answer, Dimension, Reporting,
};
use metrics::question::Question;
use model::{Currency, Day, Interval};

use super::metrics::{add_filters, filter, tell_absent, tell_coarse};
use super::printed::{Format, in_main_units, table};
use crate::arguments::ConnectionArgs;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Cohorts {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// What of each cohort to follow: customers (above 0), mrr, or revenue (net, so far)
    #[arg(long, default_value = "customers")]
    what: CohortValue,
    /// month, quarter or year
    #[arg(long, default_value = "month")]
    interval: Interval,
    /// One series per group of what the customer first had: plan, product, interval, currency or country
    #[arg(long, value_name = "DIMENSION")]
    by: Option<Dimension>,
    /// native, or the code of a currency to convert to
    #[arg(long, default_value = "native")]
    currency: Reporting,
    /// Only cohorts that began on or after this day; by default all
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Only cohorts that began by this day; by default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    /// Such as plan=price_123; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter)]
    filter: Vec<(Dimension, String)>,
    /// Print the customers of the cohorts instead, with what each adds to the value of this period after the first
    #[arg(long, value_name = "PERIOD")]
    at: Option<usize>,
    /// With --at: only of the cohort that began on this day
    #[arg(long, value_name = "YYYY-MM-DD", requires = "at")]
    start_on: Option<Day>,
    /// With --at and --by: only of the group with this key
    #[arg(long, value_name = "KEY", requires_all = ["at", "by"])]
    group: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Cohorts) -> anyhow::Result<()> {
    let mut question = Question {
        from: args.from,
        to: args.to,
        interval: Some(args.interval),
        currency: Some(args.currency),
        by: args.by,
        ..Question::default()
    };
    add_filters(&mut question, &args.filter)?;
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    if let Some(at) = args.at {
        let asked = CohortCustomersQuery {
            query: question.query_of_cohorts(&view)?,
            what: args.what,
            start_on: args.start_on,
            at,
            group: args.group,
            in_currency: None,
            is_kept: None,
            cursor: None,
            limit: usize::MAX,
        };
        envelope::absent_of_cohorts(&view, args.what).iter().for_each(|kind| tell_absent(kind));
        view.reach.exact_from_on.iter().for_each(tell_coarse);
        let page = query::cohort_customers(&view.ledger, &view.rates, &asked)?;
        let table = |out: &mut _| customers::write_table(out, &page, args.what);
        return args.format.print(&page.data, |out| customers::write_csv(out, &page), table);
    }
    let envelope = envelope::cohorts(&view, args.what, question)?;
    envelope.absent.iter().for_each(|kind| tell_absent(kind));
    envelope.exact_from_on.iter().for_each(tell_coarse);
    args.format.print(
        &envelope,
        |out| write_csv(out, &envelope.answer),
        |out| write_table(out, &envelope.answer),
    )
}

/// The most periods that any cohort has.
fn width(answer: &Answer) -> usize {
    let cohorts = answer.series.iter().flat_map(|series| &series.cohorts);
    cohorts.map(|cohort| cohort.values.len()).max().unwrap_or(0)
}

fn shown(what: CohortValue, value: i64, currency: Currency) -> String {
    match what {
        CohortValue::Customers => value.to_string(),
        CohortValue::Mrr | CohortValue::Revenue => in_main_units(value, currency),
    }
}

/// The periods whose values lack something that has no exchange rate.
fn lacking(cohort: &Cohort) -> impl Iterator<Item = usize> + '_ {
    (0..).zip(&cohort.lacks_rates).filter(|(_, lacks)| **lacks).map(|(period, _)| period)
}

/// One line per cohort, amounts in smallest units.
fn write_csv(out: &mut impl Write, answer: &Answer) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let leading =
        ["currency", "group", "start_on", "customers", "mrr_minor", "is_last_partial", "lacks_rates"];
    let periods: Vec<String> = (0..width(answer)).map(|period| period.to_string()).collect();
    csv.write_record(leading.iter().copied().chain(periods.iter().map(String::as_str)))?;
    for series in &answer.series {
        for cohort in &series.cohorts {
            let mut cells = vec![
                series.currency.to_string(),
                series.group.as_ref().map(|group| group.key.clone()).unwrap_or_default(),
                cohort.start_on.to_string(),
                cohort.customers.to_string(),
                cohort.mrr_minor.to_string(),
                cohort.is_last_partial.to_string(),
                lacking(cohort).map(|period| period.to_string()).collect::<Vec<_>>().join(" "),
            ];
            cells.extend(cohort.values.iter().map(ToString::to_string));
            cells.resize(leading.len() + periods.len(), String::new());
            csv.write_record(&cells)?;
        }
    }
    Ok(csv.flush()?)
}

/// One row per cohort, amounts in the currency's main unit. The value of a period that still runs has an asterisk.
fn write_table(out: &mut impl Write, answer: &Answer) -> anyhow::Result<()> {
    let has_groups = answer.series.iter().any(|series| series.group.is_some());
    let group = has_groups.then(|| "group".to_owned());
    let leading =
        ["currency".to_owned()].into_iter().chain(group).chain(["from".to_owned(), "customers".to_owned()]);
    let header = leading.chain((0..width(answer)).map(|period| period.to_string()));
    let mut table = table(header, 2 + usize::from(has_groups)..usize::MAX);
    for series in &answer.series {
        for cohort in &series.cohorts {
            let group = has_groups
                .then(|| series.group.as_ref().map(|group| group.label.clone()).unwrap_or_default());
            let leading = [series.currency.to_string()].into_iter().chain(group);
            let leading = leading.chain([cohort.start_on.to_string(), cohort.customers.to_string()]);
            let last = cohort.values.len().saturating_sub(1);
            let values = cohort.values.iter().enumerate().map(|(period, value)| {
                let mark = if period == last && cohort.is_last_partial { "*" } else { "" };
                let lacks = if lacking(cohort).any(|lacking| lacking == period) { "!" } else { "" };
                format!("{}{lacks}{mark}", shown(answer.what, *value, series.currency))
            });
            table.add_row(leading.chain(values));
        }
    }
    writeln!(out, "{table}")?;
    let what = match answer.what {
        CohortValue::Customers => "Customers above 0",
        CohortValue::Mrr => "MRR",
        CohortValue::Revenue => "Net revenue so far",
    };
    writeln!(
        out,
        "{what} by {} since the first value above 0, in {}; * = the period still runs",
        answer.interval, answer.timezone
    )?;
    if answer.series.iter().flat_map(|series| &series.cohorts).any(|cohort| lacking(cohort).next().is_some())
    {
        writeln!(out, "! = not complete: some amounts have no exchange rate")?;
    }
    Ok(())
}
