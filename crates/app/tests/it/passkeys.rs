//! Passkeys: who can add one, and what signs somebody in.

mod device;

use api::Options;
use model::{Clock, Role};
use serde_json::{Value, json};

use self::device::Device;
use crate::support::{Answer, As, PASSWORD, Site, clock};

async fn begin(site: &Site, cookie: &str, password: &str) -> Answer {
    let request = json!({"password": password});
    site.ask(As::Person(cookie), "POST", "/api/v1/me/passkeys/begin", Some(request)).await
}

async fn save(site: &Site, cookie: &str, credential: Value) -> Answer {
    let request = json!({"name": "Laptop", "credential": credential});
    site.ask(As::Person(cookie), "POST", "/api/v1/me/passkeys", Some(request)).await
}

/// A device with a passkey of whoever has the session, which gets another cookie by that.
async fn added(site: &Site, cookie: &mut String) -> Device {
    let mut device = Device::new();
    let begun = begin(site, cookie, PASSWORD).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let saved = save(site, cookie, device.create(&begun.body["public_key"])).await;
    assert_eq!(saved.status, 201, "{}", saved.text);
    *cookie = saved.cookie();
    device
}

async fn by_password(site: &Site) -> String {
    let request = json!({"login": "ada", "password": PASSWORD});
    let signed_in = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    signed_in.cookie()
}

async fn challenge(site: &Site) -> Value {
    let begun = site.ask(As::Nobody, "POST", "/api/v1/session/passkey/begin", Some(json!({}))).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    begun.body["public_key"].clone()
}

async fn answer(site: &Site, credential: Value) -> Answer {
    let request = json!({"credential": credential});
    site.ask(As::Nobody, "POST", "/api/v1/session/passkey", Some(request)).await
}

async fn sign_in(site: &Site, device: &mut Device) -> Answer {
    let public_key = challenge(site).await;
    answer(site, device.sign(&public_key)).await
}

async fn listed(site: &Site, cookie: &str) -> Value {
    site.get(As::Person(cookie), "/api/v1/me/passkeys").await.body
}

#[tokio::test]
async fn a_passkey_is_added_with_the_password_and_signs_in_without_it() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    let mut ada = site.owner().await;
    assert_eq!(begin(&site, &ada, "Wrong1password").await.body["field"], "password");
    let mut laptop = added(&site, &mut ada).await;
    let list = listed(&site, &ada).await;
    assert_eq!((&list["data"][0]["name"], &list["data"][0]["is_usable"]), (&json!("Laptop"), &json!(true)));
    assert_eq!(list["data"][0]["last_used_at"], Value::Null);

    clock.advance_ms(60_000);
    let signed_in = sign_in(&site, &mut laptop).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    assert_eq!(signed_in.body["user"]["username"], "ada");
    assert_eq!(
        listed(&site, &signed_in.cookie()).await["data"][0]["last_used_at"],
        site.context.clock.now().0
    );
    assert_eq!(sign_in(&site, &mut laptop).await.status, 201, "as often as they like");
    let log = site.get(As::Person(&ada), "/api/v1/audit?actor=ada").await;
    let actions: Vec<_> =
        log.body["data"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert!(actions.contains(&json!("passkey.created")), "{actions:?}");
    let mails = site.mails();
    assert!(
        mails.iter().any(|(kind, to, _)| kind == "passkey_added" && to == "ada@example.com"),
        "{mails:?}"
    );
}

#[tokio::test]
async fn a_device_that_has_a_passkey_of_the_account_is_named_so_that_it_creates_no_second_one() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let laptop = added(&site, &mut ada).await;
    let begun = begin(&site, &ada, PASSWORD).await;
    let known = &begun.body["public_key"]["excludeCredentials"];
    assert_eq!(known.as_array().unwrap().len(), 1);
    let mut again = laptop;
    let saved = save(&site, &ada, again.create(&begun.body["public_key"])).await;
    assert_eq!((saved.status, saved.code()), (409, "passkey_taken"));
}

