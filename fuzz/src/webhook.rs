//! The route that deliveries come to, signed or not: it takes them or refuses them, and never fails.

use std::sync::Arc;

use api::{Context, Options, Samples};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use model::{AccountId, Clock, ManualClock, Secret, Settings, UnixSeconds};
use store::{DataDir, NewConnection};
use sync::{Runner, RunnerConfig};
use tower::ServiceExt;

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const SECRET: &str = "whsec_fuzz";

/// A server with one connection.
pub struct Route {
    runtime: tokio::runtime::Runtime,
    router: Router,
    path: String,
    _folder: tempfile::TempDir,
}

impl Route {
    /// # Errors
    /// When the folder or the connection cannot be made.
    pub fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = DataDir::open(&folder.path().join("data"))?;
        let catalog = data.catalog()?;
        let clock = Clock::Manual(ManualClock::at(NOW));
        let runner = Runner::new(RunnerConfig::command(data.clone(), catalog.clone(), clock.clone()));
        let workspace = catalog.default_workspace()?.id;
        let connection = NewConnection {
            workspace: workspace.clone(),
            source: sandbox::SOURCE.to_owned(),
            name: "Fuzz".to_owned(),
            account_id: AccountId::from("acct_1"),
            account_name: None,
            api_base: "http://127.0.0.1:9".to_owned(),
            is_test_mode: true,
            is_sample: false,
            settings: Settings::default(),
            default_currency: None,
            absent: Vec::new(),
        };
        let record = catalog.create_connection(&connection, NOW)?;
        let path = catalog.webhook(&workspace, &record.id)?.path;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(runner.add_webhook_secret(&workspace, &record.id, Secret::new(SECRET)))?;
        let samples = Samples {
            merchants: &[],
            start: Arc::new(|_| Box::pin(async { anyhow::bail!("there are no samples") })),
        };
        let context = Context::new(data, catalog, runner, clock, Options::default(), samples);
        Ok(Self { runtime, router: api::router(Arc::new(context)), path, _folder: folder })
    }

    /// The first line is the signature; where it is `sign`, the body is signed well.
    pub fn deliver(&self, data: &[u8]) {
        let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
        let (header, body) = data.split_at(end);
        let body = body.get(1..).unwrap_or_default().to_vec();
        let header = match (header, std::str::from_utf8(&body)) {
            (b"sign", Ok(text)) => sandbox::signature(SECRET, NOW, text).into_bytes(),
            _ => header.to_vec(),
        };
        let request = Request::post(format!("/webhooks/{}/{}", sandbox::SOURCE, self.path))
            .header("host", "127.0.0.1:8080")
            .header(sandbox::SIGNATURE_HEADER, header)
            .body(Body::from(body));
        // What is no header reaches no server.
        let Ok(request) = request else { return };
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        let status = answer.map_or(StatusCode::INTERNAL_SERVER_ERROR, |answer| answer.status());
        assert!(!status.is_server_error(), "{status}");
    }
}
