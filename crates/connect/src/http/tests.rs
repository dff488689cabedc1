use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A server on this machine that gives every request the same answer, and counts them.
struct Private {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Private {
    async fn answering(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut head = [0_u8; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, asked }
    }

    async fn ok() -> Self {
        Self::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok".to_owned())
            .await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A name server that says that every name is on this machine.
struct AllHere;

impl Resolve for AllHere {
    fn resolve(&self, _: Name) -> Resolving {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        Box::pin(async move { Ok(Box::new(std::iter::once(here)) as Addrs) })
    }
}

fn by_name(url: &Url, egress: Egress) -> Http {
    let builder = builder(url, TIMEOUT).unwrap().no_proxy();
    let builder = match egress {
        Egress::Anywhere => builder.dns_resolver(AllHere),
        Egress::Public => builder.dns_resolver(PublicOnly::over(Arc::new(AllHere))),
    };
    Http::built(builder, 1024, egress).unwrap()
}

async fn ask(http: &Http, url: &Url) -> Result<u16, String> {
    let request = Request::get(url.as_str()).body(Vec::new()).unwrap();
    let answer = http.carry(request).await.map_err(|error| error.to_string())?;
    Ok(answer.status().as_u16())
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_connected_to() {
    let private = Private::ok().await;
    let url: Url = format!("http://api.example.com:{}/", private.address.port()).parse().unwrap();
    let refused = ask(&by_name(&url, Egress::Public), &url).await.unwrap_err();
    assert!(refused.contains("not on the public internet"), "{refused}");
    assert!(!refused.contains("127.0.0.1"), "what was found is not told: {refused}");
    assert_eq!(private.asked(), 0);
    assert_eq!(ask(&by_name(&url, Egress::Anywhere), &url).await, Ok(200), "it would have answered");
}

#[tokio::test]
async fn a_private_address_is_not_connected_to() {
    let private = Private::ok().await;
    let port = private.address.port();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"] {
        let url: Url = format!("http://{host}:{port}/").parse().unwrap();
        let http = Http::new(&url, TIMEOUT, 1024, Egress::Public).unwrap();
        let refused = ask(&http, &url).await.unwrap_err();
        assert!(refused.contains("not on the public internet"), "{host}: {refused}");
    }
    assert_eq!(private.asked(), 0);
    let url: Url = format!("http://127.0.0.1:{port}/").parse().unwrap();
    let http = Http::new(&url, TIMEOUT, 1024, Egress::Anywhere).unwrap();
    assert_eq!(ask(&http, &url).await, Ok(200));
}

#[tokio::test]
async fn no_answer_leads_anywhere_else() {
    let private = Private::ok().await;
    let elsewhere = format!("http://{}/", private.address);
    let head = format!(
        "HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let first = Private::answering(head).await;
    let url: Url = format!("http://{}/", first.address).parse().unwrap();
    let http = Http::new(&url, TIMEOUT, 1024, Egress::Anywhere).unwrap();
    assert_eq!(ask(&http, &url).await, Ok(302));
    assert_eq!((first.asked(), private.asked()), (1, 0));
}

#[test]
fn the_trusted_certificates_are_read_once_for_all_clients() {
    let (one, other) = (tls(true).unwrap(), tls(true).unwrap());
    assert!(Arc::ptr_eq(&one.client_auth_cert_resolver, &other.client_auth_cert_resolver));
}
