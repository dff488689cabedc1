//! A small identity provider, as far as requests can tell: it describes itself, and signs tokens, right ones and wrong ones.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::{Carrier, Carrying, NoAnswer};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Response};
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub const ISSUER: &str = "https://id.example.com";
pub const CLIENT: &str = "chartsy";
pub const CLIENT_SECRET: &str = "client secret";

/// What is wrong with the next answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flaw {
    #[default]
    None,
    /// A token for another client.
    Audience,
    /// For this client and another one.
    SecondAudience,
    Issuer,
    Nonce,
    NoNonce,
    Expired,
    InTheFuture,
    /// `alg: none`.
    Unsigned,
    /// HS256 with the client's secret, which more than one know.
    SharedSecret,
    /// HS256 with the public key, which everybody knows.
    PublicKeyAsSecret,
    OtherKey,
    /// The claims of somebody else under a signature that was right.
    ChangedClaims,
    UnverifiedEmail,
    NoEmail,
    NoIdToken,
    /// The provider's address for tokens sends elsewhere.
    Redirect,
}

#[derive(Default)]
struct State {
    /// Of P-256.
    key: Option<KeyPair>,
    /// By code: the nonce, the challenge of PKCE, and who signed in.
    codes: HashMap<String, (String, String, Value)>,
    flaw: Flaw,
    is_away: bool,
    /// Calls itself otherwise than it is called.
    has_other_name: bool,
    discoveries: usize,
    now: i64,
    asked: Vec<String>,
    given: Vec<String>,
}

pub struct Issuer(Mutex<State>);

fn new_key() -> KeyPair {
    KeyPair::generate().unwrap()
}

/// As tokens carry it: both numbers with 32 bytes each, instead of a list in DER.
fn signature(key: &KeyPair, signed: &[u8]) -> Vec<u8> {
    let der = key.sign(signed).unwrap();
    let number = |at: usize| {
        let bytes = &der[at + 2..at + 2 + usize::from(der[at + 1])];
        let bytes = if bytes.len() > 32 { &bytes[1..] } else { bytes };
        [vec![0; 32 - bytes.len()], bytes.to_vec()].concat()
    };
    [number(2), number(4 + usize::from(der[3]))].concat()
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    pub fn new(now: i64) -> Self {
        Self(Mutex::new(State { key: Some(new_key()), now, ..State::default() }))
    }

    pub fn with(&self, flaw: Flaw) {
        self.state().flaw = flaw;
    }

    pub fn leave(&self, is_away: bool) {
        self.state().is_away = is_away;
    }

    pub fn call_itself_otherwise(&self) {
        self.state().has_other_name = true;
    }

    /// Another key, from now on.
    pub fn replace_key(&self, now: i64) {
        let mut state = self.state();
        state.key = Some(new_key());
        state.now = now;
    }

    pub fn discoveries(&self) -> usize {
        self.state().discoveries
    }

    /// The addresses that were requested.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// The tokens that were given to the server.
    pub fn given(&self) -> Vec<String> {
        self.state().given.clone()
    }

    /// Somebody opens the address and signs in: the path and query that the browser is sent back to.
    pub fn signed_in(&self, address: &str, subject: &str, email: &str) -> String {
        let address: Url = address.parse().unwrap();
        let given: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!((given["client_id"].as_str(), given["response_type"].as_str()), (CLIENT, "code"));
        assert_eq!(given["code_challenge_method"], "S256");
        assert!(given["scope"].split(' ').any(|scope| scope == "openid"));
        let mut state = self.state();
        let code = format!("code-{}", state.codes.len());
        let who = json!({"sub": subject, "email": email, "email_verified": true, "name": "Grace Hopper"});
        state.codes.insert(code.clone(), (given["nonce"].clone(), given["code_challenge"].clone(), who));
        let back: Url = given["redirect_uri"].parse().unwrap();
        format!("{}?code={code}&state={}", back.path(), given["state"])
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        let mut state = self.state();
        state.asked.push(request.uri().to_string());
        if state.is_away {
            return Err(NoAnswer::Connection("connection refused".to_owned()));
        }
        let body = match request.uri().path() {
            "/.well-known/openid-configuration" => {
                state.discoveries += 1;
                let name = if state.has_other_name { "https://evil.example" } else { ISSUER };
                json!({
                    "issuer": name,
                    "authorization_endpoint": format!("{ISSUER}/authorize"),
                    "token_endpoint": format!("{ISSUER}/token"),
                    "userinfo_endpoint": format!("{ISSUER}/userinfo"),
                    "jwks_uri": format!("{ISSUER}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    // Whatever a provider says that it signs with: the list of what counts is ours.
                    "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
                })
            }
            "/keys" => {
                let (x, y) = (text(&state.public_key()[1..33]), text(&state.public_key()[33..]));
                let kid = state.key_id();
                json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y}]})
            }
            "/token" => return Ok(state.token(request)),
            "/userinfo" => json!({"sub": "grace"}),
            path => panic!("nobody asks for {path}"),
        };
        Ok(answer(200, &body))
    }
}

