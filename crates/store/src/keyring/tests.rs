use super::*;

fn text(byte: u8) -> String {
    STANDARD.encode([byte; KEY_LENGTH])
}

fn keyring(bytes: &[u8]) -> Keyring {
    let lines: Vec<String> = bytes.iter().map(|byte| text(*byte)).collect();
    Keyring::from_text(&lines.join("\n")).unwrap()
}

/// As versions before sealed what did not name its key.
fn seal_nameless(byte: u8, context: &str, secret: &str) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new_from_slice(&[byte; KEY_LENGTH]).unwrap();
    let nonce = [5_u8; NONCE_LENGTH];
    let payload = Payload { msg: secret.as_bytes(), aad: context.as_bytes() };
    let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).unwrap();
    [&[NAMELESS][..], &nonce, &ciphertext].concat()
}

#[test]
fn a_sealed_secret_opens_in_its_own_context_only() {
    let keyring = keyring(&[7]);
    let sealed = keyring.seal("connection/conn_a/key", &Secret::new("rk_live_abc")).unwrap();
    assert_eq!(keyring.open("connection/conn_a/key", &sealed).unwrap().expose(), "rk_live_abc");
    assert!(matches!(keyring.open("connection/conn_b/key", &sealed), Err(StoreError::Sealed)));
}

#[test]
fn another_key_or_a_changed_bit_opens_nothing() {
    let keyring_of = keyring;
    let keyring = keyring_of(&[7]);
    let sealed = keyring.seal("a", &Secret::new("rk_live_abc")).unwrap();
    assert!(matches!(keyring_of(&[8]).open("a", &sealed), Err(StoreError::Sealed)));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(matches!(keyring.open("a", &changed), Err(StoreError::Sealed)), "byte {at}");
    }
    assert!(matches!(keyring.open("a", &[]), Err(StoreError::Sealed)));
}

#[test]
fn the_same_secret_never_looks_the_same_twice() {
    let (keyring, secret) = (keyring(&[7]), Secret::new("rk_live_abc"));
    assert_ne!(keyring.seal("a", &secret).unwrap(), keyring.seal("a", &secret).unwrap());
}

#[test]
fn with_two_keys_everything_opens_and_the_chosen_one_seals() {
    let (old, new) = (keyring(&[7]), keyring(&[8]));
    let both = keyring(&[8, 7]).sealing_with(old.current()).unwrap();
    let before = old.seal("a", &Secret::new("before")).unwrap();
    let after = new.seal("a", &Secret::new("after")).unwrap();
    assert_eq!(both.open("a", &before).unwrap().expose(), "before");
    assert_eq!(both.open("a", &after).unwrap().expose(), "after");
    let during = both.seal("a", &Secret::new("during")).unwrap();
    assert_eq!(KeyId::named_by(&during), Some(old.current()));
    assert!(old.open("a", &during).is_ok() && new.open("a", &during).is_err());
    assert!(both.sealing_with(keyring(&[9]).current()).is_none());
}

#[test]
fn what_an_earlier_version_sealed_opens_under_any_key_of_the_ring() {
    let sealed = seal_nameless(7, "a", "rk_live_abc");
    assert_eq!(KeyId::named_by(&sealed), None);
    assert_eq!(keyring(&[7]).open("a", &sealed).unwrap().expose(), "rk_live_abc");
    assert_eq!(keyring(&[8, 7]).open("a", &sealed).unwrap().expose(), "rk_live_abc");
    assert!(keyring(&[8]).open("a", &sealed).is_err() && keyring(&[7]).open("b", &sealed).is_err());
}

#[test]
fn a_key_has_32_bytes_in_base64_and_there_may_be_several() {
    assert!(Keyring::from_text(&format!("\n {} \r\n", text(1))).is_some());
    assert_eq!(Keyring::from_text(&format!("{}\n{}\n", text(1), text(2))).unwrap().ids().count(), 2);
    let one_is_bad = format!("{}\nshort", text(1));
    for bad in ["", "\n", "short", "not base64 at all!", &STANDARD.encode([1; 31]), &one_is_bad] {
        assert!(Keyring::from_text(bad).is_none(), "'{bad}'");
    }
}
