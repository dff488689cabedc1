//! One unit of work on one connection, from opening its files to closing them.

use std::sync::Arc;
use std::time::Duration;

use connect::Account;
use model::CustomerId;
use store::{Batch, ConnectionRecord, ConnectionState};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::connection::Connection;
use super::prices::KnownPrices;
use super::projector::{Dirty, Projector, Unsaved};
use super::record::{Done, is_passing};
use super::{Shared, Snapshot, blocking, ledger, nameless, privacy, retention};
use crate::audit::Audit;
use crate::context::{Context, RequestClock};
use crate::namings::Namings;
use crate::outage::Outage;
use crate::progress::Phase;
use crate::update::{self, How, Thoroughness};
use crate::writing::Written;
use crate::{SyncError, audit, backfill, consistency, projection, provider_mrr};

/// What a piece of work is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Load what is not loaded yet, or check for changes.
    Update(Thoroughness),
    /// Process deliveries.
    Deliveries,
}

/// What ends a piece of work, and whether what it makes is still to be shown.
struct Claim {
    cancel: CancellationToken,
    epoch: u64,
}

/// That everything was loaded once, and when.
const LOADED: &str = "loaded";
/// How long files stay open for more deliveries, which often arrive in bursts.
const LINGER: Duration = Duration::from_millis(500);
/// For how long deliveries alone are processed before the catalog is updated.
const DELIVERIES_LONGEST: Duration = Duration::from_secs(5);

impl Shared {
    /// Loads the connection if its load is not complete, or else brings it up to date; then records the outcome in
    /// the catalog.
    pub(super) async fn work_once(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: ConnectionRecord,
        task: Task,
    ) -> Result<(), SyncError> {
        // At the highest level, so that a filter which lets any line through also keeps the span.
        let span = tracing::error_span!("work", connection = %connection.id);
        self.work_and_record(connection, record, task).instrument(span).await
    }

    async fn work_and_record(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: ConnectionRecord,
        task: Task,
    ) -> Result<(), SyncError> {
        // A request to stop from here on applies to this work, even while it waits for its turn.
        let claim = Claim { cancel: connection.interruption(), epoch: connection.epoch() };
        let _working = connection.working.lock().await;
        let outcome = match self.as_found(&record).await {
            Ok(record) => {
                self.show_at_first(connection, &record).await;
                self.work(connection, &record, task, claim).await
            }
            Err(error) => Err(error),
        };
        self.record_outcome(&record, &outcome).await?;
        match outcome {
            Ok(done) => {
                connection.reporter.data_through(done.data_through);
                connection.reporter.end(Phase::Idle, None);
                Ok(())
            }
            Err(error) => {
                if !is_passing(&error) {
                    // A command returns it to whoever waits for it.
                    if self.config.update_every_seconds.is_some() {
                        tracing::warn!(%error, code = error.code(), "work on a connection failed");
                    }
                    connection.reporter.end(Phase::Failed, Some(error.to_string()));
                }
                Err(error)
            }
        }
    }

    async fn work(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
        task: Task,
        claim: Claim,
    ) -> Result<Done, SyncError> {
        self.ensure_private(connection, record, claim.epoch).await?;
        let is_loaded = record.loaded_at.is_some();
        if is_loaded && task != Task::Deliveries {
            self.drop_past_retention(connection, record, claim.epoch).await?;
        }
        let mut work = SyncRun::open(self, connection, record, claim).await?;
        let outcome = match task {
            Task::Deliveries if is_loaded => work.deliveries(self, connection, record).await,
            Task::Update(thoroughness) if is_loaded => work.update(self, record, thoroughness).await,
            Task::Deliveries | Task::Update(_) => {
                self.begin_loading(record).await?;
                work.load(self, record).await
            }
        };
        // The last handle waits for its writer: not on a thread that answers requests.
        let outcome = match update::methods::note_loss(&work.context).await {
            Ok(()) => outcome,
            Err(error) => outcome.and(Err(error)),
        };
        let SyncRun { context, projector, .. } = work;
        let objects = context.objects.clone();
        drop(context);
        let projector = projector.await.map_err(|error| SyncError::Worker(error.to_string()))?;
        blocking(move || {
            let finished = projector.and_then(|projector| finish(projector, is_loaded, outcome));
            drop(objects);
            finished
        })
        .await
    }

    /// A process that has just begun knows what was kept before it.
    async fn show_at_first(&self, connection: &Arc<Connection>, record: &ConnectionRecord) {
        if connection.reporter.shows_kinds() {
            return;
        }
        // Whatever is wrong with the files, the work meets it next.
        if let Err(error) = self.show_kept(connection, record).await {
            tracing::debug!(%error, "what is kept cannot be counted");
        }
    }

