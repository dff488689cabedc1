//! Who sent a request, and the only way to the workspaces and connections that they may see.

use std::marker::PhantomData;

use ::sync::Business;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use model::{ConnectionId, Permission, Role, WorkspaceId};
use store::{Actor, ApiToken, Catalog, ConnectionRecord, Credential, Proof, Session, User, Workspace};

use super::cookie;
use super::credential::{self, TOKEN_PREFIX};
use super::permission::{Needed, granted};
use super::throttle::Place;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::client::Client;
use crate::problem::Problem;

/// Names the workspace that a person acts in, by its id. Without it, it is the first that they joined. A token has just one.
pub const WORKSPACE_HEADER: HeaderName = HeaderName::from_static("chartsy-workspace");

/// Ids of workspaces begin with it, so that a path can name one in place of a connection.
const WORKSPACE_PREFIX: &str = "ws_";

/// Whoever asks, in a workspace where they have the permission `P`: a person by cookie, or a program by token.
#[derive(Debug, Clone)]
pub struct Access<P: Needed> {
    pub workspace: WorkspaceId,
    pub by: By,
    /// The id of a user's session; a token has none.
    pub session: Option<String>,
    needed: PhantomData<P>,
}

/// Who does something, and from where: recorded with their changes.
#[derive(Debug, Clone)]
pub struct By {
    pub actor: Actor,
    pub client: Client,
}

/// A signed-in user. Programs can't do what requires one.
#[derive(Debug, Clone)]
pub struct Person {
    pub session: Session,
    pub client: Client,
}

/// A signed-in user in a workspace where they have the permission `P`.
#[derive(Debug, Clone)]
pub struct Membership<P: Needed> {
    pub person: Person,
    pub workspace: Workspace,
    pub role: Role,
    needed: PhantomData<P>,
}

/// A signed-in user in one of their workspaces, also in one that they can't open because of how they signed in.
#[derive(Debug, Clone)]
pub struct AnyMembership {
    pub person: Person,
    pub workspace: Workspace,
}

/// The connection named in the path, of a workspace where whoever asks has the permission `P`. Every handler that touches a
/// connection gets it from here.
#[derive(Debug, Clone)]
pub struct Connection<P: Needed> {
    pub record: ConnectionRecord,
    pub by: By,
    /// The id of a user's session; a token has none.
    pub session: Option<String>,
    needed: PhantomData<P>,
}

/// The connection named in the path, or all of a workspace's connections together where that is named: what figures are of,
/// where whoever asks has the permission `P`.
#[derive(Debug, Clone)]
pub struct Figures<P: Needed> {
    pub of: Business,
    pub by: By,
    /// The id of a user's session; a token has none.
    pub session: Option<String>,
    needed: PhantomData<P>,
}

impl By {
    /// A user, from wherever the request came.
    pub fn user(user: &User, client: Client) -> Self {
        let actor = Actor::User { id: user.id.clone(), username: user.username.clone() };
        Self { actor, client }
    }

    /// Somebody who is not signed in.
    pub fn visitor(client: Client) -> Self {
        Self { actor: Actor::Visitor, client }
    }

    /// A user's username or a token's name.
    pub fn name(&self) -> &str {
        match &self.actor {
            Actor::User { username, .. } => username,
            Actor::Token { name, .. } => name,
            Actor::Visitor | Actor::Operator | Actor::Server => "",
        }
    }
}

impl Person {
    /// Where their attempts to prove something count: nobody else's do.
    pub fn place(&self) -> Place {
        Place::Session(self.session.id.clone())
    }

    pub fn by(&self) -> By {
        By::user(&self.session.user, self.client.clone())
    }

    /// The catalog, which writes as long as they are signed in.
    pub fn catalog(&self, context: &Context) -> Catalog {
        let credential = Credential::Session(self.session.id.clone());
        context.catalog.on_behalf_of(Proof { credential, needs: None })
    }
}

impl<P: Needed> Access<P> {
    /// The catalog, which writes as long as they have the permission.
    pub fn catalog(&self, context: &Context) -> Catalog {
        writing::<P>(context, self.session.as_ref(), &self.by, &self.workspace)
    }
}

impl<P: Needed> Connection<P> {
    /// The catalog, which writes as long as they have the permission.
    pub fn catalog(&self, context: &Context) -> Catalog {
        writing::<P>(context, self.session.as_ref(), &self.by, &self.record.workspace)
    }
}

impl<P: Needed> Figures<P> {
    /// The catalog, which writes as long as they have the permission.
    pub fn catalog(&self, context: &Context) -> Catalog {
        writing::<P>(context, self.session.as_ref(), &self.by, self.of.workspace())
    }
}

