//! The server as a client finds it, over HTTP.

mod access;
mod apps;
mod deliveries;
mod lists;
mod reader;

use reqwest::StatusCode;
use serde_json::Value;

use super::{Options, Running, start};
use crate::MerchantName;

const NOW: i64 = 1_790_000_000;
const DAY_S: i64 = 86_400;

struct Client {
    http: reqwest::Client,
    sandbox: Running,
    token: String,
}

fn options() -> Options {
    Options { merchant: MerchantName::Mid, now: Some(model::UnixSeconds(NOW)), ..Options::default() }
}

fn small() -> Options {
    Options { merchant: MerchantName::Small, ..options() }
}

impl Client {
    async fn of(options: Options) -> Self {
        let token = options.key.clone();
        let sandbox = start(options).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "it talks to the sandbox alone")]
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, sandbox, token }
    }

    /// The address of a path below `/stores/{hash}`; other paths are as they are.
    fn url(&self, path: &str) -> String {
        let base = &self.sandbox.api_base;
        match path {
            _ if path.starts_with("/v2/") || path.starts_with("/v3/") => {
                format!("{base}/stores/{}{path}", self.sandbox.store_hash())
            }
            _ => format!("{base}{path}"),
        }
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method.parse().unwrap(), self.url(path));
        request.header("x-auth-token", &self.token).header("accept", "application/json")
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.request(method, path).body(body).send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send("GET", path, &Value::Null).await
    }

    /// Every row of a list of version 2, until there is nothing more.
    async fn all_v2(&self, path: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for page in 1.. {
            let joint = if path.contains('?') { '&' } else { '?' };
            let (status, rows) = self.get(&format!("{path}{joint}page={page}")).await;
            if status == StatusCode::NO_CONTENT {
                assert_eq!(rows, Value::Null, "nothing has no body");
                break;
            }
            assert_eq!(status, 200, "{path}: {rows}");
            found.extend(rows.as_array().unwrap().iter().cloned());
        }
        found
    }

    /// Every row of a list of version 3.
    async fn all_v3(&self, path: &str) -> Vec<Value> {
        let (mut found, mut next_path) = (Vec::new(), path.to_owned());
        let bare = path.split('?').next().unwrap();
        loop {
            let (status, page) = self.get(&next_path).await;
            assert_eq!(status, 200, "{path}: {page}");
            found.extend(page["data"].as_array().unwrap().iter().cloned());
            let pagination = &page["meta"]["pagination"];
            match pagination["links"]["next"].as_str() {
                Some(next) => next_path = format!("{bare}{next}"),
                None => {
                    assert_eq!(pagination["total"].as_u64().unwrap() as usize, found.len(), "{path}");
                    return found;
                }
            }
        }
    }
}
