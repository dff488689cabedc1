use std::collections::VecDeque;
use std::sync::Mutex;

use ::http::header::RETRY_AFTER;
use ::http::{Request, Response};
use model::Clock;

use super::*;
use crate::{Carrier, Carrying, Network, NoAnswer};

const PASS: ObjectKind = ObjectKind::new("pass");

/// Gives one answer after the other, and remembers what was asked for.
#[derive(Default)]
struct Answers {
    left: Mutex<VecDeque<Response<Vec<u8>>>>,
    asked: Mutex<Vec<String>>,
}

impl Carrier for Answers {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        self.asked.lock().unwrap().push(request.uri().to_string());
        let answer = self.left.lock().unwrap().pop_front();
        Box::pin(async move { answer.ok_or(NoAnswer::Connection("nobody is there".to_owned())) })
    }
}

fn answers(answers: &[(u16, &str)]) -> (Arc<Answers>, Client) {
    let whole = |&(status, body): &(u16, &str)| {
        Response::builder().status(status).header(RETRY_AFTER, "1").body(body.as_bytes().to_vec()).unwrap()
    };
    let carrier =
        Arc::new(Answers { left: Mutex::new(answers.iter().map(whole).collect()), ..Answers::default() });
    let config = ClientConfig {
        base: "https://club.example/proxy/api/2026/".parse().unwrap(),
        network: Network::Simulated(Arc::clone(&carrier) as Arc<dyn Carrier>),
        ..ClientConfig::new(Source::MadeUp.parse_key("club-demo-open-sesame").unwrap(), Clock::default())
    };
    (carrier, Client::new(&crate::made_up::API, config).unwrap())
}

#[tokio::test]
async fn records_are_kept_letter_for_letter() {
    let record = r#"{ "ref" : "P-1", "zone":1,  "opened": "2026-01-01T00:00:00Z", "member":"M-1" }"#;
    let page = format!(r#"{{"more": true, "records": [{record}, {{"opened": "never"}}]}}"#);
    let (carrier, client) = answers(&[(200, &page)]);
    let request = ListRequest { starting_after: Some("P&2".to_owned()), ..ListRequest::new(PASS) };
    let page = client.list(&request).await.unwrap();
    assert_eq!(page.objects.iter().map(|object| &*object.body).collect::<Vec<_>>(), [record]);
    assert_eq!(page.objects[0].counterparts.customer.as_deref(), Some("M-1"));
    assert_eq!(
        (page.unreadable.as_slice(), page.has_more),
        (["pass can't be read: it has no ref".to_owned()].as_slice(), true)
    );
    assert_eq!(*carrier.asked.lock().unwrap(), ["https://club.example/proxy/api/2026/passes?behind=P%262"]);
}

#[tokio::test]
async fn an_object_outside_the_window_shows_that_the_server_has_no_windows() {
    let page = r#"{"records": [{"ref": "P-1", "opened": "2026-01-01T00:00:00Z"}]}"#;
    for (from, honours_window) in [(1_767_225_600, true), (1_767_225_601, false)] {
        let (_, client) = answers(&[(200, page)]);
        let request = ListRequest { created_gte: Some(from), ..ListRequest::new(PASS) };
        assert_eq!(client.list(&request).await.unwrap().honours_window, honours_window);
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_asked_again_and_what_will_not_is_not() {
    let (carrier, client) = answers(&[(503, ""), (429, ""), (200, r#"{"ref": "P/1"}"#)]);
    let found = client.retrieve(PASS, "P/1").await.unwrap();
    assert!(matches!(found, Retrieved::Found { object, .. } if object.id == "P/1"));
    assert_eq!(*carrier.asked.lock().unwrap(), ["https://club.example/proxy/api/2026/passes/P%2F1"; 3]);

    let (carrier, client) = answers(&[(429, ""); 20]);
    let refused = client.retrieve(PASS, "P-1").await.unwrap_err();
    assert_eq!(
        refused,
        ConnectError::RateLimited { of: Source::MadeUp, retry_after: Some(1), request_id: None }
    );
    assert_eq!(carrier.asked.lock().unwrap().len(), 20);

    let request_id = None;
    for (status, meaning) in [
        (401, ConnectError::KeyRefused { of: Source::MadeUp, request_id: request_id.clone() }),
        (403, ConnectError::PermissionMissing { of: Source::MadeUp, permission: None, request_id }),
    ] {
        let (carrier, client) = answers(&[(status, ""), (200, "{}")]);
        assert_eq!(client.retrieve(PASS, "P-1").await.unwrap_err(), meaning);
        assert_eq!(carrier.asked.lock().unwrap().len(), 1);
    }
}
