//! One identity provider: what it says of people is checked.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use connect::Network;
use model::{Secret, UnixSeconds};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndUserName, EndpointMaybeSet, EndpointNotSet, EndpointSet, LocalizedClaim, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    TokenResponse,
};
use store::NewIdentity;
use url::Url;

use super::description::{Descriptions, NoWay, http};
use super::error::{SignOnError, refused};

/// How far clocks may differ.
const CLOCKS_DIFFER_SECONDS: i64 = 300;

/// Signatures with public keys. None would be no proof, and a shared secret is known to more than one.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How a provider is reached, and how far it is trusted.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    pub id: String,
    /// As the provider writes it: its tokens have to name it to the letter.
    pub issuer: String,
    pub client_id: String,
    /// A client that can't keep one is told apart by PKCE alone.
    pub client_secret: Option<Secret>,
    /// The operator vouches for the addresses that it names, where it doesn't say that it has verified them.
    pub trusts_emails: bool,
}

#[derive(Debug)]
pub struct OpenIdProvider {
    pub settings: ProviderSettings,
    network: Network,
    descriptions: Arc<Descriptions>,
}

/// What was sent along when somebody went to the provider, and what its answer has to match.
#[derive(Debug)]
pub struct AuthorizationRequest {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl OpenIdProvider {
    pub fn new(settings: ProviderSettings, network: Network, descriptions: Arc<Descriptions>) -> Self {
        Self { settings, network, descriptions }
    }

    /// Whether anybody could be sent there: it describes itself, as the issuer that it is said to be.
    ///
    /// # Errors
    /// As [`OpenIdProvider::begin`].
    pub async fn check(
        settings: ProviderSettings,
        network: Network,
        now: UnixSeconds,
    ) -> Result<(), SignOnError> {
        Self::new(settings, network, Arc::default()).described(now).await.map(drop)
    }

    /// Where the browser goes, the state that the provider gives back, and what its answer has to fit. `email` is entered there for
    /// whoever has entered it here.
    ///
    /// # Errors
    /// `Away` when it can't be reached, `Refused` when what it says of itself is not acceptable.
    pub async fn begin(
        &self,
        redirect: &Url,
        email: Option<&str>,
        now: UnixSeconds,
    ) -> Result<(Url, String, AuthorizationRequest), SignOnError> {
        let client = self.client(self.described(now).await?, redirect)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if let Some(email) = email {
            request = request.add_extra_param("login_hint", email.to_owned());
        }
        let (address, state, nonce) = request.url();
        if !matches!(address.scheme(), "https" | "http") {
            return Err(SignOnError::Refused("its sign-in page is no web address".to_owned()));
        }
        Ok((address, state.secret().clone(), AuthorizationRequest { nonce, verifier }))
    }

    /// Exchanges the code that the browser came back with, and checks who it is for.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub async fn finish(
        &self,
        redirect: &Url,
        code: String,
        authorization: AuthorizationRequest,
        now: UnixSeconds,
    ) -> Result<NewIdentity, SignOnError> {
        let client = self.client(self.described(now).await?, redirect)?;
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(refused)?;
        let http = http(&self.network, &self.settings.issuer);
        let answer = request.set_pkce_verifier(authorization.verifier).request_async(&http).await;
        let answer = answer.map_err(|error| match error {
            RequestTokenError::Request(NoWay(why)) => SignOnError::Away(why),
            RequestTokenError::ServerResponse(answer) => {
                SignOnError::Refused(format!("it gave no token ({:?})", answer.error()))
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                SignOnError::Refused("its token can't be read".to_owned())
            }
        })?;
        let claims = match checked(&client, &answer, &authorization.nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => match self.descriptions.newer(&self.settings.issuer, &self.network, now).await {
                Some(newer) => checked(&self.client(newer?, redirect)?, &answer, &authorization.nonce, now),
                None => return Err(SignOnError::Refused("it was signed with an unknown key".to_owned())),
            },
            other => other,
        };
        let claims = claims.map_err(refused)?;
        self.identity(&client, &answer, &claims).await
    }

    /// The person, from the token or, where that doesn't have the address, from where the provider says more.
    async fn identity(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<NewIdentity, SignOnError> {
        let mut email = claims.email().map(|email| email.to_string());
        let mut is_verified = claims.email_verified();
        let mut full_name = name(claims.name());
        if email.is_none() {
            let subject = Some(claims.subject().clone());
            let request = client.user_info(answer.access_token().clone(), subject).map_err(refused)?;
            let http = http(&self.network, &self.settings.issuer);
            let more: Result<CoreUserInfoClaims, _> = request.request_async(&http).await;
            let more =
                more.map_err(|_| SignOnError::Refused("it says nothing about the person".to_owned()))?;
            email = more.email().map(|email| email.to_string());
            is_verified = more.email_verified();
            full_name = if full_name.is_empty() { name(more.name()) } else { full_name };
        }
        let email =
            email.filter(|email| crate::access::account::check_email(email).is_ok_and(|ok| ok == email));
        let email = email.ok_or(SignOnError::Unverified)?;
        if is_verified != Some(true) && !self.settings.trusts_emails {
            return Err(SignOnError::Unverified);
        }
        Ok(NewIdentity {
            provider: self.settings.id.clone(),
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            email,
            full_name,
        })
    }

    fn client(&self, metadata: CoreProviderMetadata, redirect: &Url) -> Result<Client, SignOnError> {
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|methods| methods.contains(&method));
        // Where it doesn't say, the standard does.
        let is_in_body =
            !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let id = ClientId::new(self.settings.client_id.clone());
        let redirect = RedirectUrl::new(redirect.to_string()).map_err(refused)?;
        let auth = if is_in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(CoreClient::from_provider_metadata(metadata, id, secret)
            .set_redirect_uri(redirect)
            .set_auth_type(auth))
    }

    async fn described(&self, now: UnixSeconds) -> Result<CoreProviderMetadata, SignOnError> {
        self.descriptions.of(&self.settings.issuer, &self.network, now).await
    }
}

/// What the token says, if it was issued by this provider, to us, for this attempt, and lately.
fn checked(
    client: &Client,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
    now: UnixSeconds,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let other = |what: &str| ClaimsVerificationError::Other(what.to_owned());
    let time = move |at: i64| DateTime::<Utc>::from_timestamp(at, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let latest = time(now.0 + CLOCKS_DIFFER_SECONDS);
    let verifier: CoreIdTokenVerifier<'_> = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || time(now.0))
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= latest { Ok(()) } else { Err("issued in the future".to_owned()) }
        });
    let token = answer.id_token().ok_or_else(|| other("there is no ID token"))?;
    let claims = token.claims(&verifier, nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|_| other("its algorithm is not known"))?;
        let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
        let found = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
        if found.map_err(|_| other("its access token can't be checked"))? != *expected {
            return Err(other("its access token belongs to another one"));
        }
    }
    Ok(claims.clone())
}

fn name(name: Option<&LocalizedClaim<EndUserName>>) -> String {
    name.and_then(|name| name.get(None)).map_or_else(String::new, |name| name.to_string())
}
