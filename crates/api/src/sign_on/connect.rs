//! `POST /sign-on/connect`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use mail::Message;

use super::dto::{IdentityView, Names};
use crate::access::identity::Person;
use crate::access::{cookie, credential, mailing};
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Connect your account with the one at the identity provider that you came from
///
/// Somebody who comes back from a provider with the address of an account that exists has to sign in to that account first, by other
/// means. The session has to be newer than that.
#[utoipa::path(post, path = "/api/v1/sign-on/connect", operation_id = "connect_identity", tag = "me",
    responses((status = 201, body = IdentityView)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<IdentityView>), Problem> {
    let browser = cookie::read_sign_on(&context, &headers).map(|browser| credential::hash(browser.expose()));
    let now = context.clock.now();
    let unconnected = browser.and_then(|browser| context.sign_on.connections.take(&browser, now));
    let unconnected = unconnected.filter(|one| person.session.created_at >= one.since).ok_or_else(|| {
        Problem::new(StatusCode::GONE, "sign_on_ended", "there is nothing to connect anymore")
            .action("sign in at your identity provider again")
    })?;
    let user = person.session.user.id.clone();
    if unconnected.user != user {
        return Err(Problem::forbidden("sign_on_other_account", "this is not the account with that address")
            .action("sign out, sign in at your identity provider again, and then with the password of that account"));
    }
    let (catalog, who) = (person.catalog(&context), unconnected.identity);
    let address = person.client.address_text();
    let connected = blocking(move || -> Result<_, store::StoreError> {
        catalog.connect_identity(&user, &who, address.as_deref(), now)?;
        let identity = catalog.identities(&user)?.into_iter().rev().find(|one| one.provider == who.provider);
        Ok((identity, Names::read(&catalog)?))
    });
    let (identity, names) = connected.await??;
    let identity = identity.ok_or_else(|| Problem::not_found("connected account"))?;
    let view = IdentityView::new(identity, &names);
    let message = Message::SignOnConnected {
        provider: view.provider.name.clone(),
        at: now,
        account_page: context.page("/settings/account"),
    };
    mailing::notify(&context, &person.session.user, message).await;
    Ok((StatusCode::CREATED, Json(view)))
}
