//! Reading what was sent: a body or a query that does not fit is a [`Problem`], like every other error.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

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
                problem.detail = missing_field(&text).map(String::into_boxed_str);
                problem
            }
            other => Self::new(other.status(), "unreadable", "the request body could not be read"),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request("invalid", "a parameter in the address is invalid").detail(rejection.body_text())
    }
}

fn missing_field(text: &str) -> Option<String> {
    let start = text.find("missing field `")?;
    let rest = &text[start..];
    let end = rest.match_indices('`').nth(1)?.0;
    Some(rest[..=end].to_owned())
}
