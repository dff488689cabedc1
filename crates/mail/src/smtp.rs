//! The conversation with the mail server. Step by step, because what a refusal means depends on the step.

use std::error::Error as _;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use crate::error::{SendError, ServerReply, SmtpStage};
use crate::settings::{MailSettings, Security};

/// How long connecting and signing in may take.
const OPENING: Duration = Duration::from_secs(30);
/// How long handing in one message may take. Some servers look for viruses before they answer.
const DELIVERING: Duration = Duration::from_secs(120);
/// How long a farewell is waited for.
const CLOSING: Duration = Duration::from_secs(2);

/// A connection on which messages can be handed in.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    server: String,
}

impl Session {
    /// Connects, encrypts and signs in, as the settings say.
    pub(crate) async fn open(settings: &MailSettings) -> Result<Self, SendError> {
        let server = settings.server();
        let opening = tokio::time::timeout(OPENING, opened(settings, &server));
        let connection = opening.await.unwrap_or_else(|_| Err(too_slow(&server, OPENING)))?;
        Ok(Self { connection, server })
    }

    /// Hands in one message; what the server answered. After an error the session is of no further use.
    pub(crate) async fn deliver(
        &mut self,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> Result<ServerReply, SendError> {
        let server = self.server.clone();
        let delivering = tokio::time::timeout(DELIVERING, self.delivered(from, to, message));
        delivering.await.unwrap_or_else(|_| Err(too_slow(&server, DELIVERING)))
    }

    async fn delivered(
        &mut self,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> Result<ServerReply, SendError> {
        let info = self.connection.server_info();
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() || !AsRef::<str>::as_ref(from).is_ascii() {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(SendError::AddressNotAscii);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() && info.supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let told = self.connection.command(Mail::new(Some(from.clone()), parameters)).await;
        told.map_err(|error| self.failed(SmtpStage::Sender, &error))?;
        let told = self.connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        told.map_err(|error| self.failed(SmtpStage::Recipient, &error))?;
        let told = self.connection.command(Data).await;
        told.map_err(|error| self.failed(SmtpStage::Contents, &error))?;
        let told = self.connection.message(message).await;
        let response = told.map_err(|error| self.failed(SmtpStage::Contents, &error))?;
        Ok(answer(&response))
    }

    /// Says farewell. A server that does not answer is left without.
    pub(crate) async fn close(mut self) {
        // What was handed in has been accepted: nothing depends on this.
        let _ = tokio::time::timeout(CLOSING, self.connection.quit()).await;
    }

    fn failed(&self, stage: SmtpStage, error: &Error) -> SendError {
        failed(&self.server, stage, error)
    }
}

async fn opened(settings: &MailSettings, server: &str) -> Result<AsyncSmtpConnection, SendError> {
    let failed = |error: Error| failed(server, SmtpStage::Connection, &error);
    let name = ClientId::default();
    let address = (settings.host.as_str(), settings.port);
    let wrapped =
        (settings.security == Security::Tls).then(|| encryption(settings)).transpose().map_err(failed)?;
    let connecting = AsyncSmtpConnection::connect_tokio1(address, Some(OPENING), &name, wrapped, None);
    let mut connection = connecting.await.map_err(failed)?;
    if settings.security == Security::StartTls {
        if !connection.can_starttls() {
            return Err(SendError::NoEncryption { server: server.to_owned() });
        }
        let encryption = encryption(settings).map_err(failed)?;
        connection.starttls(encryption, &name).await.map_err(failed)?;
    }
    let Some(login) = &settings.login else { return Ok(connection) };
    if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
        return Err(SendError::NoLogin { server: server.to_owned() });
    }
    let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
    connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| match refusal(&error) {
        Some(answer) => SendError::LoginRefused { server: server.to_owned(), answer },
        None => failed(error),
    })?;
    Ok(connection)
}

fn encryption(settings: &MailSettings) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(authorities) = &settings.authorities {
        builder = builder.add_root_certificate(authorities.clone());
    }
    builder.build()
}

fn failed(server: &str, stage: SmtpStage, error: &Error) -> SendError {
    if let Some(answer) = refusal(error) {
        return SendError::Refused { stage, answer };
    }
    // What could not be understood may repeat an address.
    let reason = if error.is_response() {
        "its answer is not that of a mail server".to_owned()
    } else {
        innermost(error).to_string()
    };
    SendError::Unreachable { server: server.to_owned(), reason }
}

fn innermost(error: &Error) -> &(dyn std::error::Error + 'static) {
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

/// The server's answer, if that is what failed.
fn refusal(error: &Error) -> Option<ServerReply> {
    let code = u16::from(error.status()?);
    Some(ServerReply::new(code, error.source().map(ToString::to_string).unwrap_or_default()))
}

fn answer(response: &Response) -> ServerReply {
    ServerReply::new(u16::from(response.code()), response.message().collect::<Vec<_>>().join(" "))
}

fn too_slow(server: &str, limit: Duration) -> SendError {
    let reason = format!("it did not answer within {} seconds", limit.as_secs());
    SendError::Unreachable { server: server.to_owned(), reason }
}
