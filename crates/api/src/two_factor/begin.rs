//! `POST /me/two-factor`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;
use store::TwoFactor;
use utoipa::ToSchema;

use super::PasswordProof;
use crate::access::identity::Person;
use crate::access::{own_password, second_factor};
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct TwoFactorSetup {
    /// The secret to enter in the app by hand, in base 32.
    pub secret: String,
    /// The secret as a URL, `otpauth://totp/…`.
    pub address: String,
    /// The URL as a QR code, an SVG picture.
    pub qr_code_svg: String,
}

/// Start to set up an authenticator app
///
/// Nothing changes until a code from the app confirms it.
#[utoipa::path(post, path = "/api/v1/me/two-factor", operation_id = "begin_two_factor", tag = "me",
    request_body = PasswordProof, responses((status = 201, body = TwoFactorSetup)))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    Body(request): Body<PasswordProof>,
) -> Result<(StatusCode, Json<TwoFactorSetup>), Problem> {
    own_password::check_for_second_factor(&context, &person, request.password).await?;
    let user = person.session.user.clone();
    let secret = second_factor::new_secret()?;
    let address = second_factor::address(&secret, &user.username)?;
    let (data, catalog, sealing) = (context.data.clone(), person.catalog(&context), secret.clone());
    let begin = move || {
        let keep = |sealed: &[u8]| catalog.begin_two_factor(&user.id, sealed);
        data.seal(&catalog, &TwoFactor::context(&user.id), &sealing, keep)
    };
    if !blocking(begin).await?? {
        return Err(Problem::new(StatusCode::CONFLICT, "two_factor_on", "two-factor sign-in is already on")
            .action("turn it off before you set up another app"));
    }
    let picture = QrCode::with_error_correction_level(address.expose().as_bytes(), EcLevel::M)
        .map_err(|error| Problem::internal(&error))?
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let setup = TwoFactorSetup {
        secret: secret.expose().to_owned(),
        address: address.expose().to_owned(),
        qr_code_svg: picture,
    };
    Ok((StatusCode::CREATED, Json(setup)))
}