fn writing<P: Needed>(
    context: &Context,
    session: Option<&String>,
    by: &By,
    workspace: &WorkspaceId,
) -> Catalog {
    let credential = match (session, &by.actor) {
        (None, Actor::Token { id, .. }) => Credential::Token(id.clone()),
        // Nobody has a session without an id: none is found, and nothing is written.
        (session, _) => Credential::Session(session.cloned().unwrap_or_default()),
    };
    let needs = Some((workspace.clone(), P::PERMISSION));
    context.catalog.on_behalf_of(Proof { credential, needs })
}

impl<P: Needed> Membership<P> {
    /// The catalog, which writes as long as they have the permission.
    pub fn catalog(&self, context: &Context) -> Catalog {
        let session = &self.person.session.id;
        writing::<P>(context, Some(session), &self.by(), &self.workspace.id)
    }

    pub fn by(&self) -> By {
        self.person.by()
    }
}

impl FromRequestParts<Shared> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            valid_token(context, token).await?;
            return Err(Problem::forbidden("person_needed", "a token can't do this")
                .action("sign in on the pages: only users can do this"));
        }
        let client = Client::of(parts);
        let credential = cookie::read(context, &parts.headers).ok_or_else(Problem::signed_out)?;
        let hash = credential::hash(credential.expose());
        let now = context.clock.now();
        let catalog = context.catalog.clone();
        let session = blocking(move || catalog.session(&hash, now)).await??;
        // The browser has a new credential: only what was on its way with the old one is let through, and only if it changes nothing.
        let session = session.filter(|session| !session.may_only_read || parts.method.is_safe());
        Ok(Self { session: session.ok_or_else(Problem::signed_out)?, client })
    }
}

impl<P: Needed> FromRequestParts<Shared> for Membership<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let (person, found) = membership(parts, context).await?;
        allow(&found, P::PERMISSION)?;
        Ok(Self { person, workspace: found.workspace, role: found.role, needed: granted() })
    }
}

impl FromRequestParts<Shared> for AnyMembership {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let (person, found) = membership(parts, context).await?;
        Ok(Self { person, workspace: found.workspace })
    }
}

impl<P: Needed> FromRequestParts<Shared> for Access<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        if let Some(token) = bearer(&parts.headers) {
            let token = valid_token(context, token).await?;
            if named_workspace(&parts.headers)?.is_some_and(|named| named != token.workspace.as_str()) {
                return Err(Problem::not_found("workspace"));
            }
            allow_token(&token, P::PERMISSION)?;
            let by = by_token(&token, parts);
            return Ok(Self { workspace: token.workspace, by, session: None, needed: granted() });
        }
        let membership = Membership::<P>::from_request_parts(parts, context).await?;
        let by = membership.by();
        let Membership { person, workspace, .. } = membership;
        Ok(Self { by, workspace: workspace.id, session: Some(person.session.id), needed: granted() })
    }
}

impl<P: Needed> FromRequestParts<Shared> for Connection<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let catalog = context.catalog.clone();
        if let Some(token) = bearer(&parts.headers) {
            let token = valid_token(context, token).await?;
            let id = connection_id(parts, context).await?;
            let workspace = token.workspace.clone();
            let found = blocking(move || catalog.connection(&workspace, &id)).await??;
            let record = found.ok_or_else(|| Problem::not_found("connection"))?;
            allow_token(&token, P::PERMISSION)?;
            let by = by_token(&token, parts);
            return Ok(Self { record, by, session: None, needed: granted() });
        }
        let person = Person::from_request_parts(parts, context).await?;
        let id = connection_id(parts, context).await?;
        let session = person.session.clone();
        let found =
            blocking(move || catalog.connection_for(&session.user.id, &session.method, &id)).await??;
        let (record, membership) = found.ok_or_else(|| Problem::not_found("connection"))?;
        allow(&membership, P::PERMISSION)?;
        Ok(Self { record, by: person.by(), session: Some(person.session.id), needed: granted() })
    }
}

/// Of the workspace that the request's header names, or of the first that the user joined.
async fn membership(parts: &mut Parts, context: &Shared) -> Result<(Person, store::Membership), Problem> {
    let named = named_workspace(&parts.headers)?.map(str::to_owned);
    membership_in(named.as_deref(), parts, context).await
}

/// The workspace that a request's header names.
///
/// # Errors
/// 404 when it is not the id of any, or there are two: what was meant is not known.
fn named_workspace(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(WORKSPACE_HEADER).iter();
    let (named, another) = (all.next(), all.next());
    let id = named.map(|value| value.to_str().map_err(|_| Problem::not_found("workspace"))).transpose()?;
    if another.is_some() { Err(Problem::not_found("workspace")) } else { Ok(id) }
}

