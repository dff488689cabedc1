//! `chartsy upcoming`: trials that end, renewals, and subscriptions that are set to end, computed by the same functions as in the
//! API.

use std::io::Write;

use anyhow::anyhow;
use metrics::query::{self, Dimension, Reporting, Upcoming as Row, UpcomingKind, UpcomingQuery, days_ahead};
use metrics::question::Question;
use model::Day;

use super::metrics::{add_filters, filter};
use super::printed::{Format, in_main_units, table};
use crate::arguments::ConnectionArgs;
use crate::spreadsheet::{guarded, guarded_or_empty};
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Upcoming {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// trial_end: trials that end; end: subscriptions that are set to end; renewal: subscriptions that are billed again
    #[arg(long)]
    what: UpcomingKind,
    /// First day, such as 2026-01-31; by default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Last day; by default that of --days
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "days")]
    to: Option<Day>,
    /// How many days, the first included; by default 7
    #[arg(long)]
    days: Option<u32>,
    /// native, or the code of a currency to convert to
    #[arg(long, default_value = "native")]
    currency: Reporting,
    /// Such as plan=price_123 or country=DE; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter)]
    filter: Vec<(Dimension, String)>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Upcoming) -> anyhow::Result<()> {
    let mut question = Question::default();
    add_filters(&mut question, &args.filter)?;
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let (from, to) =
        days_ahead(args.from, args.to, args.days, view.today()).map_err(|problem| anyhow!(problem))?;
    let asked = UpcomingQuery {
        what: args.what,
        from,
        to,
        filter: question.filter,
        currency: args.currency,
        now: view.now,
        cursor: None,
        limit: usize::MAX,
    };
    let page = query::upcoming(&view.ledger, &view.rates, &asked)?;
    args.format.print(&page.data, |out| write_csv(out, &page.data), |out| write_table(out, &page.data))
}

/// One line per subscription and currency, amounts in smallest units. Several plans are separated by semicolons.
fn write_csv(out: &mut impl Write, rows: &[Row]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "on",
        "customer_id",
        "name",
        "email",
        "subscription_id",
        "plans",
        "currency",
        "mrr_minor",
        "converted_minor",
        "is_set_to_end",
        "feedback",
    ])?;
    for one in rows {
        csv.write_record([
            one.on.to_string(),
            one.customer_id.clone(),
            guarded_or_empty(one.name.as_deref()),
            guarded_or_empty(one.email.as_deref()),
            one.subscription_id.clone(),
            guarded(&one.plans.join(";")).into_owned(),
            one.currency.to_string(),
            one.mrr_minor.to_string(),
            one.converted_minor.map(|minor| minor.to_string()).unwrap_or_default(),
            one.is_set_to_end.to_string(),
            guarded_or_empty(one.feedback.as_deref()),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row per subscription and currency, amounts in the currency's main unit.
fn write_table(out: &mut impl Write, rows: &[Row]) -> anyhow::Result<()> {
    let mut table = table(["on", "customer", "plans", "currency", "mrr", "set to end", "feedback"], 4..5);
    for one in rows {
        table.add_row([
            one.on.to_string(),
            one.name.as_ref().unwrap_or(&one.customer_id).clone(),
            one.plans.join(", "),
            one.currency.to_string(),
            in_main_units(one.mrr_minor, one.currency),
            if one.is_set_to_end { "yes" } else { "no" }.to_owned(),
            one.feedback.clone().unwrap_or_default(),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

#[cfg(test)]
mod tests {
    use model::Currency;

    use super::*;

    fn row() -> Row {
        Row {
            customer_id: "cus_1".to_owned(),
            name: None,
            email: None,
            subscription_id: "sub_1".to_owned(),
            on: "2026-02-10".parse().unwrap(),
            plans: vec!["Basic".to_owned(), "Seats".to_owned()],
            currency: Currency::USD,
            mrr_minor: 1_700,
            converted_minor: None,
            is_set_to_end: true,
            feedback: Some("too_expensive".to_owned()),
        }
    }

    #[test]
    fn a_spreadsheet_gets_smallest_units_and_no_formula() {
        let mut out = Vec::new();
        write_csv(&mut out, &[Row { name: Some("=1+1".to_owned()), ..row() }]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.ends_with("\n2026-02-10,cus_1,'=1+1,,sub_1,Basic;Seats,usd,1700,,true,too_expensive\n"),
            "{text}"
        );
    }

    #[test]
    fn people_get_main_units() {
        let mut out = Vec::new();
        write_table(&mut out, &[row()]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let words = text.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(words, ["2026-02-10", "cus_1", "Basic,", "Seats", "usd", "17.00", "yes", "too_expensive"]);
    }
}
