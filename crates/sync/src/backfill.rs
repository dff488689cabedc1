//! Loads an account's complete history, newest first.
//!
//! One loop owns the plan. Requests run beside it; each page that comes is entered into the plan and into the next
//! batch at once, so that objects, cursors and follow-ups reach the disk together, in the order in which they were
//! decided. Stopped at any point, it goes on from the last batch.

mod page;
mod pending;
mod plan;
mod range;
mod rank;
mod table;

use std::collections::VecDeque;
use std::time::Duration;

use connect::{Children, ConnectError, Page, Source};
use model::{Day, ObjectKind, UnixSeconds};
use store::{AbsentReason, Followup, KindFacts, Objects, StoreError};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::{Context, Pauses, say_what_is_left_out, waiting};
use crate::progress::{KindProgress, KindState};
use crate::writing::Written;
use pending::Pending;
use plan::{Cursors, LoadPlan, PageTask};
use range::Horizon;

/// When the load began, by the provider's clock: what happened since is fetched after it.
pub(crate) const LOAD_BEGAN: &str = "load_began";

/// Objects that may wait for the disk before no more are requested.
const PENDING_MAX: usize = 20_000;
/// A batch writes some pages of the file however small it is, so one that is smaller than this waits for more, but not
/// longer than `BATCHES_EVERY`.
const BATCH_OBJECTS: usize = 5_000;
/// What is lost when the process is killed is requested again.
const BATCHES_EVERY: Duration = Duration::from_millis(250);
/// Lists that were truncated are read beside the pages, by this part of all cursors; by all of them once there are no pages
/// left to request.
const FOLLOWUP_SHARE: usize = 4;

/// What there was to load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// By the provider's clock.
    pub began: Option<UnixSeconds>,
    /// Kinds that could not be read, and why.
    pub absent: Vec<(model::ObjectKind, AbsentReason)>,
}

/// Reads everything that the window table does not have yet.
///
/// # Errors
/// `Cancelled` at a page boundary; a key that is refused; an indispensable list that cannot be read; a wait that
/// ran out; what the store says.
pub(crate) async fn run(context: &Context) -> Result<Loaded, SyncError> {
    let mut load = Load::resume(context).await?;
    let outcome = load.read_all().await;
    load.requests.abort_all();
    // Also what was read before a failure is kept.
    let rest = load.write_rest().await;
    outcome?;
    rest?;
    tracing::info!("every list is read");
    load.tell(true);
    Ok(load.loaded)
}

/// Whether there is nothing left to read.
///
/// # Errors
/// What the store says.
pub(crate) fn is_done(source: Source, objects: &Objects) -> Result<bool, StoreError> {
    let windows = objects.windows()?;
    let is_read = |kind: &ObjectKind| windows.iter().any(|window| window.kind == *kind);
    let is_whole = windows.iter().all(|window| window.is_done) && source.load_order().iter().all(is_read);
    Ok(is_whole && objects.followups()?.is_empty())
}

/// How far a load has come, by what is on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    pub kinds: Vec<KindProgress>,
    /// What the file has of each kind.
    pub kept: Vec<KindFacts>,
    /// The first day from which invoices are there without a gap. `None`: nothing yet, or everything.
    pub reaches_back_on: Option<Day>,
}

/// How far a load has come, for a process that only looks.
///
/// # Errors
/// What the store says.
pub fn state_of(source: Source, objects: &Objects, now: UnixSeconds) -> Result<State, StoreError> {
    let kinds = table::kinds(source, objects)?;
    let plan =
        LoadPlan::new(source, kinds, Horizon::new(source, None, now), Cursors { total: 1, per_kind: 1 });
    let reaches_back_on = reaches_back_on(&plan);
    Ok(State { kinds: plan.progress(), kept: objects.kinds()?, reaches_back_on })
}

fn reaches_back_on(plan: &LoadPlan) -> Option<Day> {
    let back_to = plan.bills_reach_back_to().filter(|at| *at > i64::MIN)?;
    Some(UnixSeconds(back_to).day(&jiff::tz::TimeZone::UTC))
}

struct Load<'a> {
    context: &'a Context,
    plan: LoadPlan,
    cursors: Cursors,
    followups: VecDeque<Followup>,
    followups_running: usize,
    pending: Pending,
    requests: JoinSet<Fetched>,
    commit: JoinSet<Result<Written, SyncError>>,
    /// When the next small batch is written.
    small_batch_at: Instant,
    /// A batch was not written. The plan has its pages all the same, so nothing is written after it: that would claim them.
    has_gap: bool,
    pauses: Pauses,
    paused_until: Option<Instant>,
    /// Why it waits, once it has for long.
    outage: Option<SyncError>,
    loaded: Loaded,
}

enum Request {
    Page(PageTask),
    Rest(Followup),
}

struct Fetched {
    request: Request,
    requested_at: UnixSeconds,
    answer: Result<Page, ConnectError>,
}

