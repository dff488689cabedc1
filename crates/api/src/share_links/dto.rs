//! A link, without its secret part.

use serde::Serialize;
use store::ShareLink;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShareLink)]
pub struct ShareLinkView {
    pub id: String,
    pub name: String,
    /// The id of the connection, or of the workspace where the page shows all of its connections together.
    pub connection: String,
    /// What the page's address has behind the connection, such as `mrr` or `metrics/arr`.
    pub page: String,
    /// The query of its address.
    pub view: String,
    pub has_password: bool,
    pub hides_amounts: bool,
    pub hides_counts: bool,
    /// Who may show it in a frame.
    pub origins: Vec<String>,
    /// The name of the user or token that created it.
    pub created_by: String,
    pub created_at: i64,
    /// `null` if it lasts until it is revoked.
    pub expires_at: Option<i64>,
    pub last_opened_at: Option<i64>,
    /// How often it was opened.
    pub opened: i64,
}

impl From<ShareLink> for ShareLinkView {
    fn from(link: ShareLink) -> Self {
        Self {
            connection: link.of().to_owned(),
            id: link.id,
            name: link.name,
            page: link.page,
            view: link.view,
            has_password: link.password_hash.is_some(),
            hides_amounts: link.hides_amounts,
            hides_counts: link.hides_counts,
            origins: link.origins,
            created_by: link.created_by,
            created_at: link.created_at.0,
            expires_at: link.expires_at.map(|at| at.0),
            last_opened_at: link.last_opened_at.map(|at| at.0),
            opened: link.opened,
        }
    }
}
