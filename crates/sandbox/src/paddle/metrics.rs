//! `/metrics/…`: a point a day in US dollars, which is what the account is paid out in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::{Currency, Day};
use serde_json::{Value, json};

use super::account::{Account, Kind, instant};
use super::refusal::Refusal;
use super::world::cents_of;
use crate::query::Query;
use crate::world::add_months;

const DAY_S: i64 = 86_400;

/// The metrics by the last part of their path.
pub const NAMES: [&str; 7] = [
    "monthly-recurring-revenue",
    "monthly-recurring-revenue-change",
    "active-subscribers",
    "revenue",
    "refunds",
    "chargebacks",
    "checkout-conversion",
];

/// An amount and a count of a day.
type ByDay = BTreeMap<i64, (i64, i64)>;

/// The answer's `data`.
///
/// # Errors
/// When the range makes no sense.
pub fn answer(name: &str, account: &Account, query: &Query) -> Result<Value, Refusal> {
    if let Some(unknown) = query.names().find(|name| !matches!(*name, "from" | "to")) {
        return Err(Refusal::field(unknown, "is no parameter of metrics"));
    }
    let (from, to) = (day(query, "from")?, day(query, "to")?);
    if from > to {
        return Err(Refusal::field("from", "must be before or the same as to"));
    }
    let days = (from..to).take_while(|day| day * DAY_S <= account.now.0);
    let point = |day: i64| json!({ "timestamp": instant(day * DAY_S) });
    let amounts = |amount_of: &dyn Fn(i64) -> i64| -> Vec<Value> {
        let with_amount = |day| {
            let mut point = point(day);
            point["amount"] = json!(amount_of(day).to_string());
            point
        };
        days.clone().map(with_amount).collect()
    };
    let both = |by_day: ByDay| -> Vec<Value> {
        let with_both = |day| {
            let (amount, count) = by_day.get(&day).copied().unwrap_or_default();
            let mut point = point(day);
            point["amount"] = json!(amount.to_string());
            point["count"] = json!(count);
            point
        };
        days.clone().map(with_both).collect()
    };
    let timeseries = match name {
        "monthly-recurring-revenue" => amounts(&|day| recurring(account, (day + 1) * DAY_S - 1).0),
        "monthly-recurring-revenue-change" => amounts(&|day| {
            let end = (day + 1) * DAY_S - 1;
            recurring(account, end).0 - recurring(account, add_months(end, -1)).0
        }),
        "active-subscribers" => {
            let count = |day| {
                let mut point = point(day);
                point["count"] = json!(recurring(account, (day + 1) * DAY_S - 1).1);
                point
            };
            days.clone().map(count).collect()
        }
        "revenue" => both(revenue(account)),
        "refunds" => {
            let by_day = adjusted(account, "refund");
            amounts(&|day| by_day.get(&day).map_or(0, |(minor, _)| *minor))
        }
        "chargebacks" => {
            let by_day = adjusted(account, "chargeback");
            let count = |day| {
                let mut point = point(day);
                point["count"] = json!(by_day.get(&day).map_or(0, |(_, count)| *count));
                point
            };
            days.clone().map(count).collect()
        }
        _ => checkouts(account, days.clone().map(point).zip(days.clone())),
    };
    let mut data = json!({
        "timeseries": timeseries,
        "starts_at": instant(from * DAY_S),
        "ends_at": instant(to * DAY_S),
        "interval": "day",
        "updated_at": instant(account.now.0),
    });
    if !matches!(name, "active-subscribers" | "chargebacks" | "checkout-conversion") {
        data["currency_code"] = json!("USD");
    }
    Ok(data)
}

fn day(query: &Query, name: &str) -> Result<i64, Refusal> {
    let date = query.get(name).and_then(|text| text.parse::<Date>().ok());
    let date = date.ok_or_else(|| Refusal::field(name, "must be a date such as 2026-01-31"))?;
    Ok(i64::from(Day::from(date).0))
}

/// What is worth something at that instant, in cents, and for how many customers.
fn recurring(account: &Account, at: i64) -> (i64, i64) {
    let mut last: BTreeMap<(&str, Currency), i64> = BTreeMap::new();
    for step in account.expected.iter().filter(|step| step.at.0 <= at) {
        last.insert((step.customer.as_str(), step.currency), step.mrr_minor);
    }
    let worth = last.iter().filter(|(_, mrr_minor)| **mrr_minor > 0);
    worth.fold((0, 0), |(sum, count), ((_, currency), mrr_minor)| {
        (sum + cents_of(*currency, *mrr_minor), count + 1)
    })
}

fn day_of(value: &Value) -> Option<i64> {
    Some(value.as_str()?.parse::<jiff::Timestamp>().ok()?.as_second().div_euclid(DAY_S))
}

/// After tax and fees, before adjustments.
fn revenue(account: &Account) -> ByDay {
    let mut by_day = ByDay::new();
    for (_, transaction) in account.all(Kind::Transaction) {
        let earnings: Option<i64> =
            transaction["details"]["payout_totals"]["earnings"].as_str().and_then(|text| text.parse().ok());
        let captured = &transaction["payments"][0]["captured_at"];
        let day = day_of(captured).or_else(|| day_of(&transaction["billed_at"]));
        if let (Some(earnings), Some(day)) = (earnings, day) {
            let of_day: &mut (i64, i64) = by_day.entry(day).or_default();
            *of_day = (of_day.0 + earnings, of_day.1 + 1);
        }
    }
    by_day
}

/// Without tax, once approved, on the day they were made.
fn adjusted(account: &Account, action: &str) -> ByDay {
    let mut by_day = ByDay::new();
    for (_, adjustment) in account.all(Kind::Adjustment) {
        let is_one = adjustment["action"] == action;
        let subtotal = &adjustment["payout_totals"]["subtotal"];
        let subtotal: Option<i64> = subtotal.as_str().and_then(|text| text.parse().ok());
        if let (true, true, Some(subtotal), Some(day)) =
            (is_one, adjustment["status"] == "approved", subtotal, day_of(&adjustment["created_at"]))
        {
            let of_day = by_day.entry(day).or_default();
            *of_day = (of_day.0 + subtotal, of_day.1 + 1);
        }
    }
    by_day
}

fn checkouts(account: &Account, points: impl Iterator<Item = (Value, i64)>) -> Vec<Value> {
    let mut by_day = ByDay::new();
    for (_, transaction) in
        account.all(Kind::Transaction).filter(|(_, transaction)| transaction["origin"] == "web")
    {
        if let Some(day) = day_of(&transaction["created_at"]) {
            let of_day = by_day.entry(day).or_default();
            *of_day = (of_day.0 + 1, of_day.1 + i64::from(transaction["status"] == "completed"));
        }
    }
    let with_rate = |(mut point, day): (Value, i64)| {
        let (count, completed) = by_day.get(&day).copied().unwrap_or_default();
        let rate = (completed * 10_000).checked_div(count).unwrap_or(0);
        point["count"] = json!(count);
        point["completed_count"] = json!(completed);
        point["rate"] = json!(format!("{}.{:04}", rate / 10_000, rate % 10_000));
        point
    };
    points.map(with_rate).collect()
}
