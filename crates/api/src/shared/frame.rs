//! `GET /shared/{link_id}`: the page of a link. The id only says who may show it in a frame; what opens it is a code behind the `#`,
//! which browsers send to nobody.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;

use crate::blocking;
use crate::context::Shared;
use crate::http::headers::SharedPage;
use crate::problem::Problem;
use crate::ui;

pub const ROUTE: &str = "/shared/{link_id}";

pub async fn handle(
    State(context): State<Shared>,
    Path(link_id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalog = context.catalog.clone();
    let link = blocking(move || catalog.share_link(&link_id)).await??;
    let now = context.clock.now();
    // One that has ended is as one that never was.
    let link = link.filter(|link| link.expires_at.is_none_or(|at| now < at));
    let origins = link.map(|link| link.origins).unwrap_or_default();
    let mut page = ui::serve(method, Uri::from_static("/"), headers).await;
    page.extensions_mut().insert(SharedPage { origins });
    Ok(page)
}
