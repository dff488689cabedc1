//! Email as whoever runs Chartsy sets it up. Sending itself is tested in `mail`, against a real mail server.

use crate::process::{Process, chartsy, text};

const FROM: [&str; 2] = ["--mail-from", "Chartsy <chartsy@example.com>"];

#[test]
fn what_is_wrong_with_the_settings_is_said_at_the_start_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let table: [(&[&str], &str); 6] = [
        (&["--smtp-url", "smtp://ada:hunter2@mail.example.com"], "no sender"),
        (&FROM, "no mail server"),
        (&["--smtp-url", "https://ada:hunter2@mail.example.com", FROM[0], FROM[1]], "smtp:// or smtps://"),
        (&["--smtp-url", "ada:hunter2@mail.example.com", FROM[0], FROM[1]], "smtp:// or smtps://"),
        (&["--smtp-url", "smtp://ada:hunter2@mail.example.com?tls=none", FROM[0], FROM[1]], "unencrypted"),
        (&["--smtp-url", "smtp://ada:hunter2@mail.example.com", FROM[0], "chartsy"], "not an email address"),
    ];
    for (options, why) in table {
        for command in
            [&["serve", "--listen", "127.0.0.1:0"][..], &["mail", "test", "--to", "ada@example.com"]]
        {
            let output = chartsy(&data, &[command, options].concat(), None);
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{stderr}");
            assert!(stderr.contains(why) && stderr.contains("help: "), "{why}: {stderr}");
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
    assert!(!data.exists(), "nothing was made");
    let help = text(&chartsy(&data, &["serve", "--help"], None).stdout);
    assert!(help.contains("CHARTSY_SMTP_URL") && help.contains("CHARTSY_MAIL_FROM"), "{help}");
}

#[test]
fn a_test_message_says_why_it_was_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("smtp://localhost:{port}?tls=none");
    let settings = ["--smtp-url", &url, FROM[0], FROM[1]];
    let none = chartsy(&data, &["mail", "test", "--to", "ada@example.com"], None);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("no mail server is configured"));
    let nobody = chartsy(&data, &[&["mail", "test", "--to", "ada"], &settings[..]].concat(), None);
    assert!(text(&nobody.stderr).contains("'ada' is not an email address"));

    let args = [&["mail", "test", "--to", "ada@example.com"], &settings[..]].concat();
    let unreachable = chartsy(&data, &args, None);
    let stderr = text(&unreachable.stderr);
    assert_eq!(unreachable.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains(&format!("localhost:{port} can't be reached")), "{stderr}");
    assert!(!data.exists(), "a test makes no folder");

    let server = Process::start(
        &[&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"], &settings[..]].concat(),
    );
    assert!(
        server.get("/readyz").contains("200 OK"),
        "a mail server that is down does not keep Chartsy from starting"
    );
    let beside = text(&chartsy(&data, &args, None).stdout);
    assert!(beside.contains("outbox: 0 waiting"), "{beside}");
    assert_eq!(server.terminate(), Some(0));
}
