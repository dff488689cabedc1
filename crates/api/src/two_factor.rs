//! A second factor for one's own account: codes of an authenticator app.

pub mod begin;
pub mod confirm;
pub mod disable;
pub mod read;
pub mod replace_recovery_codes;

use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::identity::Person;
use crate::access::password;
use crate::access::throttle::Place;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// The current password: whoever found a browser signed in must not change this.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PasswordProof {
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each can be used once, in place of a code from the app. They are not shown again.
    pub recovery_codes: Vec<String>,
}

async fn check_password(context: &Context, person: &Person, given: PasswordProof) -> Result<(), Problem> {
    let user = &person.session.user;
    let place = Place::of(&person.client);
    context.throttle.begin(&user.username, &place).map_err(Problem::too_many_tries)?;
    let (catalog, login) = (context.catalog.clone(), user.username.clone());
    let hash = blocking(move || catalog.user_by_login(&login)).await??.and_then(|(_, hash)| hash);
    let hash = hash.map(|hash| hash.expose().to_owned());
    if !password::is_right(given.password, hash).await? {
        return Err(Problem::field("password", "wrong password"));
    }
    context.throttle.succeeded(&user.username, &place);
    Ok(())
}
