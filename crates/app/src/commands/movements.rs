//! `chartsy movements`: why MRR changed, customer by customer, computed by the same functions as in the API.

use std::io::Write;

use anyhow::anyhow;
use metrics::query::{
    self, Dimension, Movement, MovementFilter, MovementKind, MovementOrder, MovementsQuery, Reporting,
};
use metrics::question::Question;

use super::metrics::{add_filters, filter, tell_coarse};
use super::printed::{Format, in_main_units, table};
use crate::arguments::{ConnectionArgs, RangeArgs};
use crate::spreadsheet::guarded_or_empty;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Movements {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    range: RangeArgs,
    /// new, expansion, contraction, churn or reactivation; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    kinds: Vec<MovementKind>,
    /// native, or the code of a currency to convert to
    #[arg(long, default_value = "native")]
    currency: Reporting,
    /// Such as plan=price_123, cause=quantity, churn_reason=payment_failed or feedback=too_expensive; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter)]
    filter: Vec<(Dimension, String)>,
    /// Only expansion and contraction in which this price was left for another one; may be repeated
    #[arg(long, value_name = "PRICE")]
    plan_from: Vec<String>,
    /// Only expansion and contraction in which this price took the place of another one; may be repeated
    #[arg(long, value_name = "PRICE")]
    plan_to: Vec<String>,
    /// Only expansions and contractions that switch several prices at once, instead of one for one
    #[arg(long, conflicts_with_all = ["plan_from", "plan_to"])]
    several_plans: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub async fn run(args: Movements) -> anyhow::Result<()> {
    let mut question = Question { currency: Some(args.currency), ..args.range.question() };
    let is_of_movements =
        |(dimension, _): &(Dimension, String)| MovementFilter::DIMENSIONS.contains(dimension);
    let (own, others): (Vec<_>, Vec<_>) = args.filter.into_iter().partition(is_of_movements);
    add_filters(&mut question, &others)?;
    let mut only = MovementFilter {
        plans_from: args.plan_from,
        plans_to: args.plan_to,
        several_plans: args.several_plans,
        ..MovementFilter::default()
    };
    for (dimension, value) in own {
        let added = only.add(dimension, &value);
        added.map_err(|problem| anyhow!("--filter {dimension}: {problem}"))?;
    }
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let query = question.query(&view)?;
    let asked = MovementsQuery {
        query,
        kinds: args.kinds,
        only,
        order: MovementOrder::default(),
        cursor: None,
        limit: usize::MAX,
    };
    view.reach.exact_from_on.iter().for_each(tell_coarse);
    let page = query::movements(&view.ledger, &view.rates, &asked)?;
    args.format.print(&page.data, |out| write_csv(out, &page.data), |out| write_table(out, &page.data))
}

/// One line per movement, amounts in smallest units. Several causes are separated by semicolons, each with its part.
fn write_csv(out: &mut impl Write, movements: &[Movement]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "on",
        "type",
        "customer_id",
        "name",
        "email",
        "currency",
        "delta_minor",
        "mrr_after_minor",
        "converted_minor",
        "cause",
        "causes",
        "churn_reason",
        "feedback",
        "switched_minor",
        "switched_converted_minor",
    ])?;
    let number = |minor: Option<i64>| minor.map(|minor| minor.to_string()).unwrap_or_default();
    for one in movements {
        let causes: Vec<String> =
            one.causes.iter().map(|part| format!("{}={}", part.cause, part.delta_minor)).collect();
        csv.write_record([
            one.on.to_string(),
            one.kind.to_string(),
            one.customer_id.clone(),
            guarded_or_empty(one.name.as_deref()),
            guarded_or_empty(one.email.as_deref()),
            one.currency.to_string(),
            one.delta_minor.to_string(),
            one.mrr_after_minor.to_string(),
            number(one.converted_minor),
            one.cause.clone().unwrap_or_default(),
            causes.join(";"),
            one.churn_reason.clone().unwrap_or_default(),
            guarded_or_empty(one.feedback.as_deref()),
            number(one.switched_minor),
            number(one.switched_converted_minor),
        ])?;
    }
    Ok(csv.flush()?)
}

/// One row per movement, amounts in the currency's main unit.
fn write_table(out: &mut impl Write, movements: &[Movement]) -> anyhow::Result<()> {
    let mut table = table(
        ["on", "type", "customer", "currency", "change", "mrr after", "cause or reason", "feedback"],
        4..6,
    );
    for one in movements {
        let why = one.cause.as_ref().or(one.churn_reason.as_ref());
        table.add_row([
            one.on.to_string(),
            one.kind.to_string(),
            one.name.as_ref().unwrap_or(&one.customer_id).clone(),
            one.currency.to_string(),
            in_main_units(one.delta_minor, one.currency),
            in_main_units(one.mrr_after_minor, one.currency),
            why.cloned().unwrap_or_default(),
            one.feedback.clone().unwrap_or_default(),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

#[cfg(test)]
mod tests {
    use metrics::query::MovementCause;
    use model::Currency;

    use super::*;

    fn movement() -> Movement {
        let part = |cause: &str, delta_minor| MovementCause {
            cause: cause.to_owned(),
            delta_minor,
            converted_minor: None,
        };
        Movement {
            customer_id: "cus_1".to_owned(),
            name: None,
            email: None,
            on: "2026-02-10".parse().unwrap(),
            kind: MovementKind::Expansion,
            currency: Currency::USD,
            delta_minor: 700,
            mrr_after_minor: 1_700,
            converted_minor: None,
            is_involuntary: None,
            cause: Some("price".to_owned()),
            causes: vec![part("price", 900), part("item", -200)],
            churn_reason: None,
            feedback: None,
            switched_minor: Some(900),
            switched_converted_minor: None,
        }
    }

    #[test]
    fn a_spreadsheet_gets_the_parts_of_a_movement() {
        let mut out = Vec::new();
        write_csv(&mut out, &[movement()]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.ends_with("\n2026-02-10,expansion,cus_1,,,usd,700,1700,,price,price=900;item=-200,,,900,\n"),
            "{text}"
        );
    }

    #[test]
    fn a_name_is_never_a_formula() {
        let mut out = Vec::new();
        write_csv(&mut out, &[Movement { name: Some("=1+1".to_owned()), ..movement() }]).unwrap();
        assert!(String::from_utf8(out).unwrap().contains(",cus_1,'=1+1,,usd,"));
    }

    #[test]
    fn people_get_main_units_and_the_main_cause() {
        let mut out = Vec::new();
        write_table(&mut out, &[movement()]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let row = text.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(row, ["2026-02-10", "expansion", "cus_1", "usd", "7.00", "17.00", "price"]);
    }
}
