//! The signature of a delivery: the header is what comes before the first line break.

use connect::stripe::signature;
use model::{Secret, UnixSeconds};

pub fn verify(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (header, body) = data.split_at(end);
    let Ok(header) = std::str::from_utf8(header) else { return };
    let secrets = [Secret::new("whsec_one"), Secret::new("whsec_another")];
    let verdict = signature::verify(&secrets, header, body, UnixSeconds(1_700_000_000));
    assert!(verdict.is_err(), "nobody knows the secrets");
    assert!(signature::verify(&[], header, body, UnixSeconds(1_700_000_000)).is_err());
}
