//! What an answer of a provider, or of somebody who pretends to be one, must not bring about.

use api::Options;
use axum::http::header;
use connect::Network;
use model::{Clock, Role};
use serde_json::json;
use store::NewIdentityProvider;

use super::issuer::Flaw;
use super::{VIEWERS, World, page, provider, save};
use crate::support::{As, Site};

#[tokio::test]
async fn a_token_that_proves_nothing_signs_nobody_in() {
    let world = World::new().await;
    for (flaw, told) in [
        (Flaw::Audience, "refused"),
        (Flaw::SecondAudience, "refused"),
        (Flaw::Issuer, "refused"),
        (Flaw::Nonce, "refused"),
        (Flaw::NoNonce, "refused"),
        (Flaw::Expired, "refused"),
        (Flaw::InTheFuture, "refused"),
        (Flaw::Unsigned, "refused"),
        (Flaw::SharedSecret, "refused"),
        (Flaw::PublicKeyAsSecret, "refused"),
        (Flaw::OtherKey, "refused"),
        (Flaw::ChangedClaims, "refused"),
        (Flaw::NoIdToken, "refused"),
        (Flaw::Redirect, "refused"),
        (Flaw::UnverifiedEmail, "unverified"),
        (Flaw::NoEmail, "unverified"),
    ] {
        world.issuer.with(flaw);
        let answer = world.sign_on("grace", "grace@example.org").await;
        assert_eq!(page(&answer), format!("/login?sign_on={told}"), "{flaw:?}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{flaw:?}");
    }
    assert!(
        world.issuer.asked().iter().all(|address| address.starts_with(super::ISSUER)),
        "nobody else is asked"
    );
    world.issuer.with(Flaw::None);
    assert_eq!(page(&world.sign_on("grace", "grace@example.org").await), "/");
}

#[tokio::test]
async fn an_address_that_was_not_verified_counts_only_where_the_operator_vouches_for_it() {
    let world = World::new().await;
    world.issuer.with(Flaw::UnverifiedEmail);
    assert_eq!(page(&world.sign_on("grace", "grace@example.org").await), "/login?sign_on=unverified");
    let new = NewIdentityProvider { trusts_emails: true, ..provider("acme", super::ISSUER, true) };
    save(&world.site, &new);
    assert_eq!(page(&world.sign_on("grace", "grace@example.org").await), "/");
    assert_eq!(
        page(&world.sign_on("eve", "eve@example.net").await),
        "/login?sign_on=not_taken_in",
        "for its domains alone"
    );
}

#[tokio::test]
async fn an_answer_is_taken_once_in_the_browser_that_began_and_soon() {
    let world = World::new().await;
    let ended = "/login?sign_on=ended";

    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    assert_eq!(page(&world.site.get(As::Nobody, &back).await), ended, "a browser that began nothing");
    let (_, other) = world.begin(None).await;
    assert_eq!(page(&world.site.get(As::Person(&other), &back).await), ended, "another browser");
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), ended, "it was used up by that");

    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), "/");
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), ended, "replayed");

    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    world.clock.advance_ms(600_000);
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), ended, "too late");
    let invented = "/sign-on/acme/callback?code=x&state=invented";
    assert_eq!(page(&world.site.get(As::Person(&cookie), invented).await), ended);
    assert_eq!(page(&world.site.get(As::Person(&cookie), "/sign-on/acme/callback").await), ended);
}

#[tokio::test]
async fn a_code_is_exchanged_only_by_the_attempt_that_it_is_for() {
    let world = World::new().await;
    // Eve signs in and keeps her code; Grace's browser is made to bring it back with the state of its own attempt.
    let (address, _) = world.begin(None).await;
    let eves = world.issuer.signed_in(&address, "eve", "eve@example.org");
    let code = eves.split_once("code=").unwrap().1.split_once('&').unwrap().0;
    let (address, cookie) = world.begin(None).await;
    let state = address.split_once("state=").unwrap().1.split('&').next().unwrap();
    let injected = format!("/sign-on/acme/callback?code={code}&state={state}");
    let answer = world.site.get(As::Person(&cookie), &injected).await;
    assert_eq!(page(&answer), "/login?sign_on=refused", "the verifier and the nonce are of another attempt");
}

