//! Links and notices by email.

use mail::{DeliveryMethod, Mailbox, Message, OpenInvitation};
use model::{Secret, UnixSeconds};
use serde::Serialize;
use store::{LinkPurpose, PendingUser, StoreError, User};
use utoipa::ToSchema;

use super::credential;
use super::throttle::{MailKind, Place};
use crate::blocking;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// How long a link to confirm an address works, and one to choose a new password.
const CONFIRM_SECONDS: i64 = 86_400;
const RESET_SECONDS: i64 = 3600;

/// How a link gets to whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkDelivery {
    /// By email.
    Mail,
    /// It was printed for the person who runs the server, who has to pass it on.
    Console,
}

impl From<DeliveryMethod> for LinkDelivery {
    fn from(delivery: DeliveryMethod) -> Self {
        match delivery {
            DeliveryMethod::Queued => Self::Mail,
            DeliveryMethod::Console => Self::Console,
        }
    }
}

/// Lets somebody have a mail sent to an address, at most so often.
///
/// # Errors
/// 429, with how long to wait.
pub fn limit(context: &Context, client: &Client, kind: MailKind, email: &str) -> Result<(), Problem> {
    context.throttle.begin_mail(kind, email, &Place::of(client)).map_err(Problem::too_many_mails)
}

/// The same for a link that anybody can have sent to any address: a visitor waits for what they requested themselves, never for what
/// others did. However many do, the mailbox gets only so many an hour; what it has got by then still works.
///
/// # Errors
/// 429, with how long to wait.
pub fn limit_request(context: &Context, client: &Client, email: &str) -> Result<(), Problem> {
    context.throttle.begin_request(email, &Place::of(client)).map_err(Problem::too_many_mails)
}

/// The same for a link to confirm an address that is sent again: once a minute.
///
/// # Errors
/// 429, with how long to wait.
pub fn limit_again(context: &Context, client: &Client, email: &str) -> Result<(), Problem> {
    context.throttle.begin_request_again(email, &Place::of(client)).map_err(Problem::too_many_mails)
}

/// Writes as often as something else would have: the time until the answer must not reveal which of the two happened.
///
/// # Errors
/// Those of the store.
pub async fn write_in_vain(context: &Context, writes: u32) -> Result<(), Problem> {
    let catalog = context.catalog.clone();
    Ok(blocking(move || (0..writes).try_for_each(|_| catalog.write_in_vain())).await??)
}

/// How links get to whom they are for.
pub fn delivery(context: &Context) -> LinkDelivery {
    if context.mailer.is_configured() { LinkDelivery::Mail } else { LinkDelivery::Console }
}

/// What a link to confirm an address, or what is sent in its place, costs: the link, and the mail.
fn writes_of_link(context: &Context) -> u32 {
    1 + u32::from(context.mailer.is_configured())
}

/// Does the work of a link that is sent to nobody.
///
/// # Errors
/// Those of the store.
pub async fn send_nothing(context: &Context) -> Result<(), Problem> {
    write_in_vain(context, writes_of_link(context)).await
}

/// What the owner of an address that has an account is told when somebody gives it for another one, whom nothing tells so. With the
/// link of the invitation that somebody used, which the account can accept.
pub fn already_registered(context: &Context, invitation: Option<OpenInvitation>) -> Message {
    Message::AlreadyRegistered {
        invitation,
        sign_in_page: context.page("/login"),
        reset_page: context.page("/forgot-password"),
    }
}

/// Sends the link for an account whose address was corrected, or tells the owner of that address that it has an account.
///
/// # Errors
/// Those of the store.
pub async fn send_for_corrected(
    context: &Context,
    pending: &PendingUser,
    email: &str,
) -> Result<(), Problem> {
    if !pending.is_taken {
        return send_confirmation(context, &pending.user).await;
    }
    send_in_place_of_link(context, MailKind::Confirmation, email, already_registered(context, None)).await
}

/// The page that confirms an address, and until when a link to it works that is sent now.
pub fn confirmation(context: &Context, code: &Secret) -> (Message, UnixSeconds) {
    let link = context.page_with_code("/confirm", code);
    (Message::ConfirmAddress { link }, UnixSeconds(context.clock.now().0 + CONFIRM_SECONDS))
}

