//! Headers that every answer carries.

use std::fmt::Write as _;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The pages load only what this server sends. Inline styles are those that libraries put into the page: see SECURITY.md.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Marks the page of a link: its address stays with whoever has it, and these origins may show it in a frame.
#[derive(Debug, Clone)]
pub struct SharedPage {
    pub origins: Vec<String>,
}

/// `None`: by nobody.
fn framed_by(origins: &[String]) -> Option<HeaderValue> {
    if origins.is_empty() {
        return None;
    }
    let mut policy = CONTENT_SECURITY_POLICY.strip_suffix(" 'none'")?.to_owned();
    for origin in origins {
        write!(policy, " {origin}").ok()?;
    }
    HeaderValue::from_str(&policy).ok()
}

/// Adds the security headers, and keeps the API's answers out of every cache.
pub async fn add(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let shared = response.extensions_mut().remove::<SharedPage>();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(SharedPage { origins }) = shared {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if let Some(policy) = framed_by(&origins) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            // It knows no list of origins, and says the same as the policy otherwise.
            headers.remove(header::X_FRAME_OPTIONS);
        }
    }
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
