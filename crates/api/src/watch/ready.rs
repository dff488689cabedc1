//! `GET /readyz`: the process can do its work: its catalog can be read, its folder written, and it was not told
//! to stop.

use axum::extract::State;

use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

pub const ROUTE: &str = "/readyz";

pub async fn handle(State(context): State<Shared>) -> Result<&'static str, Problem> {
    if context.stopping.is_cancelled() {
        let status = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        return Err(Problem::new(status, "stopping", "the server is stopping"));
    }
    let shared = context.clone();
    let is_able = move || shared.catalog.has_owner().and_then(|_| shared.data.try_writing());
    blocking(is_able).await??;
    Ok("ok\n")
}
