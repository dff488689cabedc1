//! `POST /session`: sign in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::Secret;
use serde::Deserialize;
use store::{SignInMethod, User};
use utoipa::ToSchema;

use super::dto::{SignedIn, sign_in};
use crate::access::identity::By;
use crate::access::throttle::Place;
use crate::access::{account, browser, password, second_factor};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// Username or email address.
    pub login: String,
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    /// Of the authenticator app, or a recovery code: where the answer without it was `two_factor_needed`.
    pub code: Option<String>,
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
    let place = browser::place(&context, found.as_ref(), &headers, &client).await?;
    let login = match (&place, &found) {
        // Whoever signed in before knows what the account is called.
        (Place::KnownBrowser { .. }, Some((user, _))) => user.username.clone(),
        _ => login,
    };
    context.throttle.begin(&login, &place).map_err(Problem::too_many_tries)?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
    let is_right = password::is_right(request.password, hash).await?;
    // Whoever waits for their address to be confirmed is answered like somebody who has no account: signing up says nothing of whether
    // the address has one already, and so must this.
    let Some((user, _)) = found.clone().filter(|(user, _)| is_right && !user.awaits_confirmation) else {
        // Also where nobody has the login: writing takes time, which must not tell who has an account.
        let refused = AuditEvent::of_account(&By::visitor(client), "session.refused");
        let refused = match found {
            Some((user, _)) => refused.on(&user.username),
            // Only whoever runs the server sees that somebody tries names which nobody has. They may be passwords, in the wrong field.
            None => refused.detail("unknown login"),
        };
        context.record(refused).await?;
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "login_wrong", "wrong username or password")
            .action(
                "if you forgot your password, request a link to choose a new one; if you have just created your account, \
                 open the link that was sent to you first",
            ));
    };
    let attempt = Attempt { login: &login, place: &place, by: &client };
    check_second_factor(&context, &user, request.code.as_deref(), &attempt).await?;
    context.throttle.succeeded(&login, &place);
    // Said only to whoever knows the password.
    account::check_may_sign_in(&user)?;
    Ok(sign_in(&context, user, &headers, client, SignInMethod::Password).await?.created())
}

/// Of signing in: where its failures count.
struct Attempt<'a> {
    login: &'a str,
    place: &'a Place,
    by: &'a Client,
}

/// Asked for only once the password was right, and counted as an attempt like it.
async fn check_second_factor(
    context: &Context,
    user: &User,
    code: Option<&str>,
    attempt: &Attempt<'_>,
) -> Result<(), Problem> {
    let (catalog, id) = (context.catalog.clone(), user.id.clone());
    let found = blocking(move || catalog.two_factor(&id)).await??;
    let Some(two_factor) = found.filter(|one| one.confirmed_at.is_some()) else { return Ok(()) };
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        context.throttle.forgive(attempt.login, attempt.place);
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "two_factor_needed",
            "enter the code from your authenticator app",
        ));
    };
    if second_factor::take(context, &user.id, &two_factor, code).await? {
        return Ok(());
    }
    let by = By::visitor(attempt.by.clone());
    context.record(AuditEvent::of_account(&by, "session.code_refused").on(&user.username)).await?;
    let mut problem = Problem::new(StatusCode::UNAUTHORIZED, "code_wrong", "wrong code")
        .action("each code works once; wait for the next one, or use a recovery code");
    problem.field = Some("code");
    Err(problem)
}
