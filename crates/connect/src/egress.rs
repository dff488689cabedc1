//! Which servers may be reached. A server that is run for others must not let them reach the network that it stands in by
//! giving it an address: not by an address as such, nor by a name, nor by a name whose address changes between two looks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a server is not connected to. Never names what was found: whoever gave the address learns nothing about this network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its address is not on the public internet, and this server connects only to those that are")]
pub(crate) struct NotPublic;

/// Refuses a URL that names an address which is not public. Names are checked when they are looked up.
pub(crate) fn require_public(url: &Url) -> Result<(), NotPublic> {
    let is_public = match url.host() {
        Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
        Some(Host::Domain(_)) => true,
        None => false,
    };
    if is_public { Ok(()) } else { Err(NotPublic) }
}

/// Whether a URL leads to an address that is not public. A name counts by what it leads to now; one that is not found does not count.
pub fn is_private(url: &Url) -> bool {
    if require_public(url).is_err() {
        return true;
    }
    let Some(Host::Domain(name)) = url.host() else { return false };
    let found: Vec<SocketAddr> = (name, 0).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    !found.is_empty() && found.iter().all(|address| !is_public(address.ip()))
}

/// Looks names up and gives only public addresses of them. What it gives is what is connected to: nothing looks the name up again.
pub(crate) struct PublicOnly {
    lookup: Arc<dyn Resolve>,
}

impl PublicOnly {
    /// As the system looks names up.
    pub fn system() -> Self {
        Self::over(Arc::new(System))
    }

    pub fn over(lookup: Arc<dyn Resolve>) -> Self {
        Self { lookup }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.resolve(name);
        Box::pin(async move {
            let public: Vec<SocketAddr> = found.await?.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() { Err(NotPublic.into()) } else { Ok(Box::new(public.into_iter()) as Addrs) }
        })
    }
}

struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is set by whoever connects.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Blocks that are in no one's public network: the IANA registries of special-purpose addresses, and the address at which
/// Azure answers its own machines.
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // With the metadata service of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast and everything behind it.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Of 2000::/3, the only block that is given out: outside of it are loopback, unique local, link-local and multicast addresses,
/// IPv4-mapped ones and those of NAT64.
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    // Teredo, ORCHID and other protocols.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4: an IPv4 address is inside.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let is_within = |&(block, length): &(Ipv4Addr, u32)| {
                (address.to_bits() ^ block.to_bits()).leading_zeros() >= length
            };
            !NOT_PUBLIC_V4.iter().any(is_within)
        }
        IpAddr::V6(address) => {
            let is_within = |&(block, length): &(Ipv6Addr, u32)| {
                (address.to_bits() ^ block.to_bits()).leading_zeros() >= length
            };
            address.segments()[0] & 0xe000 == 0x2000 && !NOT_PUBLIC_V6.iter().any(is_within)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Gives one answer after the other, as whoever owns the name wants.
    pub(crate) struct Rebinding(Mutex<Vec<IpAddr>>);

    impl Resolve for Rebinding {
        fn resolve(&self, _: Name) -> Resolving {
            let mut left = self.0.lock().unwrap();
            let answer = if left.len() > 1 { left.remove(0) } else { left[0] };
            Box::pin(async move { Ok(Box::new(std::iter::once(SocketAddr::new(answer, 0))) as Addrs) })
        }
    }

    async fn looked_up(resolver: &PublicOnly) -> Result<Vec<IpAddr>, String> {
        let found = resolver.resolve("api.example.com".parse().unwrap()).await;
        found.map(|found| found.map(|one| one.ip()).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn no_address_of_a_private_network_is_public() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "168.63.129.15",
            "169.253.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.0.1",
            "198.17.0.1",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_private_address_is_recognized_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.0.0.1./",
            "http://１２７.0.0.1/",
            "https://user@10.0.0.1:8443/v1",
            "http://[::1]:80/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[0:0:0:0:0:ffff:a00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0/",
        ] {
            let parsed: Url = url.parse().unwrap();
            assert_eq!(require_public(&parsed), Err(NotPublic), "{url} is {parsed}");
        }
        for url in ["https://api.example.com/", "https://1.1.1.1/", "https://[2606:4700::1111]/"] {
            assert_eq!(require_public(&url.parse().unwrap()), Ok(()), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_is_checked_by_each_answer_that_it_gives() {
        let [public, private] = ["1.1.1.1", "10.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap());
        let resolver = PublicOnly::over(Arc::new(Rebinding(Mutex::new(vec![public, private]))));
        assert_eq!(looked_up(&resolver).await, Ok(vec![public]));
        assert_eq!(looked_up(&resolver).await, Err(NotPublic.to_string()));
    }

    #[tokio::test]
    async fn names_of_this_machine_are_refused() {
        let resolver = PublicOnly::system();
        let found = resolver.resolve("localhost".parse().unwrap()).await;
        assert_eq!(found.err().unwrap().to_string(), NotPublic.to_string());
    }
}
