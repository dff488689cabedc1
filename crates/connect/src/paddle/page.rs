//! Answers: `{data, meta: {pagination: {next, has_more}}}`.

use model::Currency;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::Source;
use crate::attempts::{self, Unreadable};

#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub data: Vec<&'a RawValue>,
    #[serde(default)]
    pub meta: Meta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    pub pagination: Pagination,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pagination {
    pub has_more: bool,
    /// There also on the last page.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct One<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// A page of a list.
pub(super) fn read(body: &[u8]) -> Result<Body<'_>, Unreadable> {
    serde_json::from_slice(body).map_err(|error| unreadable(body, error))
}

/// One entity.
pub(super) fn entity(body: &[u8]) -> Result<&RawValue, Unreadable> {
    let one = serde_json::from_slice::<One<'_>>(body);
    one.map(|one| one.data).map_err(|error| unreadable(body, error))
}

fn unreadable(body: &[u8], error: serde_json::Error) -> Unreadable {
    attempts::unreadable(Source::Paddle, body, "data", error)
}

/// Where the next page begins. The address of it is given whole: followed blindly, it could lead anywhere with the key, so only
/// the place is taken, and only from an address of the server that was requested.
pub(super) fn cursor(next: &str, base: &Url) -> Option<String> {
    let next = base.join(next).ok().filter(|next| next.host() == base.host())?;
    let after = next.query_pairs().find(|(name, _)| name == "after")?.1.into_owned();
    (!after.is_empty()).then_some(after)
}

/// The currency that the first transaction is paid out in.
pub(super) fn payout_currency(body: &[u8]) -> Result<Option<Currency>, Unreadable> {
    let body = read(body)?;
    let newest = body.data.first().and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
    let code = newest.as_ref().and_then(|newest| newest.pointer("/details/payout_totals/currency_code"));
    Ok(code.and_then(Value::as_str).and_then(|code| code.to_ascii_lowercase().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_on_the_same_server() {
        let base: Url = "https://api.paddle.com/".parse().unwrap();
        let cursor = |next: &str| cursor(next, &base);
        let next = "https://api.paddle.com/transactions?order_by=id%5BDESC%5D&after=txn_1&per_page=30";
        assert_eq!(cursor(next).as_deref(), Some("txn_1"));
        assert_eq!(cursor("/transactions?after=txn_2").as_deref(), Some("txn_2"));
        for strange in
            ["https://evil.example/transactions?after=txn_1", "https://api.paddle.com/transactions", ""]
        {
            assert_eq!(cursor(strange), None, "{strange}");
        }
    }

    #[test]
    fn what_is_paid_out_shows_in_a_payment() {
        let body = r#"{"data":[{"id":"txn_1","details":{"payout_totals":{"currency_code":"EUR"}}}]}"#;
        assert_eq!(payout_currency(body.as_bytes()).ok().flatten(), "eur".parse().ok());
        assert_eq!(payout_currency(br#"{"data":[]}"#).ok().flatten(), None);
    }
}
