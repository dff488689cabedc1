//! Requests that another website made a browser send are rejected before anything is read.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::context::Shared;
use crate::problem::Problem;
use crate::webhooks::receive;

/// Lets through what this site's own pages, or no browser at all, sent.
pub async fn check(State(context): State<Shared>, request: Request, next: Next) -> Response {
    let host = host_of(&request);
    if context.options.is_loopback && !is_known_host(host.as_deref(), context.options.public_url.as_ref()) {
        return unknown_host().into_response();
    }
    // Its signature says who sent it, and nothing else does: no browser has a part in it.
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_delivery = route == Some(receive::ROUTE);
    if !is_delivery
        && let Err(problem) =
            check_sender(request.method(), request.headers(), host.as_deref(), &context.options.public_url)
    {
        return problem.into_response();
    }
    next.run(request).await
}

/// On the loopback address a page of another site could reach us under its own name (DNS rebinding), and so be
/// the same origin. Such a request carries that name.
fn is_known_host(host: Option<&str>, public_url: Option<&Url>) -> bool {
    let Some(host) = host else { return true };
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |h| h.0);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_address = bare.parse::<std::net::IpAddr>().is_ok();
    let is_local =
        name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    let is_public =
        public_url.and_then(Url::host_str).is_some_and(|public| public.eq_ignore_ascii_case(name));
    is_address || is_local || is_public
}

fn unknown_host() -> Problem {
    Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "unknown_host",
        "this server does not answer under that host name",
    )
    .action("start it with --public-url set to the address that people open")
}

fn check_sender(
    method: &Method,
    headers: &HeaderMap,
    host: Option<&str>,
    public_url: &Option<Url>,
) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => is_own_origin(origin, host, public_url.as_ref()),
        // No browser of today: a program. It may not act with a cookie, which browsers send by themselves.
        (None, None) => !headers.contains_key(header::COOKIE),
    };
    if !is_ours {
        return Err(Problem::forbidden("cross_site", "this request came from another website")
            .action("use the pages of this server, or a bearer token"));
    }
    match text(header::CONTENT_TYPE) {
        Some(kind) if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") => {
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "the request body must be JSON")
                .action("send 'Content-Type: application/json'"))
        }
        _ => Ok(()),
    }
}

fn is_own_origin(origin: &str, host: Option<&str>, public_url: Option<&Url>) -> bool {
    let Ok(origin) = origin.parse::<Url>() else { return false };
    if public_url.is_some_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    let authority = &origin[url::Position::BeforeHost..url::Position::AfterPort];
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

fn host_of(request: &Request) -> Option<String> {
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    header.map(str::to_owned).or_else(|| request.uri().authority().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(method: Method, headers: &[(&str, &str)]) -> Result<(), u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap());
        }
        let public = Some("https://chartsy.example.com".parse().unwrap());
        check_sender(&method, &map, Some("127.0.0.1:8080"), &public).map_err(|problem| problem.status)
    }

    #[test]
    fn another_site_cannot_act_for_a_signed_in_person() {
        let cookie = ("cookie", "chartsy_session=x");
        assert_eq!(verdict(Method::POST, &[cookie]), Err(403));
        assert_eq!(verdict(Method::POST, &[cookie, ("sec-fetch-site", "cross-site")]), Err(403));
        assert_eq!(verdict(Method::POST, &[cookie, ("sec-fetch-site", "same-site")]), Err(403));
        assert_eq!(verdict(Method::DELETE, &[cookie, ("origin", "http://evil.example")]), Err(403));
        assert_eq!(verdict(Method::POST, &[cookie, ("origin", "null")]), Err(403));
        assert_eq!(verdict(Method::POST, &[("sec-fetch-site", "cross-site")]), Err(403), "nor sign one in");
    }

    #[test]
    fn the_pages_and_programs_can() {
        let cookie = ("cookie", "chartsy_session=x");
        assert_eq!(verdict(Method::POST, &[cookie, ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(verdict(Method::POST, &[cookie, ("origin", "http://127.0.0.1:8080")]), Ok(()));
        assert_eq!(verdict(Method::POST, &[cookie, ("origin", "https://chartsy.example.com")]), Ok(()));
        assert_eq!(verdict(Method::POST, &[("authorization", "Bearer chtk_x")]), Ok(()));
        assert_eq!(
            verdict(Method::GET, &[cookie, ("sec-fetch-site", "cross-site")]),
            Ok(()),
            "reading is safe"
        );
    }

    #[test]
    fn a_form_is_no_request_of_ours() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert_eq!(verdict(Method::POST, &[("sec-fetch-site", "same-origin"), form]), Err(415));
        let json = ("content-type", "application/json; charset=utf-8");
        assert_eq!(verdict(Method::POST, &[("sec-fetch-site", "same-origin"), json]), Ok(()));
    }

    #[test]
    fn a_name_that_was_pointed_at_loopback_is_not_ours() {
        for own in ["localhost:8080", "127.0.0.1", "[::1]:8080", "app.localhost", "chartsy.example.com"] {
            let public = "https://chartsy.example.com".parse().unwrap();
            assert!(is_known_host(Some(own), Some(&public)), "{own}");
        }
        assert!(!is_known_host(Some("evil.example:8080"), None));
    }
}
