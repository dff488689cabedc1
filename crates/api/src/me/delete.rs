//! `POST /me/delete`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::AppendHeaders;
use mail::Message;

use crate::access::identity::Person;
use crate::access::{browser, cookie, mailing, own_password};
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;
use crate::two_factor::PasswordProof;

/// Delete your account
///
/// With it go your sessions, passkeys, authenticator app and connected accounts, and you are a member of no workspace. What you did stays
/// in the audit logs. The only owner of a workspace who can sign in has to transfer or delete it first (409).
#[utoipa::path(post, path = "/api/v1/me/delete", operation_id = "delete_account", tag = "me",
    request_body = PasswordProof, responses((status = 204, description = "Deleted")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordProof>,
) -> Result<(StatusCode, AppendHeaders<[(HeaderName, HeaderValue); 2]>), Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let (catalog, id) = (person.catalog(&context), person.session.user.id.clone());
    let author = context.author(&person.by());
    let at = author.at;
    let user = blocking(move || catalog.delete_user(&id, &author)).await??;
    mailing::notify(&context, &user, Message::AccountDeleted { at }).await;
    let cookies =
        [(header::SET_COOKIE, cookie::clear(&context)?), (header::SET_COOKIE, browser::forget(&context)?)];
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}
