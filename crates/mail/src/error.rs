//! What can go wrong, grouped by what to do about it. No message contains anybody's address.

use std::fmt;

use store::StoreError;

/// Why a message could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("this is not an email address")]
    Address,
    #[error("the message could not be written down")]
    Unwritable,
    /// The server has neither a mailbox nor a webhook for messages to the person who runs it.
    #[error("messages for the person who runs this server are not accepted")]
    NoOperator,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the work ended unexpectedly: {0}")]
    Work(String),
}

/// Why a message could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("the mail server {server} can't be reached: {reason}")]
    Unreachable { server: String, reason: String },
    #[error("the mail server {server} does not offer encryption (STARTTLS)")]
    NoEncryption { server: String },
    #[error(
        "the mail server {server} does not accept a user and password in a way that Chartsy knows (PLAIN or LOGIN)"
    )]
    NoLogin { server: String },
    #[error("the mail server {server} refused the user or the password ({answer})")]
    LoginRefused { server: String, answer: ServerReply },
    #[error("the mail server refused {stage} ({answer})")]
    Refused { stage: SmtpStage, answer: ServerReply },
    #[error("the mail server can't send to an address with letters outside of ASCII")]
    AddressNotAscii,
    #[error("the message could not be written as an email")]
    Unwritable,
    #[error("the webhook at {server} can't be reached: {reason}")]
    WebhookUnreachable { server: String, reason: String },
    #[error("the webhook at {server} answered with status {status}")]
    WebhookRefused { server: String, status: u16 },
    /// The message can't be decrypted.
    #[error(transparent)]
    MasterKey(StoreError),
}

/// What a mail server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpStage {
    Connection,
    Sender,
    Recipient,
    Contents,
}

impl fmt::Display for SmtpStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "the connection",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Contents => "the message",
        })
    }
}

/// The answer of a mail server that wants the connection to be encrypted first, or a user and a password.
const NOT_LIKE_THIS: u16 = 530;

/// The statuses by which a webhook refuses one message and would take others: its contents.
const NOT_THIS_MESSAGE: [u16; 3] = [400, 413, 422];

/// What a mail server answered. Prints its codes only, because its text often repeats the recipient's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerReply {
    pub code: u16,
    text: String,
}

impl ServerReply {
    pub(crate) fn new(code: u16, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// The server's own words, for the person who runs Chartsy.
    pub fn text(&self) -> String {
        let printable: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{} {}", self.code, printable.trim())
    }

    /// The second, finer code, such as 5.1.1, that most answers begin with.
    fn fine_code(&self) -> Option<&str> {
        let word = self.text.split_whitespace().next()?;
        let mut parts = word.split('.');
        let is_code = parts.clone().count() == 3
            && parts
                .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
        is_code.then_some(word)
    }
}

impl fmt::Display for ServerReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fine_code() {
            Some(fine) => write!(f, "{} {fine}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

impl SendError {
    /// Whether it would be the same with any other message: then the others need not be tried now.
    pub(crate) fn concerns_all(&self) -> bool {
        if let Self::WebhookRefused { status, .. } = self {
            return !NOT_THIS_MESSAGE.contains(status);
        }
        !matches!(
            self,
            Self::Refused { stage: SmtpStage::Recipient | SmtpStage::Contents, .. }
                | Self::AddressNotAscii
                | Self::Unwritable
                | Self::MasterKey(_)
        )
    }

    /// Whether it will be the same with this message at any time. What the person who runs Chartsy can put right (the
    /// password, the sender, an account that has to sign in) is not.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Refused { stage: SmtpStage::Recipient | SmtpStage::Contents, answer } => {
                answer.code >= 500 && answer.code != NOT_LIKE_THIS
            }
            Self::WebhookRefused { status, .. } => NOT_THIS_MESSAGE.contains(status),
            Self::AddressNotAscii | Self::Unwritable => true,
            _ => false,
        }
    }

    /// The server's own words, where it answered. They may contain addresses.
    pub fn answer(&self) -> Option<&ServerReply> {
        match self {
            Self::LoginRefused { answer, .. } | Self::Refused { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => {
                "check the host and the port in --smtp-url, the network, and the server's certificate"
            }
            Self::NoEncryption { .. } => {
                "use smtps:// if the server encrypts from the start, or add '?tls=none' to the URL to send without encryption"
            }
            Self::NoLogin { .. } => {
                "remove the user and the password from --smtp-url, or use another mail server"
            }
            Self::LoginRefused { .. } => {
                "check the user and the password in --smtp-url; many providers need a password made for apps"
            }
            Self::Refused { answer: ServerReply { code: NOT_LIKE_THIS, .. }, .. } => {
                "the server requires encryption, or a user and a password: check --smtp-url"
            }
            Self::Refused { stage: SmtpStage::Sender, .. } => {
                "check that this server may send from the address in --mail-from"
            }
            Self::Refused { .. } => "see what the mail server answered",
            Self::AddressNotAscii => "use another address, or a mail server that supports SMTPUTF8",
            Self::Unwritable => "report this, with the version of Chartsy",
            Self::WebhookUnreachable { .. } => {
                "check the URL in --feedback-webhook and the network; --outgoing public refuses private addresses"
            }
            Self::WebhookRefused { .. } => {
                "check the URL in --feedback-webhook, and the log of what answers there"
            }
            Self::MasterKey(_) => StoreError::MASTER_KEY_HELP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(stage: SmtpStage, code: u16) -> SendError {
        SendError::Refused { stage, answer: ServerReply::new(code, "5.1.1 <ada@example.com> unknown") }
    }

    #[test]
    fn an_error_says_the_codes_and_nobodys_address() {
        assert_eq!(
            refused(SmtpStage::Recipient, 550).to_string(),
            "the mail server refused the recipient (550 5.1.1)"
        );
        let answer = ServerReply::new(421, "ada@example.com: try again\r\nlater\u{1b}[31m");
        assert_eq!(answer.to_string(), "421");
        assert_eq!(answer.text(), "421 ada@example.com: try again  later [31m");
    }

    #[test]
    fn only_the_refusal_of_a_message_is_final() {
        assert!(
            refused(SmtpStage::Recipient, 550).is_final() && refused(SmtpStage::Contents, 554).is_final()
        );
        assert!(!refused(SmtpStage::Recipient, 450).is_final(), "the mailbox is busy");
        assert!(!refused(SmtpStage::Recipient, 530).is_final(), "the password is missing");
        assert!(
            !refused(SmtpStage::Sender, 550).is_final() && refused(SmtpStage::Sender, 550).concerns_all()
        );
        assert!(!refused(SmtpStage::Recipient, 550).concerns_all());
    }
}
