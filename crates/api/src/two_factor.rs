//! A second factor for one's own account: codes of an authenticator app.

pub mod begin;
pub mod confirm;
pub mod disable;
pub mod read;
pub mod replace_recovery_codes;

use model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
