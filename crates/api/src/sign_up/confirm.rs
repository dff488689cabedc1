//! `POST /sign-up/confirm`.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::Actor;
use utoipa::ToSchema;

use crate::access::credential;
use crate::access::identity::By;
use crate::audit::Event;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, start_session};

/// The secret part of a link that was sent by email.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LinkCode {
    pub code: String,
}

/// Confirm your email address with the link that was sent to it, and sign in
#[utoipa::path(post, path = "/api/v1/sign-up/confirm", operation_id = "confirm_email", tag = "sign-up",
    request_body = LinkCode, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<LinkCode>,
) -> Result<Response, Problem> {
    let (catalog, now, hash) =
        (context.catalog.clone(), context.clock.now(), credential::hash(&request.code));
    let named = |user: &store::User| format!("{}’s workspace", user.full_name);
    let user = blocking(move || catalog.confirm_email(&hash, named, now)).await??;
    let actor = Actor::User { id: user.id.clone(), username: user.username.clone() };
    let by = By { actor, client };
    let started = start_session(&context, user, &by.client).await?;
    context.record(Event::of_account(&by, "account.confirmed")).await?;
    Ok(started.created())
}