impl<'a> Load<'a> {
    async fn resume(context: &'a Context) -> Result<Self, SyncError> {
        let (objects, source) = (context.objects.clone(), context.source());
        let horizon = Horizon::new(source, context.account_created_at, context.clock.now());
        let cursors = table::cursors(context.client.config());
        let (began, kinds, followups, kept) = blocking(move || {
            let began = objects.meta(LOAD_BEGAN)?.and_then(|at| at.parse().ok()).map(UnixSeconds);
            let kinds = table::kinds(source, &objects)?;
            Ok((began, kinds, objects.followups()?, objects.kinds()?))
        })
        .await?;
        context.reporter.kept(&kept);
        Ok(Self {
            context,
            plan: LoadPlan::new(source, kinds, horizon, cursors),
            cursors,
            followups: followups.into(),
            followups_running: 0,
            pending: Pending::default(),
            requests: JoinSet::new(),
            commit: JoinSet::new(),
            small_batch_at: Instant::now(),
            has_gap: false,
            pauses: Pauses::new(context.retry_policy),
            paused_until: None,
            outage: None,
            loaded: Loaded { began, ..Loaded::default() },
        })
    }

    async fn read_all(&mut self) -> Result<(), SyncError> {
        let cancel = self.context.cancel.clone();
        loop {
            if let Some(outage) = self.outage.take() {
                self.context.outage.report(outage).await;
            }
            if self.is_batch_due() {
                self.begin_commit();
            }
            self.request_more();
            if self.requests.is_empty() {
                // Nothing comes that it could wait for.
                self.begin_commit();
            }
            let is_idle = self.requests.is_empty() && self.commit.is_empty() && self.paused_until.is_none();
            if is_idle {
                debug_assert!(self.plan.is_done(), "everything that can be requested has been requested");
                return Ok(());
            }
            let pause = self.paused_until;
            let waits_for_more = self.commit.is_empty() && !self.has_gap && !self.pending.is_empty();
            tokio::select! {
                () = cancel.cancelled() => return Err(SyncError::Cancelled),
                Some(fetched) = self.requests.join_next() => {
                    self.fetched(fetched.map_err(broken)?)?;
                    if !self.pauses.is_waiting() {
                        self.context.outage.is_over().await;
                    }
                }
                Some(written) = self.commit.join_next() => self.written(written)?,
                () = sleep_until(pause.unwrap_or_else(Instant::now)), if pause.is_some() => self.paused_until = None,
                () = sleep_until(self.small_batch_at), if waits_for_more => {}
            }
            self.tell(false);
        }
    }

    fn request_more(&mut self) {
        if self.paused_until.is_some() || self.pending.objects() > PENDING_MAX {
            return;
        }
        self.request_rests((self.cursors.total / FOLLOWUP_SHARE).max(1));
        while let Some(task) = self.plan.next() {
            self.pending.ranges.extend(&task.changed);
            self.request(Request::Page(task));
        }
        self.request_rests(self.cursors.total.saturating_sub(self.plan.running()));
    }

    fn request_rests(&mut self, at_once: usize) {
        while self.followups_running < at_once
            && let Some(followup) = self.followups.pop_front()
        {
            self.followups_running += 1;
            self.request(Request::Rest(followup));
        }
    }

    fn request(&mut self, request: Request) {
        let client = self.context.client.clone();
        let requested_at = self.context.requested_at();
        let asking = async move {
            let answer = match &request {
                Request::Page(task) => client.list(&task.request).await,
                Request::Rest(followup) => client.list_children(&children(followup)).await,
            };
            Fetched { request, requested_at, answer }
        };
        self.requests.spawn(asking.in_current_span());
    }

    fn fetched(&mut self, fetched: Fetched) -> Result<(), SyncError> {
        let Fetched { request, requested_at, answer } = fetched;
        if matches!(request, Request::Rest(_)) {
            self.followups_running -= 1;
        }
        let page = match answer {
            Ok(page) => page,
            Err(error) => return self.failed(request, error),
        };
        self.pauses.reset();
        self.context.reporter.message(None);
        if self.loaded.began.is_none() {
            let began = page.server_time.unwrap_or(requested_at);
            self.loaded.began = Some(began);
            self.pending.meta.push((LOAD_BEGAN.to_owned(), began.0.to_string()));
        }
        self.context.reporter.count(page.objects.len() as u64);
        say_what_is_left_out(&page);
        match request {
            Request::Page(task) => {
                let changes = self.plan.page_read(task.range, &(&page).into());
                self.pending.ranges.extend(&changes.ranges);
                self.pending.turned_plain.extend(changes.turned_plain);
            }
            Request::Rest(followup) => self.rest_read(followup, &page),
        }
        let cut = page.incomplete.into_iter().map(followup_of);
        self.followups.extend(self.pending.begin_lists(cut));
        self.pending.add_objects(page.embedded, requested_at);
        self.pending.add_objects(page.objects, requested_at);
        Ok(())
    }

