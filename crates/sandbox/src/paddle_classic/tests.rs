//! The server as a client finds it, over HTTP.

mod access;
mod deliveries;
mod lists;

use reqwest::StatusCode;
use serde_json::Value;

use crate::{MerchantName, Options, Provider, Running, start};

const NOW: i64 = 1_790_000_000;
const DAY_S: i64 = 86_400;

struct Client {
    http: reqwest::Client,
    sandbox: Running,
}

fn options() -> Options {
    Options {
        merchant: MerchantName::Mid,
        now: Some(model::UnixSeconds(NOW)),
        ..Options::of(Provider::PaddleClassic)
    }
}

impl Client {
    async fn of(options: Options) -> Self {
        let sandbox = start(options).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "it talks to the sandbox alone")]
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, sandbox }
    }

    async fn send(&self, path: &str, body: String) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.sandbox.api_base);
        let response = self.http.post(url).body(body).send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Calls below `/api/2.0/` with the right number and code.
    async fn call(&self, path: &str, params: &[(&str, &str)]) -> (StatusCode, Value) {
        let (vendor_id, auth_code) = self.sandbox.key.split_once(':').unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("vendor_id", vendor_id), ("vendor_auth_code", auth_code)]);
        form.extend_pairs(params);
        self.send(&format!("/api/2.0/{path}"), form.finish()).await
    }

    async fn ok(&self, path: &str, params: &[(&str, &str)]) -> Value {
        let (status, answer) = self.call(path, params).await;
        assert_eq!((status.as_u16(), &answer["success"]), (200, &Value::Bool(true)), "{path}: {answer}");
        answer
    }

    async fn rows(&self, path: &str, params: &[(&str, &str)]) -> Vec<Value> {
        self.ok(path, params).await["response"].as_array().unwrap().clone()
    }

    async fn get(&self, path: &str) -> String {
        let url = format!("{}{path}", self.sandbox.api_base);
        self.http.get(url).send().await.unwrap().text().await.unwrap()
    }
}
