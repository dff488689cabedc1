//! `POST /shared/open`: what a page does with the code of its link.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::SharedPageView;
use crate::access::throttle::Place;
use crate::access::visit::{Visit, link_ended};
use crate::access::{credential, password};
use crate::blocking;
use crate::context::Shared;
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenRequest {
    /// What the link has behind its `#`.
    #[schema(value_type = String)]
    pub code: Secret,
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedLink {
    /// For the requests of this page alone: valid for an hour after its last use, a day at most.
    pub token: String,
    pub page: SharedPageView,
}

/// Open a link that shares a page
///
/// A link with a password answers 403 `password_needed` without it. Any link that doesn't work, for whatever reason, answers 410.
#[utoipa::path(post, path = "/api/v1/shared/open", operation_id = "open_share_link", tag = "shared",
    request_body = OpenRequest, responses((status = 200, body = OpenedLink)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<OpenRequest>,
) -> Result<Json<OpenedLink>, Problem> {
    let hash = credential::hash(request.code.expose());
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let link = blocking(move || catalog.share_link_by_code(&hash, now)).await??.ok_or_else(link_ended)?;
    if let Some(hash) = link.password_hash.clone() {
        let Some(given) = request.password else {
            return Err(Problem::new(StatusCode::FORBIDDEN, "password_needed", "this link has a password")
                .action("enter the password that came with the link"));
        };
        let (login, place) = (format!("share link {}", link.id), Place::of(&client));
        context.throttle.begin(&login, &place).map_err(Problem::too_many_tries)?;
        if !password::is_right(given, Some(hash)).await? {
            return Err(Problem::field("password", "wrong password"));
        }
        context.throttle.succeeded(&login, &place);
    }
    let visit = Visit::to(&context, link.id.clone()).await?;
    let page = SharedPageView::of(&context, &visit).await?;
    // Once a second at most: whoever opens it again and again doesn't keep the disk busy.
    if link.last_opened_at != Some(now) {
        let (catalog, id) = (context.catalog.clone(), link.id.clone());
        blocking(move || catalog.note_share_link_opened(&id, now)).await??;
    }
    let token = context.visits.begin(&link.id).map_err(|error| Problem::internal(&error))?;
    Ok(Json(OpenedLink { token: token.expose().to_owned(), page }))
}
