//! A webhook that stops telling: what happens meanwhile is found, and the endpoint is made again where it is gone.

use std::collections::BTreeSet;
use std::time::Duration;

use connect::{Client, ClientConfig, Limits};
use model::{Clock, ManualClock, UnixSeconds};
use store::{ConnectionRecord, DataDir, WebhookRecord};
use sync::runner::Callbacks;
use sync::{Runner, RunnerConfig};

use crate::default::{connected, signed_by, source};
use crate::support::NOW;

const DAY: i64 = 86_400;

struct Told {
    merchant: sandbox::Running,
    data: DataDir,
    record: ConnectionRecord,
    clock: ManualClock,
    runner: Runner,
    _dir: tempfile::TempDir,
}

impl Told {
    /// A server whose webhook is registered and has delivered something.
    async fn once() -> Self {
        let merchant =
            sandbox::start(sandbox::Options { now: Some(NOW), ..Default::default() }).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("data")).unwrap();
        let record = connected(&data, &merchant.api_base, &merchant.key);
        let clock = ManualClock::at(NOW);
        let config =
            RunnerConfig::server(data.clone(), data.catalog().unwrap(), Clock::Manual(clock.clone()));
        // Nobody listens there: whatever is delivered is lost.
        let local = Some("http://127.0.0.1:9".parse().unwrap());
        let callbacks = Callbacks { local, ..Callbacks::default() };
        let often =
            RunnerConfig { update_every_seconds: Some(1), update_every_seconds_with_webhooks: 1, ..config };
        let runner = Runner::new(RunnerConfig { callbacks, ..often });
        runner.start();
        let told = Self { merchant, data, record, clock, runner, _dir: dir };
        told.until("the registration", |webhook| webhook.endpoint_id.is_some()).await;
        // The endpoint is registered beside the first load; only after that can anything be missed.
        told.runner.sync_once(&told.record.workspace, &told.record.id).await.unwrap();
        let delivered = |webhook: &mut WebhookRecord| {
            (webhook.last_received_at, webhook.newest_event_at) = (Some(NOW), Some(NOW));
        };
        let catalog = told.data.catalog().unwrap();
        catalog.update_webhook(&told.record.workspace, &told.record.id, delivered).unwrap();
        told
    }

    fn webhook(&self) -> WebhookRecord {
        self.data.catalog().unwrap().webhook(&self.record.workspace, &self.record.id).unwrap()
    }

    async fn until(&self, what: &str, is_so: impl Fn(&WebhookRecord) -> bool) {
        let waiting = async {
            while !is_so(&self.webhook()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        assert!(came.is_ok(), "{what} did not come about: {:?}", self.webhook());
    }

    /// So much happens that some of it should have been told of, and the net is drawn in.
    async fn live(&self) {
        let to = UnixSeconds(self.merchant.now().0 + 20 * DAY);
        assert!(self.merchant.advance(to).await > 0);
        self.clock.set(UnixSeconds(to.0 + DAY));
        self.runner.sync_once(&self.record.workspace, &self.record.id).await.unwrap();
    }

    fn client(&self) -> Client {
        let config = ClientConfig::new(
            source().parse_key(&self.merchant.key).unwrap(),
            Clock::Manual(self.clock.clone()),
        );
        let base = self.merchant.api_base.parse().unwrap();
        Client::new(ClientConfig { base, limits: Limits::None, ..config }).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_delivered_shows_that_the_webhook_is_silent() {
    let told = Told::once().await;
    let before = told.webhook();
    assert!(before.delivers());
    told.live().await;
    let silent = told.webhook();
    assert!(silent.silent_since.is_some() && !silent.delivers(), "{silent:?}");
    assert_eq!(silent.endpoint_id, before.endpoint_id, "it is still there, and only not reached");

    let event = r#"{"id":"evt_1","object":"event","type":"invoice.paid","created":1799999999,"data":{"object":{"id":"in_1","object":"invoice"}}}"#;
    let secret = model::Secret::new("whsec_by_hand");
    told.runner.add_webhook_secret(&told.record.workspace, &told.record.id, secret).await.unwrap();
    let signed = sandbox::signature("whsec_by_hand", Clock::Manual(told.clock.clone()).now(), event);
    told.runner.receive(source(), &silent.path, &signed_by(&signed), event.as_bytes()).await.unwrap();
    told.until("its voice", WebhookRecord::delivers).await;
    told.runner.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_gone_is_made_again_once_its_silence_is_noticed() {
    let told = Told::once().await;
    let before = told.webhook().endpoint_id.unwrap();
    told.client().delete_webhook(&before).await.unwrap();
    told.live().await;
    let is_another = |webhook: &WebhookRecord| webhook.endpoint_id.as_ref().is_some_and(|id| *id != before);
    told.until("another endpoint", is_another).await;
    assert_eq!(told.webhook().silent_since, None);
    let endpoints = told.client().webhooks().await.unwrap();
    assert_eq!(endpoints.len(), 1);
    told.runner.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_at_another_address_leaves_the_endpoint_of_its_original_alone() {
    let told = Told::once().await;
    told.runner.stop().await;
    let listening_at = |public: &str| {
        let (data, clock) = (told.data.clone(), Clock::Manual(told.clock.clone()));
        let catalog = data.catalog().unwrap();
        let callbacks = Callbacks { public: Some(public.parse().unwrap()), ..Callbacks::default() };
        let runner = Runner::new(RunnerConfig { callbacks, ..RunnerConfig::server(data, catalog, clock) });
        runner.start();
        runner
    };
    let is_at = |webhook: &WebhookRecord, host: &str| {
        webhook.endpoint_url.as_deref().is_some_and(|url| url.contains(host))
    };
    let first = listening_at("https://original.example.com");
    told.until("an endpoint", |webhook| is_at(webhook, "original")).await;
    first.stop().await;
    let original = told.webhook();
    assert_eq!(original.left_url, None, "an address of this machine is nobody else's");

    let copy = listening_at("https://copy.example.com");
    told.until("an endpoint of its own", |webhook| is_at(webhook, "copy")).await;
    let own = told.webhook();
    assert_eq!(own.left_url, original.endpoint_url, "told where people look");
    let endpoints = || async {
        let endpoints = told.client().webhooks().await.unwrap();
        endpoints.into_iter().map(|endpoint| endpoint.id).collect::<BTreeSet<_>>()
    };
    let both: BTreeSet<String> =
        [original.endpoint_id.clone(), own.endpoint_id].into_iter().flatten().collect();
    assert_eq!(endpoints().await, both);
    copy.stop().await;
    copy.remove_webhook(&told.record.workspace, &told.record.id).await.unwrap();
    let originals: BTreeSet<String> = original.endpoint_id.into_iter().collect();
    assert_eq!(endpoints().await, originals);
}
