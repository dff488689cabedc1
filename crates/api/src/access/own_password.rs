//! The password of somebody who is signed in, asked for once more: whoever finds a browser signed in must not change how the account
//! is protected.

use axum::http::StatusCode;
use model::Secret;
use store::StoreError;

use super::identity::Person;
use super::password;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// Checks it before something changes that protects the account beside the password. Where there is a second factor, the session has to
/// have proved one as well: else whoever found out the password could add a factor of their own.
///
/// # Errors
/// As [`check`], and 403 when the session has proved less than the account has.
pub async fn check_for_second_factor(
    context: &Context,
    person: &Person,
    given: Secret,
) -> Result<(), Problem> {
    check(context, person, given, "password").await?;
    let (catalog, session) = (context.catalog.clone(), person.session.clone());
    if blocking(move || catalog.may_change_second_factors(&session.user, &session.method)).await?? {
        return Ok(());
    }
    let title = "this needs your second factor, and you signed in without it";
    Err(Problem::new(StatusCode::FORBIDDEN, "second_factor_needed", title).action(
        "sign out, and sign in with your passkey; if you have lost it, ask whoever runs this server to reset your \
         two-factor sign-in",
    ))
}

/// Checks it; `field` is what the request calls it. Failures count for this session alone.
///
/// # Errors
/// 422 when it is wrong, 429 after too many failures.
pub async fn check(
    context: &Context,
    person: &Person,
    given: Secret,
    field: &'static str,
) -> Result<(), Problem> {
    let (username, place) = (&person.session.user.username, person.place());
    context.throttle.begin(username, &place).map_err(Problem::too_many_tries)?;
    let (catalog, login) = (context.catalog.clone(), username.clone());
    // Without one, the account was deleted while this was on its way.
    let (_, hash) = blocking(move || catalog.user_by_login(&login)).await??.ok_or(StoreError::SignedOut)?;
    if hash.is_none() {
        return Err(Problem::field(field, "your account has no password yet")
            .action("sign out, and choose one with 'Forgot your password?' on the sign-in page"));
    }
    if !password::is_right(given, hash).await? {
        return Err(Problem::field(field, "wrong password"));
    }
    context.throttle.succeeded(username, &place);
    Ok(())
}
