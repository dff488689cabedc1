//! `POST /sign-up`: an account, by invitation or with a workspace of its own.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::{Actor, NewUser, StoreError, User};
use utoipa::ToSchema;

use crate::access::account::AccountFields;
use crate::access::credential;
use crate::access::identity::By;
use crate::access::throttle::Place;
use crate::audit::Event;
use crate::blocking;
use crate::context::{Context, Shared, SignUp};
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::session::dto::{SignedIn, start_session};

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignUpRequest {
    #[serde(flatten)]
    pub account: AccountFields,
    /// The code of an invitation's link.
    pub invitation: Option<String>,
}

/// Create an account and sign in
#[utoipa::path(post, path = "/api/v1/sign-up", operation_id = "sign_up", tag = "sign-up",
    request_body = SignUpRequest, responses((status = 201, body = SignedIn)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<SignUpRequest>,
) -> Result<Response, Problem> {
    let code = request.invitation.ok_or_else(|| {
        Problem::forbidden("sign_up_closed", "accounts on this server are created by invitation")
            .action("ask somebody who uses it to invite you")
    })?;
    if context.options.sign_up == SignUp::Closed {
        return Err(Problem::forbidden("sign_up_closed", "this server takes no new accounts")
            .action("ask the person who runs it"));
    }
    let place = Place::of(&client);
    context.throttle.begin(THROTTLED_AS, &place).map_err(Problem::too_many_tries)?;
    let new = request.account.checked(false).await?;
    let user = by_invitation(&context, &client, code, new).await?;
    context.throttle.succeeded(THROTTLED_AS, &place);
    Ok(start_session(&context, user, &client).await?.created())
}

/// A code can't be guessed faster than a password.
const THROTTLED_AS: &str = "signing up";

async fn by_invitation(
    context: &Context,
    client: &Client,
    code: String,
    new: NewUser,
) -> Result<User, Problem> {
    let (catalog, now, hash) = (context.catalog.clone(), context.clock.now(), credential::hash(&code));
    let wanted = new.username.clone();
    let created = blocking(move || match catalog.create_user_by_invitation(&hash, &new, now) {
        Err(StoreError::NameTaken) => Ok(Err(catalog.free_usernames(&wanted)?)),
        other => other.map(Ok),
    });
    let (user, invitation) = created.await??.map_err(|free| name_taken(&free))?;
    let actor = Actor::User { id: user.id.clone(), username: user.username.clone() };
    let by = By { actor, client: client.clone() };
    let event = Event::new(&by, &invitation.workspace.id, "member.joined").detail(invitation.role.as_str());
    context.record(event).await?;
    Ok(user)
}

fn name_taken(free: &[String]) -> Problem {
    let mut problem = Problem::from(StoreError::NameTaken);
    problem.field = Some("username");
    problem.action(format!("free: {}", free.join(", ")))
}