    /// The record as the files bear it out: where the objects of a finished load are gone, they are loaded again.
    async fn as_found(self: &Arc<Self>, record: &ConnectionRecord) -> Result<ConnectionRecord, SyncError> {
        if record.loaded_at.is_none() || self.noted(&record.id, LOADED).await?.is_some() {
            return Ok(record.clone());
        }
        tracing::warn!("the imported objects are missing; importing again");
        let forget = |record: &mut ConnectionRecord| {
            (record.loaded_at, record.data_through) = (None, None);
            record.state = ConnectionState::Loading;
        };
        self.update_record(record, forget).await?;
        self.record(&record.workspace, &record.id).await
    }

    async fn begin_loading(self: &Arc<Self>, record: &ConnectionRecord) -> Result<(), SyncError> {
        if record.state == ConnectionState::Loading {
            return Ok(());
        }
        self.update_record(record, |record| record.state = ConnectionState::Loading).await
    }
}

/// The ledger of everything that was written, also by work that failed.
fn finish(
    mut projector: Projector,
    was_loaded: bool,
    mut outcome: Result<Done, SyncError>,
) -> Result<Done, SyncError> {
    let is_load_done = !was_loaded && outcome.is_ok();
    if is_load_done {
        projector.connection.reporter.begin(Phase::Building);
        projector.build_all()?;
        // An import that began again has a list already.
        projection::correct(&projector.objects, &projector.shown.ledger, projector.clock.now())?;
    } else {
        projector.project()?;
        projector.keep_rest()?;
    }
    if let Ok(done) = &mut outcome
        && let Some((audit, customers)) = done.audited.take()
    {
        projector.audit(audit, &customers)?;
    }
    let Projector { connection, prices, ownerless, epoch, .. } = projector;
    connection.keep_prices(prices.listed(), epoch);
    connection.keep_ownerless(ownerless, epoch);
    outcome
}

struct SyncRun {
    context: Context,
    projector: JoinHandle<Result<Projector, SyncError>>,
}

impl SyncRun {
    async fn open(
        shared: &Arc<Shared>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
        claim: Claim,
    ) -> Result<Self, SyncError> {
        let Claim { cancel, epoch } = claim;
        let inbox = shared.inbox(connection).await?;
        let files = shared.config.data.connection_files(&connection.id);
        let (settings, recording) = (record.settings.clone(), shared.recording(record));
        let (opening, of, own) = (Arc::clone(shared), record.clone(), Arc::clone(connection));
        let (client, objects, erased, request_clock, projector) = blocking(move || {
            let client = opening.client_blocking(&of)?;
            let source = client.source();
            let objects = files.objects_to_write_of(source.shapes(), nameless::outline_of(source))?;
            let in_memory = own.snapshot().filter(|_| recording.is_some());
            let is_current = |own: &Snapshot| ledger::is_current(&files, &settings, &objects, own);
            // What is shown already is the same, and shared with whoever looks at it.
            let shown = match in_memory {
                Some(own) if is_current(&own)? => own,
                in_memory => {
                    let opened = ledger::open_to_work(source, &files, &settings, &objects, recording)?;
                    // A file that was rebuilt may count from the beginning.
                    if let Some(outdated) = in_memory.or_else(|| own.peek()) {
                        own.drop_shown(outdated.version);
                    }
                    opened
                }
            };
            own.publish(shown.clone(), epoch);
            let erased = own.erased(privacy::Noted::of(&objects)?);
            let prices = KnownPrices::or_read(own.take_prices(), source, &objects)?;
            let ownerless = own.take_ownerless(&objects)?;
            let projector = Projector {
                source,
                connection: own,
                epoch,
                objects: objects.clone(),
                files,
                settings,
                recording,
                clock: opening.config.clock.clone(),
                prices,
                ownerless,
                shown,
                dirty: Dirty::default(),
                unsaved: Unsaved::default(),
            };
            let request_clock = RequestClock::until_now(&objects)?;
            Ok((client, objects, erased, request_clock, projector))
        })
        .await?;
        let (written, heard): (mpsc::UnboundedSender<Written>, _) = mpsc::unbounded_channel();
        connection.reporter.data_through(record.data_through);
        let context = Context {
            client,
            objects,
            inbox,
            created: connection.created.clone(),
            clock: shared.config.clock.clone(),
            retry_policy: shared.config.retry_policy,
            cancel,
            reporter: connection.reporter.clone(),
            written,
            erased,
            namings: Arc::default(),
            account_created_at: None,
            request_clock,
            outage: Outage::of(shared.config.catalog.clone(), record, shared.config.clock.clone()),
        };
        Ok(Self { context, projector: tokio::spawn(projector.run(heard).in_current_span()) })
    }

