//! Passkeys (Web Authentication, level 3): the browser asks a person's device to sign a challenge. The device makes sure that its owner
//! is there, by a fingerprint or a PIN, so that signing in with it proves two factors.

mod cbor;
mod public_key;
pub mod relying_party;
mod signed;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::UserId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{NewPasskey, Passkey, User};

use self::cbor::Item;
use self::public_key::{ALGORITHMS, PublicKey};
use self::relying_party::RelyingParty;
use self::signed::{AuthenticatorData, ClientData};
use super::credential;
use super::identity::Person;
use super::waiting::Waiting;
use crate::context::Context;
use crate::passkeys::dto::{CreatedCredential, SignedCredential};
use crate::problem::Problem;

/// How long browsers wait for the device, and we for the answer.
const VALID_SECONDS: i64 = 300;
/// The standard's limit.
const LONGEST_ID: usize = 1023;

/// Challenges that wait for a device's answer, by their text.
#[derive(Debug)]
pub struct Ceremonies {
    /// Each with the session that began to create a passkey: no other may finish it.
    registrations: Waiting<String, String>,
    sign_ins: Waiting<String, ()>,
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
    let challenge = new_challenge()?;
    let session = person.session.id.clone();
    context.passkeys.registrations.begin(challenge.clone(), session, context.clock.now());
    // A device that has one already does not create another.
    let here = known.iter().filter(|passkey| passkey.host == party.host);
    let exclude: Vec<Value> = here.map(descriptor).collect();
    let algorithms = ALGORITHMS.map(|number| json!({"type": "public-key", "alg": number}));
    let user = &person.session.user;
    Ok(json!({
        "challenge": challenge,
        "rp": {"id": party.host, "name": "Chartsy"},
        "user": {"id": handle_of(&user.id), "name": user.username, "displayName": user.full_name},
        "pubKeyCredParams": algorithms,
        "timeout": VALID_SECONDS * 1000,
        "excludeCredentials": exclude,
        "authenticatorSelection":
            {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
        "attestation": "none",
    }))
}

/// Checks what the device made of it.
///
/// # Errors
/// 410 when it was begun too long ago, or by another session; 422 when it is not acceptable.
pub fn finish_registration(
    context: &Context,
    person: &Person,
    name: String,
    answer: &CreatedCredential,
) -> Result<NewPasskey, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let client_data = bytes(&answer.response.client_data_json)?;
    let client_data = ClientData::read(&client_data).ok_or_else(unreadable)?;
    let session = context.passkeys.registrations.take(&client_data.challenge, context.clock.now());
    session.filter(|session| *session == person.session.id).ok_or_else(ended)?;
    let attestation = bytes(&answer.response.attestation_object)?;
    // Which model of device it is was not asked, so whatever vouches for that is not looked at.
    let (attestation, _) = cbor::read(&attestation).ok_or_else(unreadable)?;
    let data = attestation.get(&Item::Text("authData")).and_then(Item::bytes).ok_or_else(unreadable)?;
    let data = AuthenticatorData::read(data).ok_or_else(unreadable)?;
    let credential = data.credential.as_ref().ok_or_else(unreadable)?;
    let is_acceptable = client_data.is_ours("webauthn.create", &party)
        && data.is_of_owner(&party)
        && (1..=LONGEST_ID).contains(&credential.id.len())
        && PublicKey::read(credential.public_key).is_some();
    if !is_acceptable {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "passkey_refused",
            "this passkey can't be used",
        )
        .action("use a device that asks for your fingerprint, your face or a PIN"));
    }
    Ok(NewPasskey {
        credential_id: credential.id.to_vec(),
        public_key: credential.public_key.to_vec(),
        sign_count: data.sign_count,
        transports: transports(&answer.response.transports),
        host: party.host,
        name,
    })
}

/// Begins to sign somebody in: what the browser is to ask a device for. Whose passkey it will be is not known yet.
///
/// # Errors
/// 403 where the server can't offer passkeys.
pub fn begin_sign_in(context: &Context) -> Result<Value, Problem> {
    let party = RelyingParty::of(&context.options)?;
    let challenge = new_challenge()?;
    context.passkeys.sign_ins.begin(challenge.clone(), (), context.clock.now());
    Ok(json!({
        "challenge": challenge,
        "rpId": party.host,
        "timeout": VALID_SECONDS * 1000,
        "userVerification": "required",
    }))
}

/// A device's answer to a challenge of ours, which is used up by it. Whose it is is not checked yet.
pub struct Answer {
    pub credential_id: Vec<u8>,
    user_handle: Option<String>,
    client_data: ClientData,
    authenticator_data: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Answer {
    /// # Errors
    /// 400 when it can't be read; 410 when the challenge was begun too long ago, or answered before.
    pub fn read(context: &Context, answer: &SignedCredential) -> Result<Self, Problem> {
        let text = bytes(&answer.response.client_data_json)?;
        let client_data = ClientData::read(&text).ok_or_else(unreadable)?;
        let authenticator_data = bytes(&answer.response.authenticator_data)?;
        let signed = [authenticator_data.as_slice(), Sha256::digest(&text).as_slice()].concat();
        let read = Self {
            credential_id: bytes(&answer.id)?,
            user_handle: answer.response.user_handle.clone(),
            client_data,
            authenticator_data,
            signed,
            signature: bytes(&answer.response.signature)?,
        };
        let asked = context.passkeys.sign_ins.take(&read.client_data.challenge, context.clock.now());
        asked.map(|()| read).ok_or_else(ended)
    }

    /// Checks it with the public key that is known: how often the device has signed by now. `None` when it is not of this device or
    /// of a copy of it, for another address, or was signed without making sure that its owner was there.
    pub fn verified(&self, party: &RelyingParty, user: &User, passkey: &Passkey) -> Option<u32> {
        let data = AuthenticatorData::read(&self.authenticator_data)?;
        let key = PublicKey::read(&passkey.public_key)?;
        let is_of_user = self.user_handle.as_deref() == Some(handle_of(&user.id).as_str());
        // One that counts, counts up: otherwise somebody has copied it.
        let is_copy =
            (data.sign_count != 0 || passkey.sign_count != 0) && data.sign_count <= passkey.sign_count;
        let is_good = is_of_user
            && passkey.host == party.host
            && self.client_data.is_ours("webauthn.get", party)
            && data.is_of_owner(party)
            && !is_copy
            && key.verifies(&self.signed, &self.signature);
        is_good.then_some(data.sign_count)
    }
}

fn new_challenge() -> Result<String, Problem> {
    let challenge = credential::new_session().map_err(|error| Problem::internal(&error))?;
    Ok(challenge.expose().to_owned())
}

/// What devices know a user by. It says nothing about them, and stays the same for all of their passkeys.
fn handle_of(user: &UserId) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("passkey/{user}")))
}

fn descriptor(passkey: &Passkey) -> Value {
    let transports: Vec<&str> = passkey.transports.split_whitespace().collect();
    let id = URL_SAFE_NO_PAD.encode(&passkey.credential_id);
    json!({"type": "public-key", "id": id, "transports": transports})
}

/// How the browser reaches the device: words that it is given back as a hint.
fn transports(given: &[String]) -> String {
    let is_word = |text: &&String| {
        !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    given.iter().filter(is_word).take(8).map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable())
}

fn unreadable() -> Problem {
    Problem::bad_request("passkey_unreadable", "the answer of the browser could not be read")
        .action("try again, or use another browser")
}

fn ended() -> Problem {
    Problem::new(StatusCode::GONE, "passkey_ended", "this took too long, or was already answered")
        .action("try again")
}
