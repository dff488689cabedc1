//! `POST /me/two-factor/recovery-codes`.

use axum::Json;
use axum::extract::State;

use super::{PasswordProof, RecoveryCodes};
use crate::access::identity::Person;
use crate::access::{own_password, second_factor};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Replace your recovery codes
#[utoipa::path(post, path = "/api/v1/me/two-factor/recovery-codes", operation_id = "replace_recovery_codes", tag = "me",
    request_body = PasswordProof, responses((status = 200, body = RecoveryCodes)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordProof>,
) -> Result<Json<RecoveryCodes>, Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let (catalog, user) = (person.catalog(&context), person.session.user.id.clone());
    let is_on = blocking({
        let (catalog, user) = (catalog.clone(), user.clone());
        move || catalog.two_factor(&user)
    });
    if is_on.await??.is_none_or(|one| one.confirmed_at.is_none()) {
        return Err(Problem::bad_request("two_factor_off", "two-factor sign-in is off"));
    }
    let (codes, hashes) = second_factor::new_recovery_codes()?;
    blocking(move || catalog.set_recovery_codes(&user, &hashes)).await??;
    context.record(AuditEvent::of_account(&person.by(), "two_factor.recovery_codes_replaced")).await?;
    Ok(Json(RecoveryCodes { recovery_codes: codes }))
}
