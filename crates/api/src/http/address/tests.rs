use super::*;

fn client(peer: &str, trusted: &[&str], headers: &[(&str, &str)]) -> (String, bool) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap());
    }
    let proxies: TrustedProxies = trusted.iter().map(|block| block.parse::<ProxyBlock>().unwrap()).collect();
    let client = proxies.client_of(Peer { ip: peer.parse().unwrap(), is_tls: false }, &map);
    (client.ip.to_string(), client.is_https)
}

fn ip(peer: &str, trusted: &[&str], headers: &[(&str, &str)]) -> String {
    client(peer, trusted, headers).0
}

#[test]
fn nobody_is_believed_who_is_not_trusted() {
    let forged = [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=198.51.100.7;proto=https"),
    ];
    for trusted in [&[][..], &["10.0.0.0/8"]] {
        assert_eq!(client("203.0.113.9", trusted, &forged), ("203.0.113.9".to_owned(), false));
    }
}

#[test]
fn a_trusted_proxy_says_where_a_request_came_from_and_how() {
    for peer in ["127.0.0.1", "10.1.2.3", "fd00::1"] {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
        let list = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")];
        assert_eq!(client(peer, &trusted, &list), ("198.51.100.7".to_owned(), true));
        let standard = [("forwarded", "For=\"[2001:db8::17]:4711\";by=10.0.0.1;Proto=HTTPS")];
        assert_eq!(client(peer, &trusted, &standard), ("2001:db8::17".to_owned(), true));
        assert_eq!(client(peer, &trusted, &[]), (peer.to_owned(), false));
    }
}

#[test]
fn what_the_visitor_wrote_before_the_proxy_does_not_count() {
    let trusted = ["10.0.0.0/8"];
    let forged = [("x-forwarded-for", "1.1.1.1, 10.9.9.9, 198.51.100.7")];
    assert_eq!(ip("10.0.0.1", &trusted, &forged), "198.51.100.7");
    let on_two_lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.7")];
    assert_eq!(ip("10.0.0.1", &trusted, &on_two_lines), "198.51.100.7");
    let through_two_of_ours = [("x-forwarded-for", "1.1.1.1, 198.51.100.7, 10.0.0.2")];
    assert_eq!(ip("10.0.0.1", &trusted, &through_two_of_ours), "198.51.100.7");
    let all_ours = [("x-forwarded-for", "10.0.0.3, 10.0.0.2")];
    assert_eq!(ip("10.0.0.1", &trusted, &all_ours), "10.0.0.3");
    let scheme = [("x-forwarded-proto", "https, http")];
    assert!(!client("10.0.0.1", &trusted, &scheme).1, "the proxy's own word is the last");
}

#[test]
fn a_header_that_the_proxy_passed_on_unread_does_not_count() {
    let both = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=1.1.1.1")];
    assert_eq!(ip("10.0.0.1", &["10.0.0.1"], &both), "10.0.0.1", "it can't be known which of them it wrote");
    let same = [("x-forwarded-for", "1.1.1.1, 198.51.100.7"), ("forwarded", "for=198.51.100.7")];
    assert_eq!(ip("10.0.0.1", &["10.0.0.1"], &same), "198.51.100.7");
}

#[test]
fn a_hop_without_an_address_ends_the_chain() {
    for unknown in ["unknown", "_hidden", "", "example.com", "1.1.1.1.1"] {
        let list = format!("1.1.1.1, {unknown}, 10.0.0.2");
        assert_eq!(ip("10.0.0.1", &["10.0.0.0/8"], &[("x-forwarded-for", &list)]), "10.0.0.2", "'{unknown}'");
        assert_eq!(
            ip("10.0.0.1", &["10.0.0.0/8"], &[("x-forwarded-for", unknown)]),
            "10.0.0.1",
            "'{unknown}'"
        );
    }
}

#[test]
fn addresses_are_the_same_in_every_spelling() {
    for text in ["198.51.100.7", "198.51.100.7:4711", "::ffff:198.51.100.7", "[::ffff:198.51.100.7]:80"] {
        assert_eq!(
            ip("127.0.0.1", &["::ffff:127.0.0.1"], &[("x-forwarded-for", text)]),
            "198.51.100.7",
            "{text}"
        );
    }
    let mapped: SocketAddr = "[::ffff:10.0.0.1]:9".parse().unwrap();
    assert_eq!(plain(mapped).to_string(), "10.0.0.1");
    for bad in ["", "localhost", "10.0.0.0/33", "10.0.0"] {
        assert!(bad.parse::<ProxyBlock>().is_err(), "{bad}");
    }
}

#[test]
fn cookies_over_an_encrypted_connection_are_sent_no_other_way() {
    let mut headers = HeaderMap::new();
    headers.append(header::SET_COOKIE, "a=1; Path=/; HttpOnly".parse().unwrap());
    headers.append(header::SET_COOKIE, "b=2; Secure; Path=/".parse().unwrap());
    keep_encrypted(&mut headers, false);
    let cookies: Vec<&str> =
        headers.get_all(header::SET_COOKIE).iter().map(|one| one.to_str().unwrap()).collect();
    assert_eq!(cookies, ["a=1; Path=/; HttpOnly; Secure", "b=2; Secure; Path=/"]);
    assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let mut local = HeaderMap::new();
    keep_encrypted(&mut local, true);
    assert!(local.is_empty());
}