    /// A page of a truncated list: the next one is requested, or the list is done.
    fn rest_read(&mut self, followup: Followup, page: &Page) {
        let last = page.objects.last().map(|object| object.id.clone());
        if page.has_more && last.is_some() && last != followup.starting_after {
            let next = Followup { starting_after: last, ..followup };
            self.followups.extend(self.pending.add_followups([next]));
        } else {
            self.pending.followups_done.push(followup);
        }
    }

    fn failed(&mut self, request: Request, error: ConnectError) -> Result<(), SyncError> {
        if error.is_retryable() {
            tracing::warn!(%error, "a page could not be fetched");
            match request {
                Request::Page(task) => self.plan.page_failed(task.range),
                Request::Rest(followup) => self.followups.push_front(followup),
            }
            let now_ms = self.context.clock.now_ms();
            let pause = self.pauses.next(error.clone(), now_ms)?;
            let waited = self.pauses.is_long(now_ms);
            self.outage = waited.map(|waited_seconds| SyncError::GaveUp { waited_seconds, source: error });
            self.context.reporter.message(Some(waiting(self.context.source(), pause)));
            self.paused_until = Some(Instant::now() + pause);
            return Ok(());
        }
        if matches!(error, ConnectError::KeyRefused { .. }) {
            return Err(error.into());
        }
        match request {
            // Deleted with its parent; the parent's own list shows the rest.
            Request::Rest(followup) if matches!(error, ConnectError::NotFound { .. }) => {
                tracing::warn!(%error, "the rest of a truncated list no longer exists");
                self.pending.followups_done.push(followup);
                Ok(())
            }
            // Part of an invoice would make a number wrong that looks right.
            Request::Rest(followup) => Err(SyncError::Indispensable {
                kind: self.context.source().part_of(followup.kind),
                source: error,
            }),
            Request::Page(task) => self.refused(&task, error),
        }
    }

    fn refused(&mut self, task: &PageTask, error: ConnectError) -> Result<(), SyncError> {
        let kind = task.range.kind;
        let may_be_the_cursor = matches!(error, ConnectError::Refused { .. } | ConnectError::NotFound { .. });
        if may_be_the_cursor && let Some(changes) = self.plan.cursor_gone(task.range) {
            self.pending.ranges.extend(&changes.ranges);
            return Ok(());
        }
        if self.context.is_required(kind) {
            return Err(SyncError::Indispensable { kind, source: error });
        }
        tracing::info!(%kind, %error, "a list is skipped");
        let (state, reason) = match error {
            ConnectError::PermissionMissing { .. } => (KindState::Forbidden, AbsentReason::Forbidden),
            _ => (KindState::Absent, AbsentReason::Absent),
        };
        self.plan.page_failed(task.range);
        self.plan.refuse(kind, state);
        if !self.loaded.absent.iter().any(|(absent, _)| *absent == kind) {
            self.loaded.absent.push((kind, reason));
        }
        Ok(())
    }

    fn is_batch_due(&self) -> bool {
        self.pending.objects() >= BATCH_OBJECTS || Instant::now() >= self.small_batch_at
    }

    fn begin_commit(&mut self) {
        if self.has_gap || !self.commit.is_empty() || self.pending.is_empty() {
            return;
        }
        self.small_batch_at = Instant::now() + BATCHES_EVERY;
        self.commit.spawn(self.context.writing(self.pending.take(&self.plan)).in_current_span());
    }

    fn written(&mut self, written: Result<Result<Written, SyncError>, JoinError>) -> Result<(), SyncError> {
        self.has_gap |= !matches!(written, Ok(Ok(_)));
        self.context.tell(written.map_err(broken)??);
        Ok(())
    }

    async fn write_rest(&mut self) -> Result<(), SyncError> {
        loop {
            self.begin_commit();
            let Some(written) = self.commit.join_next().await else { return Ok(()) };
            self.written(written)?;
        }
    }

    fn tell(&self, is_last: bool) {
        let reporter = &self.context.reporter;
        if !is_last && !reporter.is_due() {
            return;
        }
        let per_second = reporter.per_second();
        let kinds = self.plan.progress();
        let seconds_left = self.plan.rest().and_then(|rest| rest.checked_div(per_second));
        let reaches_back_on = reaches_back_on(&self.plan);
        reporter.change(|progress| {
            reporter.show_kinds(progress, kinds);
            progress.objects_per_second = per_second;
            progress.seconds_left = seconds_left;
            progress.reaches_back_on = reaches_back_on;
        });
    }
}

fn children(followup: &Followup) -> Children {
    Children {
        parent_kind: followup.kind,
        parent_id: followup.id.clone(),
        starting_after: followup.starting_after.clone(),
    }
}

pub(crate) fn followup_of(children: Children) -> Followup {
    Followup { kind: children.parent_kind, id: children.parent_id, starting_after: children.starting_after }
}

fn broken(error: JoinError) -> SyncError {
    SyncError::Worker(error.to_string())
}

#[cfg(test)]
mod tests;
