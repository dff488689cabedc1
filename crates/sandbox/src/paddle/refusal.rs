//! Refusals in Paddle's words: `{"error": {type, code, detail, documentation_url, errors}, "meta": {request_id}}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::permissions::Permission;

/// Why a request is refused. Paddle's "Errors" page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    kind: &'static str,
    code: &'static str,
    detail: String,
    /// The field, and what is wrong with it.
    field: Option<Box<(String, String)>>,
    /// `Retry-After`.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind: "request_error", code, detail: detail.into(), field: None, retry_after_s: None }
    }

    pub fn no_key() -> Self {
        Self::new(StatusCode::FORBIDDEN, "authentication_missing", "Authentication header missing")
    }

    pub fn malformed_key() -> Self {
        let detail = "Authentication header included, but incorrectly formatted";
        Self::new(StatusCode::FORBIDDEN, "authentication_malformed", detail)
    }

    pub fn wrong_key() -> Self {
        Self::new(StatusCode::FORBIDDEN, "invalid_token", "Invalid or revoked API key.")
    }

    pub fn forbidden(permission: Permission) -> Self {
        let detail =
            format!("You aren't permitted to perform this request: {} is missing", permission.as_str());
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    pub fn no_such_url() -> Self {
        Self::new(StatusCode::NOT_FOUND, "invalid_url", "URL not found")
    }

    pub fn no_such_entity(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("Entity {id} not found"))
    }

    pub fn field(name: &str, message: impl Into<String>) -> Self {
        let refusal =
            Self::new(StatusCode::BAD_REQUEST, "invalid_field", "Request does not pass validation.");
        Self { field: Some(Box::new((name.to_owned(), message.into()))), ..refusal }
    }

    pub fn invalid_json() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "Invalid request.")
    }

    pub fn too_many_settings(max: usize) -> Self {
        let detail = format!("There are {max} active notification settings already; no more can be active.");
        Self::new(StatusCode::BAD_REQUEST, "notification_maximum_active_settings_reached", detail)
    }

    pub fn same_setting() -> Self {
        let detail = "A notification setting with the same destination and configuration already exists.";
        Self::new(StatusCode::CONFLICT, "notification_setting_cannot_be_duplicate", detail)
    }

    pub fn too_many_requests(retry_after_s: u64) -> Self {
        let detail = "IP address exceeded the allowed rate limit. Retry after the number of seconds in the \
                      'Retry-After' header.";
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
        Self { retry_after_s: Some(retry_after_s), ..refusal }
    }

    pub fn internal() -> Self {
        let refusal = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong at our end. Try again later.",
        );
        Self { kind: "api_error", ..refusal }
    }

    pub fn to_value(&self, request_id: &str) -> Value {
        let mut error = json!({
            "type": self.kind,
            "code": self.code,
            "detail": self.detail,
            "documentation_url": format!("https://developer.paddle.com/errors/shared/{}", self.code),
        });
        if let Some((field, message)) = self.field.as_deref() {
            error["errors"] = json!([{ "field": field, "message": message }]);
        }
        json!({ "error": error, "meta": { "request_id": request_id } })
    }
}
