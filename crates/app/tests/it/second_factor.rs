//! A second factor: what it takes to sign in with one, and workspaces that require it.

use model::Role;
use serde_json::json;

use crate::support::{As, PASSWORD, Site, clock};

/// What an authenticator app shows.
fn app_code(secret: &str, at: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    app.generate(u64::try_from(at).unwrap()).to_string()
}

async fn sign_in(site: &Site, code: Option<&str>) -> crate::support::Answer {
    let request = json!({"login": "ada", "password": PASSWORD, "code": code});
    site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await
}

#[tokio::test]
async fn with_an_authenticator_app_a_password_is_not_enough() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let begin = |password: &str| {
        let (site, ada, request) = (&site, &ada, json!({"password": password}));
        async move { site.ask(As::Person(ada), "POST", "/api/v1/me/two-factor", Some(request)).await }
    };
    assert_eq!(begin("Wrong1password").await.body["field"], "password");
    let begun = begin(PASSWORD).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    assert!(
        begun.body["address"].as_str().unwrap().starts_with("otpauth://totp/Chartsy:ada?"),
        "{}",
        begun.text
    );
    assert!(begun.body["qr_code_svg"].as_str().unwrap().contains("<svg"));
    assert_eq!(sign_in(&site, None).await.status, 201, "nothing has changed yet");

    let secret = begun.body["secret"].as_str().unwrap().to_owned();
    let now = || site.context.clock.now().0;
    let confirm = |code: String| {
        let (site, ada, request) = (&site, &ada, json!({"code": code}));
        async move { site.ask(As::Person(ada), "POST", "/api/v1/me/two-factor/confirm", Some(request)).await }
    };
    let wrong = if app_code(&secret, now()) == "000000" { "111111" } else { "000000" };
    assert_eq!(confirm(wrong.to_owned()).await.body["field"], "code");
    let confirmed = confirm(app_code(&secret, now())).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let recovery = confirmed.body["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(recovery.len(), 10);
    let ada = confirmed.cookie();

    assert_eq!(sign_in(&site, None).await.code(), "two_factor_needed");
    assert_eq!(
        sign_in(&site, Some(&app_code(&secret, now()))).await.code(),
        "code_wrong",
        "it was used to confirm"
    );
    clock.advance_ms(60_000);
    let code = app_code(&secret, now());
    assert_eq!(sign_in(&site, Some(&code)).await.status, 201);
    assert_eq!(sign_in(&site, Some(&code)).await.code(), "code_wrong", "replayed");
    let first = recovery[0].as_str().unwrap().to_uppercase();
    assert_eq!(sign_in(&site, Some(&first)).await.status, 201);
    assert_eq!(sign_in(&site, Some(&first)).await.code(), "code_wrong", "used");
    let state = site.get(As::Person(&ada), "/api/v1/me/two-factor").await;
    assert_eq!(state.body, json!({"is_on": true, "recovery_codes_left": 9, "is_proved": true}));
    let request = json!({"password": PASSWORD});
    let off = site.ask(As::Person(&ada), "POST", "/api/v1/me/two-factor/disable", Some(request)).await;
    assert_eq!(off.status, 204, "{}", off.text);
    clock.advance_ms(600_000);
    assert_eq!(sign_in(&site, None).await.status, 201);
}

#[tokio::test]
async fn a_wrong_password_does_not_tell_whether_a_code_is_needed() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    turn_on(&site, &ada).await;
    let request = json!({"login": "ada", "password": "Wrong1password"});
    assert_eq!(site.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.code(), "login_wrong");
}

/// The cookie of the session from then on.
pub async fn turn_on(site: &Site, cookie: &str) -> String {
    let request = json!({"password": PASSWORD});
    let begun = site.ask(As::Person(cookie), "POST", "/api/v1/me/two-factor", Some(request)).await;
    let code = app_code(begun.body["secret"].as_str().unwrap(), site.context.clock.now().0);
    let request = json!({"code": code});
    let on = site.ask(As::Person(cookie), "POST", "/api/v1/me/two-factor/confirm", Some(request)).await;
    assert_eq!(on.status, 200, "{}", on.text);
    on.cookie()
}

#[tokio::test]
async fn a_workspace_can_require_a_second_factor_of_its_members() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    let require = async |cookie: &str| {
        let request = json!({"requires_two_factor": true});
        site.ask(As::Person(cookie), "PATCH", "/api/v1/workspace", Some(request)).await
    };
    assert_eq!(require(&ada).await.body["field"], "requires_two_factor", "she would lock herself out");
    let ada = turn_on(&site, &ada).await;
    assert_eq!(require(&ada).await.status, 200);
    assert_eq!(site.get(As::Person(&bob), "/api/v1/connections").await.code(), "two_factor_required");
    let session = site.get(As::Person(&bob), "/api/v1/session").await;
    assert_eq!(session.body["workspace"]["lacks_two_factor"], true);
    let bob = turn_on(&site, &bob).await;
    assert_eq!(site.get(As::Person(&bob), "/api/v1/connections").await.status, 200);
}

#[tokio::test]
async fn somebody_who_lacks_the_second_factor_of_a_workspace_can_leave_it() {
    let clock = clock();
    let site = Site::at(&clock);
    let ada = site.owner().await;
    let bob = site.member(&ada, Role::Viewer).await;
    let ada = turn_on(&site, &ada).await;
    let request = json!({"requires_two_factor": true});
    site.ask(As::Person(&ada), "PATCH", "/api/v1/workspace", Some(request)).await;
    assert_eq!(site.get(As::Person(&bob), "/api/v1/members").await.code(), "two_factor_required");
    let left = site.ask(As::Person(&bob), "POST", "/api/v1/workspace/leave", None).await;
    assert_eq!(left.status, 204, "{}", left.text);
    assert_eq!(site.get(As::Person(&bob), "/api/v1/session").await.body["workspaces"], json!([]));
}
