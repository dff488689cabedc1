use std::sync::Arc;

use http::Response;
use model::Clock;
use serde_json::{Value, json};

use super::*;
use crate::{Carrier, Carrying, Network};

/// Answers always the same.
struct Server(u16, Value);

impl Carrier for Server {
    fn carry(&self, _: http::Request<Vec<u8>>) -> Carrying<'_> {
        let answer = Response::builder().status(self.0).body(self.1.to_string().into_bytes()).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

async fn account(status: u16, body: Value) -> Result<Account, ConnectError> {
    let key =
        Source::PaddleClassic.parse_key("12345:0123456789abcdef0123456789abcdef0123456789abcdef01").unwrap();
    let network = Network::Simulated(Arc::new(Server(status, body)));
    let config = ClientConfig { network, ..ClientConfig::new(key, Clock::default()) };
    Client::new(config).unwrap().account().await
}

#[tokio::test]
async fn whoever_refuses_in_other_words_is_not_paddle_classic() {
    let billing =
        json!({"error": {"type": "request_error", "code": "forbidden", "detail": "No"}, "meta": {}});
    for (status, body) in [(403, billing.clone()), (401, json!("No")), (200, billing)] {
        let refused = account(status, body).await.unwrap_err();
        assert!(refused.to_string().ends_with("it is not like Paddle Classic's API"), "{status}: {refused}");
        assert_eq!(refused.action(), "check that the address belongs to a Paddle Classic API");
    }
    // In its own, whatever the status.
    for status in [200, 403] {
        let own = json!({"success": false, "error": {"code": 107, "message": "You don't have permission"}});
        let refused = account(status, own).await.unwrap_err();
        assert_eq!(refused, ConnectError::KeyRefused { of: Source::PaddleClassic, request_id: None });
    }
    assert!(account(200, json!({"success": true, "response": []})).await.is_ok());
}
