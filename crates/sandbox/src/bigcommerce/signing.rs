//! Signatures: of webhooks, after Standard Webhooks, and of what callbacks of an app carry, as JSON Web Tokens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use model::UnixSeconds;
use serde_json::Value;
use sha2::{Sha256, Sha512};

fn mac<M: Mac + KeyInit>(secret: &str, text: &str) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    });
    mac.unwrap_or_default()
}

/// `webhook-signature` of a delivery: `v1,<base64 of HMAC-SHA256 over "id.timestamp.body">`, with the client's secret.
pub fn signature(secret: &str, id: &str, at: UnixSeconds, body: &str) -> String {
    format!("v1,{}", STANDARD.encode(mac::<Hmac<Sha256>>(secret, &format!("{id}.{}.{body}", at.0))))
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Hs256,
    Hs512,
    None,
}

/// A JSON Web Token with these claims.
pub fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    let name = match algorithm {
        Algorithm::Hs256 => "HS256",
        Algorithm::Hs512 => "HS512",
        Algorithm::None => "none",
    };
    let head = URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{name}"}}"#));
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = match algorithm {
        Algorithm::Hs256 => mac::<Hmac<Sha256>>(secret, &signed),
        Algorithm::Hs512 => mac::<Hmac<Sha512>>(secret, &signed),
        Algorithm::None => Vec::new(),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhooks_signature_is_the_one_anybody_computes() {
        let body = concat!(
            r#"{"scope":"store/order/updated","store_id":"1025646","data":{"type":"order","id":250},"#,
            r#""hash":"dd70c0976e06b67aaf671e73f49dcb79230ebf9d","created_at":1770714009,"producer":"stores/abc123"}"#,
        );
        assert_eq!(
            signature("example_client_secret_0123456789", "msg_2Zx", UnixSeconds(1_770_714_010), body),
            "v1,GTthULLVA0uD1C5nTyk1i2QhEqaLKv/q2IXuOXVEWmk="
        );
    }

    #[test]
    fn a_token_is_the_one_anybody_computes() {
        // The header is another than in RFC 7515, so the parts are checked by themselves.
        let made = token(Algorithm::Hs256, "secret", &serde_json::json!({ "sub": "stores/abc" }));
        let parts: Vec<&str> = made.split('.').collect();
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[0]).unwrap(), br#"{"typ":"JWT","alg":"HS256"}"#);
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[1]).unwrap(), br#"{"sub":"stores/abc"}"#);
        let signature = mac::<Hmac<Sha256>>("secret", &format!("{}.{}", parts[0], parts[1]));
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[2]).unwrap(), signature);
        assert!(token(Algorithm::None, "secret", &Value::Null).ends_with('.'));
    }
}
