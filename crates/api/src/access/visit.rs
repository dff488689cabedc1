//! Whoever has opened a link: they may ask what its page asks, and nothing else.

use ::sync::Business;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use store::ShareLink;

use super::credential::VISIT_PREFIX;
use super::identity::bearer;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::problem::Problem;

/// An open link, and what its figures are of. Handlers get figures from it by `shared::shown` alone, which checks the question.
#[derive(Debug, Clone)]
pub struct Visit {
    pub(crate) link: ShareLink,
    pub(crate) of: Business,
}

impl Visit {
    /// Lets in whoever has shown that they may see a link.
    ///
    /// # Errors
    /// 410 when it has ended.
    pub(crate) async fn to(context: &Context, id: String) -> Result<Self, Problem> {
        let (catalog, now) = (context.catalog.clone(), context.clock.now());
        let found = blocking(move || -> Result<Option<Self>, store::StoreError> {
            let link = catalog.share_link(&id)?.filter(|link| !link.has_expired(now));
            let Some(link) = link else { return Ok(None) };
            let of = match &link.connection {
                Some(id) => {
                    let record = catalog.connection(&link.workspace, id)?;
                    record.map(|record| Business::One(Box::new(record)))
                }
                None => Business::of_workspace(&catalog, &link.workspace)?,
            };
            Ok(of.map(|of| Self { link, of }))
        });
        found.await??.ok_or_else(link_ended)
    }
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).filter(|token| token.starts_with(VISIT_PREFIX));
        let link = token.and_then(|token| context.visits.link_of(token)).ok_or_else(not_opened)?;
        Self::to(context, link).await
    }
}

/// Says nothing of what the link was, or whether there ever was one.
pub(crate) fn link_ended() -> Problem {
    Problem::new(StatusCode::GONE, "link_ended", "this link doesn't work anymore")
        .action("ask whoever sent it to you for a new one")
}

fn not_opened() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "signed_out", "this needs a link that was opened")
        .action("open the link, and send the token that it gives as 'Authorization: Bearer chtv_…'")
}
