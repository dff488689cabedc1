//! The sample merchants: sandboxes inside this process. Each lives on between two starts of the server: its
//! connection remembers the port and the day that it began on, and started again it catches up.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use api::{SampleAccount, SampleMerchant, Samples};
use connect::Source;
use futures_util::future::BoxFuture;
use model::{Clock, Day, Secret, UnixSeconds};
use sandbox::{MerchantName, Options, Running};
use store::ConnectionRecord;
use tokio::sync::Mutex;
use url::Url;

pub const MERCHANTS: &[SampleMerchant] = &[
    SampleMerchant {
        id: "small",
        name: "Small SaaS",
        description: "A few hundred customers on monthly and yearly plans, in one currency",
    },
    SampleMerchant {
        id: "mid",
        name: "Mid-size SaaS",
        description: "Seats, tiers, usage, coupons, trials, dunning and five currencies",
    },
    SampleMerchant { id: "empty", name: "First day", description: "An empty account" },
];

/// The system chooses the port.
const FREE_PORT: u16 = 0;

/// The sandboxes that are running.
#[derive(Clone, Default)]
pub struct Sandboxes {
    running: Arc<Mutex<HashMap<&'static str, (Running, SampleAccount)>>>,
}

impl Sandboxes {
    /// How the API starts one.
    pub fn offered(&self) -> Samples {
        let sandboxes = self.clone();
        let start = move |id: &'static str| -> BoxFuture<'static, anyhow::Result<SampleAccount>> {
            let sandboxes = sandboxes.clone();
            Box::pin(async move { sandboxes.start(id, today(), FREE_PORT).await })
        };
        Samples { merchants: MERCHANTS, start: Arc::new(start) }
    }

    /// Starts a merchant whose history was generated on `began_on`, or returns the one that is running.
    pub async fn start(&self, id: &'static str, began_on: Day, port: u16) -> anyhow::Result<SampleAccount> {
        let mut running = self.running.lock().await;
        if let Some((_, account)) = running.get(id) {
            return Ok(account.clone());
        }
        let merchant: MerchantName = id.parse()?;
        let options = Options {
            merchant,
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            alive: Some(1),
            now: Some(began_on.starts_at(&jiff::tz::TimeZone::UTC)),
            ..Options::default()
        };
        let started = sandbox::start(options).await.context("the sample merchant could not be started")?;
        started.advance(now()).await;
        let source = Source::of(sandbox::SOURCE).context("the sample merchant's API is unknown")?;
        let account = SampleAccount {
            source,
            api_base: format!("{}/#{id}/{began_on}", started.api_base).parse()?,
            key: Secret::new(started.key.clone()),
        };
        running.insert(id, (started, account.clone()));
        Ok(account)
    }

    /// Starts again what sample connections were made with.
    pub async fn resume(&self, connections: &[ConnectionRecord]) {
        for record in connections.iter().filter(|record| record.is_sample) {
            let Some((id, began_on, port)) = remembered(&record.api_base) else { continue };
            if let Err(error) = self.start(id, began_on, port).await {
                let error = format!("{error:#}");
                tracing::warn!(connection = %record.id, error, "the connection's sample merchant is not running");
            }
        }
    }

    pub async fn stop(&self) {
        let stopped: Vec<_> = self.running.lock().await.drain().collect();
        for (_, (running, _)) in stopped {
            running.stop().await;
        }
    }
}

/// The merchant, its first day and the port that a sample connection's address names.
fn remembered(api_base: &str) -> Option<(&'static str, Day, u16)> {
    let url: Url = api_base.parse().ok()?;
    let (id, began_on) = url.fragment()?.split_once('/')?;
    let merchant = MERCHANTS.iter().find(|merchant| merchant.id == id)?;
    Some((merchant.id, began_on.parse().ok()?, url.port()?))
}

fn now() -> UnixSeconds {
    Clock::System.now()
}

fn today() -> Day {
    now().day(&jiff::tz::TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_connection_names_its_merchant_and_its_first_day() {
        let base = "http://127.0.0.1:4711/#mid/2026-11-23";
        assert_eq!(remembered(base), Some(("mid", "2026-11-23".parse().unwrap(), 4711)));
        for other in
            ["https://api.example.com/", "http://127.0.0.1:1/#none/2026-11-23", "http://127.0.0.1:1/#mid"]
        {
            assert_eq!(remembered(other), None, "{other}");
        }
    }
}
