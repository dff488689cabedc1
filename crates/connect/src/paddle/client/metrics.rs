//! Paddle's own MRR, by its "Get monthly recurring revenue": a point a day, in UTC, in the currency of the account's balance.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Currency, Day, ProviderMrr, ProviderMrrDay, UnixSeconds};
use serde::Deserialize;
use serde_json::Value;

use super::super::{kind, page};
use super::{Call, Client};
use crate::ConnectError;
use crate::attempts::Unreadable;
use crate::retry;

#[derive(Debug, Deserialize)]
struct Series {
    timeseries: Vec<Point>,
    currency_code: String,
    /// When it was computed last: what is of later is not complete.
    updated_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Point {
    timestamp: Timestamp,
    /// In the smallest unit, as text.
    amount: Value,
}

impl Client {
    /// MRR at the end of each day from one until before another.
    ///
    /// # Errors
    /// When the server has no such figures, the key may not read them, or there is no readable answer.
    pub async fn provider_mrr(&self, from: Day, until: Day) -> Result<ProviderMrr, ConnectError> {
        let call = Call {
            query: vec![("from", from.to_string()), ("to", until.to_string())],
            attempts: retry::INTERACTIVE,
            ..Call::get(kind::METRICS, vec!["metrics", "monthly-recurring-revenue"])
        };
        self.request(&call, |answer| read(&answer.body, from, until)).await
    }
}

fn read(body: &[u8], from: Day, until: Day) -> Result<ProviderMrr, Unreadable> {
    let series: Series = serde_json::from_str(page::entity(body)?.get())?;
    let strange = |reason: String| Unreadable { reason, is_cut: false };
    let currency: Currency = series
        .currency_code
        .to_ascii_lowercase()
        .parse()
        .map_err(|_| strange(format!("{} is no currency", series.currency_code)))?;
    let day = |at: Timestamp| UnixSeconds(at.as_second()).day(&TimeZone::UTC);
    // The day on which it was computed was not over.
    let until = series.updated_at.map_or(until, |at| until.min(day(at)));
    let mut days = Vec::with_capacity(series.timeseries.len());
    for point in &series.timeseries {
        let on = day(point.timestamp);
        let amount = match &point.amount {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        let mrr_minor = amount.ok_or_else(|| strange(format!("{on} has no amount")))?;
        if (from..until).contains(&on) {
            days.push(ProviderMrrDay { on, mrr_minor });
        }
    }
    days.sort_by_key(|day| day.on);
    days.dedup_by_key(|day| day.on);
    Ok(ProviderMrr { currency, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(series: &str) -> Result<ProviderMrr, String> {
        let body = format!(r#"{{"data":{series},"meta":{{"request_id":"x"}}}}"#);
        let (from, until) = ("2026-11-01".parse().unwrap(), "2026-11-04".parse().unwrap());
        read(body.as_bytes(), from, until).map_err(|error| error.reason)
    }

    #[test]
    fn days_that_are_over_are_read_and_others_are_not() {
        let point = |on: &str, amount: &str| format!(r#"{{"timestamp":"{on}T00:00:00Z","amount":{amount}}}"#);
        let points =
            [point("2026-11-02", "\"2500\""), point("2026-11-01", "2400"), point("2026-11-03", "\"9\"")];
        let series = |rest: &str| {
            format!(r#"{{"timeseries":[{}],"currency_code":"USD","interval":"day"{rest}}}"#, points.join(","))
        };
        let days = |read: ProviderMrr| -> Vec<(String, i64)> {
            read.days.iter().map(|day| (day.on.to_string(), day.mrr_minor)).collect()
        };
        let two = [("2026-11-01".to_owned(), 2400), ("2026-11-02".to_owned(), 2500)];
        let whole = read_of(&series("")).unwrap();
        assert_eq!(whole.currency, Currency::USD);
        assert_eq!(days(whole)[..2], two);
        // Computed in the course of the third day.
        assert_eq!(days(read_of(&series(r#","updated_at":"2026-11-03T07:00:00Z""#)).unwrap()), two);
    }

    #[test]
    fn amounts_and_currencies_that_make_no_sense_are_said() {
        let series = |amount: &str, currency: &str| {
            let point = format!(r#"{{"timestamp":"2026-11-02T00:00:00Z","amount":{amount}}}"#);
            format!(r#"{{"timeseries":[{point}],"currency_code":"{currency}"}}"#)
        };
        assert_eq!(read_of(&series("\"1.5\"", "USD")).unwrap_err(), "2026-11-02 has no amount");
        assert_eq!(read_of(&series("\"1\"", "?")).unwrap_err(), "? is no currency");
    }
}
