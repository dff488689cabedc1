//! Who is signed in, and how a session starts.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use model::{Role, UnixSeconds};
use serde::Serialize;
use store::{Membership, Origin, Session, SignInMethod, StoreError, User};
use utoipa::ToSchema;

use crate::access::cookie::{self, SESSION_SECONDS};
use crate::access::identity::By;
use crate::access::{browser, credential};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// However much it is used, a session ends so long after signing in.
const LONGEST_SECONDS: i64 = 180 * 86_400;

#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    pub user: UserView,
    /// The workspace that requests act in: the one that the request named, or else the first that the user joined.
    pub workspace: Option<WorkspaceView>,
    /// Every workspace that the user belongs to.
    pub workspaces: Vec<WorkspaceView>,
    /// Whether feedback gets to the person who runs the server.
    pub takes_feedback: bool,
    pub limits: WorkspaceLimitsView,
}

/// The most that each workspace may have on this server; `null` where there is no limit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkspaceLimits)]
pub struct WorkspaceLimitsView {
    pub connections: Option<u32>,
    pub members: Option<u32>,
    /// Rows of lists that are answered in a minute.
    pub rows_per_minute: Option<u32>,
    /// Workspaces that one person can own.
    pub workspaces: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: String,
    pub full_name: String,
    pub username: String,
    pub email: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkspaceView {
    pub id: String,
    pub name: String,
    /// The user's role in it.
    pub role: Role,
    /// Its members have to have two-factor sign-in.
    pub requires_two_factor: bool,
    /// It does, and the user didn't sign in that way: until they do, they can't see anything in it.
    pub lacks_two_factor: bool,
    /// It requires single sign-on of people with an email address like the user's, and they signed in by other means. It is the same
    /// then.
    pub lacks_sign_on: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            full_name: user.full_name,
            username: user.username,
            email: user.email,
        }
    }
}

impl From<Membership> for WorkspaceView {
    fn from(membership: Membership) -> Self {
        let Membership { workspace, role, lacks_two_factor, lacks_sign_on } = membership;
        Self {
            id: workspace.id.to_string(),
            name: workspace.name,
            role,
            requires_two_factor: workspace.requires_two_factor,
            lacks_two_factor,
            lacks_sign_on,
        }
    }
}

impl SignedIn {
    pub fn new(
        context: &Context,
        session: Session,
        memberships: Vec<Membership>,
        named: Option<&str>,
    ) -> Self {
        let Session { user, .. } = session;
        let workspaces: Vec<WorkspaceView> = memberships.into_iter().map(WorkspaceView::from).collect();
        let named = workspaces.iter().find(|one| Some(one.id.as_str()) == named);
        let workspace = named.or_else(|| workspaces.first()).cloned();
        let takes_feedback = context.mailer.reaches_operator();
        let store::WorkspaceLimits { connections, members, workspaces: owned } =
            context.catalog.workspace_limits();
        let rows_per_minute = context.options.rows_per_minute;
        let limits = WorkspaceLimitsView { connections, members, rows_per_minute, workspaces: owned };
        Self { user: user.into(), workspace, workspaces, takes_feedback, limits }
    }
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Started {
    pub signed_in: SignedIn,
    cookies: [HeaderValue; 2],
}

impl Started {
    /// 201, with the cookies.
    pub fn created(self) -> Response {
        let cookies = self.cookies.map(|cookie| (header::SET_COOKIE, cookie));
        (StatusCode::CREATED, AppendHeaders(cookies), Json(self.signed_in)).into_response()
    }

    /// 303 to the start page, with the cookies.
    pub fn to_start_page(self) -> Response {
        self.to(HeaderValue::from_static("/"))
    }

    /// 303 to a page of this site, with the cookies.
    ///
    /// # Errors
    /// When it is not an address.
    pub fn to_page(self, page: &str) -> Result<Response, Problem> {
        Ok(self.to(HeaderValue::from_str(page).map_err(|error| Problem::internal(&error))?))
    }

    fn to(self, page: HeaderValue) -> Response {
        let [session, browser] = self.cookies;
        let headers =
            [(header::SET_COOKIE, session), (header::SET_COOKIE, browser), (header::LOCATION, page)];
        (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
    }
}

/// Signs in a user who has proved by `method` who they are: the session that the browser had before ends, and the new one is recorded.
///
/// # Errors
/// Those of the store.
pub async fn sign_in(
    context: &Context,
    user: User,
    headers: &HeaderMap,
    client: Client,
    method: SignInMethod,
) -> Result<Started, Problem> {
    let by = By::user(&user, client);
    let event = AuditEvent::of_account(&by, "session.created");
    let event = match &method {
        SignInMethod::Password => event,
        SignInMethod::Passkey => event.detail("passkey"),
        SignInMethod::SignOn(provider) => event.detail(provider),
    };
    let started = start_session_by(context, user, &by.client, method).await?;
    end_former_session(context, headers).await?;
    context.record(event).await?;
    Ok(started)
}

/// Starts a session for a user. Whatever session the browser had before, this is another one.
///
/// # Errors
/// Those of the store.
pub async fn start_session(context: &Context, user: User, client: &Client) -> Result<Started, Problem> {
    start_session_by(context, user, client, SignInMethod::Password).await
}

async fn start_session_by(
    context: &Context,
    user: User,
    client: &Client,
    method: SignInMethod,
) -> Result<Started, Problem> {
    let credential = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let hash = credential::hash(credential.expose());
    let (catalog, now, origin) =
        (context.catalog.clone(), context.clock.now(), Origin { method, ..client.origin() });
    let id = user.id.clone();
    let begun = blocking(move || -> Result<_, StoreError> {
        catalog.create_session(&hash, &id, &origin, now, UnixSeconds(now.0 + SESSION_SECONDS))?;
        Ok((catalog.session(&hash, now)?, catalog.memberships(&id, &origin.method)?))
    });
    let (session, memberships) = begun.await??;
    let session = session.ok_or_else(Problem::signed_out)?;
    let cookies = [cookie::set(context, &credential)?, browser::remember(context, &user.id).await?];
    Ok(Started { signed_in: SignedIn::new(context, session, memberships, None), cookies })
}

/// Gives a session another credential, because what protects the account has changed: the header with the browser's cookie. Whoever has
/// copied the old one changes nothing with it; other tabs have the new one from the same browser.
///
/// # Errors
/// Those of the store.
pub async fn with_new_credential(context: &Context, session: &Session) -> Result<HeaderValue, Problem> {
    let credential = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let hash = credential::hash(credential.expose());
    let (catalog, now, id) = (context.catalog.clone(), context.clock.now(), session.id.clone());
    let until = ends_at(session, now);
    blocking(move || catalog.replace_credential(&id, &hash, now, until)).await??;
    cookie::set(context, &credential)
}

/// When a session that is used now ends.
pub fn ends_at(session: &Session, now: UnixSeconds) -> UnixSeconds {
    UnixSeconds((now.0 + SESSION_SECONDS).min(session.created_at.0 + LONGEST_SECONDS))
}

/// Ends the session that a browser had before it signed in again, whoever's it was: nothing uses it from then on, except for
/// somebody who copied it.
///
/// # Errors
/// Those of the store.
async fn end_former_session(context: &Context, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(former) = cookie::read(context, headers) else { return Ok(()) };
    let (catalog, hash) = (context.catalog.clone(), credential::hash(former.expose()));
    blocking(move || catalog.delete_session(&hash)).await??;
    Ok(())
}
