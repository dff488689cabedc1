//! Who may show a page in a frame: the origins that browsers compare.

use url::{Host, Url};

/// More are nobody's sites.
const MAX_ORIGINS: usize = 20;

/// The origins as browsers write them, each once.
///
/// # Errors
/// What is wrong with one of them.
pub(super) fn checked(given: &[String]) -> Result<Vec<String>, String> {
    let mut origins = Vec::new();
    for text in given.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let origin = origin_of(text).ok_or_else(|| {
            format!("'{text}' is not the address of a site: use one such as https://example.com")
        })?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.len() > MAX_ORIGINS {
        return Err(format!("use at most {MAX_ORIGINS} sites"));
    }
    Ok(origins)
}

fn origin_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_local = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_encrypted = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    // A policy is a list of words: nothing in one may end it.
    let is_plain = origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte));
    (is_encrypted && is_bare && is_anonymous && is_plain).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_by_its_scheme_host_and_port() {
        let given =
            ["https://Example.com", " https://example.com/ ", "http://localhost:3000", ""].map(str::to_owned);
        assert_eq!(checked(&given).unwrap(), ["https://example.com", "http://localhost:3000"]);
    }

    #[test]
    fn nothing_else_gets_into_the_policy() {
        for bad in [
            "example.com",
            "*",
            "https://*.example.com",
            "http://example.com",
            "https://example.com/page",
            "https://a:b@example.com",
            "https://example.com; script-src *",
            "'self'",
            "data:text/html,x",
            "https://exa mple.com",
            "https://",
            "javascript:alert(1)",
            "https://example.com?x",
            "file:///tmp",
        ] {
            assert!(checked(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
