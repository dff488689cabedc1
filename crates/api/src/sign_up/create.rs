//! `POST /sign-up`: an account, by invitation or with a workspace of its own.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mail::{Mailbox, Message};
use serde::{Deserialize, Serialize};
use store::{Actor, NewUser, StoreError, User};
use utoipa::ToSchema;

use super::limit_mails;
use crate::access::account::AccountFields;
use crate::access::credential;
use crate::access::identity::By;
use crate::access::mailing::{self, LinkDelivery};
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

#[derive(Debug, Serialize, ToSchema)]
pub struct SignUpPending {
    /// How the link to confirm the address gets to its owner.
    pub delivery: LinkDelivery,
}

/// Create an account
///
/// With an invitation, you are signed in (201). Otherwise, a link to confirm the address is sent (202): also where the address has
/// an account already, which only its owner learns.
#[utoipa::path(post, path = "/api/v1/sign-up", operation_id = "sign_up", tag = "sign-up",
    request_body = SignUpRequest, responses((status = 201, body = SignedIn), (status = 202, body = SignUpPending)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<SignUpRequest>,
) -> Result<Response, Problem> {
    match (context.options.sign_up, request.invitation) {
        (SignUp::Open | SignUp::Invited, Some(code)) => {
            let place = Place::of(&client);
            context.throttle.begin(THROTTLED_AS, &place).map_err(Problem::too_many_tries)?;
            let new = request.account.checked(false).await?;
            let user = by_invitation(&context, &client, code, new).await?;
            context.throttle.succeeded(THROTTLED_AS, &place);
            Ok(start_session(&context, user, &client).await?.created())
        }
        (SignUp::Open, None) => {
            limit_mails(&context, &client, &request.account.email)?;
            let new = request.account.checked(false).await?;
            by_oneself(&context, &client, new).await?;
            let delivery =
                if context.mailer.is_configured() { LinkDelivery::Mail } else { LinkDelivery::Console };
            Ok((StatusCode::ACCEPTED, Json(SignUpPending { delivery })).into_response())
        }
        (SignUp::Invited, None) => {
            Err(Problem::forbidden("sign_up_closed", "accounts on this server are created by invitation")
                .action("ask an owner or admin of a workspace to invite you"))
        }
        (SignUp::Closed, _) => {
            Err(Problem::forbidden("sign_up_closed", "this server doesn't accept new accounts")
                .action("ask the person who runs it"))
        }
    }
}

/// The answer is the same whether the address has an account or not.
async fn by_oneself(context: &Context, client: &Client, new: NewUser) -> Result<(), Problem> {
    let (catalog, now) = (context.catalog.clone(), context.clock.now());
    let (wanted, email) = (new.username.clone(), new.email.clone());
    let created = blocking(move || -> Result<_, StoreError> {
        match catalog.create_unconfirmed_user(&new, now) {
            Ok(user) => Ok(Created::User(user)),
            Err(StoreError::EmailTaken) => Ok(Created::HasAccount),
            Err(StoreError::NameTaken) => Ok(Created::NameTaken(catalog.free_usernames(&wanted)?)),
            Err(error) => Err(error),
        }
    });
    match created.await?? {
        Created::User(user) => {
            let by = By { actor: Actor::Visitor, client: client.clone() };
            context.record(Event::of_account(&by, "account.created").on(&user.username)).await?;
            mailing::send_confirmation(context, &user).await
        }
        Created::HasAccount => {
            let message = Message::AlreadyRegistered {
                sign_in_page: context.page("/login"),
                reset_page: context.page("/forgot-password"),
            };
            context.mailer.send(message, &Mailbox::new("", &email)?, None).await?;
            Ok(())
        }
        Created::NameTaken(free) => Err(name_taken(&free)),
    }
}

enum Created {
    User(User),
    HasAccount,
    NameTaken(Vec<String>),
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
