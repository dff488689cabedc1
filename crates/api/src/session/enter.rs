//! `GET /enter/{code}`: a link that signs in. Only a demo has one; it prints the link when it starts.

use axum::extract::{Path, State};
use axum::response::Response;
use subtle::ConstantTimeEq;

use super::dto::start_session;
use crate::access::throttle::Place;
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::problem::Problem;

pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let entry = context.options.entry.as_ref().ok_or_else(|| Problem::not_found("address"))?;
    let place = Place::of(&client);
    context.throttle.begin("the demo's link", &place).map_err(Problem::too_many_tries)?;
    if !bool::from(code.as_bytes().ct_eq(entry.code.expose().as_bytes())) {
        return Err(Problem::not_found("address"));
    }
    context.throttle.succeeded("the demo's link", &place);
    let (catalog, login) = (context.catalog.clone(), entry.login.clone());
    let found = blocking(move || catalog.user_by_login(&login)).await??;
    let (user, _) = found.ok_or_else(Problem::signed_out)?;
    Ok(start_session(&context, user, &client).await?.to_start_page())
}
