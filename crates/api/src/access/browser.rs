//! Browsers that somebody has signed in with: they are counted apart from strangers who try the same account.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Secret, UserId};
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

/// The header by which a browser is known again: a random name, sealed for the user and their password, by a key that stays when the
/// master key is replaced. It opens nothing, and is of no use once the password has changed. Without the master key no browser is
/// remembered, and everybody can sign in all the same.
///
/// # Errors
/// When the operating system gives no randomness.
pub async fn remember(context: &Context, user: &UserId) -> Result<HeaderValue, Problem> {
    let name = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let (data, catalog, user) = (context.data.clone(), context.catalog.clone(), user.clone());
    // Reads files, and may have to run a command for the key.
    let sealed = blocking(move || {
        let hash = catalog.password_hash(&user)?;
        data.seal_for_browser(&catalog, &sealed_as(&user, hash.as_ref()), &name)
    })
    .await?;
    match sealed {
        Ok(sealed) => cookie::set_browser(context, &URL_SAFE_NO_PAD.encode(sealed), REMEMBERED_SECONDS),
        Err(_) => forget(context),
    }
}

/// The header by which a browser is unknown from then on.
///
/// # Errors
/// Never.
pub fn forget(context: &Context) -> Result<HeaderValue, Problem> {
    cookie::set_browser(context, "", 0)
}

/// Where an attempt to sign in comes from, to the account that was `found` with the hash of its password. A cookie that is no good,
/// another's, or from before the password changed, is as none.
///
/// # Errors
/// Never.
pub async fn place(
    context: &Context,
    found: Option<&(User, Option<Secret>)>,
    headers: &HeaderMap,
    client: &Client,
) -> Result<Place, Problem> {
    let given = cookie::read_browser(context, headers);
    let given = given.and_then(|given| URL_SAFE_NO_PAD.decode(given.expose()).ok());
    let (Some(sealed), Some((user, hash))) = (given, found) else { return Ok(Place::of(client)) };
    let (data, catalog) = (context.data.clone(), context.catalog.clone());
    let context_of = sealed_as(&user.id, hash.as_ref());
    let name = blocking(move || data.open_from_browser(&catalog, &context_of, &sealed)).await?;
    Ok(match name {
        Ok(name) => Place::known_browser(name.expose().to_owned(), client),
        Err(_) => Place::of(client),
    })
}

/// The hash of a password has a salt of its own: another one comes with every change, even to the same password.
fn sealed_as(user: &UserId, password_hash: Option<&Secret>) -> String {
    let password = password_hash.map(|hash| hex::encode(credential::hash(hash.expose()))).unwrap_or_default();
    format!("browser/{user}/{password}")
}
