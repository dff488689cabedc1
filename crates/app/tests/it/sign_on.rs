//! Single sign-on: whom an identity provider's word lets in, and whom it doesn't.

mod attacks;
mod issuer;

use std::sync::Arc;

use api::Options;
use axum::http::header;
use connect::Network;
use model::{Clock, ManualClock, Role, Secret, UnixSeconds};
use serde_json::{Value, json};
use store::{IdentityProvider, NewIdentityProvider, NewSignOnRule, SignOnTerms};

use self::issuer::{CLIENT, CLIENT_SECRET, ISSUER, Issuer};
use crate::support::{Answer, As, PASSWORD, Site, clock};

const VIEWERS: SignOnTerms =
    SignOnTerms { role: Some(Role::Viewer), is_two_factor: false, is_required: false };

struct World {
    clock: ManualClock,
    site: Site,
    issuer: Arc<Issuer>,
    owner: String,
}

impl World {
    /// A server whose owner's workspace takes in people of `example.org` who sign in at Acme ID.
    async fn new() -> Self {
        let clock = clock();
        let issuer = Arc::new(Issuer::new(Clock::Manual(clock.clone()).now().0));
        let network = Network::Simulated(Arc::clone(&issuer) as Arc<dyn connect::Carrier>);
        let options = Options { network, ..Options::default() };
        let site = Site::started_with(Clock::Manual(clock.clone()), options);
        let owner = site.owner().await;
        let world = Self { clock, site, issuer, owner };
        world.add_provider("acme", true);
        world.allow("example.org", VIEWERS);
        world
    }

    fn now(&self) -> UnixSeconds {
        self.site.context.clock.now()
    }

    /// As `chartsy sign-on add` does.
    fn add_provider(&self, id: &str, is_listed: bool) {
        save(&self.site, &provider(id, ISSUER, is_listed));
    }

    /// As `chartsy sign-on allow` does.
    fn allow(&self, domain: &str, terms: SignOnTerms) {
        let catalog = &self.site.context.catalog;
        let workspace = catalog.default_workspace().unwrap().id;
        let new = NewSignOnRule { workspace, provider: "acme".into(), domain: domain.into(), terms };
        catalog.set_sign_on_rule(&new, self.now()).unwrap();
    }

    async fn begin_with(&self, request: Value) -> Answer {
        self.site.ask(As::Nobody, "POST", "/api/v1/sign-on/begin", Some(request)).await
    }

    /// The address at the provider, and the browser's cookie.
    async fn begin(&self, next: Option<&str>) -> (String, String) {
        let begun = self.begin_with(json!({"provider": "acme", "next": next})).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        (begun.body["address"].as_str().unwrap().to_owned(), begun.cookie())
    }

    /// Somebody goes to the provider, signs in there, and comes back.
    async fn sign_on(&self, subject: &str, email: &str) -> Answer {
        let (address, cookie) = self.begin(None).await;
        let back = self.issuer.signed_in(&address, subject, email);
        self.site.get(As::Person(&cookie), &back).await
    }

    async fn session(&self, cookie: &str) -> Value {
        self.site.get(As::Person(cookie), "/api/v1/session").await.body
    }
}

fn provider(id: &str, issuer: &str, is_listed: bool) -> NewIdentityProvider {
    NewIdentityProvider {
        id: id.into(),
        name: "Acme ID".into(),
        issuer: issuer.into(),
        client_id: CLIENT.into(),
        is_listed,
        trusts_emails: false,
    }
}

fn save(site: &Site, new: &NewIdentityProvider) {
    let (data, catalog) = (&site.context.data, &site.context.catalog);
    let of = IdentityProvider::context(&new.id);
    let now = site.context.clock.now();
    let save = |sealed: &[u8]| catalog.set_identity_provider(new, Some(sealed), now);
    data.seal(catalog, &of, &Secret::new(CLIENT_SECRET), save).unwrap();
}