#[tokio::test]
async fn what_one_provider_answers_is_never_taken_for_anothers() {
    let world = World::new().await;
    world.add_provider("other", true);
    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    let at_other = back.replace("/acme/", "/other/");
    assert_eq!(page(&world.site.get(As::Person(&cookie), &at_other).await), "/login?sign_on=ended");

    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org") + "&iss=https://evil.example";
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), "/login?sign_on=refused");
    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    let denied = back.replace("code=", "error=access_denied&was=");
    assert_eq!(page(&world.site.get(As::Person(&cookie), &denied).await), "/login?sign_on=denied");
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_not_used() {
    let world = World::new().await;
    world.issuer.call_itself_otherwise();
    let begun = world.begin_with(json!({"provider": "acme"})).await;
    assert_eq!((begun.status, begun.code()), (502, "sign_on_away"));
}

#[tokio::test]
async fn a_provider_names_nobody_outside_of_the_domains_that_it_was_given() {
    let world = World::new().await;
    // Of an account that exists, by the owner's address: not even the question whether to connect it is asked.
    let answer = world.sign_on("ada", "ada@example.com").await;
    assert_eq!(page(&answer), "/login?sign_on=not_taken_in");
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn somebody_else_who_is_signed_in_does_not_get_the_connection() {
    let world = World::new().await;
    world.allow("example.com", VIEWERS);
    let (address, cookie) = world.begin(None).await;
    let path = world.issuer.signed_in(&address, "ada-at-acme", "ada@example.com");
    world.site.get(As::Person(&cookie), &path).await;
    let bob = world.site.member(&world.owner, Role::Viewer).await;
    let both = format!("{cookie}; {bob}");
    let answer = world.site.ask(As::Person(&both), "POST", "/api/v1/sign-on/connect", None).await;
    assert_eq!((answer.status, answer.code()), (403, "sign_on_other_account"));
}

#[tokio::test]
async fn after_signing_in_a_browser_stays_on_this_site() {
    let world = World::new().await;
    for (next, expected) in
        [("/settings/account", "/settings/account"), ("//evil.example", "/"), ("/\\evil.example", "/")]
    {
        let (address, cookie) = world.begin(Some(next)).await;
        let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
        assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), expected);
    }
}

#[tokio::test]
async fn a_provider_in_a_private_network_is_not_reached_from_a_server_for_others() {
    let options = Options { network: Network::Public, ..Options::default() };
    let site = Site::started_with(Clock::System, options);
    for (id, issuer) in [
        ("inside", "https://10.0.0.1"),
        ("here", "http://127.0.0.1:1"),
        ("metadata", "https://169.254.169.254"),
    ] {
        save(&site, &provider(id, issuer, true));
        let request = Some(json!({"provider": id}));
        let begun = site.ask(As::Nobody, "POST", "/api/v1/sign-on/begin", request).await;
        assert_eq!((begun.status, begun.code()), (502, "sign_on_away"), "{issuer}");
    }
}

#[tokio::test]
async fn a_locked_account_stays_locked() {
    let world = World::new().await;
    let grace = world.sign_on("grace", "grace@example.org").await;
    let session = world.session(&grace.cookie()).await;
    let id = session["user"]["id"].as_str().unwrap().into();
    world.site.context.catalog.lock_user(&id, Some(world.now())).unwrap();
    let again = world.sign_on("grace", "grace@example.org").await;
    assert_eq!(page(&again), "/login?sign_on=locked");
    assert!(!again.headers.contains_key(header::SET_COOKIE));
}
