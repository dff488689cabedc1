//! A server in this process, and the requests to it.

use std::sync::Arc;

use api::{Context, Options, Peer, SampleAccount, Samples, Shared, SignUp};
use axum::Router;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use model::{Clock, ManualClock, Role, Secret, TokenScope, UnixSeconds, WorkspaceId};
use sandbox::{MerchantName, PermissionSet, Running};
use serde_json::{Value, json};
use store::{Catalog, DataDir, LinkPurpose, NewToken, NewUser};
use sync::{Runner, RunnerConfig};
use tempfile::TempDir;
use tower::ServiceExt;

pub const KEY: &str = "sk_test_integration000000000000";
pub const SETUP_CODE: &str = "abcd-efgh";
pub const PASSWORD: &str = "Correct1horse";

/// A server on a folder of its own, without a port.
pub struct Site {
    pub context: Shared,
    router: Router,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `Null` when it is not JSON.
    pub body: Value,
    pub text: String,
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum As<'a> {
    Nobody,
    /// A page of ours, with its cookie.
    Person(&'a str),
    Program(&'a str),
}

impl Site {
    pub fn new() -> Self {
        Self::with(Clock::System)
    }

    pub fn at(clock: &ManualClock) -> Self {
        Self::with(Clock::Manual(clock.clone()))
    }

    /// A server to which anybody can sign up and write, whose mails wait in the outbox.
    pub fn open_to_everybody(clock: &ManualClock) -> Self {
        Self::open_at(clock, None)
    }

    /// The same at an address that people open.
    pub fn open_at(clock: &ManualClock, public_url: Option<&str>) -> Self {
        Self::with_options(Clock::Manual(clock.clone()), |data, catalog, options| {
            options.public_url = public_url.map(|url| url.parse().unwrap());
            options.is_loopback = public_url.is_none();
            let url = Secret::new("smtp://127.0.0.1:1?tls=none");
            let settings = mail::MailSettings::parse(&url, "Chartsy <chartsy@example.com>").unwrap();
            let clock = Clock::Manual(clock.clone());
            let mailbox = Some(mail::Mailbox::new("", "operator@example.com").unwrap());
            let operator = mail::Operator { mailbox, webhook: None };
            let mailer = mail::Mailer::new(Some(settings), operator, data.clone(), catalog.clone(), clock);
            options.mailer = Some(mailer);
            options.sign_up = SignUp::Open;
            options.book_demo = Some(api::BookDemo::Form);
        })
    }

    fn with(clock: Clock) -> Self {
        Self::with_options(clock, |_, _, _| {})
    }

    /// With what else a server is started with.
    pub fn started_with(clock: Clock, started_with: Options) -> Self {
        Self::with_options(clock, |_, _, options| {
            let Options { network, trusted_proxies, public_url, rows_per_minute, .. } = started_with;
            options.refuses_guessable_passwords = started_with.refuses_guessable_passwords;
            (options.network, options.trusted_proxies) = (network, trusted_proxies);
            (options.public_url, options.rows_per_minute) = (public_url, rows_per_minute);
        })
    }

    fn with_options(clock: Clock, change: impl FnOnce(&DataDir, &Catalog, &mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        let catalog = data.catalog().unwrap();
        let config = RunnerConfig::command(data.clone(), catalog.clone(), clock.clone());
        let setup_code = Some(Secret::new(SETUP_CODE));
        let mut options = Options { is_loopback: true, setup_code, ..Options::default() };
        change(&data, &catalog, &mut options);
        let config = RunnerConfig { network: options.network.clone(), ..config };
        let none: Samples =
            Samples { merchants: &[], start: Arc::new(|_| Box::pin(async { Ok(no_sample()?) })) };
        let context = Arc::new(Context::new(data, catalog, Runner::new(config), clock, options, none));
        Self { router: api::router(Arc::clone(&context)), context, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    /// An answer that goes on, as it comes.
    pub async fn listen(&self, cookie: &str, path: &str) -> BodyDataStream {
        let request = Request::get(path).header(header::HOST, "127.0.0.1").header(header::COOKIE, cookie);
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.into_body().into_data_stream()
    }

    pub async fn ask(&self, who: As<'_>, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask_with(&[], who, method, path, body).await
    }

    /// The same, naming the workspace to act in.
    pub async fn ask_in(
        &self,
        who: As<'_>,
        workspace: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.ask_with(&[("chartsy-workspace", workspace)], who, method, path, body).await
    }

    async fn ask_with(
        &self,
        headers: &[(&str, &str)],
        who: As<'_>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match who {
            As::Nobody => request,
            As::Person(cookie) => {
                request.header(header::COOKIE, cookie).header("sec-fetch-site", "same-origin")
            }
            As::Program(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, who: As<'_>, path: &str) -> Answer {
        self.ask(who, "GET", path, None).await
    }

    /// Makes the owner's account; the cookie of its session.
    pub async fn owner(&self) -> String {
        let answer = self.ask(As::Nobody, "POST", "/api/v1/setup/owner", Some(owner())).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.cookie()
    }

    /// Somebody who was invited to the owner's workspace; the cookie of their session.
    pub async fn member(&self, owner: &str, role: Role) -> String {
        let request = json!({"role": role});
        let invited = self.ask(As::Person(owner), "POST", "/api/v1/invitations", Some(request)).await;
        assert_eq!(invited.status, 201, "{}", invited.text);
        // Nobody gets to be called `admin`.
        let name = if role == Role::Admin { "headadmin".to_owned() } else { role.as_str().replace('_', "") };
        let request = json!({"full_name": name, "email": format!("{name}@example.com"), "username": name,
            "password": PASSWORD, "password_confirmation": PASSWORD, "invitation": invited.body["code"]});
        let joined = self.ask(As::Nobody, "POST", "/api/v1/sign-up", Some(request)).await;
        assert_eq!(joined.status, 201, "{}", joined.text);
        joined.cookie()
    }

    /// Somebody who owns a workspace of their own and belongs to no other; the cookie of their session.
    pub async fn owner_of_another_workspace(&self) -> String {
        let catalog = &self.context.catalog;
        let hash = api::access::password::hash(Secret::new(PASSWORD)).await.unwrap();
        let new = NewUser {
            full_name: "Eve".to_owned(),
            email: "eve@example.com".to_owned(),
            username: "eve".to_owned(),
            password_hash: Some(Secret::new(hash)),
            is_email_confirmed: true,
        };
        let now = self.context.clock.now();
        let eve = catalog.create_unconfirmed_user(&new, now).unwrap();
        let purpose = LinkPurpose::ConfirmAddress;
        catalog.create_email_link(&eve, purpose, b"eve's link", now, UnixSeconds(now.0 + 60)).unwrap();
        catalog.confirm_email(b"eve's link", |_| "Eve's".to_owned(), None, now).unwrap();
        let request = json!({"login": "eve", "password": PASSWORD});
        self.ask(As::Nobody, "POST", "/api/v1/session", Some(request)).await.cookie()
    }

    /// A token of the owner's workspace.
    pub fn token(&self, scope: TokenScope) -> String {
        self.token_of(self.context.catalog.default_workspace().unwrap().id, scope)
    }

    /// A program of a tenant that has nothing to do with the owner's workspace.
    pub fn stranger(&self) -> String {
        let other = self.context.catalog.create_workspace("Other", self.context.clock.now()).unwrap().id;
        self.token_of(other, TokenScope::Manage)
    }

    fn token_of(&self, workspace: WorkspaceId, scope: TokenScope) -> String {
        let secret = api::access::credential::new_token().unwrap();
        let token = NewToken {
            workspace,
            name: "a program".to_owned(),
            prefix: api::access::credential::shown(&secret),
            token_hash: api::access::credential::hash(secret.expose()).to_vec(),
            scope,
            expires_at: None,
            created_by: None,
        };
        self.context.catalog.create_token(&token, self.context.clock.now()).unwrap();
        secret.expose().to_owned()
    }

    /// The mails that wait to be sent: kind, recipient and text.
    pub fn mails(&self) -> Vec<(String, String, String)> {
        let keyring = self.context.data.keyring(&self.context.catalog).unwrap();
        let catalog = &self.context.catalog;
        let waiting = catalog.due_in_outbox(self.context.clock.now()).unwrap();
        let read = |one: store::OutboxMessage| {
            let contents = catalog.outbox_contents(&keyring, &one.id).unwrap().unwrap();
            let contents: Value = serde_json::from_str(contents.expose()).unwrap();
            (one.kind, one.recipient, contents["text"].as_str().unwrap().to_owned())
        };
        waiting.into_iter().map(read).collect()
    }

    /// The code of the link in the newest mail of a kind.
    pub fn mailed_code(&self, kind: &str, recipient: &str) -> String {
        let mails = self.mails();
        let found = mails.iter().rev().find(|mail| mail.0 == kind && mail.1 == recipient);
        let (_, _, text) = found.unwrap_or_else(|| panic!("no {kind} for {recipient}"));
        let code = text.split_once('#').expect("a link").1;
        code.split_whitespace().next().unwrap().to_owned()
    }

    /// Connects a sandbox and waits until everything is loaded; the connection's id.
    pub async fn connected(&self, cookie: &str, sandbox: &Running) -> String {
        let request = json!({"source": sandbox::SOURCE, "key": KEY, "api_base": sandbox.api_base});
        let answer = self.ask(As::Person(cookie), "POST", "/api/v1/connections", Some(request)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let id = answer.body["id"].as_str().unwrap().to_owned();
        let workspace = self.context.catalog.default_workspace().unwrap().id;
        // Waits for the work that connecting has begun, then finds nothing left to do.
        self.context.runner.sync_once(&workspace, &id.as_str().into()).await.unwrap();
        id
    }
}

impl Answer {
    /// The session that the answer gives.
    pub fn cookie(&self) -> String {
        let header = self.headers.get(header::SET_COOKIE).expect("a cookie").to_str().unwrap();
        header.split(';').next().unwrap().to_owned()
    }

    /// The cookie by which a browser is known again.
    pub fn browser_cookie(&self) -> String {
        let cookies = self.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
        let mut cookies = cookies.map(|cookie| cookie.split(';').next().unwrap());
        cookies.find(|cookie| cookie.starts_with("chartsy_browser=")).expect("a cookie").to_owned()
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// What somebody without an invitation enters to sign up.
pub fn account(name: &str, email: &str) -> Value {
    json!({"full_name": "Bob Builder", "email": email, "username": name,
        "password": PASSWORD, "password_confirmation": PASSWORD})
}

/// Asks without being signed in.
pub async fn post(site: &Site, path: &str, request: Value) -> Answer {
    site.ask(As::Nobody, "POST", path, Some(request)).await
}

/// The same from an address.
pub async fn post_from(site: &Site, address: [u8; 4], path: &str, request: &Value) -> Answer {
    let peer = Peer { ip: address.into(), is_tls: false };
    let from = Request::post(path).header(header::HOST, "127.0.0.1:8080");
    let from = from.header(header::CONTENT_TYPE, "application/json").extension(ConnectInfo(peer));
    site.send(from.body(Body::from(request.to_string())).unwrap()).await
}

/// A clock that stands, for whatever depends on time and on no merchant.
pub fn clock() -> ManualClock {
    ManualClock::at(UnixSeconds(1_790_000_000))
}

pub fn owner() -> Value {
    json!({"full_name": "Ada Lovelace", "email": "ada@example.com", "username": "ada",
        "password": PASSWORD, "password_confirmation": PASSWORD, "setup_code": SETUP_CODE})
}

/// A sandbox in this process with [`KEY`].
pub async fn sandbox(merchant: MerchantName, customers: u64) -> Running {
    let customers = Some(customers);
    let options =
        sandbox::Options { merchant, customers, key: KEY.to_owned(), ..sandbox::Options::default() };
    sandbox::start(options).await.unwrap()
}

/// A merchant with every billing situation, at a present that stands still.
pub async fn mid_merchant(customers: u64) -> Running {
    let options = sandbox::Options {
        merchant: MerchantName::Mid,
        customers: Some(customers),
        key: KEY.to_owned(),
        now: Some(UnixSeconds(1_795_000_000)),
        ..sandbox::Options::default()
    };
    sandbox::start(options).await.unwrap()
}

/// One with a restricted key.
pub async fn restricted(key: &str, permissions: &str) -> Running {
    let permissions: PermissionSet = permissions.parse().unwrap();
    let (customers, key) = (Some(5), key.to_owned());
    let options = sandbox::Options { customers, key, permissions, ..sandbox::Options::default() };
    sandbox::start(options).await.unwrap()
}

fn no_sample() -> Result<SampleAccount, std::io::Error> {
    Err(std::io::Error::other("there are no sample merchants in tests"))
}

/// What the merchant meant, as `chartsy ledger` prints it, sorted.
pub fn meant(merchant: &Running) -> Vec<String> {
    let mut lines: Vec<String> =
        merchant.expected_mrr().iter().map(|step| serde_json::to_string(step).unwrap()).collect();
    lines.sort();
    lines
}
