//! Accounts that wait for their address to be confirmed. The answer, and the work for it, is the same whether the address has an account
//! or not, and so is all that can be seen of the new account afterwards: it can't be signed in to.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mail::{Mailbox, Mailer, Message, OpenInvitation};
use model::{Secret, UnixSeconds};
use serde::Serialize;
use store::{Invitation, NewLink, NewSignUp, NewUser, PendingUser, SignUpMails, StoreError};
use utoipa::ToSchema;

use super::create::name_taken;
use crate::access::credential;
use crate::access::mailing::{self, LinkDelivery};
use crate::access::throttle::MailKind;
use crate::blocking;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct SignUpPending {
    /// How the link to confirm the address gets to its owner.
    pub delivery: LinkDelivery,
    /// With this, the address can be corrected for a day, until it is confirmed.
    pub correction: String,
}

/// The mails of which one is sent.
struct Messages {
    confirmation: Message,
    /// Of the link.
    until: UnixSeconds,
    to: Mailbox,
    already_registered: Message,
    to_owner: Mailbox,
}

/// Creates such an account: of one's own, or by the link of an invitation that anybody may have.
pub(super) async fn pending(
    context: &Context,
    client: &Client,
    user: NewUser,
    invited: Option<(String, Invitation)>,
) -> Result<Response, Problem> {
    let (code, correction) = (new_credential()?, new_credential()?);
    let (confirmation, until) = mailing::confirmation(context, &code);
    let link =
        |code: &Secret| NewLink { token_hash: credential::hash(code.expose()).to_vec(), expires_at: until };
    let new = NewSignUp {
        invitation: invited.as_ref().map(|(code, _)| credential::hash(code).to_vec()),
        confirmation: link(&code),
        correction: link(&correction),
        address: client.address_text(),
        user,
    };
    let invitation = invited.map(|(code, invitation)| OpenInvitation {
        workspace_name: invitation.workspace.name,
        link: context.page_with_code("/invitation", &Secret::new(code)),
    });
    let messages = Messages {
        confirmation,
        until,
        to: Mailbox::new(new.user.full_name.clone(), &new.user.email)?,
        already_registered: mailing::already_registered(context, invitation),
        to_owner: Mailbox::new("", &new.user.email)?,
    };
    create(context, new, messages).await?;
    let answer =
        SignUpPending { delivery: mailing::delivery(context), correction: correction.expose().to_owned() };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// The account, its mail and its entry in the audit log are written together: a server that is killed in between leaves none of them.
async fn create(context: &Context, new: NewSignUp, messages: Messages) -> Result<(), Problem> {
    let mails = mails(context, &new, &messages)?;
    let (is_mailed, email) = (mails.is_some(), new.user.email.clone());
    let (data, catalog, now) = (context.data.clone(), context.catalog.clone(), context.clock.now());
    let created = blocking(move || -> Result<_, StoreError> {
        let created = match &mails {
            Some(mails) => {
                data.sealing(&catalog, |keyring| catalog.sign_up(&new, Some((keyring, mails)), now))
            }
            None => catalog.sign_up(&new, None, now),
        };
        match created {
            Ok(pending) => Ok(Ok(pending)),
            Err(StoreError::NameTaken) => Ok(Err(catalog.free_usernames(&new.user.username)?)),
            Err(error) => Err(error),
        }
    });
    let created = created.await?;
    if is_mailed && !matches!(created, Ok(Ok(_))) {
        context.throttle.give_room_back(MailKind::Confirmation, &email);
    }
    let pending = created?.map_err(|free| name_taken(&free))?;
    if context.mailer.is_configured() {
        context.mailer.written();
        return Ok(());
    }
    print(context, &pending, messages).await
}

/// `None` where there is no mail server, and when the address has got enough of them: it has links that work.
fn mails(context: &Context, new: &NewSignUp, of: &Messages) -> Result<Option<SignUpMails>, Problem> {
    if !context.mailer.is_configured() || !context.throttle.take_room(MailKind::Confirmation, &new.user.email)
    {
        return Ok(None);
    }
    Ok(Some(SignUpMails {
        confirmation: Mailer::to_write(&of.confirmation, &of.to, Some(of.until))?,
        already_registered: Mailer::to_write(&of.already_registered, &of.to_owner, None)?,
    }))
}

/// Without a mail server, the person who runs Chartsy passes the link on.
async fn print(context: &Context, pending: &PendingUser, messages: Messages) -> Result<(), Problem> {
    let Messages { confirmation, until, to, already_registered, to_owner } = messages;
    if pending.is_taken {
        context.mailer.send(already_registered, &to_owner, None).await?;
    } else {
        context.mailer.send(confirmation, &to, Some(until)).await?;
    }
    Ok(())
}

fn new_credential() -> Result<Secret, Problem> {
    credential::new_session().map_err(|error| Problem::internal(&error))
}