/// Where a browser is sent.
fn page(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers[header::LOCATION].to_str().unwrap()
}

#[tokio::test]
async fn what_a_provider_gives_stays_on_the_server_and_is_forgotten() {
    let world = World::new().await;
    let back = world.sign_on("grace", "grace@example.org").await;
    let given = world.issuer.given();
    assert_eq!(given.len(), 3, "{given:?}");
    let seen = format!("{:?}{}{}", back.headers, back.text, world.session(&back.cookie()).await);
    let folder = world.site.context.data.path().to_owned();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<u8> =
        files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
    for token in given {
        assert!(!seen.contains(&token), "{seen}");
        assert!(!kept.windows(token.len()).any(|part| part == token.as_bytes()), "{token} is in a file");
    }
}

#[tokio::test]
async fn a_workspace_takes_in_people_of_its_domain_at_their_first_sign_in() {
    let world = World::new().await;
    let first = world.sign_on("grace", "Grace@example.org").await;
    assert_eq!(page(&first), "/");
    let session = world.session(&first.cookie()).await;
    assert_eq!(
        (&session["user"]["username"], &session["workspace"]["role"]),
        (&json!("grace"), &json!("viewer"))
    );
    assert_eq!(page(&world.sign_on("eve", "eve@example.net").await), "/login?sign_on=not_taken_in");

    let log = world.site.get(As::Person(&world.owner), "/api/v1/audit?actor=grace").await;
    let actions: Vec<&str> =
        log.body["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["session.created", "member.joined", "account.created"]);

    // Whoever was removed does not come back by signing in again.
    let path = format!("/api/v1/members/{}", session["user"]["id"].as_str().unwrap());
    assert_eq!(world.site.ask(As::Person(&world.owner), "DELETE", &path, None).await.status, 204);
    let again = world.sign_on("grace", "grace@example.org").await;
    assert_eq!(world.session(&again.cookie()).await["workspaces"], json!([]));
}

#[tokio::test]
async fn a_provider_without_a_button_is_found_by_the_address() {
    let world = World::new().await;
    let setup = world.site.get(As::Nobody, "/api/v1/setup").await.body;
    let listed = json!({"providers": [{"id": "acme", "name": "Acme ID"}], "by_email": false});
    assert_eq!(setup["sign_on"], listed);
    world.add_provider("acme", false);
    let setup = world.site.get(As::Nobody, "/api/v1/setup").await.body;
    assert_eq!(setup["sign_on"], json!({"providers": [], "by_email": true}));

    let begun = world.begin_with(json!({"email": " grace@EXAMPLE.org"})).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    assert!(begun.body["address"].as_str().unwrap().contains("login_hint=grace%40EXAMPLE.org"));
    for (request, expected) in [
        (json!({"email": "eve@example.net"}), (404, "sign_on_unknown")),
        (json!({"email": ""}), (422, "invalid")),
        (json!({"provider": "nobody"}), (404, "not_found")),
    ] {
        let answer = world.begin_with(request).await;
        assert_eq!((answer.status, answer.code()), expected, "{}", answer.text);
    }
}

#[tokio::test]
async fn an_account_with_the_address_is_connected_only_by_its_owner() {
    let world = World::new().await;
    world.allow("example.com", VIEWERS);
    let back = world.sign_on("ada-at-acme", "ada@example.com").await;
    assert_eq!(page(&back), "/login?connect=acme");
    assert!(!back.headers.contains_key(header::SET_COOKIE), "nobody is signed in");
    assert_eq!(
        page(&world.sign_on("ada-at-acme", "ada@example.com").await),
        "/login?connect=acme",
        "nor later"
    );

    let (address, cookie) = world.begin(None).await;
    let path = world.issuer.signed_in(&address, "ada-at-acme", "ada@example.com");
    world.clock.advance_ms(1000);
    world.site.get(As::Person(&cookie), &path).await;
    let both = format!("{cookie}; {}", world.owner);
    let before = world.site.ask(As::Person(&both), "POST", "/api/v1/sign-on/connect", None).await;
    assert_eq!(before.code(), "sign_on_ended", "a session of before proves nothing");

    let (address, cookie) = world.begin(None).await;
    let path = world.issuer.signed_in(&address, "ada-at-acme", "ada@example.com");
    world.site.get(As::Person(&cookie), &path).await;
    let login = json!({"login": "ada", "password": PASSWORD});
    let session = world.site.ask(As::Nobody, "POST", "/api/v1/session", Some(login)).await.cookie();
    let both = format!("{cookie}; {session}");
    let connected = world.site.ask(As::Person(&both), "POST", "/api/v1/sign-on/connect", None).await;
    assert_eq!(connected.status, 201, "{}", connected.text);
    assert_eq!(connected.body["provider"], json!({"id": "acme", "name": "Acme ID"}));
    let again = world.site.ask(As::Person(&both), "POST", "/api/v1/sign-on/connect", None).await;
    assert_eq!(again.code(), "sign_on_ended", "once");

    let signed_in = world.sign_on("ada-at-acme", "ada@example.com").await;
    assert_eq!(page(&signed_in), "/");
    assert_eq!(world.session(&signed_in.cookie()).await["user"]["username"], "ada");
    let list = world.site.get(As::Person(&session), "/api/v1/me/identities").await;
    assert_eq!(list.body["data"][0]["email"], "ada@example.com");
    let path = format!("/api/v1/me/identities/{}/remove", connected.body["id"].as_str().unwrap());
    let wrong = Some(json!({"password": "Wrong1password"}));
    assert_eq!(world.site.ask(As::Person(&session), "POST", &path, wrong).await.body["field"], "password");
    let request = Some(json!({"password": PASSWORD}));
    let removed = world.site.ask(As::Person(&session), "POST", &path, request).await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    assert_eq!(world.site.get(As::Person(&signed_in.cookie()), "/api/v1/session").await.status, 401);
    assert_eq!(page(&world.sign_on("ada-at-acme", "ada@example.com").await), "/login?connect=acme");
}

#[tokio::test]
async fn an_account_without_a_password_is_not_disconnected_before_it_has_one() {
    let world = World::new().await;
    let grace = world.sign_on("grace", "grace@example.org").await.cookie();
    let list = world.site.get(As::Person(&grace), "/api/v1/me/identities").await;
    let path = format!("/api/v1/me/identities/{}/remove", list.body["data"][0]["id"].as_str().unwrap());
    let request = Some(json!({"password": PASSWORD}));
    let answer = world.site.ask(As::Person(&grace), "POST", &path, request).await;
    assert_eq!((answer.status, &answer.body["field"]), (422, &json!("password")));
    assert!(answer.body["action"].as_str().unwrap().contains("Forgot your password?"), "{}", answer.text);
}

#[tokio::test]
async fn signing_in_at_a_provider_counts_as_two_factors_only_where_the_workspace_says_so() {
    let world = World::new().await;
    let owner = crate::second_factor::turn_on(&world.site, &world.owner).await;
    let require = json!({"requires_two_factor": true});
    let required = world.site.ask(As::Person(&owner), "PATCH", "/api/v1/workspace", Some(require)).await;
    assert_eq!(required.status, 200, "{}", required.text);
    let grace = world.sign_on("grace", "grace@example.org").await.cookie();
    let seen = || async { world.site.get(As::Person(&grace), "/api/v1/connections").await };
    assert_eq!(seen().await.code(), "two_factor_required");
    world.allow("example.org", SignOnTerms { is_two_factor: true, ..VIEWERS });
    assert_eq!(seen().await.status, 200);
    let proved = world.site.get(As::Person(&grace), "/api/v1/me/two-factor").await;
    assert_eq!(proved.body["is_proved"], true);
    world.allow("example.org", VIEWERS);
    assert_eq!(seen().await.code(), "two_factor_required");
}

#[tokio::test]
async fn where_single_sign_on_is_required_a_password_shows_nothing_and_owners_still_get_in() {
    let world = World::new().await;
    let bob = world.site.member(&world.owner, Role::Admin).await;
    let seen = |cookie: String| {
        let site = &world.site;
        async move { site.get(As::Person(&cookie), "/api/v1/connections").await }
    };
    assert_eq!(seen(bob.clone()).await.status, 200);
    world.allow("example.com", SignOnTerms { is_required: true, ..VIEWERS });
    assert_eq!((seen(bob.clone()).await.status, seen(bob.clone()).await.code()), (403, "sign_on_required"));
    assert_eq!(world.session(&bob).await["workspace"]["lacks_sign_on"], true);
    assert_eq!(seen(world.owner.clone()).await.status, 200, "a provider that is away closes no workspace");
    let away = json!({"email": "bob@home.example", "current_password": PASSWORD});
    let moved = world.site.ask(As::Person(&bob), "POST", "/api/v1/me/email", Some(away)).await;
    assert_eq!((moved.status, moved.code()), (403, "address_managed"), "{}", moved.text);

    let (address, cookie) = world.begin(None).await;
    let path = world.issuer.signed_in(&address, "bob", "headadmin@example.com");
    world.site.get(As::Person(&cookie), &path).await;
    let login = json!({"login": "headadmin", "password": PASSWORD});
    let session = world.site.ask(As::Nobody, "POST", "/api/v1/session", Some(login)).await.cookie();
    let both = format!("{cookie}; {session}");
    let connected = world.site.ask(As::Person(&both), "POST", "/api/v1/sign-on/connect", None).await;
    assert_eq!(connected.status, 201, "{}", connected.text);
    assert_eq!(seen(session).await.code(), "sign_on_required", "the session was begun with the password");
    let by_acme = world.sign_on("bob", "headadmin@example.com").await.cookie();
    assert_eq!(seen(by_acme).await.status, 200);
}

#[tokio::test]
async fn owners_decide_what_single_sign_on_means_in_their_workspace_and_nobody_claims_a_domain() {
    let world = World::new().await;
    let admin = world.site.member(&world.owner, Role::Admin).await;
    let other = world.site.owner_of_another_workspace().await;
    let list = world.site.get(As::Person(&admin), "/api/v1/sign-on/rules").await;
    let rule = &list.body["data"][0];
    assert_eq!((&rule["domain"], &rule["role"]), (&json!("example.org"), &json!("viewer")));
    let path = format!("/api/v1/sign-on/rules/{}", rule["id"].as_str().unwrap());
    let put = |who: String, request: Value| {
        let (site, path) = (&world.site, path.clone());
        async move { site.ask(As::Person(&who), "PUT", &path, Some(request)).await }
    };
    let terms = json!({"role": "member", "is_two_factor": true, "is_required": true});
    assert_eq!(put(admin.clone(), terms.clone()).await.code(), "role_too_low");
    assert_eq!(put(other.clone(), terms.clone()).await.code(), "not_found", "another workspace's");
    let changed = put(world.owner.clone(), terms).await;
    assert_eq!((changed.status, &changed.body["is_required"]), (200, &json!(true)), "{}", changed.text);
    let owner = json!({"role": "owner", "is_two_factor": false, "is_required": false});
    assert_eq!(put(world.owner.clone(), owner).await.body["field"], "role");
    let none = world.site.get(As::Person(&other), "/api/v1/sign-on/rules").await;
    assert_eq!(none.body, json!({"data": []}));
    let claim = json!({"provider": "acme", "domain": "example.net", "role": "viewer"});
    let claimed = world.site.ask(As::Person(&other), "POST", "/api/v1/sign-on/rules", Some(claim)).await;
    assert_eq!(claimed.status, 405);
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_kept_and_its_new_keys_are_found() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(page(&world.sign_on("grace", "grace@example.org").await), "/");
    }
    assert_eq!(world.issuer.discoveries(), 1);
    world.clock.advance_ms(120_000);
    world.issuer.replace_key(world.now().0);
    assert_eq!(page(&world.sign_on("grace", "grace@example.org").await), "/", "with a key that is new");
    assert_eq!(world.issuer.discoveries(), 2);
}