/// Sends a link by which an address is confirmed.
///
/// # Errors
/// Those of the store.
pub async fn send_confirmation(context: &Context, user: &User) -> Result<(), Problem> {
    if !context.throttle.take_room(MailKind::Confirmation, &user.email) {
        return send_nothing(context).await;
    }
    let (code, until) = new_link(context, user, LinkPurpose::ConfirmAddress, CONFIRM_SECONDS).await?;
    context.mailer.send(confirmation(context, &code).0, &mailbox(user)?, Some(until)).await?;
    Ok(())
}

/// Sends a link to an address by which an account gets it. If another account has it already, only the owner of the address learns
/// that.
///
/// # Errors
/// Those of the store.
pub async fn send_new_address(context: &Context, user: &User, email: &str) -> Result<(), Problem> {
    let code = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let (hash, now) = (credential::hash(code.expose()), context.clock.now());
    let until = UnixSeconds(now.0 + CONFIRM_SECONDS);
    let (catalog, owner, address) = (context.catalog.clone(), user.clone(), email.to_owned());
    match blocking(move || catalog.create_address_link(&owner, &address, &hash, now, until)).await? {
        Ok(()) => {
            let link = context.page_with_code("/confirm-email", &code);
            let to = Mailbox::new(user.full_name.clone(), email)?;
            context
                .mailer
                .send(Message::ConfirmNewAddress { username: user.username.clone(), link }, &to, Some(until))
                .await?;
            Ok(())
        }
        Err(StoreError::EmailTaken) => {
            // In place of the link. Those to other addresses end, as they would by it: else whoever reads one would learn which happened.
            let (catalog, id) = (context.catalog.clone(), user.id.clone());
            blocking(move || catalog.end_address_links(&id)).await??;
            context.mailer.send(already_registered(context, None), &Mailbox::new("", email)?, None).await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends a link by which a new password is chosen.
///
/// # Errors
/// Those of the store.
pub async fn send_reset(context: &Context, user: &User) -> Result<(), Problem> {
    if !context.throttle.take_room(MailKind::PasswordReset, &user.email) {
        return send_nothing(context).await;
    }
    let (code, until) = new_link(context, user, LinkPurpose::ResetPassword, RESET_SECONDS).await?;
    let link = context.page_with_code("/reset-password", &code);
    context.mailer.send(Message::ResetPassword { link }, &mailbox(user)?, Some(until)).await?;
    Ok(())
}

/// Tells the owner of an address for whom somebody wants a new password that it has no account.
///
/// # Errors
/// Those of the store.
pub async fn send_no_account(context: &Context, email: &str) -> Result<(), Problem> {
    let message = Message::NoAccount { sign_in_page: context.page("/login") };
    send_in_place_of_link(context, MailKind::PasswordReset, email, message).await
}

/// Tells the owner of an address something, with the work of the link that somebody else would have got.
async fn send_in_place_of_link(
    context: &Context,
    kind: MailKind,
    email: &str,
    message: Message,
) -> Result<(), Problem> {
    if !context.throttle.take_room(kind, email) {
        return send_nothing(context).await;
    }
    write_in_vain(context, 1).await?;
    context.mailer.send(message, &Mailbox::new("", email)?, None).await?;
    Ok(())
}

/// Tells somebody what has happened to their account. It has happened: a mail that can't be written down does not undo it.
pub async fn notify(context: &Context, user: &User, message: Message) {
    let Ok(to) = mailbox(user) else { return };
    if let Err(error) = context.mailer.send(message, &to, None).await {
        tracing::warn!(%error, "a notice about an account could not be sent");
    }
}

pub(crate) fn mailbox(user: &User) -> Result<Mailbox, Problem> {
    Ok(Mailbox::new(user.full_name.clone(), &user.email)?)
}

async fn new_link(
    context: &Context,
    user: &User,
    purpose: LinkPurpose,
    valid_s: i64,
) -> Result<(Secret, UnixSeconds), Problem> {
    let code = credential::new_session().map_err(|error| Problem::internal(&error))?;
    let (hash, now) = (credential::hash(code.expose()), context.clock.now());
    let until = UnixSeconds(now.0 + valid_s);
    let (catalog, user) = (context.catalog.clone(), user.clone());
    blocking(move || catalog.create_email_link(&user, purpose, &hash, now, until)).await??;
    Ok((code, until))
}
