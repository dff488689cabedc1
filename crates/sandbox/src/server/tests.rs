//! The server as a client finds it, over HTTP.

mod access;
mod broken;
mod deliveries;
mod files;
mod lists;
mod shapes;
mod tiny;

use reqwest::StatusCode;
use serde_json::Value;

use super::{Running, start, start_with};
use crate::Options;
use tiny::Tiny;

/// A client with the right key and no version of its own.
pub struct Client {
    http: reqwest::Client,
    pub sandbox: Running,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Client {
    pub async fn of(options: Options) -> Self {
        Self { http: http(), sandbox: start(options).await.unwrap() }
    }

    pub async fn of_tiny(options: Options) -> Self {
        Self { http: http(), sandbox: start_with(Box::new(Tiny::new()), options).await.unwrap() }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sandbox.api_base);
        self.http.request(method.parse().unwrap(), url)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        Reply { status, headers, json }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path).bearer_auth(&self.sandbox.key)).await
    }

    pub async fn get_as(&self, version: &str, path: &str) -> Value {
        let request =
            self.request("GET", path).bearer_auth(&self.sandbox.key).header("stripe-version", version);
        self.send(request).await.json
    }
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "the client of a test")]
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|object| object["id"].as_str().unwrap()).collect()
}
