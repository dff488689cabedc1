//! Against a real mail server.

mod operator;

use model::{Secret, WorkspaceId};
use store::Channel;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::*;
use crate::message::{Fact, VisitorTopic};
use crate::testing::{MailServer, Manners, NOW, Post, ada, header, settings, url};

const LINK: &str = "https://charts.example.com/reset/secret-token?a=1&b=2";

fn reset() -> Message {
    Message::ResetPassword { link: Secret::new(LINK) }
}

fn page(path: &str) -> Url {
    Url::parse("https://charts.example.com/").unwrap().join(path).unwrap()
}

fn written(visitor: Mailbox) -> FromVisitor {
    FromVisitor {
        topic: VisitorTopic::Feedback,
        visitor,
        is_verified: false,
        text: "Hello there".to_owned(),
        facts: vec![Fact { key: "page", label: "Page", value: "/mrr".to_owned() }],
        picture: None,
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_message_arrives_as_text_and_as_html() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    let mailer = post.mailer();
    let expires_at = UnixSeconds(NOW.0 + 3600);
    assert_eq!(mailer.send(reset(), &ada(), Some(expires_at)).await.unwrap(), DeliveryMethod::Queued);
    mailer.pass().await;
    let message = server.message();
    assert_eq!(message["mail_from"], "chartsy@example.com");
    assert_eq!(message["rcpt_tos"], serde_json::json!(["ada@example.com"]));
    assert_eq!(header(&message, "From"), Some("Chartsy <chartsy@example.com>"));
    assert_eq!(header(&message, "To"), Some("ada@example.com"));
    assert_eq!(header(&message, "Subject"), Some("Reset your password"));
    assert_eq!(header(&message, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(&message, "Date"), Some("Wed, 18 Nov 2026 11:06:40 +0000"));
    assert_eq!(message["type"], "multipart/alternative");
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("Hello Ada Lovelace,") && text.contains(LINK), "{text}");
    assert!(text.contains("until November 18, 2026, at 12:06 PM UTC."), "{text}");
    let html = message["html"].as_str().unwrap();
    let button = "<a href=\"https://charts.example.com/reset/secret-token?a=1&amp;b=2\"";
    assert!(html.contains("Hello Ada Lovelace,") && html.contains(button), "{html}");
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 0, "it is not kept");
    assert_eq!(server.stop(), [""; 0], "it was sent once");
}

#[tokio::test]
async fn it_signs_in_once_the_connection_is_encrypted() {
    let login = Some(["ada@example.com", "p@ss: wörd"]);
    let user = "ada%40example.com:p%40ss%3A%20w%C3%B6rd@";
    for (tls, scheme) in [("starttls", "smtp"), ("wrapped", "smtps")] {
        let mut server = MailServer::start(&Manners { tls, login, ..Manners::default() });
        let answer = send_test(&settings(&url(scheme, user, server.port)), &ada(), NOW).await.unwrap();
        assert_eq!(answer.text(), "250 2.0.0 OK, queued");
        let message = server.message();
        assert_eq!(
            (&message["is_encrypted"], &message["user"]),
            (&true.into(), &"ada@example.com".into()),
            "{tls}"
        );
        let wrong = settings(&url(scheme, "ada%40example.com:guessed@", server.port));
        let error = send_test(&wrong, &ada(), NOW).await.unwrap_err();
        assert!(matches!(&error, SendError::LoginRefused { answer, .. } if answer.code == 535), "{error}");
        assert!(!error.is_final(), "the password can be corrected");
        assert_eq!(server.stop(), [""; 0]);
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_does_not_encrypt() {
    let server = MailServer::start(&Manners::default());
    let error = send_test(&settings(&url("smtp", "", server.port)), &ada(), NOW).await.unwrap_err();
    assert!(matches!(error, SendError::NoEncryption { .. }), "{error}");
    assert_eq!(server.stop(), [""; 0]);
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_cannot_prove_who_it_is() {
    for (tls, scheme) in [("starttls", "smtp"), ("wrapped", "smtps")] {
        let server = MailServer::start(&Manners { tls, ..Manners::default() });
        let stranger = settings(&Secret::new(format!("{scheme}://localhost:{}", server.port)));
        let error = send_test(&stranger, &ada(), NOW).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Unreachable { reason, .. } if reason.contains("certificate")),
            "{error}"
        );
        assert_eq!(server.stop(), [""; 0]);
    }
}

#[tokio::test]
async fn a_message_is_kept_while_the_server_is_down_and_chartsy_is_restarted() {
    let port = free_port();
    let post = Post::to(port);
    post.mailer().send(reset(), &ada(), None).await.unwrap();
    assert_eq!(post.mailer().pass().await, 10, "the next attempt is due in 10 seconds");
    let facts = post.catalog().outbox_facts().unwrap();
    let error = facts.last_error.unwrap();
    assert!(error.contains("can't be reached") && !error.contains('@'), "{error}");
    let mut server = MailServer::start(&Manners { port, ..Manners::default() });
    post.advance(9);
    assert_eq!(post.mailer().pass().await, 1);
    post.advance(1);
    post.mailer().pass().await;
    assert!(server.message()["text"].as_str().unwrap().contains(LINK));
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 0);
    assert_eq!(server.stop(), [""; 0], "it was not sent at the ninth second");
}