#[tokio::test]
async fn a_provider_that_is_away_is_reported_and_not_asked_by_every_visitor() {
    let world = World::new().await;
    world.issuer.leave(true);
    for _ in 0..3 {
        let begun = world.begin_with(json!({"provider": "acme"})).await;
        assert_eq!((begun.status, begun.code()), (502, "sign_on_away"));
    }
    assert_eq!(world.issuer.asked().len(), 1);
    world.issuer.leave(false);
    world.clock.advance_ms(5000);
    let (address, cookie) = world.begin(None).await;
    let back = world.issuer.signed_in(&address, "grace", "grace@example.org");
    world.issuer.leave(true);
    assert_eq!(page(&world.site.get(As::Person(&cookie), &back).await), "/login?sign_on=away");
}

#[tokio::test]
async fn a_lost_client_secret_makes_no_public_client() {
    let world = World::new().await;
    let (data, catalog) = (&world.site.context.data, &world.site.context.catalog);
    std::fs::write(data.path().join(store::MASTER_KEY_FILE), "another key").unwrap();
    let begun = world.begin_with(json!({"provider": "acme"})).await;
    assert_eq!((begun.status, begun.code()), (503, "sign_on_unusable"), "{}", begun.text);
    assert!(catalog.identity_provider("acme").unwrap().unwrap().has_secret);
}

