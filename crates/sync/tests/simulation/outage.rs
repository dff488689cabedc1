//! What is requested after an outage that is longer than a list of events reaches back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use connect::{Carrier, Carrying, Network, NoAnswer, Source};
use http::{Request, StatusCode};
use model::{Clock, ManualClock, UnixSeconds};
use sandbox::{Limits, MerchantName, Options, Provider, Sandbox};
use store::{ConnectionRecord, DataDir};
use sync::{Runner, RunnerConfig};
use tokio::runtime::Builder;
use tokio::time::sleep;

use crate::money;
use crate::support::{NOW, connected_to};

/// What an answer takes.
const ANSWER: Duration = Duration::from_millis(100);

struct Line {
    sandbox: Sandbox,
    requests: Mutex<Vec<Seen>>,
}

struct Seen {
    path: String,
    query: String,
    /// For its rate.
    is_refused: bool,
}

impl Carrier for Line {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            sleep(ANSWER / 2).await;
            let path = request.uri().path().to_owned();
            let query = request.uri().query().unwrap_or_default().to_owned();
            let answer = self.sandbox.answer(request.map(Body::from)).await;
            let answer = answer.map_err(|error| NoAnswer::Connection(error.to_string()))?;
            let is_refused = answer.status() == StatusCode::TOO_MANY_REQUESTS;
            self.requests.lock().unwrap().push(Seen { path, query, is_refused });
            sleep(ANSWER / 2).await;
            Ok(answer.map(Into::into))
        })
    }
}

/// An account that is imported and kept up to date.
struct Account {
    line: Arc<Line>,
    data: DataDir,
    record: ConnectionRecord,
    clock: ManualClock,
    _dir: tempfile::TempDir,
}

impl Account {
    fn of(provider: Provider, customers: u64) -> Self {
        let options = Options {
            merchant: MerchantName::Mid,
            customers: Some(customers),
            now: Some(NOW),
            limits: "published".parse::<Limits>().unwrap(),
            ..Options::of(provider)
        };
        let line = Arc::new(Line { sandbox: Sandbox::new(&options).unwrap(), requests: Mutex::default() });
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let (base, key) = ("http://provider.simulated", &line.sandbox.key);
        let record = connected_to(provider.as_str(), &data, base, key, false);
        Self { line, data, record, clock: ManualClock::at(NOW), _dir: dir }
    }

    /// Brings it up to date, and says what was requested for that.
    fn sync(&self) -> Vec<Seen> {
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

/// After an outage that is longer than events reach back, a list that can be asked for what has changed is asked only for that.
pub fn check(provider: Provider) {
    let account = Account::of(provider, 40);
    let first_requests = account.sync();
    assert!(first_requests.iter().all(|seen| !seen.is_refused), "{provider}: a limit that is known is kept");
    let to = UnixSeconds(NOW.0 + 200 * 86_400);
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    assert!(runtime.block_on(account.line.sandbox.advance(to)) > 0);
    account.clock.set(to);
    let requests = account.sync();
    let asks_for_changes = |seen: &&Seen| seen.query.contains("updated_at");
    let first = requests.iter().find(asks_for_changes).map(|seen| seen.path.clone());
    let of_list = || requests.iter().filter(|seen| Some(&seen.path) == first.as_ref());
    assert!(of_list().count() > 0, "{provider}");
    assert_eq!(of_list().count(), of_list().filter(asks_for_changes).count(), "{provider}");
    let ever = UnixSeconds(i64::MIN);
    let found = money::found(
        Source::of(provider.as_str()).unwrap(),
        &account.data.connection_files(&account.record.id).objects_to_read().unwrap(),
        ever,
    );
    assert!(found == money::meant(&account.line.sandbox, ever), "{provider}: money that moved meanwhile");
}
