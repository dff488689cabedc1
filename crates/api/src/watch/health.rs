//! `GET /healthz`: the process answers.

pub const ROUTE: &str = "/healthz";

pub async fn handle() -> &'static str {
    "ok\n"
}
