//! Browsers that somebody has signed in with: they are counted apart from strangers who try the same account.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::UserId;
use store::User;

use super::cookie;
use super::credential;
use super::throttle::Place;
use crate::blocking;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// For how long a browser is remembered after a sign-in.
const REMEMBERED_SECONDS: i64 = 365 * 86_400;

/// The header by which a browser is known again: a random name, sealed for the user, by a key that stays when the master key is
/// replaced. It opens nothing. Without the master key no browser is remembered, and everybody can sign in all the same.
///
/// # Errors
/// When the operating system gives no randomness.
pub async fn remember(context: &Context, user: &UserId) -> Result<HeaderValue, Problem> {
    let name = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let (data, catalog, context_of) = (context.data.clone(), context.catalog.clone(), sealed_as(user));
    // Reads files, and may have to run a command for the key.
    let sealed = blocking(move || data.seal_for_browser(&catalog, &context_of, &name)).await?;
    match sealed {
        Ok(sealed) => cookie::set_browser(context, &URL_SAFE_NO_PAD.encode(sealed), REMEMBERED_SECONDS),
        Err(_) => cookie::set_browser(context, "", 0),
    }
}

/// Where an attempt to sign in as `user` comes from. A cookie that is no good, or another's, is as none.
///
/// # Errors
/// Never.
pub async fn place(
    context: &Context,
    user: Option<&User>,
    headers: &HeaderMap,
    client: &Client,
) -> Result<Place, Problem> {
    let given = cookie::read_browser(context, headers);
    let given = given.and_then(|given| URL_SAFE_NO_PAD.decode(given.expose()).ok());
    let (Some(sealed), Some(user)) = (given, user) else { return Ok(Place::of(client)) };
    let (data, catalog, context_of) = (context.data.clone(), context.catalog.clone(), sealed_as(&user.id));
    let name = blocking(move || data.open_from_browser(&catalog, &context_of, &sealed)).await?;
    Ok(name.map_or_else(|_| Place::of(client), |name| Place::KnownBrowser(name.expose().to_owned())))
}

fn sealed_as(user: &UserId) -> String {
    format!("browser/{user}")
}