#[tokio::test]
async fn while_the_server_is_down_all_messages_wait() {
    let post = Post::to(free_port());
    let mailer = post.mailer();
    for _ in 0..3 {
        mailer.send(reset(), &ada(), None).await.unwrap();
    }
    mailer.pass().await;
    assert_eq!(post.catalog().due_in_outbox(UnixSeconds(NOW.0 + 9)).unwrap(), []);
    let due = post.catalog().due_in_outbox(UnixSeconds(NOW.0 + 10)).unwrap();
    assert_eq!(due.iter().map(|message| message.attempts).collect::<Vec<_>>(), [1, 1, 1]);
}

#[tokio::test]
async fn after_three_days_a_message_is_given_up() {
    let post = Post::to(free_port());
    let mailer = post.mailer();
    mailer.send(reset(), &ada(), None).await.unwrap();
    let mut attempts = 0;
    while post.catalog().outbox_facts().unwrap().waiting > 0 {
        mailer.pass().await;
        attempts += 1;
        if let Some(at) = post.catalog().outbox_due_at(Channel::Mail).unwrap() {
            assert!(at.0 - NOW.0 < 3 * 86_400 + 3_600);
            post.clock.set(at);
        }
    }
    assert!((70..90).contains(&attempts), "after an hour, once an hour: {attempts}");
    assert_eq!(post.catalog().outbox_facts().unwrap().given_up, 1);
}

#[tokio::test]
async fn whatever_the_process_was_doing_when_it_was_killed_the_message_arrives() {
    let mut silent = MailServer::start(&Manners { is_silent: true, ..Manners::default() });
    let post = Post::to(silent.port);
    post.mailer().send(reset(), &ada(), None).await.unwrap();
    let running = tokio::spawn(post.mailer().run(CancellationToken::new()));
    // On a thread of its own, because it blocks until the message is there.
    let (first, silent) = tokio::task::spawn_blocking(move || (silent.message(), silent)).await.unwrap();
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let port = silent.port;
    silent.stop();
    let mut server = MailServer::start(&Manners { port, ..Manners::default() });
    post.mailer().pass().await;
    let second = server.message();
    assert_eq!(
        header(&first, "Message-ID"),
        header(&second, "Message-ID"),
        "a receiver can tell that it is the same"
    );
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 0);
}

#[tokio::test]
async fn what_is_written_to_the_outbox_is_sent_at_once_until_the_server_stops() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    let (mailer, stop) = (post.mailer(), CancellationToken::new());
    let running = tokio::spawn(mailer.clone().run(stop.clone()));
    for _ in 0..2 {
        mailer.send(reset(), &ada(), None).await.unwrap();
        let waiting = tokio::task::spawn_blocking(move || {
            server.message();
            server
        });
        server = waiting.await.unwrap();
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_refused_recipient_is_final_and_delays_nobody() {
    for (step, answer) in
        [("rcpt ada@example.com", "550 5.1.1 <ada@example.com> unknown"), ("data", "554 5.7.1 spam")]
    {
        let mut server = MailServer::start(&Manners { refuse: vec![(step, answer)], ..Manners::default() });
        let post = Post::to(server.port);
        let mailer = post.mailer();
        mailer.send(reset(), &ada(), None).await.unwrap();
        mailer.send(reset(), &Mailbox::new("", "bob@example.com").unwrap(), None).await.unwrap();
        mailer.pass().await;
        let facts = post.catalog().outbox_facts().unwrap();
        if step == "data" {
            assert_eq!((facts.waiting, facts.given_up), (0, 2), "both");
            continue;
        }
        assert_eq!((facts.waiting, facts.given_up), (0, 1));
        server.next("refused");
        assert_eq!(server.message()["rcpt_tos"][0], "bob@example.com");
        post.advance(4 * 3_600);
        mailer.pass().await;
        assert_eq!(server.stop(), [""; 0], "it is not tried again");
    }
}

#[tokio::test]
async fn what_the_operator_can_put_right_is_tried_again() {
    for (step, answer) in [
        ("mail", "550 5.7.1 this sender is not allowed"),
        ("rcpt", "450 4.2.1 mailbox busy"),
        ("rcpt", "530 5.7.0 authentication required"),
        ("data", "452 4.3.1 out of space"),
    ] {
        let server = MailServer::start(&Manners { refuse: vec![(step, answer)], ..Manners::default() });
        let port = server.port;
        let post = Post::to(port);
        post.mailer().send(reset(), &ada(), None).await.unwrap();
        post.mailer().pass().await;
        let facts = post.catalog().outbox_facts().unwrap();
        assert_eq!((facts.waiting, facts.given_up), (1, 0), "{step}");
        assert!(facts.last_error.unwrap().contains(&answer[..9]), "{step}");
        server.stop();
        let mut server = MailServer::start(&Manners { port, ..Manners::default() });
        post.advance(10);
        post.mailer().pass().await;
        server.message();
    }
}

#[tokio::test]
async fn a_message_waits_for_the_master_key() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    post.mailer().send(reset(), &ada(), None).await.unwrap();
    let (key, elsewhere) = (post.data().path().join("master.key"), post.data().path().join("elsewhere"));
    std::fs::rename(&key, &elsewhere).unwrap();
    post.mailer().pass().await;
    let error = post.catalog().outbox_facts().unwrap().last_error.unwrap();
    assert!(error.contains("master.key") && error.contains("is missing"), "{error}");
    assert!(!key.exists(), "no other one is made");
    std::fs::rename(&elsewhere, &key).unwrap();
    post.advance(10);
    post.mailer().pass().await;
    server.message();
}

