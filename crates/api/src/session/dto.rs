//! Who is signed in, and how a session starts.

use axum::http::HeaderValue;
use model::UnixSeconds;
use serde::Serialize;
use store::{Session, StoreError, User};
use utoipa::ToSchema;

use crate::access::credential;
use crate::access::identity::{SESSION_SECONDS, set_cookie};
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    pub user: UserView,
    pub workspace: WorkspaceView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: String,
    pub full_name: String,
    pub username: String,
    pub email: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceView {
    pub id: String,
    pub name: String,
}

impl From<Session> for SignedIn {
    fn from(session: Session) -> Self {
        let Session { user, workspace, .. } = session;
        Self {
            user: UserView {
                id: user.id.to_string(),
                full_name: user.full_name,
                username: user.username,
                email: user.email,
            },
            workspace: WorkspaceView { id: workspace.id.to_string(), name: workspace.name },
        }
    }
}

/// Makes a session for a user: the header that carries it, and who it is.
pub async fn start_session(context: &Context, user: User) -> Result<(HeaderValue, SignedIn), Problem> {
    let credential = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let hash = credential::hash(credential.expose());
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let session = blocking(move || -> Result<Option<Session>, StoreError> {
        catalog.delete_expired_sessions(now)?;
        catalog.create_session(&hash, &user.id, now, UnixSeconds(now.0 + SESSION_SECONDS))?;
        catalog.session(&hash, now)
    });
    let session = session.await??.ok_or_else(Problem::signed_out)?;
    Ok((set_cookie(context, &credential)?, session.into()))
}
