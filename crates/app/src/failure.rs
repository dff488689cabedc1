//! How a failed command reports: one line for what happened, one for what to do, and an exit code for scripts.

use std::fmt;
use std::process::ExitCode;

use api::connections::admission::AdmissionError;
use connect::{ConnectError, KeyError, Source};
use mail::SendError;
use store::StoreError;
use sync::SyncError;

/// 0 and 2 are clap's: success, and an invalid command line.
const OTHER: u8 = 1;
const KEY_REFUSED: u8 = 3;
const PERMISSION_MISSING: u8 = 4;
const UNREACHABLE: u8 = 5;

/// An error with advice, where the kind of error alone does not say what to do.
#[derive(Debug)]
pub struct Advice {
    message: String,
    help: String,
    code: u8,
}

impl Advice {
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), code: OTHER }
    }

    /// What the store refuses, in one text: what to do comes after a semicolon.
    pub fn of_refusal(told: &str) -> Self {
        let (title, help) = told.split_once("; ").unwrap_or((told, "see the server's log"));
        Self::new(title, help)
    }

    /// There is no connection to do it with.
    pub fn nothing_connected() -> Self {
        Self::new("nothing is connected yet", format!("connect an account with '{}'", connect_command()))
    }

    /// Some of several connections, each of which was reported when it failed.
    pub fn some_not_synced(first: &anyhow::Error, failed: usize, connections: usize) -> Self {
        let message = format!("{failed} of {connections} connections could not be brought up to date");
        Self { code: code(first), ..Self::new(message, "'chartsy status' shows the last error of each") }
    }

    /// An email could not be sent.
    pub fn not_sent(error: &SendError, help: impl Into<String>) -> Self {
        let code = match error {
            SendError::LoginRefused { .. } => KEY_REFUSED,
            SendError::Unreachable { .. } => UNREACHABLE,
            _ => OTHER,
        };
        Self { code, ..Self::new(error.to_string(), help) }
    }

    /// What was given is not a key.
    pub fn no_key(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: KEY_REFUSED, ..Self::new(message, help) }
    }

    /// The key lacks a permission without which nothing can be computed.
    pub fn permission_missing(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: PERMISSION_MISSING, ..Self::new(message, help) }
    }
}

/// How an account is connected.
pub fn connect_command() -> String {
    let sources: Vec<&str> = Source::ALL.iter().map(|source| source.command()).collect();
    format!("chartsy connect {}", sources.join("|"))
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Advice {}

/// Writes the error to stderr and returns the exit code.
pub fn tell(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    report(error);
    ExitCode::from(code(error))
}

/// Writes what happened and what to do to stderr.
pub fn report(error: &anyhow::Error) {
    eprintln!("error: {}", one_line(error));
    if let Some(help) = help(error) {
        eprintln!("help: {help}");
    }
}

/// The chain of causes, each once: a cause that is already quoted by its effect is skipped.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if line.contains(&text) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&text);
    }
    line.replace('\n', " ")
}

fn code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(advice) = cause.downcast_ref::<Advice>() {
            return advice.code;
        }
        if is_no_key(cause) {
            return KEY_REFUSED;
        }
        if matches!(cause.downcast_ref(), Some(AdmissionError::Unlike { .. })) {
            return UNREACHABLE;
        }
        if let Some(connect) = provider(cause) {
            return connect_code(connect);
        }
    }
    OTHER
}

/// The provider's error, wherever another error carries it: a transparent error is not in the chain itself.
fn provider<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a ConnectError> {
    if let Some(
        SyncError::Provider(source)
        | SyncError::Indispensable { source, .. }
        | SyncError::GaveUp { source, .. },
    ) = cause.downcast_ref::<SyncError>()
    {
        return Some(source);
    }
    if let Some(AdmissionError::Connect(source)) = cause.downcast_ref::<AdmissionError>() {
        return Some(source);
    }
    cause.downcast_ref::<ConnectError>()
}

