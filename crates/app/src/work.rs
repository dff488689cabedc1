//! The work on connections, as a command needs it.

use anyhow::Context;
use metrics::view::View;
use model::Clock;
use store::ConnectionRecord;
use sync::runner::Callbacks;
use sync::{Business, ReferenceRates, Runner, RunnerConfig};

use crate::arguments::ProviderShareArgs;
use crate::folder::Folder;
use crate::outgoing;
use crate::progress::Display;
use crate::stop::StopSignal;

/// How often to poll for changes, without and with a webhook that delivers them.
#[derive(Debug, Clone, Copy)]
pub struct Polling {
    pub seconds: u64,
    pub seconds_with_webhooks: u64,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            seconds: RunnerConfig::UPDATE_EVERY_SECONDS,
            seconds_with_webhooks: RunnerConfig::UPDATE_EVERY_SECONDS_WITH_WEBHOOKS,
        }
    }
}

/// A server's runner on a folder. It begins when it is started.
pub fn for_server(
    folder: &Folder,
    callbacks: Callbacks,
    polling: Polling,
    share_percent: u8,
) -> anyhow::Result<Runner> {
    let (data, catalog) = (folder.data.clone(), folder.catalog.clone());
    let config = RunnerConfig::server(data, catalog, Clock::System);
    let Polling { seconds, seconds_with_webhooks } = polling;
    Ok(Runner::new(RunnerConfig {
        network: outgoing::network(),
        callbacks,
        share_percent,
        update_every_seconds: Some(seconds),
        update_every_seconds_with_webhooks: seconds_with_webhooks,
        ..config
    }))
}

/// A runner for a single command, which somebody is waiting for.
pub fn for_command(folder: &Folder) -> anyhow::Result<Runner> {
    Ok(Runner::new(command_config(folder)))
}

/// The same for a command that imports, with the share of the provider's limits that it may use.
pub fn for_import(folder: &Folder, share: ProviderShareArgs) -> Runner {
    let share_percent = share.provider_share_percent;
    Runner::new(RunnerConfig { share_percent, ..command_config(folder) })
}

fn command_config(folder: &Folder) -> RunnerConfig {
    let (data, catalog) = (folder.data.clone(), folder.catalog.clone());
    let config = RunnerConfig::command(data, catalog, Clock::System);
    RunnerConfig { network: outgoing::network(), ..config }
}

/// The numbers of a connection, or of several together, from their files.
pub async fn view(folder: &Folder, business: &Business) -> anyhow::Result<View> {
    view_by(&for_command(folder)?, folder, business).await
}

/// The same by a runner that has more to do with them.
pub async fn view_by(runner: &Runner, folder: &Folder, business: &Business) -> anyhow::Result<View> {
    let rates = ReferenceRates::open(folder.data.clone(), folder.catalog.clone()).of(business.workspace())?;
    let view = runner.view(business, rates, Clock::System.now()).await;
    view.with_context(|| format!("the ledger of {} can't be read", business.id()))
}

/// Loads or updates a connection and shows how far it is, until it is done or interrupted.
pub async fn sync_shown(runner: &Runner, record: &ConnectionRecord) -> anyhow::Result<()> {
    let mut stop_signal = StopSignal::listen()?;
    let mut display = Display::new();
    let mut progress = runner.progress(&record.id);
    let work = runner.sync_once(&record.workspace, &record.id);
    tokio::pin!(work);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            changed = progress.changed() => {
                if changed.is_err() {
                    break work.await;
                }
                let now = progress.borrow_and_update().clone();
                display.show(&now);
            }
            stopped = stop_signal.received() => {
                stopped?;
                runner.stop().await;
                break work.await;
            }
        }
    };
    let last = progress.borrow().clone();
    display.finish(&last);
    Ok(outcome?)
}
