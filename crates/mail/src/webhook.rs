//! The webhook of the person who runs Chartsy, to which messages for them are posted.

use std::time::Duration;

use connect::Network;
use http::{Request, header};
use model::Secret;
use url::Url;

use crate::error::SendError;
use crate::settings::SettingsError;

/// How long a delivery may take altogether.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Nothing in an answer matters but its status.
const LARGEST_ANSWER: usize = 64 * 1024;

/// An address that takes messages. Its URL may well contain a secret, so only the host is ever shown.
#[derive(Debug, Clone)]
pub struct FeedbackWebhook {
    url: Secret,
    server: String,
    network: Network,
}

impl FeedbackWebhook {
    /// From `https://…` or `http://…`. `network` says whom it may reach.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(url: &Secret, network: Network) -> Result<Self, SettingsError> {
        let url: Url = url.expose().trim().parse().map_err(|_| SettingsError::Webhook)?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let has_login = !url.username().is_empty() || url.password().is_some();
        let (Some(host), true, false) = (url.host_str(), is_web, has_login) else {
            return Err(SettingsError::Webhook);
        };
        let server = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { server, url: Secret::new(url.to_string()), network })
    }

    /// Whether nothing that is posted can ever arrive: only the public internet may be reached, and the address is not there. A name
    /// that can't be looked up now may be another time.
    pub fn is_out_of_reach(&self) -> bool {
        let Ok(url) = self.url.expose().parse::<Url>() else { return false };
        matches!(self.network, Network::Public) && connect::is_private(&url)
    }

    /// Posts a message. One message always has the same id, so that a receiver can recognize it if it is sent twice.
    pub(crate) async fn post(&self, id: &str, body: &Secret) -> Result<(), SendError> {
        let unreachable =
            |reason: String| SendError::WebhookUnreachable { server: self.server.clone(), reason };
        let url: Url = self.url.expose().parse().map_err(|_| SendError::Unwritable)?;
        let carrier = self.network.carrier(&url, TIMEOUT, LARGEST_ANSWER).map_err(unreachable)?;
        let request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("chartsy/", env!("CARGO_PKG_VERSION")))
            .header("chartsy-delivery", id)
            .body(body.expose().as_bytes().to_vec())
            .map_err(|_| SendError::Unwritable)?;
        let answer = carrier.carry(request).await.map_err(|reason| unreachable(reason.to_string()))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(SendError::WebhookRefused { server: self.server.clone(), status: answer.status().as_u16() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_may_not_be_reached_is_known_before_anything_is_posted() {
        let at = |url: &str, network: Network| {
            FeedbackWebhook::parse(&Secret::new(url), network).unwrap().is_out_of_reach()
        };
        for private in
            ["http://127.0.0.1:9/", "https://10.1.2.3/hook", "http://localhost/hook", "http://[::1]/"]
        {
            assert!(at(private, Network::Public), "{private}");
            assert!(!at(private, Network::Real), "{private}");
        }
        assert!(!at("https://93.184.216.34/hook", Network::Public));
        assert!(!at("https://name.invalid/hook", Network::Public), "nobody knows yet");
    }

    #[test]
    fn only_the_host_of_its_address_is_ever_shown() {
        let url = Secret::new("https://hooks.example.com:8443/services/hunter2?key=hunter2");
        let webhook = FeedbackWebhook::parse(&url, Network::Real).unwrap();
        assert_eq!(webhook.server, "hooks.example.com:8443");
        assert!(!format!("{webhook:?}").contains("hunter2"));
        for wrong in ["hooks.example.com", "ftp://hunter2.example.com", "https://ada:hunter2@example.com", ""]
        {
            let error = FeedbackWebhook::parse(&Secret::new(wrong), Network::Real).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{wrong}");
        }
    }
}
