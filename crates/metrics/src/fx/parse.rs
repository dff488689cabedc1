//! The ECB's CSV into columns, in both of its layouts. The wide one by hand, because it is read whenever a process
//! first converts something.

use model::{Currency, Day};
use rust_decimal::Decimal;

use super::FxError;

pub(super) type Columns = Vec<(Currency, Vec<(Day, Decimal)>)>;

pub(super) fn columns(text: &str) -> Result<Columns, FxError> {
    let header = text.lines().next().unwrap_or_default();
    if header.split(',').any(|name| name.trim() == "OBS_VALUE") { observations(text) } else { table(text) }
}

/// A line per currency and day, as the bank's data service answers: it names its columns, and has many more.
fn observations(text: &str) -> Result<Columns, FxError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| FxError::NoHeader)?.clone();
    let place = |name: &str| headers.iter().position(|header| header.trim() == name).ok_or(FxError::NoHeader);
    let (code, date, value) = (place("CURRENCY")?, place("TIME_PERIOD")?, place("OBS_VALUE")?);
    let mut columns = Columns::new();
    for (index, record) in reader.records().enumerate() {
        let bad = |text: &str| FxError::BadLine { line: index + 2, text: text.to_owned() };
        let record = record.map_err(|error| bad(&error.to_string()))?;
        let field = |place: usize| record.get(place).unwrap_or_default().trim();
        if matches!(field(value), "" | "NaN") {
            continue;
        }
        let currency = field(code).parse().map_err(|_| bad(field(code)))?;
        let day = parse_day(field(date)).ok_or_else(|| bad(field(date)))?;
        let rate = parse_rate(field(value)).ok_or_else(|| bad(field(value)))?;
        match columns.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, quotes)) => quotes.push((day, rate)),
            None => columns.push((currency, vec![(day, rate)])),
        }
    }
    Ok(columns)
}

/// A line per day and a column per currency, as the bank publishes its history.
fn table(text: &str) -> Result<Columns, FxError> {
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |(_, line)| line);
    let mut columns = header_columns(header)?;
    for (index, line) in lines {
        if line.trim().is_empty() {
            continue;
        }
        let bad = |text: &str| FxError::BadLine { line: index + 1, text: text.to_owned() };
        let mut fields = line.split(',').map(str::trim);
        let date = fields.next().unwrap_or_default();
        let day = parse_day(date).ok_or_else(|| bad(date))?;
        for (field, (_, quotes)) in fields.zip(&mut columns) {
            if field.is_empty() || field == "N/A" {
                continue;
            }
            quotes.push((day, parse_rate(field).ok_or_else(|| bad(field))?));
        }
    }
    Ok(columns)
}

fn header_columns(header: &str) -> Result<Columns, FxError> {
    let mut names = header.trim_start_matches('\u{feff}').split(',').map(str::trim);
    if names.next() != Some("Date") {
        return Err(FxError::NoHeader);
    }
    // The published header ends in a comma.
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(FxError::NoHeader);
    }
    let column =
        |name: &&str| name.parse().map(|currency| (currency, Vec::new())).map_err(|_| FxError::NoHeader);
    names.iter().map(column).collect()
}

/// `YYYY-MM-DD`.
fn parse_day(text: &str) -> Option<Day> {
    text.parse().ok()
}

/// Digits with at most one point; 18 digits are more than any rate has.
pub(super) fn parse_rate(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.len() + fraction.len();
    if whole.is_empty() || digits > 18 {
        return None;
    }
    let mut mantissa = 0_i64;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + i64::from(byte - b'0');
    }
    let scale = u32::try_from(fraction.len()).ok()?;
    (mantissa > 0).then(|| Decimal::new(mantissa, scale))
}
