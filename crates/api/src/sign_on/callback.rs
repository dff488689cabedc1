//! `GET /sign-on/{provider}/callback`: where a provider sends the browser back to.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use store::{NewIdentity, SignInMethod, SignOn, StoreError, User};
use subtle::ConstantTimeEq;
use url::Url;

use crate::access::identity::By;
use crate::access::sign_on::error::SignOnError;
use crate::access::sign_on::{Attempt, Unconnected, open};
use crate::access::throttle::Place;
use crate::access::{account, cookie, credential};
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::client::Client;
use crate::http::json::Query;
use crate::problem::Problem;
use crate::session::dto::sign_in;

pub const ROUTE: &str = "/sign-on/{provider}/callback";

/// What the provider says. Its words on a failure are not shown.
#[derive(Debug, Deserialize)]
pub struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Why nobody is signed in, as the sign-in page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It took too long, was answered before, or was begun in another browser.
    Ended,
    /// The person or the provider said no.
    Denied,
    Away,
    Refused,
    Unverified,
    /// No workspace takes in people with that address.
    NotTakenIn,
    /// The workspace has as many members as it may have.
    Full,
    Locked,
    Internal,
}

/// The address that is registered at a provider. Each has one of its own: what one answers is never taken for another's.
pub fn address(context: &Context, provider: &str) -> Url {
    context.page(&ROUTE.replace("{provider}", provider))
}

pub async fn handle(
    State(context): State<Shared>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    client: Client,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    match signed_in(&context, &provider, &headers, client.clone(), returned).await {
        Ok(response) => Ok(response),
        Err(failure) => {
            let is_noted = matches!(failure, Failure::Refused | Failure::Unverified | Failure::NotTakenIn);
            if is_noted && context.throttle.may_note(&Place::of(&client)) {
                let refused = AuditEvent::of_account(&By::visitor(client), "session.sign_on_refused");
                context.record(refused.on(&provider).detail(failure.as_str())).await?;
            }
            to(&format!("/login?sign_on={}", failure.as_str()))
        }
    }
}

async fn signed_in(
    context: &Shared,
    provider: &str,
    headers: &HeaderMap,
    client: Client,
    returned: Returned,
) -> Result<Response, Failure> {
    let browser = cookie::read_sign_on(context, headers).ok_or(Failure::Ended)?;
    let browser = credential::hash(browser.expose());
    let attempt = attempt(context, provider, &browser, &returned)?;
    let opened = open(context, provider).await?.ok_or(Failure::Ended)?;
    // A provider that names itself names the one that was asked.
    if returned.iss.is_some_and(|issuer| issuer != opened.settings.issuer) {
        return Err(Failure::Refused);
    }
    let code = match (returned.code, returned.error) {
        (Some(code), None) => code,
        (_, Some(error)) if error == "access_denied" => return Err(Failure::Denied),
        _ => return Err(Failure::Refused),
    };
    let redirect = address(context, provider);
    let who = opened.finish(&redirect, code, attempt.authorization, context.clock.now()).await.map_err(
        |error| {
            tracing::warn!(provider, %error, "nobody was signed in by an identity provider");
            Failure::from(error)
        },
    )?;
    let (catalog, now, given) = (context.catalog.clone(), context.clock.now(), who.clone());
    let address = client.address_text();
    match blocking(move || catalog.sign_on(&given, address.as_deref(), now)).await?? {
        SignOn::Known(user) | SignOn::Created(user, _) => {
            enter(context, user, headers, client, &who, &attempt.next).await
        }
        SignOn::Unconnected(user) => {
            let unconnected = Unconnected { user: user.id, identity: who, since: now };
            Ok(prove(context, unconnected, browser, Place::of(&client), &attempt.next)?)
        }
        SignOn::NotTakenIn => Err(Failure::NotTakenIn),
    }
}

/// The attempt that this ends: of this provider, begun in this browser.
fn attempt(
    context: &Context,
    provider: &str,
    browser: &[u8; 32],
    returned: &Returned,
) -> Result<Attempt, Failure> {
    let state = returned.state.clone().ok_or(Failure::Ended)?;
    let attempt = context.sign_on.attempts.take(&state, context.clock.now()).ok_or(Failure::Ended)?;
    let is_its_own = attempt.provider == provider && bool::from(attempt.browser.ct_eq(browser));
    if is_its_own { Ok(attempt) } else { Err(Failure::Ended) }
}

async fn enter(
    context: &Shared,
    user: User,
    headers: &HeaderMap,
    client: Client,
    who: &NewIdentity,
    next: &str,
) -> Result<Response, Failure> {
    account::check_may_sign_in(&user).map_err(|_| Failure::Locked)?;
    let method = SignInMethod::SignOn(who.provider.clone());
    Ok(sign_in(context, user, headers, client, method).await?.to_page(next)?)
}

/// An account with that address is connected only once its owner has signed in to it.
fn prove(
    context: &Context,
    unconnected: Unconnected,
    browser: [u8; 32],
    place: Place,
    next: &str,
) -> Result<Response, Problem> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("connect", &unconnected.identity.provider);
    if next != "/" {
        query.append_pair("next", next);
    }
    let page = format!("/login?{}", query.finish());
    let now = unconnected.since;
    context.sign_on.connections.begin(browser, place, unconnected, now);
    to(&page)
}

fn to(page: &str) -> Result<Response, Problem> {
    let page = HeaderValue::from_str(page).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::SEE_OTHER, AppendHeaders([(header::LOCATION, page)])).into_response())
}

impl Failure {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Denied => "denied",
            Self::Away => "away",
            Self::Refused => "refused",
            Self::Unverified => "unverified",
            Self::NotTakenIn => "not_taken_in",
            Self::Full => "full",
            Self::Locked => "locked",
            Self::Internal => "internal",
        }
    }
}

impl From<SignOnError> for Failure {
    fn from(error: SignOnError) -> Self {
        match error {
            SignOnError::Away(_) => Self::Away,
            SignOnError::Refused(_) => Self::Refused,
            SignOnError::Unverified => Self::Unverified,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::MembersFull { .. } => Self::Full,
            other => Problem::from(other).into(),
        }
    }
}

/// What is wrong with the server stands in its log.
impl From<Problem> for Failure {
    fn from(_: Problem) -> Self {
        Self::Internal
    }
}
