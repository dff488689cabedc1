//! Passkeys (Web Authentication, level 3): the browser asks a person's device to sign a challenge. The device makes sure that its owner
//! is there, by a fingerprint or a PIN, so that signing in with it proves two factors. `webauthn_rp` checks what devices answer.

pub mod relying_party;

use axum::http::StatusCode;
use model::UserId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{NewPasskey, Passkey};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle,
};
use webauthn_rp::request::{ExtensionInfo, PublicKeyCredentialDescriptor, TimedCeremony};
use webauthn_rp::response::register::{DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId, SentChallenge};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use self::relying_party::RelyingParty;
use super::identity::Person;
use super::throttle::Place;
use super::waiting::Waiting;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// How long we wait for the answer: as long as browsers are told to wait for the device.
const VALID_SECONDS: i64 = 300;
/// A SHA-256 hash.
const HANDLE_BYTES: usize = 32;

/// Challenges that wait for a device's answer.
#[derive(Debug)]
pub struct Ceremonies {
    registrations: Waiting<SentChallenge, Begun>,
    sign_ins: Waiting<SentChallenge, DiscoverableAuthenticationServerState>,
}

/// A passkey that somebody began to create.
#[derive(Debug)]
struct Begun {
    /// No other session may finish it.
    session: String,
    asked: RegistrationServerState<HANDLE_BYTES>,
}

impl Default for Ceremonies {
    fn default() -> Self {
        Self { registrations: Waiting::lasting(VALID_SECONDS), sign_ins: Waiting::lasting(VALID_SECONDS) }
    }
}

/// Begins to create a passkey: what the browser is to ask the device for.
///
/// # Errors
/// 403 where the server can't offer passkeys.
pub fn begin_registration(context: &Context, person: &Person, known: &[Passkey]) -> Result<Value, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let user = &person.session.user;
    let handle = handle_of(&user.id);
    // A device that has one already does not create another.
    let here = known.iter().filter(|passkey| passkey.host == party.host());
    let exclude = here.map(descriptor).collect::<Result<_, _>>()?;
    let nameless = PublicKeyCredentialUserEntity::from(&handle);
    let mut options = PublicKeyCredentialCreationOptions::passkey(&party.id, nameless, exclude);
    // A security key doesn't even list it without its PIN, if it can do that.
    let protection = CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
    options.extensions.cred_protect = protection;
    let (asked, options) = options.start_ceremony().map_err(|error| Problem::internal(&error))?;
    let mut options = serde_json::to_value(&options).map_err(|error| Problem::internal(&error))?;
    // The library takes only some characters, and names can have any.
    options["rp"]["name"] = json!("Chartsy");
    options["user"]["name"] = json!(user.username);
    options["user"]["displayName"] = json!(user.full_name);
    let begun = Begun { session: person.session.id.clone(), asked };
    let (challenge, now) = (begun.asked.sent_challenge(), context.clock.now());
    context.passkeys.registrations.begin(challenge, person.place(), begun, now);
    Ok(options)
}

/// Checks what the device made of it.
///
/// # Errors
/// 400 when it can't be read; 410 when it was begun too long ago, or by another session; 422 when it is not acceptable.
pub fn finish_registration(
    context: &Context,
    person: &Person,
    name: String,
    credential: &Value,
) -> Result<NewPasskey, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let answer = read_created(credential).ok_or_else(unreadable)?;
    let challenge = answer.challenge_relaxed().map_err(|_| unreadable())?;
    let begun = context.passkeys.registrations.take(&challenge, context.clock.now());
    let begun = begun.filter(|begun| begun.session == person.session.id).ok_or_else(ended)?;
    created(&party, begun.asked, name, &answer).ok_or_else(|| {
        let title = "this passkey can't be used";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey_refused", title)
            .action("use a device that asks for your fingerprint, your face or a PIN")
    })
}

fn read_created(credential: &Value) -> Option<Registration> {
    Registration::from_json_relaxed(credential.to_string().as_bytes()).ok()
}

/// The passkey that a device created, if it did what was asked for.
fn created(
    party: &RelyingParty,
    asked: RegistrationServerState<HANDLE_BYTES>,
    name: String,
    answer: &Registration,
) -> Option<NewPasskey> {
    let origins = [party.origin.as_str()];
    let options = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &origins,
        // Browsers may add some of their own.
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let made = asked.verify(&party.id, answer, &options).ok()?;
    let Ok(public_key) = made.static_state().encode();
    let Ok(state) = made.dynamic_state().encode();
    let Ok(transports) = made.transports().encode();
    Some(NewPasskey {
        credential_id: made.id().into_inner().to_vec(),
        public_key,
        state: state.to_vec(),
        transports,
        host: party.host().to_owned(),
        name,
    })
}

