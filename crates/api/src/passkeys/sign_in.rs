//! `POST /session/passkey`. What is guessed here is a signature: failures need no limit.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use store::SignInMethod;
use utoipa::ToSchema;

use crate::access::account;
use crate::access::identity::By;
use crate::access::passkey::PasskeyAnswer;
use crate::access::passkey::relying_party::RelyingParty;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, sign_in};

#[derive(Debug, Deserialize, ToSchema)]
pub struct PasskeySignIn {
    /// What the browser had a device sign, in its JSON form (`AuthenticationResponseJSON`): binary values are in base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Sign in with a passkey
///
/// No code from an authenticator app is needed: the device made sure that you were there.
#[utoipa::path(post, path = "/api/v1/session/passkey", operation_id = "create_session_by_passkey", tag = "session",
    request_body = PasskeySignIn, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    headers: HeaderMap,
    client: Client,
    Body(request): Body<PasskeySignIn>,
) -> Result<Response, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let answer = PasskeyAnswer::read(&context, &request.credential)?;
    let (catalog, credential_id) = (context.catalog.clone(), answer.credential_id().to_vec());
    let found = blocking(move || catalog.passkey_by_credential(&credential_id)).await??;
    let (user, passkey) = found.ok_or_else(unknown)?;
    let Some(state) = answer.verified(&party, &user.id, &passkey)? else {
        let by = By::visitor(client);
        context.record(AuditEvent::of_account(&by, "session.passkey_refused").on(&user.username)).await?;
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "passkey_refused",
            "this passkey could not be verified",
        )
        .action("try again, or sign in with your password"));
    };
    account::check_may_sign_in(&user)?;
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    if !blocking(move || catalog.use_passkey(&passkey.id, &state, now)).await?? {
        return Err(unknown());
    }
    Ok(sign_in(&context, user, &headers, client, SignInMethod::Passkey).await?.created())
}

fn unknown() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "passkey_unknown", "this passkey belongs to no account")
        .action("sign in with your password; if the passkey was removed, delete it from your device too")
}
