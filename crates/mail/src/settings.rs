//! The mail server, and the sender's address.

use std::path::PathBuf;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;
use model::Secret;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// The usual ports: for submission with STARTTLS, for submission within TLS, and for servers that encrypt nothing.
const STARTTLS_PORT: u16 = 587;
const TLS_PORT: u16 = 465;
const PLAIN_PORT: u16 = 25;

/// Where messages are handed in, and from whom they are.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) login: Option<Login>,
    /// Certificates to trust in addition to those that the machine trusts.
    pub(crate) authorities: Option<Certificate>,
    pub(crate) from: Mailbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// The connection is encrypted before anything is said.
    Tls,
    /// It is encrypted before anything that matters is said, or else not used.
    StartTls,
    None,
}

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Secret,
}

/// The messages never contain the URL, because it has a password in it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the mail server's address is not a URL ({0})")]
    NotAUrl(url::ParseError),
    #[error("the mail server's URL must start with smtp:// or smtps://")]
    Scheme,
    #[error("the mail server's URL names no host")]
    NoHost,
    #[error(
        "the mail server's URL has a path after the host; write /, ? and # in a password as %2F, %3F and %23"
    )]
    Path,
    #[error("the mail server's URL has a user without a password, or a password without a user")]
    HalfALogin,
    #[error("the user and the password in the mail server's URL are not UTF-8")]
    LoginNotText,
    #[error("the mail server's URL has the unknown parameter '{0}'; there are 'tls' and 'ca'")]
    Parameter(String),
    #[error("the parameter 'tls' of the mail server's URL can only be 'none', and only with smtp://")]
    Tls,
    #[error(
        "the password for the mail server would cross the network unencrypted; remove 'tls=none', or the user and the password"
    )]
    PasswordInTheClear,
    #[error("the certificate file {} of the mail server's URL can't be used: {reason}", path.display())]
    Authorities { path: PathBuf, reason: String },
    #[error(
        "the sender is not an email address; use 'Chartsy <chartsy@example.com>' or 'chartsy@example.com'"
    )]
    From,
    #[error(
        "the webhook for feedback is not a URL such as https://example.com/hook, without a user and a password"
    )]
    Webhook,
}

impl MailSettings {
    /// From `smtp://user:password@host:port` (encrypted by STARTTLS), `smtps://…` (by TLS from the start) or
    /// `smtp://host:port?tls=none` (not encrypted), and a sender such as `Chartsy <chartsy@example.com>`. `?ca=FILE` names
    /// certificates to trust in addition to those that the machine trusts.
    ///
    /// # Errors
    /// When one of them is something else; or when the file can't be read.
    pub fn parse(smtp_url: &Secret, from: &str) -> Result<Self, SettingsError> {
        let url: Url = smtp_url.expose().trim().parse().map_err(SettingsError::NotAUrl)?;
        let is_tls = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(SettingsError::Scheme),
        };
        let host = match url.host().ok_or(SettingsError::NoHost)? {
            Host::Domain("") => return Err(SettingsError::NoHost),
            Host::Domain(name) => name.to_ascii_lowercase(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SettingsError::Path);
        }
        let parameters = Parameters::of(&url)?;
        let security = match (is_tls, parameters.is_plain) {
            (true, false) => Security::Tls,
            (false, false) => Security::StartTls,
            (false, true) => Security::None,
            (true, true) => return Err(SettingsError::Tls),
        };
        let login = login(&url)?;
        if security == Security::None && login.is_some() && !is_this_machine(&host) {
            return Err(SettingsError::PasswordInTheClear);
        }
        let port = url.port().unwrap_or(match security {
            Security::Tls => TLS_PORT,
            Security::StartTls => STARTTLS_PORT,
            Security::None => PLAIN_PORT,
        });
        let authorities = parameters.authorities.map(read_authorities).transpose()?;
        Ok(Self { host, port, security, login, authorities, from: sender(from)? })
    }

    /// The mail server, as it may be shown.
    pub fn server(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

#[derive(Default)]
struct Parameters {
    is_plain: bool,
    authorities: Option<PathBuf>,
}

impl Parameters {
    fn of(url: &Url) -> Result<Self, SettingsError> {
        let mut parameters = Self::default();
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("tls", "none") => parameters.is_plain = true,
                ("tls", _) => return Err(SettingsError::Tls),
                ("ca", path) => parameters.authorities = Some(path.into()),
                (other, _) => return Err(SettingsError::Parameter(other.to_owned())),
            }
        }
        Ok(parameters)
    }
}

