//! How people get to a server, and what its operator may have overlooked about that.

use std::net::SocketAddr;

use url::Url;

/// What a server is started with that says how people get to it.
#[derive(Debug, Clone, Copy)]
pub struct Approach<'a> {
    pub listen: SocketAddr,
    pub public_url: Option<&'a Url>,
    /// The server encrypts connections itself.
    pub is_tls: bool,
    pub has_proxy: bool,
    pub has_mail: bool,
}

impl Approach<'_> {
    /// What to tell the operator at the start, a sentence each.
    pub fn warnings(self) -> Vec<String> {
        [self.missing_proxy(), self.unencrypted(), self.links_astray()].into_iter().flatten().collect()
    }

    fn is_public_https(self) -> bool {
        self.public_url.is_some_and(|url| url.scheme() == "https")
    }

    fn is_for_others(self) -> bool {
        !self.listen.ip().to_canonical().is_loopback()
    }

    /// Something in front of this server encrypts connections, and we are not told which address it has.
    fn missing_proxy(self) -> Option<String> {
        (self.is_public_https() && !self.is_tls && !self.has_proxy).then(|| {
            "--public-url is https, but there is neither --tls-cert nor --trusted-proxy: all visitors appear to have the proxy's \
             address, so that their failed sign-ins and their emails count together; name the proxy with --trusted-proxy"
                .to_owned()
        })
    }

    fn unencrypted(self) -> Option<String> {
        let is_encrypted = self.is_tls || self.has_proxy || self.is_public_https();
        (self.is_for_others() && !is_encrypted).then(|| {
            format!(
                "other machines can connect to {}, and nothing encrypts that: passwords and figures can be read on the way; set \
                 --tls-cert and --tls-key, or name the proxy that encrypts connections with --trusted-proxy",
                self.listen
            )
        })
    }

    fn links_astray(self) -> Option<String> {
        (self.has_mail && self.is_for_others() && self.public_url.is_none()).then(|| {
            let scheme = if self.is_tls { "https" } else { "http" };
            format!(
                "there is no --public-url: links in emails lead to {scheme}://{}, which other machines may not reach; set it to the \
                 address that people open",
                reachable(self.listen)
            )
        })
    }
}

/// A wildcard address can't be opened in a browser.
pub fn reachable(addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], addr.port())) } else { addr }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(listen: &str) -> Approach<'static> {
        let listen = listen.parse().unwrap();
        Approach { listen, public_url: None, is_tls: false, has_proxy: false, has_mail: false }
    }

    #[test]
    fn a_proxy_that_nobody_named_is_told_of_at_the_start() {
        let https: Url = "https://chartsy.example.com".parse().unwrap();
        let http: Url = "http://chartsy.example.com".parse().unwrap();
        let behind = Approach { public_url: Some(&https), ..at("127.0.0.1:8080") };
        let told = behind.warnings();
        assert!(told.len() == 1 && told[0].contains("name the proxy with --trusted-proxy"), "{told:?}");
        assert!(Approach { is_tls: true, ..behind }.warnings().is_empty(), "it encrypts by itself");
        assert!(Approach { has_proxy: true, ..behind }.warnings().is_empty());
        assert!(Approach { public_url: Some(&http), ..behind }.warnings().is_empty());
        assert!(at("127.0.0.1:8080").warnings().is_empty());
    }

    #[test]
    fn passwords_that_cross_a_network_unencrypted_are_told_of_at_the_start() {
        for listen in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:80"] {
            let told = at(listen).warnings();
            assert!(told.len() == 1 && told[0].contains("passwords and figures can be read"), "{told:?}");
            assert!(told[0].contains(listen), "{told:?}");
            assert!(Approach { is_tls: true, ..at(listen) }.warnings().is_empty());
            assert!(Approach { has_proxy: true, ..at(listen) }.warnings().is_empty());
        }
        for listen in ["127.0.0.1:8080", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
            assert!(at(listen).warnings().is_empty(), "only this machine: {listen}");
        }
    }

    #[test]
    fn links_in_mails_that_lead_nowhere_are_told_of_at_the_start() {
        let url: Url = "https://chartsy.example.com".parse().unwrap();
        let open = Approach { is_tls: true, has_mail: true, ..at("0.0.0.0:8443") };
        let told = open.warnings();
        assert!(told.len() == 1 && told[0].contains("lead to https://127.0.0.1:8443"), "{told:?}");
        assert!(Approach { public_url: Some(&url), ..open }.warnings().is_empty());
        assert!(Approach { has_mail: false, ..open }.warnings().is_empty(), "nothing is sent");
        assert!(Approach { listen: "127.0.0.1:1".parse().unwrap(), ..open }.warnings().is_empty());
    }
}
