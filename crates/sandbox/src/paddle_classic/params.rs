//! The parameters of a request: a form or JSON, in the body or the query.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::refusal::Refusal;

/// By name, each as text.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// JSON where the body is an object, else a form.
    pub fn parse(query: &str, body: &[u8]) -> Self {
        let mut found: BTreeMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(fields)) => {
                let texts = fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?)));
                found.extend(texts);
            }
            _ => found.extend(form_urlencoded::parse(body).into_owned()),
        }
        Self(found)
    }

    /// `None` where it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// # Errors
    /// When there is a parameter that is not known here.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let is_known =
            |name: &str| known.contains(&name) || ["vendor_id", "vendor_auth_code"].contains(&name);
        match self.0.keys().find(|name| !is_known(name)) {
            Some(name) => Err(Refusal::bad_parameter(name, "is no parameter of this call")),
            None => Ok(()),
        }
    }

    /// # Errors
    /// When it is not a whole number.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let parse =
            |text: &str| text.parse().map_err(|_| Refusal::bad_parameter(name, "must be a whole number"));
        self.get(name).map(parse).transpose()
    }

    /// # Errors
    /// When it is neither 0 nor 1.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("0") => Ok(Some(false)),
            Some("1") => Ok(Some(true)),
            Some(_) => Err(Refusal::bad_parameter(name, "must be 0 or 1")),
        }
    }

    /// A date or an instant in UTC, in seconds.
    ///
    /// # Errors
    /// When it is neither `YYYY-MM-DD` nor `YYYY-MM-DD hh:mm:ss`.
    pub fn instant(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parse = |text: &str| instant(text).ok_or_else(|| Refusal::bad_date(name));
        self.get(name).map(parse).transpose()
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(flag).to_string()),
        _ => None,
    }
}

/// `2026-01-31` or `2026-01-31 12:00:00`, in UTC.
pub fn instant(text: &str) -> Option<i64> {
    let at = match text.parse::<DateTime>() {
        Ok(at) if text.len() == "2026-01-31 12:00:00".len() => at,
        _ if text.len() == "2026-01-31".len() => {
            text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())
        }
        _ => return None,
    };
    Some(TimeZone::UTC.to_timestamp(at).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_and_json_say_the_same() {
        for body in ["vendor_id=12&state=active&page=2", r#"{"vendor_id":12,"state":"active","page":"2"}"#] {
            let params = Params::parse("", body.as_bytes());
            assert_eq!(params.get("vendor_id"), Some("12"));
            assert_eq!(params.number("page"), Ok(Some(2)));
            assert_eq!(params.only(&["state", "page"]), Ok(()));
            assert!(params.only(&["page"]).is_err() && params.number("state").is_err());
        }
    }

    #[test]
    fn a_date_is_its_first_second_in_utc() {
        assert_eq!(instant("2026-01-31"), Some(1_769_817_600));
        assert_eq!(instant("2026-01-31 00:00:10"), Some(1_769_817_610));
        for bad in ["31.01.2026", "2026-02-30", "2026-01-31 1", "", "2026-01-31T00"] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }
}