fn login(url: &Url) -> Result<Option<Login>, SettingsError> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| SettingsError::LoginNotText)?;
        Ok(text.into_owned())
    };
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(SettingsError::HalfALogin),
        (user, password) => {
            Ok(Some(Login { user: decoded(user)?, password: Secret::new(decoded(password)?) }))
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_authorities(path: PathBuf) -> Result<Certificate, SettingsError> {
    let unusable = |reason: String| SettingsError::Authorities { path: path.clone(), reason };
    let pem = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
    if !pem.windows(17).any(|part| part == b"BEGIN CERTIFICATE") {
        return Err(unusable("it holds no certificate in PEM".to_owned()));
    }
    Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))
}

fn sender(from: &str) -> Result<Mailbox, SettingsError> {
    if from.chars().any(char::is_control) {
        return Err(SettingsError::From);
    }
    from.trim().parse().map_err(|_| SettingsError::From)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Chartsy <chartsy@example.com>";

    fn parse(url: &str) -> Result<MailSettings, SettingsError> {
        MailSettings::parse(&Secret::new(url), FROM)
    }

    #[test]
    fn the_url_says_how_the_connection_is_encrypted() {
        for (url, security, server) in [
            ("smtp://mail.example.com", Security::StartTls, "mail.example.com:587"),
            ("smtp://ada:pw@Mail.Example.com:2525", Security::StartTls, "mail.example.com:2525"),
            ("smtps://ada:pw@mail.example.com", Security::Tls, "mail.example.com:465"),
            ("smtps://mail.example.com:1465/", Security::Tls, "mail.example.com:1465"),
            ("smtp://localhost?tls=none", Security::None, "localhost:25"),
            ("smtp://mailpit:1025?tls=none", Security::None, "mailpit:1025"),
            ("smtp://[::1]:1025?tls=none", Security::None, "[::1]:1025"),
        ] {
            let settings = parse(url).unwrap();
            assert_eq!((settings.security, settings.server().as_str()), (security, server), "{url}");
        }
    }

    #[test]
    fn the_password_may_have_any_characters() {
        let login =
            parse("smtp://ada%40example.com:p%40ss%2Fw%C3%B6rd%3A%25+@mail.example.com").unwrap().login;
        let Login { user, password } = login.unwrap();
        assert_eq!((user.as_str(), password.expose()), ("ada@example.com", "p@ss/wörd:%+"));
    }

    #[test]
    fn a_password_crosses_a_network_only_encrypted() {
        let refused = parse("smtp://ada:pw@mail.example.com?tls=none");
        assert!(matches!(refused, Err(SettingsError::PasswordInTheClear)));
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            assert!(parse(&format!("smtp://ada:pw@{host}?tls=none")).unwrap().login.is_some(), "{host}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in [
            "mail.example.com:587",
            "ada:hunter2@mail.example.com",
            "https://ada:hunter2@mail.example.com",
            "smtp://",
            "smtp:///path",
            "smtp://ada:hunter2@",
            "smtp://ada:hunter2#x@mail.example.com",
            "smtp://ada:hunter2/x@mail.example.com",
            "smtp://ada:hunter2@mail.example.com:99999",
            "smtp://ada@mail.example.com",
            "smtp://:hunter2@mail.example.com",
            "smtp://ada:hunter2%FF@mail.example.com",
            "smtp://ada:hunter2@mail.example.com?starttls=no",
            "smtp://ada:hunter2@mail.example.com?tls=opportunistic",
            "smtps://ada:hunter2@mail.example.com?tls=none",
            "smtp://ada:hunter2@mail.example.com?ca=/missing.pem",
        ] {
            let error = parse(url).map(|settings| settings.server()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}: {error:?}");
        }
    }

    #[test]
    fn the_settings_print_without_the_password() {
        let settings = parse("smtp://ada:hunter2@mail.example.com").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn the_sender_is_one_address_with_or_without_a_name() {
        for from in [FROM, "chartsy@example.com", "\"Chartsy, Inc.\" <chartsy@example.com>"] {
            let settings = MailSettings::parse(&Secret::new("smtp://mail.example.com"), from).unwrap();
            assert_eq!(settings.from.email.to_string(), "chartsy@example.com");
        }
        for from in
            ["", "chartsy", "Chartsy <chartsy@>", "a@example.com, b@example.com", "A\r\nBcc: b@c.d <a@b.c>"]
        {
            let refused = MailSettings::parse(&Secret::new("smtp://mail.example.com"), from);
            assert!(matches!(refused, Err(SettingsError::From)), "{from}");
        }
    }
}
