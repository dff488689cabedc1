//! Refusals in Paddle Classic's words: `{"success": false, "error": {code, message}}`, answered with 200 all the same.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// Why a request is refused. Paddle Classic's "API error codes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    code: u32,
    message: String,
    /// `Retry-After`.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    fn new(code: u32, message: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, code, message: message.into(), retry_after_s: None }
    }

    pub fn bad_method_call() -> Self {
        Self::new(101, "Bad method call")
    }

    pub fn no_access() -> Self {
        Self::new(107, "You don't have permission to access this resource")
    }

    pub fn no_such(what: &str) -> Self {
        let code = match what {
            "product" | "plan" => 108,
            "order" | "checkout" => 110,
            _ => 119,
        };
        Self::new(code, format!("Unable to find requested {what}"))
    }

    pub fn missing(name: &str) -> Self {
        Self::new(116, format!("One or more required arguments are missing: {name}"))
    }

    pub fn bad_date(name: &str) -> Self {
        Self::new(122, format!("Provided date is not valid: {name}"))
    }

    /// What Paddle may well ignore, but no client should rely on. The code is the sandbox's own.
    pub fn bad_parameter(name: &str, problem: &str) -> Self {
        Self::new(400, format!("{name} {problem}"))
    }

    pub fn too_many_requests(retry_after_s: u64) -> Self {
        let refusal = Self::new(429, "Too many requests");
        Self { status: StatusCode::TOO_MANY_REQUESTS, retry_after_s: Some(retry_after_s), ..refusal }
    }

    pub fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::new(120, "Request failed due to internal error")
        }
    }

    pub fn to_value(&self) -> Value {
        json!({ "success": false, "error": { "code": self.code, "message": self.message } })
    }
}
