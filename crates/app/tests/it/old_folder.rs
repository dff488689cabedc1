//! A data folder from before there were roles, members and invitations: whoever had an account owned what was there, and still does.

use std::path::Path;

use model::{Clock, Secret};
use serde_json::{Value, json};

use crate::process::{Process, chartsy, stdout};
use crate::support::PASSWORD;

/// The catalog as the last version without members made it.
const OF_THAT_VERSION: [&str; 7] = [
    include_str!("../../../store/src/catalog/migrations/0001.sql"),
    include_str!("../../../store/src/catalog/migrations/0002.sql"),
    include_str!("../../../store/src/catalog/migrations/0003.sql"),
    include_str!("../../../store/src/catalog/migrations/0004.sql"),
    include_str!("../../../store/src/catalog/migrations/0005.sql"),
    include_str!("../../../store/src/catalog/migrations/0006.sql"),
    include_str!("../../../store/src/catalog/migrations/0007.sql"),
];
const SESSION: &str = "a session of that version";
const TOKEN: &str = "chtk_of_that_version";

async fn old_folder(data: &Path) {
    std::fs::create_dir(data).unwrap();
    std::fs::write(data.join("format"), "chartsy data folder, format 1\n").unwrap();
    let catalog = rusqlite::Connection::open(data.join("chartsy.db")).unwrap();
    for sql in OF_THAT_VERSION {
        catalog.execute_batch(sql).unwrap();
    }
    catalog.pragma_update(None, "user_version", OF_THAT_VERSION.len() as i64).unwrap();
    let now = Clock::System.now().0;
    let hash = api::access::password::hash(Secret::new(PASSWORD)).await.unwrap();
    let hash_of = |credential: &str| api::access::credential::hash(credential).to_vec();
    let insert = |sql: &str, given: &[&dyn rusqlite::ToSql]| catalog.execute(sql, given).unwrap();
    insert("INSERT INTO workspaces (id, name) VALUES ('ws_old', 'Acme')", &[]);
    insert(
        "INSERT INTO users (id, workspace, full_name, email, username, password_hash, created_at)
         VALUES ('user_old', 'ws_old', 'Ada Lovelace', 'ada@example.com', 'ada', ?1, 1700000000)",
        &[&hash],
    );
    insert(
        "INSERT INTO sessions (token_hash, user, created_at, expires_at) VALUES (?1, 'user_old', ?2, ?3)",
        &[&hash_of(SESSION), &now, &(now + 86_400)],
    );
    insert(
        "INSERT INTO tokens (id, workspace, name, prefix, token_hash, created_at)
         VALUES ('tok_old', 'ws_old', 'ci', 'chtk_of', ?1, 1700000000)",
        &[&hash_of(TOKEN)],
    );
    insert(
        "INSERT INTO connections (id, workspace, source, name, account_id, api_base, is_test_mode, is_sample, created_at,
            settings, state, absent)
         VALUES ('con_old', 'ws_old', ?1, 'Shop', 'acct_1', 'http://127.0.0.1:9/', 1, 0, 1700000000, '{}', 'loading', '[]')",
        &[&sandbox::SOURCE],
    );
}

fn body_of(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_a_folder_from_before_there_were_members_signs_in_and_owns_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    old_folder(&data).await;
    let server = Process::start(&[
        "serve",
        "--data",
        data.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
        "--rates-url",
        "none",
    ]);
    assert_eq!(body_of(&server.get("/api/v1/setup"))["needs_owner"], false, "nobody else becomes the owner");

    let login = json!({"login": "ada@example.com", "password": PASSWORD}).to_string();
    let signed_in = server.send("POST", "/api/v1/session", &[("Content-Type", "application/json")], &login);
    assert!(signed_in.starts_with("HTTP/1.1 201"), "{signed_in}");
    let wrong = login.replace(PASSWORD, "Wrong1password");
    let refused = server.send("POST", "/api/v1/session", &[("Content-Type", "application/json")], &wrong);
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let session = body_of(&signed_in);
    assert_eq!(session["user"]["id"], "user_old");
    let workspace = &session["workspace"];
    assert_eq!(
        (&workspace["id"], &workspace["name"], &workspace["role"]),
        (&json!("ws_old"), &json!("Acme"), &json!("owner"))
    );

    let cookie =
        signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: chartsy_session=")).unwrap();
    let cookie = format!("chartsy_session={}", cookie.split(';').next().unwrap());
    let before = format!("chartsy_session={SESSION}");
    let by_token = format!("Bearer {TOKEN}");
    for who in [("Cookie", &*cookie), ("Cookie", &*before), ("Authorization", &*by_token)] {
        let seen = server.send("GET", "/api/v1/connections", &[who], "");
        assert_eq!(body_of(&seen)["data"][0]["id"], "con_old", "{who:?}: {seen}");
    }
    // What only an owner or a token of that time, which could do everything, may do.
    let same_origin = ("Sec-Fetch-Site", "same-origin");
    let json = ("Content-Type", "application/json");
    let renamed = server.send(
        "PATCH",
        "/api/v1/workspace",
        &[("Cookie", &*cookie), same_origin, json],
        r#"{"name":"Acme Inc"}"#,
    );
    assert_eq!(body_of(&renamed)["name"], "Acme Inc", "{renamed}");
    let renamed = server.send(
        "PATCH",
        "/api/v1/connections/con_old",
        &[("Authorization", &*by_token), json],
        r#"{"name":"Shop 2"}"#,
    );
    assert!(renamed.starts_with("HTTP/1.1 200"), "{renamed}");
    assert_eq!(server.terminate(), Some(0));

    let listed = stdout(&chartsy(&data, &["user", "list"], None));
    assert!(listed.contains("ada  Ada Lovelace  <ada@example.com>  owner of Acme Inc (ws_old)"), "{listed}");
}
