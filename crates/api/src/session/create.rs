//! `POST /session`: sign in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::Secret;
use serde::Deserialize;
use store::Actor;
use utoipa::ToSchema;

use super::dto::{SignedIn, start_session};
use crate::access::identity::By;
use crate::access::{browser, password};
use crate::audit::Event;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// Username or e-mail address.
    pub login: String,
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/session", operation_id = "create_session", tag = "session",
    request_body = LoginRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    headers: HeaderMap,
    client: Client,
    Body(request): Body<LoginRequest>,
) -> Result<Response, Problem> {
    // Longer ones exist in no catalog, and would fill the throttle's memory.
    let login: String = request.login.trim().chars().take(254).collect();
    let (catalog, name) = (context.catalog.clone(), login.clone());
    let found = blocking(move || catalog.user_by_login(&name)).await??;
    let place = browser::place(&context, found.as_ref().map(|(user, _)| user), &headers, &client);
    context.throttle.begin(&login, &place).map_err(Problem::too_many_tries)?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.as_ref()).map(|hash| hash.expose().to_owned());
    let is_right = password::is_right(request.password, hash).await?;
    let Some((user, _)) = found.clone().filter(|_| is_right) else {
        if let Some((user, _)) = found {
            let by = By { actor: Actor::Visitor, client };
            context.record(Event::of_account(&by, "session.refused").on(&user.username)).await?;
        }
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "login_wrong", "wrong username or password")
            .action("whoever runs this server can set a new password with 'chartsy user password'"));
    };
    context.throttle.succeeded(&login, &place);
    // Said only to whoever knows the password.
    if user.locked_at.is_some() {
        return Err(Problem::forbidden("account_locked", "this account is locked")
            .action("ask the person who runs this server to unlock it with 'chartsy user unlock'"));
    }
    let by = By { actor: Actor::User { id: user.id.clone(), username: user.username.clone() }, client };
    let started = start_session(&context, user, &by.client).await?;
    context.record(Event::of_account(&by, "session.created")).await?;
    Ok(started.created())
}