    async fn load(&mut self, shared: &Arc<Shared>, record: &ConnectionRecord) -> Result<Done, SyncError> {
        tracing::info!("loading");
        self.context.reporter.begin(Phase::Connecting);
        let account = self.context.ask(|| self.context.client.account()).await?;
        self.context.account_created_at = account.created_at;
        let (source, objects) = (self.context.source(), self.context.objects.clone());
        self.context.namings = Arc::new(blocking(move || Ok(Namings::begin(source, &objects)?)).await?);
        keep_account(&self.context, &account).await?;
        self.context.reporter.begin(Phase::Loading);
        update::methods::begin(&self.context).await?;
        let loaded = backfill::run(&self.context).await?;
        let absent = loaded.absent.clone();
        shared.update_record(record, move |record| record.absent = absent).await?;
        let mut through = loaded.began;
        if let Some(began) = loaded.began {
            self.context.reporter.begin(Phase::Updating);
            let updated =
                update::run(&self.context, began, Thoroughness::JustLoaded, loaded.absent.clone()).await?;
            through = Some(updated.through);
            if let Some(newest) = updated.newest_delivered_at {
                shared.note_received(record, newest).await?;
            }
        }
        update::note_listed(&self.context).await?;
        provider_mrr::read(&self.context).await?;
        self.check().await?;
        // Stored with the objects themselves, so that it disappears when they do.
        let note = vec![(LOADED.to_owned(), self.context.clock.now().0.to_string())];
        self.context.commit(Batch { meta: note, ..Batch::default() }).await?;
        Ok(Done { data_through: through, absent: Some(loaded.absent), ..Done::default() })
    }

    async fn update(
        &self,
        shared: &Arc<Shared>,
        record: &ConnectionRecord,
        thoroughness: Thoroughness,
    ) -> Result<Done, SyncError> {
        self.context.reporter.begin(Phase::Updating);
        retention::fetch_returned(&self.context).await?;
        update::missing::expect(&self.context, &record.absent).await?;
        update::methods::catch_up(&self.context).await?;
        let absent = update::missing::catch_up(&self.context).await?;
        // Immediately: a later failure must not cause it to be read again.
        if absent != record.absent {
            let absent = absent.clone();
            shared.update_record(record, move |record| record.absent = absent).await?;
        }
        let since = record.data_through.or(record.loaded_at).unwrap_or(record.created_at);
        let updated = update::run(&self.context, since, thoroughness, absent).await?;
        if updated.how == How::Relisted {
            self.check().await?;
        }
        if thoroughness == Thoroughness::Requested {
            let inbox = self.context.inbox.clone();
            blocking(move || Ok(inbox.hasten()?)).await?;
        }
        // Deliveries that arrived while nothing was working on the connection: most of them are known by now.
        let newest = updated.newest_delivered_at.max(update::deliveries::run(&self.context).await?);
        if let Some(newest) = newest {
            shared.note_received(record, newest).await?;
        }
        if let Some(due_event_at) = updated.due_event_at {
            shared.note_due(record, due_event_at).await?;
        }
        let data_through = record.data_through.max(Some(updated.through));
        Ok(Done { data_through, absent: Some(updated.absent), audited: self.audit().await? })
    }

    /// Processes deliveries, including those that arrive meanwhile.
    async fn deliveries(
        &self,
        shared: &Arc<Shared>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<Done, SyncError> {
        let until = Instant::now() + DELIVERIES_LONGEST;
        let mut newest = None;
        loop {
            connection.take_deliveries();
            newest = newest.max(update::deliveries::run(&self.context).await?);
            let is_last = connection.is_requested() || Instant::now() >= until;
            if is_last || !connection.delivered_within(LINGER).await {
                break;
            }
        }
        if let Some(newest) = newest {
            shared.note_received(record, newest).await?;
        }
        Ok(Done { data_through: record.data_through.max(newest), ..Done::default() })
    }

    /// Runs the daily audit.
    async fn audit(&self) -> Result<Option<(Audit, Vec<CustomerId>)>, SyncError> {
        let found = audit::reread(&self.context).await?;
        if let Some((audit, _)) = &found {
            let (objects, missed) = (audit.objects, audit.missed.len());
            tracing::info!(objects, missed, "the audit checked a sample against the provider");
            provider_mrr::read(&self.context).await?;
        }
        Ok(found)
    }

    async fn check(&self) -> Result<(), SyncError> {
        self.context.reporter.begin(Phase::Checking);
        let problems = consistency::check(&self.context).await?;
        tracing::info!(problems = problems.len(), "checked");
        Ok(())
    }
}

async fn keep_account(context: &Context, account: &Account) -> Result<(), SyncError> {
    let Some(raw) = account.raw.clone() else { return Ok(()) };
    let seen_at = context.requested_at();
    context.commit(Batch { objects: vec![raw], seen_at, ..Batch::default() }).await?;
    Ok(())
}
