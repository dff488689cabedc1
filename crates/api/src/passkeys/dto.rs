//! A passkey, as its owner sees it.

use serde::Serialize;
use serde_json::Value;
use store::Passkey;
use utoipa::ToSchema;

use crate::access::passkey::relying_party::RelyingParty;
use crate::context::Options;

#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyView {
    pub id: String,
    pub name: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    /// The host that it was created for.
    pub host: String,
    /// Whether it works at the address that people open now.
    pub is_usable: bool,
}

/// What the browser is to do, in the words of the Web Authentication standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyChallenge {
    /// For `navigator.credentials`, in its JSON form: binary values are in base64url.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

impl PasskeyView {
    pub fn new(passkey: Passkey, options: &Options) -> Self {
        let is_usable = RelyingParty::of(options).is_ok_and(|party| party.host() == passkey.host);
        Self {
            id: passkey.id,
            name: passkey.name,
            created_at: passkey.created_at.0,
            last_used_at: passkey.last_used_at.map(|at| at.0),
            host: passkey.host,
            is_usable,
        }
    }
}
