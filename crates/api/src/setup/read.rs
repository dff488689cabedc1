//! `GET /setup`: whether the server is waiting for its owner account.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::passkey::relying_party::RelyingParty;
use crate::blocking;
use crate::context::{BookDemo, Shared, SignUp};
use crate::problem::Problem;
use crate::sign_on::dto::SignOnOffer;

#[derive(Debug, Serialize, ToSchema)]
pub struct Setup {
    /// There is no account yet.
    pub needs_owner: bool,
    /// The owner account can be created only with the code that the server printed in its terminal.
    pub needs_code: bool,
    pub version: &'static str,
    /// Who can create an account.
    pub sign_up: SignUp,
    /// Links are sent by email. Without it, they are printed for the person who runs the server, who has to pass them on.
    pub has_mail: bool,
    /// The address at which people can sign in with passkeys, such as `https://chartsy.example.com`, if there is one.
    pub passkeys_at: Option<String>,
    /// How people can sign in at identity providers.
    pub sign_on: SignOnOffer,
    /// How visitors book a demo; `null` if they can't.
    pub book_demo: Option<DemoOffer>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DemoOffer {
    /// Where to book it, such as a calendar. Without it, with `POST /demo-requests`.
    pub url: Option<String>,
}

/// Show whether the server is waiting for its owner account
#[utoipa::path(get, path = "/api/v1/setup", operation_id = "read_setup", tag = "setup",
    responses((status = 200, body = Setup)))]
pub async fn handle(State(context): State<Shared>) -> Result<Json<Setup>, Problem> {
    let catalog = context.catalog.clone();
    let found = blocking(move || -> Result<_, store::StoreError> {
        Ok((catalog.has_owner()?, SignOnOffer::read(&catalog)?))
    });
    let (has_owner, sign_on) = found.await??;
    Ok(Json(Setup {
        needs_owner: !has_owner,
        needs_code: !has_owner,
        version: env!("CARGO_PKG_VERSION"),
        sign_up: context.options.sign_up,
        has_mail: context.mailer.is_configured(),
        sign_on,
        passkeys_at: RelyingParty::of(&context.options).ok().map(|party| party.origin),
        book_demo: context.options.book_demo.as_ref().map(|offer| DemoOffer {
            url: match offer {
                BookDemo::Form => None,
                BookDemo::At(url) => Some(url.to_string()),
            },
        }),
    }))
}
