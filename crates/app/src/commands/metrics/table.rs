//! Series as rows, for people in a terminal and for spreadsheets.

use std::collections::BTreeSet;
use std::io::Write;

use metrics::registry::{Measure, Metric, Section, Unit};
use model::Currency;
use serde_json::Value;

use crate::commands::printed::{counted, in_main_units, table};

/// The mark of a point that lacks something for want of an exchange rate.
const LACKS_RATES: &str = "lacks_rates";

const MRR: &str = "mrr_minor";

/// Columns that lead a row. All others are a point's own, in its order.
const LEADING: [&str; 2] = ["currency", "group"];

/// One line per point, amounts in smallest units.
pub fn write_csv(out: &mut impl Write, answer: &Value) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut columns = columns(answer);
    // Also where nothing lacks any, so that a script finds the same columns in every file.
    columns.retain(|column| column != LACKS_RATES);
    columns.push(LACKS_RATES.to_owned());
    csv.write_record(LEADING.iter().copied().chain(columns.iter().map(String::as_str)))?;
    for (series, point) in rows(answer) {
        let cells = columns.iter().map(|column| match (column.as_str(), &point[column]) {
            (LACKS_RATES, Value::Null) => "false".to_owned(),
            (_, value) => plain(value),
        });
        let leading = [plain(&series["currency"]), plain(&series["group"]["key"])];
        csv.write_record(leading.into_iter().chain(cells))?;
    }
    Ok(csv.flush()?)
}

/// One row per point, amounts in the currency's main unit.
pub fn write_table(out: &mut impl Write, answer: &Value, metric: &Metric) -> anyhow::Result<()> {
    let mut columns = columns(answer);
    let has_mrr = columns.iter().any(|column| column == MRR);
    columns.retain(|column| column != "end_on" && (column != "value" || !has_mrr));
    let has_groups = rows(answer).any(|(series, _)| !series["group"].is_null());
    let group = has_groups.then_some("group");
    let headings = columns.iter().map(|column| heading(column));
    let header = ["currency"].into_iter().chain(group).chain(headings);
    let mut table = table(header, 2 + usize::from(has_groups)..usize::MAX);
    for (series, point) in rows(answer) {
        let currency = series["currency"].as_str().and_then(|code| code.parse::<Currency>().ok());
        let cells = columns.iter().map(|column| shown(column, &point[column], metric.unit, currency));
        let group = has_groups.then(|| plain(&series["group"]["label"]));
        table.add_row([plain(&series["currency"])].into_iter().chain(group).chain(cells));
    }
    writeln!(out, "{table}")?;
    let through = answer["data_through"].as_i64().map(model::UnixSeconds);
    let through = through.map_or_else(|| "nothing yet".to_owned(), |at| at.to_string());
    writeln!(out, "{} in {}, data through {through}", metric.label, plain(&answer["timezone"]))?;
    if let Some(on) = answer["rates_on"].as_str() {
        writeln!(out, "converted at exchange rates of {on} or later on the last day")?;
    }
    for missing in answer["unconverted"].as_array().into_iter().flatten() {
        let currency = missing["currency"].as_str().and_then(|code| code.parse::<Currency>().ok());
        let amount = shown("mrr_minor", &missing["mrr_minor"], metric.unit, currency);
        let (whose, currency) = (customers(&missing["customers"]), plain(&missing["currency"]));
        writeln!(out, "not converted: {whose}, {amount} {currency} {}", as_of(metric, missing))?;
    }
    Ok(())
}

/// `1 customer`, `38 customers`.
pub fn customers(count: &Value) -> String {
    counted(count.as_i64().unwrap_or_default(), "customer")
}

/// Money and trials are added up over the range; what subscriptions are worth is of a day.
pub fn as_of(metric: &Metric, missing: &Value) -> String {
    let is_sum = matches!(metric.section, Section::Revenue | Section::Payments | Section::Trials)
        && metric.measure != Measure::Level;
    format!("{} {}", if is_sum { "in all, up to" } else { "on" }, plain(&missing["on"]))
}

fn heading(column: &str) -> &str {
    match column {
        "is_partial" => "partial",
        LACKS_RATES => "exchange rates",
        column => column.trim_end_matches("_minor"),
    }
}

fn rows(answer: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let series = answer["series"].as_array().into_iter().flatten();
    series.flat_map(|series| {
        let points = series["points"].as_array().into_iter().flatten();
        points.map(move |point| (series, point))
    })
}

