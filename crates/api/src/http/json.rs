//! Reading what was sent: a body or a query that does not fit is a [`Problem`], like every other error.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::MAX_BODY_BYTES;
use crate::problem::Problem;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// The query of the URL: its pairs in order, or a struct where no parameter repeats.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let axum::Json(body) = axum::Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Query(query) = axum::extract::Query::from_request_parts(parts, state).await?;
        Ok(Self(query))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "the request body must be JSON")
                    .action("send 'Content-Type: application/json'")
            }
            JsonRejection::JsonSyntaxError(_) => {
                Self::bad_request("not_json", "the request body is not valid JSON")
            }
            // serde's messages name the field and what was expected, and may quote the value. A key must not be
            // returned, so only the path is reported.
            JsonRejection::JsonDataError(error) => {
                let text = error.body_text();
                let mut problem = Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "the request body has missing or invalid fields",
                );
                problem.detail =
                    missing_field(&text).or_else(|| unfit_field(&text)).map(String::into_boxed_str);
                problem
            }
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let title = format!("the request body is larger than {} MiB", MAX_BODY_BYTES / 1024 / 1024);
                Self::new(other.status(), "unreadable", title).action("send less at once")
            }
            other => Self::new(other.status(), "unreadable", "the request body could not be read"),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let text = rejection.body_text();
        let detail = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
        Self::bad_request("invalid", "a parameter in the address is invalid").detail(detail)
    }
}

/// The field whose value does not fit and what would, without the value: `role: expected one of `owner`, `admin``.
fn unfit_field(text: &str) -> Option<String> {
    let (_, told) = text.split_once("target type: ")?;
    let (field, told) = told.split_once(": ")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
    if !["unknown variant", "invalid type", "invalid value"].iter().any(|kind| told.starts_with(kind)) {
        return None;
    }
    // What was sent comes before: it may say the same.
    let (_, expected) = told.rsplit_once(", expected ")?;
    let expected = expected.rsplit_once(" at line ").map_or(expected, |(expected, _)| expected);
    (field.chars().all(is_name) && field.len() <= 60).then(|| format!("{field}: expected {expected}"))
}

fn missing_field(text: &str) -> Option<String> {
    let start = text.find("missing field `")?;
    let rest = &text[start..];
    let end = rest.match_indices('`').nth(1)?.0;
    Some(rest[..=end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_told_by_field_and_without_repeating_it() {
        let told = |of: &str| {
            unfit_field(&format!("Failed to deserialize the JSON body into the target type: {of}"))
        };
        assert_eq!(
            told("role: unknown variant `hunter2`, expected one of `owner`, `admin` at line 1 column 5")
                .unwrap(),
            "role: expected one of `owner`, `admin`"
        );
        assert_eq!(
            told("role: unknown variant `x`, expected one of `y` at line 9`, expected `owner` or `admin` at line 1 column 5")
                .unwrap(),
            "role: expected `owner` or `admin`"
        );
        assert_eq!(
            told("rows: invalid type: string \"hunter2\", expected u64 at line 1").unwrap(),
            "rows: expected u64"
        );
        assert_eq!(told("hunter2 x: invalid type: null, expected u64 at line 1"), None);
        assert_eq!(told("it is something else"), None);
    }
}
