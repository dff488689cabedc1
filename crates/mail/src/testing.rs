//! A real mail server for the tests, and a mailer with an outbox.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use model::{Clock, ManualClock, Secret, UnixSeconds};
use serde_json::{Value, json};
use store::{Catalog, DataDir};
use tokio_util::sync::CancellationToken;

use crate::{MailSettings, Mailbox, Mailer, Operator};

pub(crate) const NOW: UnixSeconds = UnixSeconds(1_795_000_000);
pub(crate) const FROM: &str = "Chartsy <chartsy@example.com>";

/// How a mail server behaves.
#[derive(Clone)]
pub(crate) struct Manners {
    /// 0 for any that is free.
    pub(crate) port: u16,
    /// `none`, `starttls` or `wrapped`.
    pub(crate) tls: &'static str,
    pub(crate) login: Option<[&'static str; 2]>,
    /// What it answers to a step: `mail`, `rcpt`, `rcpt ADDRESS` or `data`.
    pub(crate) refuse: Vec<(&'static str, &'static str)>,
    /// It takes a message and never says so.
    pub(crate) is_silent: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { port: 0, tls: "none", login: None, refuse: Vec::new(), is_silent: false }
    }
}

/// Ends with its test.
pub(crate) struct MailServer {
    child: Child,
    events: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

impl MailServer {
    pub(crate) fn start(manners: &Manners) -> Self {
        let refuse: serde_json::Map<String, Value> =
            manners.refuse.iter().map(|(step, answer)| ((*step).to_owned(), json!(answer))).collect();
        let argument = json!({
            "port": manners.port, "tls": manners.tls, "login": manners.login, "refuse": refuse, "silent": manners.is_silent,
        });
        let mut command = Command::new(python());
        command.arg(testing("server.py")).arg(argument.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, events, port: 0 };
        server.port = server.next("listening")["port"].as_u64().unwrap().try_into().unwrap();
        server
    }

    /// The next thing that happens there, which must be this one. Waits for it.
    pub(crate) fn next(&mut self, what: &str) -> Value {
        let mut line = String::new();
        self.events.read_line(&mut line).unwrap();
        assert!(
            !line.is_empty(),
            "the mail server ended: its tests need aiosmtpd, which `cargo xtask mail` installs"
        );
        let event: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["what"], what, "{event}");
        event
    }

    /// The next message that it gets.
    pub(crate) fn message(&mut self) -> Value {
        self.next("message")
    }

    /// Ends it. What happened there that no test has looked at.
    pub(crate) fn stop(mut self) -> Vec<String> {
        drop(self.child.stdin.take());
        let rest = self.events.by_ref().lines().map(Result::unwrap).collect();
        self.child.wait().unwrap();
        rest
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The header of a message with this name.
pub(crate) fn header<'a>(message: &'a Value, name: &str) -> Option<&'a str> {
    let all = message["headers"].as_array().unwrap();
    let mut found = all.iter().filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
    let value = found.next()?[1].as_str();
    assert!(found.next().is_none(), "{name} is there twice: {all:?}");
    value
}

/// The Python that has aiosmtpd: as `cargo xtask` passes it on or has set it up, or else any.
fn python() -> PathBuf {
    if let Some(path) = std::env::var_os("CHARTSY_TEST_PYTHON") {
        return path.into();
    }
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).unwrap_or_default();
    let ours = cache.join("chartsy/mail/bin/python");
    if ours.exists() { ours } else { "python3".into() }
}

fn testing(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testing").join(file)
}

/// The URL of a server on this machine, which trusts the certificate of the tests.
pub(crate) fn url(scheme: &str, login: &str, port: u16) -> Secret {
    let authority = testing("certificates/authority.pem");
    Secret::new(format!("{scheme}://{login}localhost:{port}?ca={}", authority.display()))
}

pub(crate) fn settings(url: &Secret) -> MailSettings {
    MailSettings::parse(url, FROM).unwrap()
}

/// A data folder with a clock that stands still, and mailers that come and go.
pub(crate) struct Post {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) settings: Option<MailSettings>,
    pub(crate) operator: Operator,
}

impl Post {
    pub(crate) fn new(settings: Option<MailSettings>) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: ManualClock::at(NOW),
            settings,
            operator: Operator::default(),
        }
    }

    /// To a server on this machine that encrypts nothing.
    pub(crate) fn to(port: u16) -> Self {
        Self::new(Some(settings(&Secret::new(format!("smtp://localhost:{port}?tls=none")))))
    }

    /// A mailer as a process has it: with its own handle on the catalog.
    pub(crate) fn mailer(&self) -> Mailer {
        let clock = Clock::Manual(self.clock.clone());
        Mailer::new(self.settings.clone(), self.operator.clone(), self.data(), self.catalog(), clock)
    }

    pub(crate) fn catalog(&self) -> Catalog {
        self.data().catalog().unwrap()
    }

    pub(crate) fn data(&self) -> DataDir {
        DataDir::open(&self.dir.path().join("data")).unwrap()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance_ms(seconds * 1000);
    }
}

impl Mailer {
    /// Sends what is due, as the running task does.
    pub(crate) async fn pass(&self) -> u64 {
        self.send_due(&CancellationToken::new()).await.unwrap()
    }
}

pub(crate) fn ada() -> Mailbox {
    Mailbox::new("Ada Lovelace", "ada@example.com").unwrap()
}