fn is_no_key(cause: &(dyn std::error::Error + 'static)) -> bool {
    let is_refused = matches!(cause.downcast_ref::<AdmissionError>(), Some(AdmissionError::Key(_)));
    is_refused
        || matches!(cause.downcast_ref::<SyncError>(), Some(SyncError::Key(_)))
        || cause.is::<KeyError>()
}

fn connect_code(error: &ConnectError) -> u8 {
    match error {
        ConnectError::KeyRefused { .. } | ConnectError::OtherEnvironment { .. } => KEY_REFUSED,
        ConnectError::PermissionMissing { .. } => PERMISSION_MISSING,
        ConnectError::Unreachable { .. }
        | ConnectError::ProviderFailed { .. }
        | ConnectError::RateLimited { .. }
        | ConnectError::Unreadable { .. } => UNREACHABLE,
        _ => OTHER,
    }
}

fn help(error: &anyhow::Error) -> Option<String> {
    for cause in error.chain() {
        if let Some(advice) = cause.downcast_ref::<Advice>() {
            return Some(advice.help.clone());
        }
        if is_no_key(cause) {
            return Some("create a key as the page 'Connect an account' describes".to_owned());
        }
        if let Some(connect) = provider(cause) {
            return Some(connect_help(connect));
        }
        if matches!(cause.downcast_ref(), Some(SyncError::Cancelled)) {
            return Some("run it again to continue where it stopped".to_owned());
        }
        if let Some(SyncError::Store(store::StoreError::DiskFull { .. })) = cause.downcast_ref() {
            return Some("free some space and run it again to continue where it stopped".to_owned());
        }
        if let Some(StoreError::MasterKey { .. } | StoreError::MasterKeyLost { .. }) = cause.downcast_ref() {
            return Some(StoreError::MASTER_KEY_HELP.to_owned());
        }
        if let Some(sync) = cause.downcast_ref::<SyncError>() {
            return Some(sync.action().to_owned());
        }
    }
    None
}

fn connect_help(error: &ConnectError) -> String {
    let resumes =
        if error.is_retryable() { "; what has been imported stays, and it continues there" } else { "" };
    format!("{}{resumes}", error.action())
}

/// The reader of our output closed it early, as `head` does. That is not a failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_closed = |kind| kind == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|e| is_closed(e.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn scripts_can_tell_what_failed() {
        let refused = ConnectError::KeyRefused { of: Source::ALL[0], request_id: None };
        assert_eq!(code(&anyhow::Error::from(refused).context("connecting")), 3);
        let no_key = KeyError { code: "key_malformed", message: "it is no key" };
        assert_eq!(code(&no_key.into()), 3);
        assert_eq!(code(&AdmissionError::Key(no_key).into()), 3);
        let gave_up = ConnectError::ProviderFailed { of: Source::ALL[0], status: 503, request_id: None };
        assert_eq!(code(&SyncError::GaveUp { waited_seconds: 180, source: gave_up }.into()), 5);
        let missing =
            ConnectError::PermissionMissing { of: Source::ALL[0], permission: None, request_id: None };
        assert_eq!(code(&missing.into()), 4);
        let unreachable = ConnectError::Unreachable { host: "h".into(), reason: "r".into() };
        assert_eq!(code(&unreachable.into()), 5);
        assert_eq!(code(&anyhow::anyhow!("else")), 1);
    }

    #[test]
    fn a_failure_among_several_connections_exits_as_the_first_of_them() {
        let refused = ConnectError::KeyRefused { of: Source::ALL[0], request_id: None };
        let error = anyhow::Error::from(Advice::some_not_synced(&refused.into(), 2, 3));
        assert_eq!(
            (code(&error), one_line(&error).as_str()),
            (3, "2 of 3 connections could not be brought up to date")
        );
    }

    #[test]
    fn the_causes_are_told_once_on_one_line() {
        let error = Err::<(), _>(anyhow::anyhow!("disk\nfull")).context("writing a").unwrap_err();
        assert_eq!(one_line(&error), "writing a: disk full");
    }
}
