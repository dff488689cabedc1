//! Refusals in Stripe's words: `{"error": {type, code, message, param, doc_url, request_log_url}}`.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::ObjectKind;
use crate::Permission;

/// Why a request is refused. Stripe's "Errors" page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// `Stripe-Rate-Limited-Reason`.
    reason: Option<&'static str>,
    /// `Stripe-Should-Retry`.
    should_retry: Option<bool>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            reason: None,
            should_retry: None,
        }
    }

    /// A parameter that makes no sense.
    pub fn parameter(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, message);
        Self { code: (!code.is_empty()).then_some(code), param: Some(param.to_owned()), ..refusal }
    }

    pub fn missing_parameter(param: &str) -> Self {
        Self::parameter("parameter_missing", param, format!("Missing required param: {param}."))
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// `path`: the property as it was asked for.
    pub fn not_expandable(path: &str) -> Self {
        Self::bad_request(format!("This property cannot be expanded ({path})."))
    }

    /// An account that is served from a file is only read.
    pub fn read_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This key may not write.")
    }

    /// An id that is in the path: 404.
    pub fn no_such_object(noun: &str, id: &str) -> Self {
        let refusal = Self::new(StatusCode::NOT_FOUND, format!("No such {noun}: '{id}'"));
        Self { code: Some("resource_missing"), param: Some("id".to_owned()), ..refusal }
    }

    /// An id that is in a parameter: 400.
    pub fn no_such_reference(noun: &str, id: &str, param: &str) -> Self {
        Self::parameter("resource_missing", param, format!("No such {noun}: '{id}'"))
    }

    pub fn no_such_url(method: &str, path: &str) -> Self {
        let hint = if path.len() > 1 && path.ends_with('/') {
            " If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an \
             object, make sure you passed a valid (non-empty) identifier in your code."
        } else {
            ""
        };
        Self::new(
            StatusCode::NOT_FOUND,
            format!(
                "Unrecognized request URL ({method}: {path}).{hint} Please see https://stripe.com/docs or we can \
                 help at https://support.stripe.com/."
            ),
        )
    }

    pub fn no_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
             https://stripe.com/docs/api#authentication for details, or we can help at \
             https://support.stripe.com/.",
        )
    }

    pub fn publishable_key() -> Self {
        let refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a \
             list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        );
        Self { code: Some("secret_key_required"), ..refusal }
    }

    pub fn wrong_key(key: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, format!("Invalid API Key provided: {}", redacted(key)))
    }

    pub fn missing_permission(key: &str, account: &str, permission: Permission) -> Self {
        let refusal = Self::new(
            StatusCode::FORBIDDEN,
            format!(
                "The provided key '{}' does not have the required permissions for this endpoint on account \
                 '{account}'. Having the '{}' permission would allow this request to continue.",
                redacted(key),
                permission.name()
            ),
        );
        Self { code: Some("more_permissions_required"), ..refusal }
    }

    /// `reason`: what Stripe calls the limit, such as `global-rate`.
    pub fn rate_limited(reason: &'static str) -> Self {
        let message = if reason.ends_with("concurrency") {
            "Request concurrency limit exceeded. Learn more about rate limits here: \
             https://stripe.com/docs/rate-limits"
        } else {
            "Request rate limit exceeded. Learn more about rate limits here: https://stripe.com/docs/rate-limits"
        };
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, message);
        Self { code: Some("rate_limit"), reason: Some(reason), ..refusal }
    }

    pub fn internal(should_retry: Option<bool>) -> Self {
        let refusal = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unknown error occurred. If this error persists, we can help at https://support.stripe.com/.",
        );
        Self { kind: "api_error", should_retry, ..refusal }
    }

    /// As an answer to the request of that id.
    pub fn into_response(self, request_log_url: &str) -> Response<Body> {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            let page = code.replace('_', "-");
            error.insert("doc_url".to_owned(), json!(format!("https://stripe.com/docs/error-codes/{page}")));
        }
        error.insert("message".to_owned(), json!(self.message));
        if let Some(param) = self.param {
            error.insert("param".to_owned(), json!(param));
        }
        if self.status != StatusCode::UNAUTHORIZED {
            error.insert("request_log_url".to_owned(), json!(request_log_url));
        }
        error.insert("type".to_owned(), json!(self.kind));
        let mut response = json_response(self.status, json!({ "error": Value::Object(error) }).to_string());
        let headers = response.headers_mut();
        if let Some(reason) = self.reason {
            headers.insert("stripe-rate-limited-reason", HeaderValue::from_static(reason));
        }
        if let Some(should_retry) = self.should_retry {
            let value = if should_retry { "true" } else { "false" };
            headers.insert("stripe-should-retry", HeaderValue::from_static(value));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert("www-authenticate", HeaderValue::from_static("Bearer realm=\"Stripe\""));
        }
        response
    }
}

pub fn json_response(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

/// What a refusal calls an object: `No such customer`.
pub fn noun(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::InvoiceItem => "invoiceitem",
        ObjectKind::InvoiceLine => "line_item",
        other => other.as_str(),
    }
}

/// A key with its middle as stars, as refusals show it: `sk_test_****1234`.
fn redacted(key: &str) -> String {
    let has_prefix = ["_test_", "_live_"].iter().any(|mode| key.find(mode) == Some(2));
    let prefix = if has_prefix { 8 } else { 0 };
    let rest: Vec<char> = key.get(prefix..).unwrap_or_default().chars().collect();
    let shown = if rest.len() > 8 { 4 } else { 0 };
    let tail: String = rest.iter().skip(rest.len() - shown).collect();
    format!("{}{}{tail}", key.get(..prefix).unwrap_or_default(), "*".repeat(rest.len() - shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_only_the_ends_of_a_key() {
        assert_eq!(redacted("sk_test_abcdefghij1234"), "sk_test_**********1234");
        assert_eq!(redacted("sk_test_short"), "sk_test_*****");
        assert_eq!(redacted("no key at all, but long"), "*".repeat(19) + "long");
        assert_eq!(redacted(""), "");
        assert_eq!(redacted("ключ_ключ_ключключключ"), "*".repeat(18) + "ключ");
    }
}
