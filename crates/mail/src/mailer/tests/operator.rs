//! What visitors write to the person who runs Chartsy.

use std::sync::Mutex;

use connect::{Carrier, Carrying, Network, NoAnswer};
use http::{Request, Response};
use serde_json::{Value, json};

use super::*;
use crate::picture::Picture;
use crate::{FeedbackWebhook, Operator};

/// What answers at the webhook: with a status, or not at all.
#[derive(Default)]
struct Receiver {
    status: Mutex<Option<u16>>,
    got: Mutex<Vec<(String, Value)>>,
}

impl Receiver {
    fn answers(&self, status: Option<u16>) {
        *self.status.lock().unwrap() = status;
    }

    fn got(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

impl Carrier for Receiver {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            let Some(status) = *self.status.lock().unwrap() else {
                return Err(NoAnswer::Connection("connection refused".to_owned()));
            };
            let id = request.headers()["chartsy-delivery"].to_str().unwrap().to_owned();
            let body = serde_json::from_slice(request.body()).unwrap();
            self.got.lock().unwrap().push((id, body));
            Ok(Response::builder().status(status).body(Vec::new()).unwrap())
        })
    }
}

fn with_webhook(mut post: Post) -> (Post, Arc<Receiver>) {
    let receiver = Arc::new(Receiver::default());
    let carrier: Arc<dyn Carrier> = receiver.clone();
    let url = Secret::new("https://hooks.example.com/hunter2");
    let webhook = Some(FeedbackWebhook::parse(&url, Network::Simulated(carrier)).unwrap());
    let mailbox = post.settings.is_some().then(ada);
    post.operator = Operator { mailbox, webhook };
    (post, receiver)
}

fn grace() -> FromVisitor {
    written(Mailbox::new("Grace Hopper", "grace@example.com").unwrap())
}

#[tokio::test]
async fn it_goes_to_the_mailbox_and_to_the_webhook_and_neither_waits_for_the_other() {
    let port = free_port();
    let (post, receiver) = with_webhook(Post::to(port));
    receiver.answers(Some(200));
    post.mailer().send_to_operator(grace()).await.unwrap();
    post.mailer().pass().await;
    let (_, body) = receiver.got().pop().unwrap();
    let wanted = json!({
        "type": "feedback", "text": "Grace Hopper (grace@example.com) sent feedback:\nHello there", "message": "Hello there",
        "name": "Grace Hopper", "email": "grace@example.com", "is_email_verified": false, "sent_at": NOW.0, "page": "/mrr",
    });
    assert_eq!(body, wanted);
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 1, "the mail server is down");
    let mut server = MailServer::start(&Manners { port, ..Manners::default() });
    receiver.answers(None);
    post.advance(10);
    post.mailer().pass().await;
    let message = server.message();
    assert_eq!(header(&message, "Subject"), Some("Feedback from Grace Hopper"));
    assert!(header(&message, "Reply-To").unwrap().ends_with("<grace@example.com>"));
    assert!(receiver.got().is_empty(), "it was posted once");
}

#[tokio::test]
async fn it_is_kept_while_the_webhook_is_down_and_chartsy_is_restarted() {
    let (post, receiver) = with_webhook(Post::new(None));
    post.mailer().send_to_operator(grace()).await.unwrap();
    assert_eq!(post.mailer().pass().await, 10, "the next attempt is due in 10 seconds");
    let error = post.catalog().outbox_facts().unwrap().last_error.unwrap();
    assert_eq!(error, "the webhook at hooks.example.com can't be reached: connection refused");
    receiver.answers(Some(503));
    post.advance(10);
    post.mailer().pass().await;
    let first = receiver.got();
    receiver.answers(Some(204));
    post.advance(20);
    post.mailer().pass().await;
    assert_eq!(receiver.got(), first, "each attempt has the same id and contents");
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 0);
}

#[tokio::test]
async fn what_a_webhook_will_never_take_is_given_up() {
    for (status, waiting, given_up) in
        [(400, 0, 1), (413, 0, 1), (422, 0, 1), (401, 1, 0), (404, 1, 0), (429, 1, 0)]
    {
        let (post, receiver) = with_webhook(Post::new(None));
        receiver.answers(Some(status));
        post.mailer().send_to_operator(grace()).await.unwrap();
        post.mailer().pass().await;
        let facts = post.catalog().outbox_facts().unwrap();
        assert_eq!((facts.waiting, facts.given_up), (waiting, given_up), "{status}");
    }
}

#[tokio::test]
async fn a_picture_is_attached() {
    let mut server = MailServer::start(&Manners::default());
    let (post, receiver) = with_webhook(Post::to(server.port));
    receiver.answers(Some(200));
    let picture = Picture { media_type: "image/png".to_owned(), base64: "iVBORw0KGgo=".to_owned() };
    let with_picture = FromVisitor { picture: Some(picture), is_verified: true, ..grace() };
    post.mailer().send_to_operator(with_picture).await.unwrap();
    post.mailer().pass().await;
    let message = server.message();
    assert_eq!(message["type"], "multipart/mixed");
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("A picture of the page is attached.") && !text.contains("nobody has verified"));
    let (_, body) = receiver.got().pop().unwrap();
    assert_eq!(body["picture"], json!({"media_type": "image/png", "base64": "iVBORw0KGgo="}));
}

#[tokio::test]
async fn nothing_is_taken_without_anybody_who_reads_it() {
    let refused = Post::new(None).mailer().send_to_operator(grace()).await;
    assert!(matches!(refused, Err(MailError::NoOperator)));
}

#[tokio::test]
async fn a_webhook_in_a_private_network_is_not_reached_where_only_the_public_internet_is_allowed() {
    let url = Secret::new(format!("http://127.0.0.1:{}/hook", free_port()));
    let webhook = Some(FeedbackWebhook::parse(&url, Network::Public).unwrap());
    let mut post = Post::new(None);
    post.operator = Operator { mailbox: None, webhook };
    post.mailer().send_to_operator(grace()).await.unwrap();
    post.mailer().pass().await;
    let error = post.catalog().outbox_facts().unwrap().last_error.unwrap();
    assert!(error.contains(&NoAnswer::NotPublic.to_string()), "{error}");
}