#[tokio::test]
async fn an_expired_message_is_not_sent() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    let mailer = post.mailer();
    mailer.send(reset(), &ada(), Some(UnixSeconds(NOW.0 + 60))).await.unwrap();
    mailer.send(Message::Test, &ada(), Some(UnixSeconds(NOW.0 + 61))).await.unwrap();
    post.advance(60);
    mailer.pass().await;
    assert_eq!(header(&server.message(), "Subject"), Some("Test message from Chartsy"));
    let facts = post.catalog().outbox_facts().unwrap();
    assert_eq!((facts.waiting, facts.given_up), (0, 1));
    assert_eq!(server.stop(), [""; 0]);
}

#[tokio::test]
async fn nobodys_name_becomes_a_header_a_recipient_or_markup() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    let mailer = post.mailer();
    let evil = "Eve\r\nBcc: victim@example.com\r\n\r\n<img src=x>";
    let invitation = Message::Invitation {
        workspace: post.catalog().default_workspace().unwrap().id,
        workspace_name: evil.to_owned(),
        invited_by: evil.to_owned(),
        role: evil.to_owned(),
        link: Secret::new("https://charts.example.com/join/abc"),
    };
    let visitor = Mailbox::new(evil, "eve@example.com").unwrap();
    let text = "Hi!\r\n.\r\nRCPT TO:<victim@example.com>\r\n<script>".to_owned();
    let feedback = Message::FromVisitor(Box::new(FromVisitor { text, ..written(visitor) }));
    mailer.send(invitation, &Mailbox::new(evil, "ada@example.com").unwrap(), None).await.unwrap();
    mailer.send(feedback, &ada(), None).await.unwrap();
    mailer.pass().await;
    for _ in 0..2 {
        let message = server.message();
        assert_eq!(message["rcpt_tos"], serde_json::json!(["ada@example.com"]));
        assert_eq!((header(&message, "Bcc"), header(&message, "To")), (None, Some("ada@example.com")));
        assert!(header(&message, "Subject").unwrap().contains("Eve Bcc: victim@example.com <img src=x>"));
        let html = message["html"].as_str().unwrap();
        assert!(
            !html.contains("<img") && !html.contains("<script") && html.contains("&lt;img src=x&gt;"),
            "{html}"
        );
        if let Some(reply_to) = header(&message, "Reply-To") {
            assert!(reply_to.ends_with("<eve@example.com>"), "{reply_to}");
            let quoted = "> Hi!\r\n> .\r\n> RCPT TO:<victim@example.com>\r\n> <script>\r\n";
            let text = message["text"].as_str().unwrap().replace("\r\n", "\n");
            assert!(text.contains(&quoted.replace("\r\n", "\n")), "{text}");
        }
    }
    assert_eq!(server.stop(), [""; 0]);
}

#[tokio::test]
async fn without_a_mail_server_nothing_waits() {
    let post = Post::new(None);
    assert_eq!(post.mailer().send(reset(), &ada(), None).await.unwrap(), DeliveryMethod::Console);
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 0);
}

#[tokio::test]
async fn what_waits_for_a_mail_server_that_was_taken_away_is_given_up_in_the_end() {
    let mut post = Post::to(free_port());
    post.mailer().send(reset(), &ada(), None).await.unwrap();
    post.settings = None;
    post.advance(3 * 86_400 - 1);
    post.mailer().pass().await;
    assert_eq!(post.catalog().outbox_facts().unwrap().waiting, 1, "it may come back");
    post.advance(1);
    post.mailer().pass().await;
    assert_eq!(post.catalog().outbox_facts().unwrap().given_up, 1);
}

