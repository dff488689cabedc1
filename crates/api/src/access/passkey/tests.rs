use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::UnixSeconds;
use proptest::prelude::*;
use webauthn_rp::request::TimedCeremony;

use super::*;
use crate::context::Options;

fn party() -> RelyingParty {
    RelyingParty::of(&Options { public_url: "https://example.com".parse().ok(), ..Options::default() })
        .unwrap()
}

/// What a browser says of the page that asked, with a challenge of ours.
fn client_data(kind: &str, challenge: SentChallenge) -> Vec<u8> {
    let challenge = URL_SAFE_NO_PAD.encode(challenge.0.to_le_bytes());
    json!({"type": kind, "challenge": challenge, "origin": "https://example.com"}).to_string().into_bytes()
}

/// What an authenticator says, of somebody who was there and proved it.
fn authenticator_data(flags: u8) -> Vec<u8> {
    [Sha256::digest(b"example.com").as_slice(), &[0x05 | flags, 0, 0, 0, 7]].concat()
}

/// An acceptable passkey. Its public key is the base point of P-256: whose private key is 1.
fn attestation() -> Vec<u8> {
    const X: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    const Y: &str = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let mut data = authenticator_data(0x40);
    data.extend([0; 16]);
    data.extend([0, 16]);
    data.extend([7; 16]);
    data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
    data.extend(hex::decode(X).unwrap());
    data.extend([0x22, 0x58, 0x20]);
    data.extend(hex::decode(Y).unwrap());
    let mut attestation = vec![0xa3];
    attestation.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
    attestation.push(u8::try_from(data.len()).unwrap());
    attestation.extend(data);
    attestation
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn create(attestation: &[u8]) -> Option<NewPasskey> {
    let (party, user) = (party(), handle_of(&UserId::from("usr_1")));
    let user = PublicKeyCredentialUserEntity::from(&user);
    let options = PublicKeyCredentialCreationOptions::passkey(&party.id, user, Vec::new());
    let (asked, _) = options.start_ceremony().unwrap();
    let said = client_data("webauthn.create", asked.sent_challenge());
    let response = json!({"clientDataJSON": text(&said), "attestationObject": text(attestation)});
    let answer = read_created(&json!({"response": response}))?;
    created(&party, asked, "Laptop".to_owned(), &answer)
}

fn sign(authenticator_data: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    let party = party();
    let new = create(&attestation()).unwrap();
    let passkey = Passkey {
        id: "pk_1".to_owned(),
        credential_id: new.credential_id,
        public_key: new.public_key,
        state: new.state,
        transports: new.transports,
        host: new.host,
        name: new.name,
        created_at: UnixSeconds(0),
        last_used_at: None,
    };
    let handle = handle_of(&UserId::from("usr_1"));
    let options = DiscoverableCredentialRequestOptions::passkey(&party.id);
    let (asked, _) = options.start_ceremony().unwrap();
    let said = client_data("webauthn.get", asked.sent_challenge());
    let response = json!({
        "clientDataJSON": text(&said),
        "authenticatorData": text(authenticator_data),
        "signature": text(signature),
        "userHandle": text(handle.as_ref()),
    });
    let signed = read_signed(&json!({"id": text(&passkey.credential_id), "response": response}))?;
    PasskeyAnswer { signed, asked }.verified(&party, &UserId::from("usr_1"), &passkey).unwrap()
}

#[test]
fn a_device_creates_what_was_asked_for() {
    let new = create(&attestation()).unwrap();
    assert_eq!((new.credential_id, new.host.as_str()), (vec![7; 16], "example.com"));
}

#[test]
fn what_devices_know_a_user_by_says_nothing_about_them() {
    let handle = |id: &str| handle_of(&UserId::from(id));
    assert_eq!(handle("usr_1"), handle("usr_1"));
    assert_ne!(handle("usr_1"), handle("usr_2"));
    assert!(!handle("usr_1").as_ref().windows(5).any(|bytes| bytes == b"usr_1"));
}

proptest! {
    #[test]
    fn a_passkey_that_was_changed_on_its_way_is_read_or_refused(
        place in 0..200_usize, byte in any::<u8>(), length in 0..250_usize,
    ) {
        let mut changed = attestation();
        if let Some(there) = changed.get_mut(place) {
            *there = byte;
        }
        let _ = create(&changed);
        changed.truncate(length);
        let is_whole = length >= attestation().len();
        prop_assert!(is_whole || create(&changed).is_none());
    }

    #[test]
    fn random_bytes_are_no_passkey(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(create(&bytes).is_none());
    }

    #[test]
    fn random_bytes_sign_nobody_in(
        data in proptest::collection::vec(any::<u8>(), 0..80),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        prop_assert!(sign(&data, &signature).is_none());
        prop_assert!(sign(&authenticator_data(0), &signature).is_none());
    }

    #[test]
    fn any_json_is_an_answer_or_refused(text in "\\PC*", key in "id|rawId|response|type|clientExtensionResults") {
        for value in [json!(text), json!({key.clone(): text}), json!({key: {"clientDataJSON": text}})] {
            prop_assert!(read_created(&value).is_none());
            prop_assert!(read_signed(&value).is_none());
        }
    }
}
