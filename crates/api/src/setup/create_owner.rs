//! `POST /setup/owner`: the first account, which owns the server.

use axum::extract::State;
use axum::response::Response;
use model::Secret;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::access::account::AccountFields;
use crate::access::identity::By;
use crate::access::throttle::Place;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, start_session};

#[derive(Debug, Deserialize, ToSchema)]
pub struct OwnerRequest {
    #[serde(flatten)]
    pub account: AccountFields,
    /// The code that the server printed on its terminal.
    #[schema(value_type = Option<String>)]
    pub setup_code: Option<Secret>,
}

/// Create the owner account and sign in
#[utoipa::path(post, path = "/api/v1/setup/owner", operation_id = "create_owner", tag = "setup",
    request_body = OwnerRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<OwnerRequest>,
) -> Result<Response, Problem> {
    let catalog = context.catalog.clone();
    if blocking(move || catalog.has_owner()).await?? {
        return Err(store::StoreError::OwnerExists.into());
    }
    check_setup_code(&context, &client, request.setup_code.as_ref())?;
    // Whoever reads the server's terminal is believed their address: there may be no mail server yet to check it with.
    let owner = request.account.checked_for_operator(&context.options, &[], true).await?;
    let (catalog, now, address) = (context.catalog.clone(), context.clock.now(), client.address_text());
    let user = blocking(move || catalog.create_owner_from(address, &owner, now)).await??;
    let signed_in = AuditEvent::of_account(&By::user(&user, client.clone()), "session.created");
    let started = start_session(&context, user, &client).await?;
    context.record(signed_in).await?;
    Ok(started.created())
}

/// The code can't be guessed faster than a password.
fn check_setup_code(context: &Context, client: &Client, given: Option<&Secret>) -> Result<(), Problem> {
    const THROTTLED_AS: &str = "the setup code";
    let Some(code) = &context.options.setup_code else {
        return Err(Problem::forbidden("no_setup_code", "this server was started without a setup code")
            .action("restart it; it prints a setup code while there is no owner"));
    };
    context.throttle.begin(THROTTLED_AS, &Place::of(client)).map_err(Problem::too_many_tries)?;
    let given = given.map_or("", Secret::expose).trim();
    if !bool::from(given.as_bytes().ct_eq(code.expose().as_bytes())) {
        let mut problem = Problem::field("setup_code", "wrong setup code");
        problem.code = "setup_code_wrong";
        return Err(problem.action("the server printed it in the terminal where it was started"));
    }
    context.throttle.succeeded(THROTTLED_AS, &Place::of(client));
    Ok(())
}