#[tokio::test]
async fn the_command_line_adds_providers_and_gives_them_domains() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let run = |words: &str, input: &str| chartsy(&data, words, input);
    let add = "add acme --name Acme --issuer http://127.0.0.1:9 --client-id chartsy --client-secret-stdin";
    let (succeeded, told) = run(add, "hush-hush\n");
    assert!(!succeeded && told.contains("can't be reached") && !told.contains("hush"), "{told}");
    let (succeeded, told) = run(&format!("{add} --no-check"), "hush-hush\n");
    assert!(succeeded && told.contains("/sign-on/acme/callback"), "{told}");
    for (words, expected) in [
        ("allow nobody example.com", "no identity provider 'nobody'"),
        ("allow acme localhost", "not an email domain"),
        ("allow acme example.com --role owner", "nobody becomes an owner"),
        ("add Acme --name A --issuer https://a.example --client-id c", "lower-case"),
        ("add a --name A --issuer http://a.example --client-id c", "https://"),
        ("add a --name A --issuer https://a.example?x --client-id c", "query"),
        ("disallow example.com", "no domain 'example.com'"),
    ] {
        let (succeeded, told) = run(words, "");
        assert!(!succeeded && told.contains(expected), "{words}: {told}");
    }
    assert!(run("allow acme @Example.com --role viewer --two-factor", "").0);
    let (_, told) = run("list", "");
    assert!(
        told.contains("example.com") && told.contains("joins as viewer, counts as two factors"),
        "{told}"
    );
    assert!(!told.contains("hush"), "{told}");
    let file = std::fs::read(data.join("chartsy.db")).unwrap();
    assert!(!file.windows(9).any(|part| part == b"hush-hush"), "the secret is encrypted");
    assert!(run("disallow example.com", "").0);
    assert!(run("remove acme", "").0);
    assert_eq!(run("list", "").1, "");
}

/// Runs `chartsy sign-on` on a folder: whether it succeeded, and what it printed.
fn chartsy(data: &std::path::Path, words: &str, input: &str) -> (bool, String) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_chartsy"))
        .arg("sign-on")
        .args(words.split(' '))
        .env("CHARTSY_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}