/// The names of the fields that any point has, days first. Marks are left out of points that don't have them.
fn columns(answer: &Value) -> Vec<String> {
    let points = rows(answer).filter_map(|(_, point)| point.as_object());
    let names: BTreeSet<&String> = points.flat_map(|point| point.keys()).collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    names.sort_by_key(|name| order(name));
    // MRR has its value twice: once among its movements, and once by the name that it has for every metric. That is a late
    // addition, and stands where scripts that count columns do not stumble over it.
    if names.iter().any(|name| name == MRR)
        && let Some(place) = names.iter().position(|name| name == "value")
    {
        let value = names.remove(place);
        names.push(value);
    }
    names
}

/// As the API writes them; `serde_json` keeps keys in order of the alphabet.
fn order(name: &str) -> usize {
    const ORDER: [&str; 19] = [
        "start_on",
        "end_on",
        "value",
        MRR,
        "customers",
        "subscriptions",
        "new_minor",
        "expansion_minor",
        "contraction_minor",
        "churn_minor",
        "reactivation_minor",
        "fx_minor",
        "new_customers",
        "expansion_customers",
        "contraction_customers",
        "churn_customers",
        "reactivation_customers",
        // Last, where scripts that count columns do not stumble over it.
        "is_partial",
        LACKS_RATES,
    ];
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn shown(column: &str, value: &Value, unit: Unit, currency: Option<Currency>) -> String {
    let is_money = column.ends_with("_minor") || (column == "value" && unit == Unit::Money);
    match (is_money, value.as_i64(), currency) {
        (true, Some(amount_minor), Some(currency)) => in_main_units(amount_minor, currency),
        _ if column == "value" && unit == Unit::Multiple => {
            value.as_f64().map_or_else(|| "–".to_owned(), |times| format!("{times:.1}×"))
        }
        _ if column == "is_partial" => if value == &Value::Bool(true) { "partial" } else { "" }.to_owned(),
        _ if column == LACKS_RATES => if value == &Value::Bool(true) { "incomplete" } else { "" }.to_owned(),
        _ if column == "value" && value.is_null() => "–".to_owned(),
        _ => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_lacks_rates_is_marked_wherever_it_stands() {
        let point =
            |on: &str| serde_json::json!({"start_on": on, "end_on": on, "is_partial": false, "value": 1});
        let mut marked = point("2026-02-01");
        marked["lacks_rates"] = true.into();
        let answer = serde_json::json!({"series": [
            {"currency": "eur", "group": null, "points": [point("2026-01-01"), marked]}]});
        let mut csv = Vec::new();
        write_csv(&mut csv, &answer).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.starts_with("currency,group,start_on,end_on,value,is_partial,lacks_rates\n"), "{csv}");
        assert!(
            csv.contains("2026-01-01,1,false,false\n") && csv.contains("2026-02-01,1,false,true\n"),
            "{csv}"
        );
        let mut shown = Vec::new();
        write_table(&mut shown, &answer, Metric::find("active_customers").unwrap()).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown.matches("incomplete").count(), 1, "{shown}");
    }

    #[test]
    fn a_spreadsheet_gets_one_line_a_point_in_smallest_units() {
        let answer = serde_json::json!({"series": [{"currency": "usd", "group": null, "points": [
            {"start_on": "2026-01-01", "end_on": "2026-01-31", "is_partial": false, "value": 1250}]}]});
        let mut out = Vec::new();
        write_csv(&mut out, &answer).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "currency,group,start_on,end_on,value,is_partial,lacks_rates\nusd,,2026-01-01,2026-01-31,1250,false,false\n"
        );
        let answer = serde_json::json!({"series": [{"currency": "usd", "group": null, "points": [
            {"start_on": "2026-01-01", "end_on": "2026-01-31", "is_partial": false, "value": 1250, "mrr_minor": 1250}]}]});
        let mut out = Vec::new();
        write_csv(&mut out, &answer).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("currency,group,start_on,end_on,mrr_minor,is_partial,value,lacks_rates\n"),
            "{text}"
        );
        let mut shown = Vec::new();
        write_table(&mut shown, &answer, Metric::find("mrr").unwrap()).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap().matches("12.50").count(), 1);
    }

    #[test]
    fn people_get_main_units_and_a_dash_for_what_is_undefined() {
        assert_eq!(shown("mrr_minor", &1250.into(), Unit::Money, Some(Currency::USD)), "12.50");
        assert_eq!(shown("value", &Value::Null, Unit::Ratio, Some(Currency::USD)), "–");
        assert_eq!(shown("value", &3.24.into(), Unit::Multiple, Some(Currency::USD)), "3.2×");
        assert_eq!(shown("value", &Value::Null, Unit::Multiple, Some(Currency::USD)), "–");
        assert_eq!(shown("is_partial", &true.into(), Unit::Count, None), "partial");
        assert_eq!(shown("is_partial", &false.into(), Unit::Count, None), "");
        assert_eq!(shown("customers", &3.into(), Unit::Money, Some(Currency::USD)), "3");
    }
}
