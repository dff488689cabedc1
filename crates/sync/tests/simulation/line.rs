//! An account at a provider that keeps to its published limit, on a line on which answers take a while, by the simulated clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use connect::{Carrier, Carrying, Network, NoAnswer};
use http::{Request, StatusCode};
use model::{Clock, ManualClock, UnixSeconds};
use sandbox::{Limits, MerchantName, Options, Provider, Sandbox};
use store::{ConnectionRecord, DataDir, Objects};
use sync::{Runner, RunnerConfig};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use crate::support::{NOW, connected_to};

struct Line {
    sandbox: Sandbox,
    /// From a request to its answer.
    answer_takes: Duration,
    requests: Mutex<Vec<Seen>>,
}

pub struct Seen {
    /// When it reached the provider.
    pub at: Instant,
    pub path: String,
    pub query: String,
    /// For its rate.
    pub is_refused: bool,
}

impl Carrier for Line {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            sleep(self.answer_takes / 2).await;
            let at = Instant::now();
            let path = request.uri().path().to_owned();
            let query = request.uri().query().unwrap_or_default().to_owned();
            let answer = self.sandbox.answer(request.map(Body::from)).await;
            let answer = answer.map_err(|error| NoAnswer::Connection(error.to_string()))?;
            let is_refused = answer.status() == StatusCode::TOO_MANY_REQUESTS;
            self.requests.lock().unwrap().push(Seen { at, path, query, is_refused });
            sleep(self.answer_takes / 2).await;
            Ok(answer.map(Into::into))
        })
    }
}

/// An account that is imported and kept up to date.
pub struct Account {
    line: Arc<Line>,
    data: DataDir,
    record: ConnectionRecord,
    clock: ManualClock,
    _dir: tempfile::TempDir,
}

impl Account {
    pub fn of(provider: Provider, customers: u64, answer_takes: Duration) -> Self {
        let options = Options {
            merchant: MerchantName::Mid,
            customers: Some(customers),
            now: Some(NOW),
            limits: "published".parse::<Limits>().unwrap(),
            ..Options::of(provider)
        };
        let sandbox = Sandbox::new(&options).unwrap();
        let line = Arc::new(Line { sandbox, answer_takes, requests: Mutex::default() });
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let (base, key) = ("http://provider.simulated", &line.sandbox.key);
        let record = connected_to(provider.as_str(), &data, base, key, false);
        Self { line, data, record, clock: ManualClock::at(NOW), _dir: dir }
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.line.sandbox
    }

    pub fn objects(&self) -> Objects {
        self.data.connection_files(&self.record.id).objects_to_read().unwrap()
    }

    pub fn live(&self, days: i64) {
        let to = UnixSeconds(self.line.sandbox.now().0 + days * 86_400);
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        assert!(runtime.block_on(self.line.sandbox.advance(to)) > 0);
        self.clock.set(to);
    }

    /// Brings it up to date, and says what was requested for that.
    pub fn sync(&self) -> Vec<Seen> {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (catalog, clock) = (self.data.catalog().unwrap(), Clock::Manual(self.clock.clone()));
            let config = RunnerConfig::command(self.data.clone(), catalog, clock);
            let network = Network::Simulated(Arc::clone(&self.line) as Arc<_>);
            let runner = Runner::new(RunnerConfig { network, ..config });
            runner.sync_once(&self.record.workspace, &self.record.id).await.unwrap();
            runner.stop().await;
        });
        std::mem::take(&mut *self.line.requests.lock().unwrap())
    }
}