impl State {
    fn public_key(&self) -> &[u8] {
        self.key.as_ref().unwrap().der_bytes()
    }

    fn key_id(&self) -> String {
        text(&self.public_key()[1..9])
    }

    fn token(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let given: HashMap<String, String> =
            url::form_urlencoded::parse(request.body()).into_owned().collect();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("Basic "), "the client says who it is");
        let Some((nonce, challenge, who)) = self.codes.remove(&given["code"]) else {
            return answer(400, &json!({"error": "invalid_grant"}));
        };
        if text(Sha256::digest(given["code_verifier"].as_bytes())) != challenge {
            return answer(400, &json!({"error": "invalid_grant"}));
        }
        let flaw = self.flaw;
        if flaw == Flaw::Redirect {
            let elsewhere = Response::builder().status(307).header("location", "https://evil.example/token");
            return elsewhere.body(Vec::new()).unwrap();
        }
        let mut claims = who;
        claims["iss"] = json!(if flaw == Flaw::Issuer { "https://evil.example" } else { ISSUER });
        claims["aud"] = match flaw {
            Flaw::Audience => json!("another client"),
            Flaw::SecondAudience => json!([CLIENT, "another client"]),
            _ => json!(CLIENT),
        };
        if flaw != Flaw::NoNonce {
            claims["nonce"] = json!(if flaw == Flaw::Nonce { "an older one" } else { &nonce });
        }
        claims["iat"] = json!(if flaw == Flaw::InTheFuture { self.now + 3600 } else { self.now - 1000 });
        claims["exp"] = json!(if flaw == Flaw::Expired { self.now - 1 } else { self.now + 7200 });
        if flaw == Flaw::UnverifiedEmail {
            claims["email_verified"] = json!(false);
        }
        if flaw == Flaw::NoEmail {
            claims.as_object_mut().unwrap().remove("email");
        }
        let mut answered = json!({"access_token": "opaque-to-read-a-profile", "token_type": "Bearer", "expires_in": 60,
            "refresh_token": "opaque-to-get-another"});
        if flaw != Flaw::NoIdToken {
            answered["id_token"] = json!(self.signed(&claims));
        }
        let tokens = ["access_token", "refresh_token", "id_token"].map(|name| answered[name].as_str());
        self.given.extend(tokens.into_iter().flatten().map(str::to_owned));
        answer(200, &answered)
    }

    fn signed(&self, claims: &Value) -> String {
        let algorithm = match self.flaw {
            Flaw::Unsigned => "none",
            Flaw::SharedSecret | Flaw::PublicKeyAsSecret => "HS256",
            _ => "ES256",
        };
        let header = text(json!({"alg": algorithm, "kid": self.key_id(), "typ": "JWT"}).to_string());
        let signed = format!("{header}.{}", text(claims.to_string()));
        let by = |key: &KeyPair| signature(key, signed.as_bytes());
        let with_secret = |secret: &[u8]| {
            let mut code = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            code.update(signed.as_bytes());
            code.finalize().into_bytes().to_vec()
        };
        let proof = match self.flaw {
            Flaw::Unsigned => Vec::new(),
            Flaw::SharedSecret => with_secret(CLIENT_SECRET.as_bytes()),
            Flaw::PublicKeyAsSecret => with_secret(self.public_key()),
            Flaw::OtherKey => by(&new_key()),
            _ => by(self.key.as_ref().unwrap()),
        };
        if self.flaw == Flaw::ChangedClaims {
            let mut others = claims.clone();
            others["sub"] = json!("somebody else");
            return format!("{header}.{}.{}", text(others.to_string()), text(proof));
        }
        format!("{signed}.{}", text(proof))
    }
}

fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.to_string().into_bytes()).unwrap()
}

impl Carrier for Issuer {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move { self.answer(&request) })
    }
}
