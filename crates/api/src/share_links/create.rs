//! `POST /connections/{id}/share-links`.

use ::metrics::curtain::Scale;
use ::sync::Business;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Secret, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::NewShareLink;
use utoipa::ToSchema;

use super::dto::ShareLinkView;
use super::origins;
use crate::access::identity::Figures;
use crate::access::permission::Share;
use crate::access::{credential, password};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::shared::page::SharedView;

/// More are nobody's.
const MAX_LINKS: usize = 500;
const MAX_NAME_CHARACTERS: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ShareLinkRequest {
    /// What it is for; only you and your team see it.
    pub name: String,
    /// `overview`, `mrr`, `plans`, `churn`, `retention`, `trials`, `revenue`, `payments`, `geography`, or `metrics/` and a
    /// metric's id.
    pub page: String,
    /// The query of the page's address, with the currency: `range=12m&currency=usd&plan=price_1`.
    pub view: String,
    /// Whoever opens the link has to know it.
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    /// Unix seconds. If it is left out, the link lasts until it is revoked.
    pub expires_at: Option<i64>,
    /// Sends index numbers instead of amounts.
    #[serde(default)]
    pub hides_amounts: bool,
    /// Sends no numbers of customers, subscriptions, trials or payments.
    #[serde(default)]
    pub hides_counts: bool,
    /// The sites that may show the page in a frame, such as `https://example.com`.
    #[serde(default)]
    pub origins: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedShareLink {
    #[serde(flatten)]
    pub link: ShareLinkView,
    /// The link itself. It is shown only this once.
    pub url: String,
}

/// Share a page of figures by a link
#[utoipa::path(post, path = "/api/v1/connections/{id}/share-links", operation_id = "create_share_link",
    tag = "share links", request_body = ShareLinkRequest, responses((status = 201, body = CreatedShareLink)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<Share>,
    Body(request): Body<ShareLinkRequest>,
) -> Result<(StatusCode, Json<CreatedShareLink>), Problem> {
    let writer = figures.catalog(&context);
    let Figures { of, by, .. } = figures;
    let name = request.name.trim().to_owned();
    if model::shows_nothing(&name)
        || name.chars().count() > MAX_NAME_CHARACTERS
        || name.chars().any(model::is_disguising)
    {
        return Err(Problem::field("name", "enter a name of at most 100 characters"));
    }
    let now = context.clock.now();
    let expires_at = request.expires_at.map(UnixSeconds);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Problem::field("expires_at", "choose a time in the future"));
    }
    let page =
        SharedView::read(&request.page, &request.view).map_err(|problem| Problem::field("view", problem))?;
    page.check_hidden(request.hides_amounts, request.hides_counts)
        .map_err(|problem| Problem::field("view", problem))?;
    let origins = origins::checked(&request.origins).map_err(|problem| Problem::field("origins", problem))?;
    let password_hash = hash_of(request.password).await?;
    let (catalog, workspace) = (context.catalog.clone(), of.workspace().clone());
    if blocking(move || catalog.share_links(&workspace)).await??.len() >= MAX_LINKS {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "too_many_links",
            "this workspace has 500 share links",
        )
        .action("revoke those that nobody needs anymore"));
    }
    // Also for a link that hides nothing: a currency that nothing can be converted to is refused now, and not to its reader.
    let view = context.view(&of).await?;
    let (question, otherwise) = (page.question().clone(), random_amount()?);
    let scale = blocking(move || Scale::of(&view, &question, otherwise)).await??;
    let scale = request.hides_amounts.then(|| serde_json::to_string(&scale)).transpose();
    let scale = scale.map_err(|error| Problem::internal(&error))?.map(Secret::new);
    let code = credential::new_link().map_err(|error| Problem::internal(&error))?;
    let new = NewShareLink {
        workspace: of.workspace().clone(),
        connection: match &of {
            Business::One(record) => Some(record.id.clone()),
            Business::Together { .. } => None,
        },
        name,
        code_hash: credential::hash(code.expose()).to_vec(),
        page: request.page,
        view: request.view,
        password_hash,
        hides_amounts: request.hides_amounts,
        hides_counts: request.hides_counts,
        scale,
        origins,
        created_by: by.name().to_owned(),
        expires_at,
    };
    let link = blocking(move || writer.create_share_link(&new, now)).await??;
    let event = AuditEvent::new(&by, of.workspace(), "share_link.created");
    context.record(event.on(&link.name).detail(&link.page)).await?;
    let url = context.page_with_code(&format!("/shared/{}", link.id), &code);
    let created = CreatedShareLink { link: link.into(), url: url.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

async fn hash_of(given: Option<Secret>) -> Result<Option<Secret>, Problem> {
    let Some(given) = given.filter(|password| !password.expose().is_empty()) else { return Ok(None) };
    let text = given.expose();
    if text.chars().count() < password::MIN_LENGTH || text.len() > password::MAX_LENGTH {
        return Err(Problem::field("password", "use a password of 8 to 256 characters"));
    }
    Ok(Some(Secret::new(password::hash(given).await?)))
}

/// What amounts are divided by where there is nothing to compare them with yet.
fn random_amount() -> Result<i64, Problem> {
    let mut random = [0_u8; 3];
    getrandom::fill(&mut random).map_err(|error| Problem::internal(&error))?;
    let [a, b, c] = random.map(i64::from);
    Ok(100_000 + (a << 16) + (b << 8) + c)
}