#[tokio::test]
async fn an_answer_that_proves_nothing_signs_nobody_in() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut bob = site.member(&ada, Role::Viewer).await;
    let mut laptop = added(&site, &mut ada).await;
    let his = added(&site, &mut bob).await;

    laptop.origin = "https://evil.example";
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "on another website");
    laptop.origin = device::ORIGIN;
    laptop.host = "evil.example";
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "for another host");
    laptop.host = device::HOST;
    laptop.is_framed = true;
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "in another website's frame");
    laptop.is_framed = false;
    laptop.verifies_user = false;
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "whoever found the device");
    laptop.verifies_user = true;
    let own = std::mem::replace(&mut laptop.user_handle, his.user_handle);
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "as somebody else");
    laptop.user_handle = own;
    let mut forged = Device::new();
    forged.credential_id.clone_from(&laptop.credential_id);
    forged.user_handle.clone_from(&laptop.user_handle);
    assert_eq!(sign_in(&site, &mut forged).await.code(), "passkey_refused", "with another key");
    let mut moved = laptop.sign(&challenge(&site).await);
    moved["response"]["clientDataJSON"] =
        laptop.sign(&challenge(&site).await)["response"]["clientDataJSON"].clone();
    assert_eq!(answer(&site, moved).await.code(), "passkey_refused", "what it signed for another challenge");
    let mut for_creating = laptop.sign(&challenge(&site).await);
    let asked = json!({"challenge": challenge(&site).await["challenge"], "user": {"id": laptop.user_handle}});
    let created = laptop.create(&asked);
    for_creating["response"]["clientDataJSON"] = created["response"]["clientDataJSON"].clone();
    assert_eq!(answer(&site, for_creating).await.code(), "passkey_refused", "what it signed to create one");
    let stranger =
        sign_in(&site, &mut { Device { user_handle: laptop.user_handle.clone(), ..Device::new() } }).await;
    assert_eq!((stranger.status, stranger.code()), (401, "passkey_unknown"));
    assert_eq!(
        answer(
            &site,
            json!({"id": "?", "response": {"clientDataJSON": "AA", "authenticatorData": "", "signature": ""}})
        )
        .await
        .code(),
        "passkey_unreadable"
    );
    assert_eq!(sign_in(&site, &mut laptop).await.status, 201, "nothing of that kept her out");
    laptop.counter -= 1;
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "passkey_refused", "a copy of the device");
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_within_five_minutes() {
    let clock = clock();
    let site = Site::at(&clock);
    let mut ada = site.owner().await;
    let mut laptop = added(&site, &mut ada).await;
    let signed = laptop.sign(&challenge(&site).await);
    assert_eq!(answer(&site, signed.clone()).await.status, 201);
    let replayed = answer(&site, signed).await;
    assert_eq!((replayed.status, replayed.code()), (410, "passkey_ended"));
    let late = challenge(&site).await;
    clock.advance_ms(300_000);
    assert_eq!(answer(&site, laptop.sign(&late)).await.code(), "passkey_ended");
    let invented = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA"});
    assert_eq!(answer(&site, laptop.sign(&invented)).await.code(), "passkey_ended");
}

#[tokio::test]
async fn only_whoever_gave_the_password_adds_a_passkey_and_only_one_that_proves_who_uses_it() {
    let site = Site::new();
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    let begun = begin(&site, &ada, PASSWORD).await.body["public_key"].clone();
    let credential = Device::new().create(&begun);
    assert_eq!(save(&site, &bob, credential.clone()).await.code(), "passkey_ended");
    assert_eq!(save(&site, &ada, credential).await.code(), "passkey_ended", "it was used up");
    let devices = [
        ("which doesn't ask for its owner", Device { verifies_user: false, ..Device::new() }),
        ("at another website", Device { origin: "https://evil.example", ..Device::new() }),
        ("for another host", Device { host: "evil.example", ..Device::new() }),
        ("in another website's frame", Device { is_framed: true, ..Device::new() }),
    ];
    for (what, mut device) in devices {
        let begun = begin(&site, &ada, PASSWORD).await.body["public_key"].clone();
        let refused = save(&site, &ada, device.create(&begun)).await;
        assert_eq!((refused.status, refused.code()), (422, "passkey_refused"), "{what}");
    }
    assert_eq!(listed(&site, &ada).await["data"], json!([]));
}

