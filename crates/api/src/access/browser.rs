//! Browsers that somebody has signed in with: they are counted apart from strangers who try the same account.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Secret, UserId};
use store::User;

use super::cookie;
use super::credential;
use super::throttle::Place;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// For how long a browser is remembered after a sign-in.
const REMEMBERED_SECONDS: i64 = 365 * 86_400;

/// The header by which a browser is known again: a random name, sealed for the user. It opens nothing. Without the master key no
/// browser is remembered, and everybody can sign in all the same.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn remember(context: &Context, user: &UserId) -> Result<HeaderValue, Problem> {
    let name = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let keyring = context.data.keyring(&context.catalog);
    let Ok(sealed) = keyring.and_then(|keyring| keyring.seal(&sealed_as(user), &name)) else {
        return cookie::set_browser(context, "", 0);
    };
    cookie::set_browser(context, &URL_SAFE_NO_PAD.encode(sealed), REMEMBERED_SECONDS)
}

/// Where an attempt to sign in as `user` comes from. A cookie that is no good, or another's, is as none.
pub fn place(context: &Context, user: Option<&User>, headers: &HeaderMap, client: &Client) -> Place {
    let known = || {
        let sealed = URL_SAFE_NO_PAD.decode(cookie::read_browser(headers)?.expose()).ok()?;
        context.data.existing_keyring(&context.catalog).ok()?.open(&sealed_as(&user?.id), &sealed).ok()
    };
    known().map_or_else(|| Place::of(client), |name: Secret| Place::KnownBrowser(name.expose().to_owned()))
}

fn sealed_as(user: &UserId) -> String {
    format!("browser/{user}")
}
