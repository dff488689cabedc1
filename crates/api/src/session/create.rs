//! `POST /session`: sign in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use model::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::{SignedIn, start_session};
use crate::access::password;
use crate::blocking;
use crate::context::Shared;
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
#[utoipa::path(post, path = "/api/v1/session", operation_id = "create_session", tag = "session", security(()),
    request_body = LoginRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    Body(request): Body<LoginRequest>,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1], Json<SignedIn>), Problem> {
    // Longer ones exist in no catalog, and would fill the throttle's memory.
    let login: String = request.login.trim().chars().take(254).collect();
    context.throttle.begin(&login).map_err(Problem::too_many_tries)?;
    let (catalog, name) = (context.catalog.clone(), login.clone());
    let found = blocking(move || catalog.user_by_login(&name)).await??;
    let hash = found.as_ref().map(|(_, hash)| hash.expose().to_owned());
    let is_right = password::is_right(request.password, hash).await?;
    let Some((user, _)) = found.filter(|_| is_right) else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "login_wrong", "wrong username or password")
            .action("whoever runs this server can set a new password with 'chartsy user password'"));
    };
    context.throttle.succeeded(&login);
    let (cookie, signed_in) = start_session(&context, user).await?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(signed_in)))
}
