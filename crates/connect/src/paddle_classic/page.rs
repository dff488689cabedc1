//! Answers: `{success, response}` or `{success, error: {code, message}}`, with status 200 in both cases.

use model::ObjectKind;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::attempts::{Unreadable, safe_words, unreadable};
use crate::{ConnectError, Source};

#[derive(Deserialize)]
struct Envelope<'a> {
    success: bool,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(default)]
    error: Refusal,
}

/// Where an answer's rows are, if they are not the answer itself.
#[derive(Deserialize)]
struct Around<'a> {
    #[serde(borrow, alias = "products", alias = "coupons")]
    data: Vec<&'a RawValue>,
}

/// Why there is none.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    code: i64,
    message: String,
}

/// The rows of a list, each as it was written.
pub(super) fn rows(body: &[u8]) -> Result<Result<Vec<&str>, Refusal>, Unreadable> {
    let envelope: Envelope<'_> = serde_json::from_slice(body)
        .map_err(|error| unreadable(Source::PaddleClassic, body, "success", error))?;
    if !envelope.success {
        return Ok(Err(envelope.error));
    }
    let lacking = || Unreadable { reason: "it has no response".to_owned(), is_cut: false };
    let response = envelope.response.ok_or_else(lacking)?.get();
    let rows: Vec<&RawValue> = if response.starts_with('[') {
        serde_json::from_str(response)?
    } else {
        serde_json::from_str::<Around<'_>>(response)?.data
    };
    Ok(Ok(rows.into_iter().map(RawValue::get).collect()))
}

impl Refusal {
    /// What it means to the caller, by the documentation's "API error codes".
    pub(super) fn explain(&self, kind: ObjectKind, path: String, status: u16) -> ConnectError {
        let (of, request_id) = (Source::PaddleClassic, None);
        match self.code {
            // A bad method call: there is no such list.
            101 => ConnectError::EndpointAbsent { kind },
            // A bad key, and no permission: a code may do anything or nothing.
            102 | 107 => ConnectError::KeyRefused { of, request_id },
            code => {
                let message = safe_words(&self.message, &[]);
                let message = format!("{code}: {message}");
                ConnectError::Refused { of, path, status, message, request_id }
            }
        }
    }

    /// What was asked for is unknown, and nothing else is wrong.
    pub(super) fn is_about_the_object(&self) -> bool {
        self.message.to_lowercase().starts_with("unable to find requested")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_response_or_inside_it() {
        for body in [
            r#"{"success":true,"response":[{"id":1},{"id":2}],"count":2,"total":9}"#,
            r#"{"success":true,"response":{"total":9,"count":2,"products":[{"id":1},{"id":2}]}}"#,
            r#"{"success":true,"response":{"current_page":1,"data":[{"id":1},{"id":2}]}}"#,
        ] {
            assert_eq!(rows(body.as_bytes()).ok(), Some(Ok(vec![r#"{"id":1}"#, r#"{"id":2}"#])), "{body}");
        }
        for body in ["", "[]", r#"{"success":true}"#, r#"{"success":true,"response":{"id":1}}"#] {
            assert!(rows(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_refusal_comes_with_status_200() {
        for code in [102, 107] {
            let body = format!(r#"{{"success":false,"error":{{"code":{code},"message":"No"}}}}"#);
            let refusal = rows(body.as_bytes()).ok().unwrap().unwrap_err();
            let meant = refusal.explain(super::super::kind::PLAN, "/x".to_owned(), 200);
            assert_eq!(meant, ConnectError::KeyRefused { of: Source::PaddleClassic, request_id: None });
            assert!(
                meant.to_string().starts_with("Paddle Classic rejected the vendor ID and auth code"),
                "{meant}"
            );
            assert!(meant.action().contains("Developer Tools, Authentication"), "{}", meant.action());
        }
    }
}