/// Begins to sign somebody in: what the browser is to ask a device for. Whose passkey it will be is not known yet.
///
/// # Errors
/// 403 where the server can't offer passkeys.
pub fn begin_sign_in(context: &Context, client: &Client) -> Result<Value, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let options = DiscoverableCredentialRequestOptions::passkey(&party.id);
    let (asked, options) = options.start_ceremony().map_err(|error| Problem::internal(&error))?;
    context.passkeys.sign_ins.begin(asked.sent_challenge(), Place::of(client), asked, context.clock.now());
    serde_json::to_value(&options).map_err(|error| Problem::internal(&error))
}

/// A device's answer to a challenge of ours, which is used up by it. Whose it is is not checked yet.
pub struct PasskeyAnswer {
    signed: DiscoverableAuthentication<HANDLE_BYTES>,
    asked: DiscoverableAuthenticationServerState,
}

impl PasskeyAnswer {
    /// # Errors
    /// 400 when it can't be read; 410 when the challenge was begun too long ago, or answered before.
    pub fn read(context: &Context, credential: &Value) -> Result<Self, Problem> {
        let signed = read_signed(credential).ok_or_else(unreadable)?;
        let challenge = signed.challenge_relaxed().map_err(|_| unreadable())?;
        let asked = context.passkeys.sign_ins.take(&challenge, context.clock.now());
        asked.map(|asked| Self { signed, asked }).ok_or_else(ended)
    }

    /// What the device calls the passkey.
    pub fn credential_id(&self) -> &[u8] {
        self.signed.raw_id().into_inner()
    }

    /// Checks it with the public key that is known: what to keep of the passkey's state from now on. `None` when it is not of this
    /// device or of a copy of it, for another address, or was signed without making sure that its owner was there.
    ///
    /// # Errors
    /// Those of a damaged catalog.
    pub fn verified(
        self,
        party: &RelyingParty,
        user: &UserId,
        passkey: &Passkey,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let handle = handle_of(user);
        let public_key = StaticState::decode(&passkey.public_key).map_err(|error| damaged(&error))?;
        let state =
            passkey.state.as_slice().try_into().map_err(|_| damaged(&"its state has another length"))?;
        let state = DynamicState::decode(state).map_err(|error| damaged(&error))?;
        let mut known = AuthenticatedCredential::new(credential_id(passkey)?, &handle, public_key, state)
            .map_err(|error| damaged(&error))?;
        let origins = [party.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        let is_good = passkey.host == party.host()
            && self.asked.verify(&party.id, &self.signed, &mut known, &options).is_ok();
        let Ok(state) = known.dynamic_state().encode();
        Ok(is_good.then(|| state.to_vec()))
    }
}

fn read_signed(credential: &Value) -> Option<DiscoverableAuthentication<HANDLE_BYTES>> {
    DiscoverableAuthentication::from_json_relaxed(credential.to_string().as_bytes()).ok()
}

/// What devices know a user by. It says nothing about them, and stays the same for all of their passkeys.
fn handle_of(user: &UserId) -> UserHandle<HANDLE_BYTES> {
    let hash: [u8; HANDLE_BYTES] = Sha256::digest(format!("passkey/{user}")).into();
    let Ok(handle) = UserHandle::decode(hash);
    handle
}

fn descriptor(passkey: &Passkey) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, Problem> {
    let id =
        CredentialId::<Vec<u8>>::decode(passkey.credential_id.clone()).map_err(|error| damaged(&error))?;
    let transports = AuthTransports::decode(passkey.transports).map_err(|error| damaged(&error))?;
    Ok(PublicKeyCredentialDescriptor { id, transports })
}

fn credential_id(passkey: &Passkey) -> Result<CredentialId<&[u8]>, Problem> {
    CredentialId::<&[u8]>::decode(&passkey.credential_id).map_err(|error| damaged(&error))
}

fn damaged(cause: &dyn std::fmt::Display) -> Problem {
    Problem::internal(&format!("a passkey in the catalog is damaged: {cause}"))
}

fn unreadable() -> Problem {
    Problem::bad_request("passkey_unreadable", "the answer of the browser could not be read")
        .action("try again, or use another browser")
}

fn ended() -> Problem {
    Problem::new(StatusCode::GONE, "passkey_ended", "this took too long, or was already answered")
        .action("try again")
}

#[cfg(test)]
mod tests;
