//! `POST /sign-up`: an account, by invitation or with a workspace of its own.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::{Invitation, NewUser, StoreError, User};
use utoipa::ToSchema;

use super::pending::{SignUpPending, pending};
use crate::access::account::{AccountFields, check_email};
use crate::access::credential;
use crate::access::mailing;
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

/// Create an account
///
/// With an invitation that was sent to your address, you are signed in (201). Otherwise, a link to confirm the address is sent (202):
/// also where the address has an account already, which only its owner learns. With the link of an invitation that anyone can use, you
/// join the workspace by confirming the address; on a server that can't send email, you are signed in (201). An address gets at most ten
/// such emails an hour; links that it has got before still work.
#[utoipa::path(post, path = "/api/v1/sign-up", operation_id = "sign_up", tag = "sign-up",
    request_body = SignUpRequest, responses((status = 201, body = SignedIn), (status = 202, body = SignUpPending)))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<SignUpRequest>,
) -> Result<Response, Problem> {
    match (context.options.sign_up, request.invitation) {
        (SignUp::Open | SignUp::Invited, Some(code)) => {
            let email = check_email(&request.account.email)?.to_owned();
            mailing::limit_request(&context, &client, &email)?;
            let invitation = open_invitation(&context, &code).await?;
            let workspaces = [invitation.workspace.name.clone()];
            let has_mail = context.mailer.is_configured();
            // An invitation whose code was mailed is read by the owner of the address.
            let new = request.account.checked(&context.options, &workspaces, has_mail).await?;
            if has_mail && invitation.email.is_none() {
                return pending(&context, &client, new, Some((code, invitation))).await;
            }
            let user = by_invitation(&context, &client, code, new).await?;
            Ok(start_session(&context, user, &client).await?.created())
        }
        (SignUp::Open, None) => {
            let email = check_email(&request.account.email)?.to_owned();
            mailing::limit_request(&context, &client, &email)?;
            check_is_set_up(&context).await?;
            let new = request.account.checked(&context.options, &[], false).await?;
            pending(&context, &client, new, None).await
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

/// Before the work of hashing a password.
async fn open_invitation(context: &Context, code: &str) -> Result<Invitation, Problem> {
    let (catalog, hash) = (context.catalog.clone(), credential::hash(code));
    let found = blocking(move || catalog.invitation_by_link(&hash)).await??;
    let now = context.clock.now();
    found.filter(|one| one.expires_at > now).ok_or_else(|| StoreError::InvitationEnded.into())
}

/// The first account is that of whoever has the setup code.
async fn check_is_set_up(context: &Context) -> Result<(), Problem> {
    let catalog = context.catalog.clone();
    if blocking(move || catalog.has_owner()).await?? {
        return Ok(());
    }
    Err(Problem::forbidden("no_owner", "this server is not set up yet")
        .action("ask the person who runs it to create the owner account first"))
}

async fn by_invitation(
    context: &Context,
    client: &Client,
    code: String,
    new: NewUser,
) -> Result<User, Problem> {
    let (catalog, now, hash) = (context.catalog.clone(), context.clock.now(), credential::hash(&code));
    let (wanted, address) = (new.username.clone(), client.address_text());
    let created =
        blocking(move || match catalog.create_user_by_invitation(&hash, &new, address.as_deref(), now) {
            Err(StoreError::NameTaken) => Ok(Err(catalog.free_usernames(&wanted)?)),
            other => other.map(Ok),
        });
    created.await??.map_err(|free| name_taken(&free))
}

pub(super) fn name_taken(free: &[String]) -> Problem {
    let mut problem = Problem::from(StoreError::NameTaken);
    problem.field = Some("username");
    problem.action(format!("free: {}", free.join(", ")))
}
