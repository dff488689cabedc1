//! `POST /sign-up/confirm`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::Secret;
use serde::Deserialize;
use store::{LinkPurpose, StoreError};
use utoipa::ToSchema;

use crate::access::throttle::Place;
use crate::access::{credential, password};
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, start_session};

#[derive(Debug, Deserialize, ToSchema)]
pub struct ConfirmRequest {
    /// The secret part of the link that was sent by email.
    pub code: String,
    /// The password that was chosen for the account. Somebody else may have signed up with this address: whoever reads the mail must
    /// not make that account usable without knowing it.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
}

/// Names of workspaces are shorter than those of people may be.
fn workspace_name(user: &store::User) -> String {
    const OF_PERSON: usize = 80;
    let name: String = user.full_name.chars().take(OF_PERSON).collect();
    format!("{}’s workspace", name.trim_end())
}

/// Confirm your email address with the link that was sent to it, and sign in
///
/// If you signed up with the link of an invitation, you join its workspace.
#[utoipa::path(post, path = "/api/v1/sign-up/confirm", operation_id = "confirm_email", tag = "sign-up",
    request_body = ConfirmRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<ConfirmRequest>,
) -> Result<Response, Problem> {
    let (catalog, now, hash) =
        (context.catalog.clone(), context.clock.now(), credential::hash(&request.code));
    let found = blocking({
        let catalog = catalog.clone();
        move || -> Result<_, StoreError> {
            let user = catalog.email_link(&hash, LinkPurpose::ConfirmAddress, now)?;
            catalog.user_by_login(&user.email)
        }
    });
    let (user, password_hash) = found.await??.ok_or(StoreError::LinkEnded)?;
    // Of whoever has the link: strangers who try to sign in to the account are counted apart.
    let (counted_as, place) = (format!("confirmation of {}", user.id), Place::of(&client));
    context.throttle.begin(&counted_as, &place).map_err(Problem::too_many_tries)?;
    if !password::is_right(request.password, password_hash).await? {
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password_wrong", "wrong password")
            .action("if somebody else signed up with your address, choose a new password instead");
        problem.field = Some("password");
        return Err(problem);
    }
    context.throttle.succeeded(&counted_as, &place);
    let address = client.address_text();
    let confirmed = blocking(move || catalog.confirm_email(&hash, workspace_name, address.as_deref(), now));
    let user = confirmed.await??;
    Ok(start_session(&context, user, &client).await?.created())
}
