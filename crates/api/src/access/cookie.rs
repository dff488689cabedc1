//! The cookie that carries a session.

use axum::http::{HeaderMap, HeaderValue, header};
use model::Secret;

use crate::context::Context;
use crate::problem::Problem;

/// Behind https the name has the prefix by which browsers make sure that no other host and no plain page set it.
pub const COOKIE: &str = "__Host-chartsy_session";
/// Over plain http browsers take no cookie with that prefix.
pub const PLAIN_COOKIE: &str = "chartsy_session";
pub const SESSION_SECONDS: i64 = 30 * 86_400;

/// As long as signing in at a provider and then here may take.
const SIGN_ON_SECONDS: i64 = 2400;

/// The same for the cookie by which a browser is known again.
const BROWSER: &str = "__Host-chartsy_browser";
const PLAIN_BROWSER: &str = "chartsy_browser";

/// The session credential that a request carries, if any. Behind https the plain name does not count: anybody beside this host can
/// set a cookie with it.
pub fn read(context: &Context, headers: &HeaderMap) -> Option<Secret> {
    named(headers, session_name(context))
}

/// What tells the browser that was sent to an identity provider when it comes back.
pub fn read_sign_on(context: &Context, headers: &HeaderMap) -> Option<Secret> {
    named(headers, sign_on_name(context))
}

/// The header that sets it. It comes back from another site, which `Lax` allows.
///
/// # Errors
/// Never with a credential of ours.
pub fn set_sign_on(context: &Context, credential: &Secret) -> Result<HeaderValue, Problem> {
    written(sign_on_name(context), context, credential.expose(), SIGN_ON_SECONDS)
}

/// What tells a browser that has signed in before.
pub(super) fn read_browser(context: &Context, headers: &HeaderMap) -> Option<Secret> {
    named(headers, browser_name(context))
}

fn named(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| Secret::new(value))
}

/// The header that gives a browser its session.
///
/// # Errors
/// Never with a credential of ours.
pub fn set(context: &Context, credential: &Secret) -> Result<HeaderValue, Problem> {
    written(session_name(context), context, credential.expose(), SESSION_SECONDS)
}

/// The header that takes it away.
///
/// # Errors
/// Never.
pub fn clear(context: &Context) -> Result<HeaderValue, Problem> {
    written(session_name(context), context, "", 0)
}

pub(super) fn set_browser(context: &Context, value: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
    written(browser_name(context), context, value, max_age_s)
}

fn sign_on_name(context: &Context) -> &'static str {
    if context.is_https() { "__Host-chartsy_sign_on" } else { "chartsy_sign_on" }
}

fn session_name(context: &Context) -> &'static str {
    if context.is_https() { COOKIE } else { PLAIN_COOKIE }
}

fn browser_name(context: &Context) -> &'static str {
    if context.is_https() { BROWSER } else { PLAIN_BROWSER }
}

fn written(name: &str, context: &Context, value: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
    let secure = if context.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    let mut header = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    header.set_sensitive(true);
    Ok(header)
}
