//! Whose passkeys they are, as browsers see it: the host of the address that people open.

use serde::Serialize;
use url::Host;
use utoipa::ToSchema;
use webauthn_rp::request::{AsciiDomain, RpId};

use crate::context::{LOCAL, Options};
use crate::problem::Problem;

/// Where passkeys of this server work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its host, as devices know it.
    pub id: RpId,
    /// The pages that may use them, such as `https://chartsy.example.com`.
    pub origin: String,
}

/// Why a server can't offer passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotOffered {
    /// It is opened at an IP address: browsers tie passkeys to the name of a host.
    IpAddress,
    /// It is opened without encryption.
    NotEncrypted,
}

impl RelyingParty {
    /// # Errors
    /// Why there is none.
    pub fn of(options: &Options) -> Result<Self, NotOffered> {
        let mut url = options.public_url.as_ref().or(options.local_url.as_ref()).unwrap_or(&LOCAL).clone();
        // A loopback address has a name that browsers trust.
        if options.public_url.is_none() && options.is_loopback && url.set_host(Some("localhost")).is_err() {
            return Err(NotOffered::IpAddress);
        }
        let Some(Host::Domain(host)) = url.host() else { return Err(NotOffered::IpAddress) };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !is_local {
            return Err(NotOffered::NotEncrypted);
        }
        // Without a name of a length that the domain name system allows, as without any.
        let domain = AsciiDomain::try_from(host.to_owned()).map_err(|_| NotOffered::IpAddress)?;
        Ok(Self { id: RpId::Domain(domain), origin: url.origin().ascii_serialization() })
    }

    pub fn host(&self) -> &str {
        self.id.as_ref()
    }
}

impl From<NotOffered> for Problem {
    fn from(why: NotOffered) -> Self {
        let detail = match why {
            NotOffered::IpAddress => "browsers allow passkeys only at a host name, not at an IP address",
            NotOffered::NotEncrypted => "browsers allow passkeys only over an encrypted connection",
        };
        Self::forbidden("passkeys_not_offered", "passkeys can't be used on this server")
            .detail(detail)
            .action("start the server with --public-url set to the address that people open, beginning with https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(public: Option<&str>, local: &str, is_loopback: bool) -> Result<(String, String), NotOffered> {
        let options = Options {
            public_url: public.map(|url| url.parse().unwrap()),
            local_url: Some(local.parse().unwrap()),
            is_loopback,
            ..Options::default()
        };
        RelyingParty::of(&options).map(|party| (party.host().to_owned(), party.origin))
    }

    fn found(host: &str, origin: &str) -> Result<(String, String), NotOffered> {
        Ok((host.to_owned(), origin.to_owned()))
    }

    #[test]
    fn passkeys_belong_to_the_host_of_the_address_that_people_open() {
        let table = [
            (
                Some("https://chartsy.example.com/"),
                found("chartsy.example.com", "https://chartsy.example.com"),
            ),
            (Some("https://example.com:8443/x"), found("example.com", "https://example.com:8443")),
            (Some("http://localhost:9000"), found("localhost", "http://localhost:9000")),
            (Some("http://chartsy.example.com"), Err(NotOffered::NotEncrypted)),
            (Some("https://192.0.2.1"), Err(NotOffered::IpAddress)),
            (Some("http://127.0.0.1:8080"), Err(NotOffered::IpAddress)),
        ];
        for (public, expected) in table {
            assert_eq!(at(public, "http://127.0.0.1:8080", true), expected, "{public:?}");
        }
    }

    #[test]
    fn without_a_public_address_they_work_at_localhost_if_the_server_is_on_this_machine() {
        assert_eq!(at(None, "http://127.0.0.1:8080", true), found("localhost", "http://localhost:8080"));
        assert_eq!(at(None, "http://[::1]:8080", true), found("localhost", "http://localhost:8080"));
        assert_eq!(at(None, "http://0.0.0.0:8080", false), Err(NotOffered::IpAddress));
    }
}