#[tokio::test]
async fn a_workspace_that_requires_two_factors_takes_a_passkey_for_both() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut laptop = added(&site, &mut ada).await;
    let require = json!({"requires_two_factor": true});
    let ada = by_password(&site).await;
    let refused = site.ask(As::Person(&ada), "PATCH", "/api/v1/workspace", Some(require.clone())).await;
    assert_eq!(refused.body["field"], "requires_two_factor", "this session has only a password");
    let by_passkey = sign_in(&site, &mut laptop).await.cookie();
    let required = site.ask(As::Person(&by_passkey), "PATCH", "/api/v1/workspace", Some(require)).await;
    assert_eq!(required.status, 200, "{}", required.text);
    assert_eq!(required.body["lacks_two_factor"], false);
    assert_eq!(site.get(As::Person(&by_passkey), "/api/v1/connections").await.status, 200);
    let by_password = site.get(As::Person(&ada), "/api/v1/connections").await;
    assert_eq!(by_password.code(), "two_factor_required", "the same person without the passkey");
    let state = site.get(As::Person(&by_passkey), "/api/v1/me/two-factor").await;
    assert_eq!((&state.body["is_on"], &state.body["is_proved"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn a_passkey_that_is_removed_signs_nobody_in_and_its_sessions_end() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut stolen = added(&site, &mut ada).await;
    let thief = sign_in(&site, &mut stolen).await.cookie();
    let id = listed(&site, &ada).await["data"][0]["id"].as_str().unwrap().to_owned();
    let remove = |cookie: String, password: &'static str| {
        let path = format!("/api/v1/me/passkeys/{id}/remove");
        let site = &site;
        async move { site.ask(As::Person(&cookie), "POST", &path, Some(json!({"password": password}))).await }
    };
    assert_eq!(remove(ada.clone(), "Wrong1password").await.body["field"], "password");
    let removed = remove(ada.clone(), PASSWORD).await;
    assert_eq!(removed.status, 204);
    assert_eq!(remove(ada, PASSWORD).await.status, 401, "its credential was replaced");
    let ada = removed.cookie();
    assert_eq!(site.get(As::Person(&thief), "/api/v1/session").await.status, 401);
    assert_eq!(site.get(As::Person(&ada), "/api/v1/session").await.status, 200);
    assert_eq!(sign_in(&site, &mut stolen).await.code(), "passkey_unknown");
    assert_eq!(remove(ada, PASSWORD).await.status, 404);
}

#[tokio::test]
async fn the_password_alone_gets_around_no_passkey_by_changing_what_protects_the_account() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut laptop = added(&site, &mut ada).await;
    let id = listed(&site, &ada).await["data"][0]["id"].as_str().unwrap().to_owned();
    let remove = format!("/api/v1/me/passkeys/{id}/remove");
    let request = Some(json!({"password": PASSWORD}));
    let thief = by_password(&site).await;
    for path in ["/api/v1/me/two-factor", "/api/v1/me/passkeys/begin", remove.as_str()] {
        let refused = site.ask(As::Person(&thief), "POST", path, request.clone()).await;
        assert_eq!((refused.status, refused.code()), (403, "second_factor_needed"), "{path}");
    }
    let herself = sign_in(&site, &mut laptop).await.cookie();
    for (path, status) in [("/api/v1/me/two-factor", 201), ("/api/v1/me/passkeys/begin", 201), (&remove, 204)]
    {
        assert_eq!(
            site.ask(As::Person(&herself), "POST", path, request.clone()).await.status,
            status,
            "{path}"
        );
    }
    // Without any second factor, whoever has the password sets one up.
    let again = by_password(&site).await;
    let begun = site.ask(As::Person(&again), "POST", "/api/v1/me/two-factor", request).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
}

#[tokio::test]
async fn a_locked_account_stays_locked_for_its_passkeys() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut laptop = added(&site, &mut ada).await;
    let (user, _) = site.context.catalog.user_by_login("ada").unwrap().unwrap();
    site.context.catalog.lock_user(&user.id, Some(site.context.clock.now())).unwrap();
    assert_eq!(sign_in(&site, &mut laptop).await.code(), "account_locked");
}

#[tokio::test]
async fn somebody_names_and_removes_their_own_passkeys_and_nobody_elses() {
    let site = Site::new();
    let mut ada = site.owner().await;
    added(&site, &mut ada).await;
    let id = listed(&site, &ada).await["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/me/passkeys/{id}");
    let rename = |cookie: String, name: &'static str| {
        let (site, path) = (&site, &path);
        async move { site.ask(As::Person(&cookie), "PATCH", path, Some(json!({"name": name}))).await }
    };
    let admin = site.member(&ada, Role::Admin).await;
    let eve = site.owner_of_another_workspace().await;
    for other in [admin, eve] {
        assert_eq!(rename(other.clone(), "Mine").await.status, 404);
        let remove = json!({"password": PASSWORD});
        let refused = site.ask(As::Person(&other), "POST", &format!("{path}/remove"), Some(remove)).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"));
        assert_eq!(listed(&site, &other).await["data"], json!([]));
    }
    assert_eq!(rename(ada.clone(), " ").await.body["field"], "name");
    assert_eq!(rename(ada, " Phone ").await.body["name"], "Phone");
}

#[tokio::test]
async fn the_session_that_a_browser_had_ends_when_it_signs_in_with_a_passkey() {
    let site = Site::new();
    let mut ada = site.owner().await;
    let mut laptop = added(&site, &mut ada).await;
    let credential = laptop.sign(&challenge(&site).await);
    let request = Some(json!({"credential": credential}));
    let signed_in = site.ask(As::Person(&ada), "POST", "/api/v1/session/passkey", request).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    assert_eq!(site.get(As::Person(&ada), "/api/v1/session").await.status, 401);
    assert_eq!(site.get(As::Person(&signed_in.cookie()), "/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn a_server_that_browsers_do_not_trust_says_why_it_offers_no_passkeys() {
    for (address, why) in
        [("http://chartsy.example.com", "not_encrypted"), ("https://192.0.2.1:8443", "ip_address")]
    {
        let options = Options { public_url: Some(address.parse().unwrap()), ..Options::default() };
        let site = Site::started_with(Clock::System, options);
        site.owner().await;
        // Its cookie is for https alone there.
        let request = json!({"login": "ada", "password": PASSWORD});
        let cookie = site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.cookie();
        let list = listed(&site, &cookie).await;
        assert_eq!((&list["not_offered"], &list["offered_at"]), (&json!(why), &Value::Null));
        let refused = begin(&site, &cookie, PASSWORD).await;
        assert_eq!((refused.status, refused.code()), (403, "passkeys_not_offered"));
        assert!(refused.body["action"].as_str().unwrap().contains("--public-url"));
        assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["passkeys_at"], Value::Null);
    }
}
