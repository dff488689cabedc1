//! Refusals in BigCommerce's words: an array of messages in version 2 of its API, one object with a title in version 3.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::route::Version;

const TYPE: &str = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    title: String,
    /// The field, and what is wrong with it.
    field: Option<Box<(String, String)>>,
}

impl Refusal {
    fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self { status, title: title.into(), field: None }
    }

    pub fn unauthorized() -> Self {
        let title = "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for this store.";
        Self::new(StatusCode::UNAUTHORIZED, title)
    }

    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "You don't have a required scope to access the endpoint")
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested resource was not found.")
    }

    pub fn no_hook(id: i64) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("Webhook with id [{id}] not found"))
    }

    /// 400 in version 2, 422 in version 3.
    pub fn field(version: Version, name: &str, problem: impl Into<String>) -> Self {
        let (status, title) = match version {
            Version::V2 => (StatusCode::BAD_REQUEST, format!("The field '{name}' is invalid.")),
            Version::V3 => (StatusCode::UNPROCESSABLE_ENTITY, "JSON data is missing or invalid".to_owned()),
        };
        Self { field: Some(Box::new((name.to_owned(), problem.into()))), ..Self::new(status, title) }
    }

    pub fn invalid_input() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Input is invalid.")
    }

    pub fn too_many_hooks() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "You have reached the limit of webhooks for this scope")
    }

    pub fn same_hook() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "A webhook with this scope and destination already exists",
        )
    }

    pub fn too_many_requests() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "An error occurred while processing the request")
    }

    pub fn to_value(&self, version: Version) -> Value {
        let status = self.status.as_u16();
        let mut errors = Map::new();
        if let Some((name, problem)) = self.field.as_deref() {
            errors.insert(name.clone(), json!(problem));
        }
        match version {
            Version::V2 if errors.is_empty() => json!([{ "status": status, "message": self.title }]),
            Version::V2 => json!([{ "status": status, "message": self.title, "details": errors }]),
            Version::V3 => {
                json!({ "status": status, "title": self.title, "type": TYPE, "errors": errors })
            }
        }
    }
}