#[tokio::test]
async fn every_message_says_what_it_is_about_and_never_more_than_it_should() {
    let mut server = MailServer::start(&Manners::default());
    let post = Post::to(server.port);
    let (mailer, at) = (post.mailer(), NOW);
    let workspace = post.catalog().default_workspace().unwrap().id;
    for (message, subject, wanted) in every_message(workspace, at) {
        mailer.send(message, &ada(), Some(UnixSeconds(NOW.0 + 60))).await.unwrap();
        mailer.pass().await;
        let message = server.message();
        assert_eq!(header(&message, "Subject"), Some(subject));
        let (text, html) = (message["text"].as_str().unwrap(), message["html"].as_str().unwrap());
        for words in wanted {
            assert!(text.contains(words), "{words} in {text}");
            let escaped = words.replace('&', "&amp;");
            assert!(html.contains(&escaped), "{escaped} in {html}");
        }
        for tracking in ["<img", "<link", "<script", "url(", "http://"] {
            assert!(!html.contains(tracking), "{tracking} in {html}");
        }
    }
}

fn every_message(workspace: WorkspaceId, at: UnixSeconds) -> Vec<(Message, &'static str, Vec<&'static str>)> {
    let link = || Secret::new("https://charts.example.com/x/abc?a=1&b=2");
    let (when, opened) = ("November 18, 2026, at 11:06 AM UTC", "https://charts.example.com/x/abc?a=1&b=2");
    let forgot = || page("forgot");
    let invitation = Message::Invitation {
        workspace,
        workspace_name: "Acme & Sons".to_owned(),
        invited_by: "Grace Hopper".to_owned(),
        role: "Viewer".to_owned(),
        link: link(),
    };
    let visitor = Mailbox::new("Grace Hopper", "grace@example.com").unwrap();
    vec![
        (
            Message::ConfirmAddress { link: link() },
            "Confirm your email address",
            vec![opened, "11:07 AM UTC"],
        ),
        (
            Message::ConfirmNewAddress { username: "ada".to_owned(), link: link() },
            "Confirm your new email address",
            vec![opened, "11:07 AM UTC", "keeps the address that it has"],
        ),
        (Message::ResetPassword { link: link() }, "Reset your password", vec![opened, "11:07 AM UTC"]),
        (
            Message::PasswordChanged { at, reset_page: forgot() },
            "Your password was changed",
            vec![when, "https://charts.example.com/forgot"],
        ),
        (
            invitation,
            "Grace Hopper invited you to Acme & Sons on Chartsy",
            vec![opened, "Your role there: Viewer.", "expires on November 18, 2026, at 11:07 AM UTC"],
        ),
        (
            Message::AddressChanged { new_address: "ada@example.org".to_owned(), at },
            "Your email address was changed",
            vec![when, "ada@example.org"],
        ),
        (
            Message::AlreadyRegistered {
                invitation: None,
                sign_in_page: page("login"),
                reset_page: forgot(),
            },
            "You already have a Chartsy account",
            vec!["https://charts.example.com/login", "https://charts.example.com/forgot"],
        ),
        (Message::TwoFactorOn { at }, "Two-factor sign-in was turned on", vec![when]),
        (
            Message::TwoFactorOff { at, reset_page: forgot() },
            "Two-factor sign-in was turned off",
            vec![when, "https://charts.example.com/forgot"],
        ),
        (
            Message::PasskeyAdded { at, account_page: page("account") },
            "A passkey was added to your account",
            vec![when, "https://charts.example.com/account"],
        ),
        (
            Message::PasskeyRemoved { at, account_page: page("account") },
            "A passkey was removed from your account",
            vec![when, "https://charts.example.com/account"],
        ),
        (
            Message::SignOnConnected { provider: "Acme ID".into(), at, account_page: page("account") },
            "Single sign-on was connected to your account",
            vec![when, "Acme ID", "https://charts.example.com/account"],
        ),
        (
            Message::SignOnDisconnected { provider: "Acme ID".into(), at, account_page: page("account") },
            "Single sign-on was disconnected from your account",
            vec![when, "Acme ID", "https://charts.example.com/account"],
        ),
        (Message::AccountDeleted { at }, "Your account was deleted", vec![when, "can’t be restored"]),
        (
            Message::FromVisitor(Box::new(FromVisitor { topic: VisitorTopic::Demo, ..written(visitor) })),
            "Demo request from Grace Hopper",
            vec![
                "Grace Hopper (grace@example.com) would like to see a demo",
                "Hello there",
                "Page: /mrr",
                "which nobody has verified",
            ],
        ),
        (Message::Test, "Test message from Chartsy", vec!["can send email"]),
    ]
}
