//! A server that answers as a test tells it to.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use connect::{Backoff, Client, ClientConfig, Limits, Source};
use futures_util::stream;
use model::Clock;
use tokio::net::TcpListener;

pub const KEY: &str = "rk_test_51SecretSecretSecretabcd";

/// A request that has arrived.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    pub path: String,
    /// Decoded, in order.
    pub query: Vec<(String, String)>,
    pub headers: axum::http::HeaderMap,
}

impl RecordedRequest {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    is_cut: bool,
}

pub fn json(body: impl ToString) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.to_string(), is_cut: false }
}

pub fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "error": { "code": code, "message": message } });
    Reply { status, ..json(body) }
}

pub fn empty_list() -> Reply {
    json(r#"{"object":"list","data":[],"has_more":false}"#)
}

impl Reply {
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The connection breaks before the end of the body.
    pub fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    fn response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = if self.is_cut {
            let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
            Body::from_stream(stream::iter([Ok(self.body), broken]))
        } else {
            Body::from(self.body)
        };
        response.body(body).unwrap()
    }
}

/// A running server and a client of it. The server ends with the test's runtime.
pub struct Server {
    pub client: Client,
    pub address: String,
    log: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl Server {
    /// Answers the n-th request, counted from 0, with what `answer` says.
    pub async fn start(
        answer: impl Fn(usize, &RecordedRequest) -> Reply + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::start_below("", answer).await
    }

    /// The same with a client whose base address carries a path.
    pub async fn start_below(
        path: &str,
        answer: impl Fn(usize, &RecordedRequest) -> Reply + Clone + Send + Sync + 'static,
    ) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let app = Router::new().fallback({
            let log = log.clone();
            move |request: Request| async move {
                let query = request.uri().query().unwrap_or("").to_owned();
                let asked = RecordedRequest {
                    path: request.uri().path().to_owned(),
                    query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
                    headers: request.headers().clone(),
                };
                let number = {
                    let mut log = log.lock().unwrap();
                    log.push(asked.clone());
                    log.len() - 1
                };
                answer(number, &asked).response()
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = client(&format!("{address}{path}"), KEY);
        Self { client, address, log }
    }

    pub fn asked(&self) -> Vec<RecordedRequest> {
        self.log.lock().unwrap().clone()
    }
}

pub fn client(base: &str, key: &str) -> Client {
    let short = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(4) };
    let config = ClientConfig {
        base: base.parse().unwrap(),
        limits: Limits::None,
        backoff: short,
        ..ClientConfig::new(Source::Stripe.parse_key(key).unwrap(), Clock::System)
    };
    Client::new(config).unwrap()
}
