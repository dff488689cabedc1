//! `GET /enter/{code}`: a link that signs in. Only a demo has one; it prints the link when it starts.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::dto::start_session;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

pub async fn handle(State(context): State<Shared>, Path(code): Path<String>) -> Result<Response, Problem> {
    let entry = context.options.entry.as_ref().ok_or_else(|| Problem::not_found("address"))?;
    context.throttle.begin("the demo's link").map_err(Problem::too_many_tries)?;
    if !bool::from(code.as_bytes().ct_eq(entry.code.expose().as_bytes())) {
        return Err(Problem::not_found("address"));
    }
    context.throttle.succeeded("the demo's link");
    let (catalog, login) = (context.catalog.clone(), entry.login.clone());
    let found = blocking(move || catalog.user_by_login(&login)).await??;
    let (user, _) = found.ok_or_else(Problem::signed_out)?;
    let (cookie, _) = start_session(&context, user).await?;
    let to = HeaderValue::from_static("/");
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to)]).into_response())
}