/// Of a workspace, or of the first that the user joined.
async fn membership_in(
    named: Option<&str>,
    parts: &mut Parts,
    context: &Shared,
) -> Result<(Person, store::Membership), Problem> {
    let person = Person::from_request_parts(parts, context).await?;
    let (catalog, session) = (context.catalog.clone(), person.session.clone());
    let memberships = blocking(move || catalog.memberships(&session.user.id, &session.method)).await??;
    let mut memberships = memberships.into_iter();
    let found = match named {
        Some(id) => memberships.find(|one| one.workspace.id.as_str() == id),
        None => memberships.next(),
    };
    let found = found.ok_or_else(|| match named {
        Some(_) => Problem::not_found("workspace"),
        None => no_workspace(),
    })?;
    Ok((person, found))
}

impl<P: Needed> FromRequestParts<Shared> for Figures<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Shared) -> Result<Self, Problem> {
        let named = connection_id(parts, context).await?;
        if !named.as_str().starts_with(WORKSPACE_PREFIX) {
            let one = Connection::<P>::from_request_parts(parts, context).await?;
            let Connection { record, by, session, .. } = one;
            return Ok(Self { of: Business::One(Box::new(record)), by, session, needed: granted() });
        }
        // The path says which: the header is not asked.
        let named = WorkspaceId::from(named.as_str());
        let (by, session) = if let Some(token) = bearer(&parts.headers) {
            let token = valid_token(context, token).await?;
            if token.workspace != named {
                return Err(Problem::not_found("workspace"));
            }
            allow_token(&token, P::PERMISSION)?;
            (by_token(&token, parts), None)
        } else {
            let (person, membership) = membership_in(Some(named.as_str()), parts, context).await?;
            allow(&membership, P::PERMISSION)?;
            (person.by(), Some(person.session.id))
        };
        let (catalog, workspace) = (context.catalog.clone(), named);
        let of = blocking(move || Business::of_workspace(&catalog, &workspace)).await??;
        let of = of.ok_or_else(|| Problem::not_found("connection"))?;
        Ok(Self { of, by, session, needed: granted() })
    }
}

async fn connection_id(parts: &mut Parts, context: &Shared) -> Result<ConnectionId, Problem> {
    let path = RawPathParams::from_request_parts(parts, context).await;
    let path = path.map_err(|_| Problem::not_found("connection"))?;
    let id = path.iter().find(|(name, _)| *name == "id").map(|(_, id)| ConnectionId::from(id));
    id.ok_or_else(|| Problem::not_found("connection"))
}

fn allow(membership: &store::Membership, needed: Permission) -> Result<(), Problem> {
    if membership.lacks_sign_on {
        return Err(Problem::forbidden("sign_on_required", "this workspace requires single sign-on")
            .action("sign out, and sign in at your identity provider"));
    }
    if membership.lacks_two_factor {
        return Err(Problem::forbidden("two_factor_required", "this workspace requires two-factor sign-in")
            .action("set up an authenticator app for your account, or sign in with a passkey"));
    }
    if membership.role.permission() >= needed { Ok(()) } else { Err(role_too_low(membership.role, needed)) }
}

/// Says which roles may do it, and who can help.
fn role_too_low(role: Role, needed: Permission) -> Problem {
    let named = |role: Role| role.as_str().replace('_', " ");
    let enough: Vec<String> =
        Role::ALL.into_iter().filter(|role| role.permission() >= needed).map(named).collect();
    let (last, others) = enough.split_last().map_or(("owner", &[] as &[String]), |(l, o)| (l.as_str(), o));
    let enough = if others.is_empty() { last.to_owned() } else { format!("{} or {last}", others.join(", ")) };
    let title = format!("this takes the role {enough}, and yours is {}", named(role));
    let whom = if needed == Permission::Own { "an owner" } else { "an owner or admin" };
    Problem::forbidden("role_too_low", title)
        .action(format!("ask {whom} of the workspace to do it, or to change your role"))
}

fn allow_token(token: &ApiToken, needed: Permission) -> Result<(), Problem> {
    if token.scope.permission() >= needed {
        return Ok(());
    }
    Err(Problem::forbidden("scope_too_low", "this token's scope does not allow this")
        .action(format!("use a token with the scope '{}'", needed.as_str())))
}

fn by_token(token: &ApiToken, parts: &Parts) -> By {
    let actor = Actor::Token { id: token.id.clone(), name: token.name.clone() };
    By { actor, client: Client::of(parts) }
}

fn no_workspace() -> Problem {
    Problem::forbidden("no_workspace", "you don't belong to a workspace")
        .action("create one, or ask someone to invite you to theirs")
}

async fn valid_token(context: &Context, token: &str) -> Result<ApiToken, Problem> {
    if !token.starts_with(TOKEN_PREFIX) {
        return Err(Problem::signed_out());
    }
    let hash = credential::hash(token);
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let token = blocking(move || catalog.use_token(&hash, now)).await??;
    token.ok_or_else(Problem::signed_out)
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
