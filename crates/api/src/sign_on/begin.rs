//! `POST /sign-on/begin`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::callback;
use crate::access::sign_on::{Attempt, next, open};
use crate::access::throttle::Place;
use crate::access::{cookie, credential};
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignOnRequest {
    /// The provider's id, from `GET /api/v1/setup`. Without it, the provider is found by the email address.
    pub provider: Option<String>,
    pub email: Option<String>,
    /// The page to open then: a path of this server.
    pub next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignOnStart {
    /// The provider's page, for the browser to open.
    pub address: String,
}

/// Start to sign in at an identity provider
///
/// The browser that opens the address comes back signed in, within ten minutes.
#[utoipa::path(post, path = "/api/v1/sign-on/begin", operation_id = "begin_sign_on", tag = "session",
    request_body = SignOnRequest, responses((status = 201, body = SignOnStart)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<SignOnRequest>,
) -> Result<Response, Problem> {
    let email = request.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let id = match (request.provider, email) {
        (Some(id), _) => id,
        (None, Some(email)) => provider_of(&context, email).await?,
        (None, None) => return Err(Problem::field("email", "enter your email address")),
    };
    let opened = open(&context, &id).await.map_err(|problem| unusable(&id, &problem))?;
    let provider = opened.ok_or_else(|| Problem::not_found("identity provider"))?;
    let redirect = callback::address(&context, &id);
    let begun = provider.begin(&redirect, email, context.clock.now()).await;
    let (address, state, authorization) = begun.map_err(|error| away(&id, &error))?;
    let browser = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let attempt = Attempt {
        provider: id,
        authorization,
        browser: credential::hash(browser.expose()),
        next: next::page(request.next.as_deref()),
    };
    context.sign_on.attempts.begin(state, Place::of(&client), attempt, context.clock.now());
    let cookie = [(header::SET_COOKIE, cookie::set_sign_on(&context, &browser)?)];
    Ok((StatusCode::CREATED, cookie, Json(SignOnStart { address: address.into() })).into_response())
}

/// The provider that may name addresses like this one.
async fn provider_of(context: &Context, email: &str) -> Result<String, Problem> {
    let (catalog, email) = (context.catalog.clone(), email.to_owned());
    let found = blocking(move || catalog.identity_provider_of(&email)).await??;
    found.map(|provider| provider.id).ok_or_else(|| {
        let title = "single sign-on is not set up for this email address";
        let mut problem = Problem::new(StatusCode::NOT_FOUND, "sign_on_unknown", title)
            .action("check how it is spelled, or sign in with your password");
        problem.field = Some("email");
        problem
    })
}

/// What is stored of the provider can't be used, such as a client secret that was sealed with a lost key: waiting doesn't help.
fn unusable(provider: &str, problem: &Problem) -> Problem {
    tracing::warn!(provider, error = %problem.title, "the settings of an identity provider can't be used");
    let title = "single sign-on can't be used on this server at the moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "sign_on_unusable", title).action(
        "tell whoever runs it, who finds the reason in its log, and sign in with your password until then",
    )
}

fn away(provider: &str, error: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(provider, %error, "nobody could be sent to an identity provider");
    Problem::new(StatusCode::BAD_GATEWAY, "sign_on_away", "your identity provider can't be reached")
        .action("try again in a minute, or sign in with your password")
}
