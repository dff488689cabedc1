//! Progress, as the API shows it.

use ::sync::{Business, KindProgress, KindState, Phase, Progress};
use connect::Source;
use model::Day;
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::Context;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressView {
    pub phase: PhaseView,
    pub kinds: Vec<KindProgressView>,
    pub objects_done: u64,
    /// Over the last ten seconds.
    pub objects_per_second: u64,
    pub seconds_left: Option<u64>,
    pub started_at: Option<i64>,
    /// The first day from which invoices are complete. Missing: none yet, or all of them.
    #[schema(value_type = Option<String>, format = Date)]
    pub reaches_back_on: Option<Day>,
    pub data_through: Option<i64>,
    /// Changes whenever the figures do.
    pub ledger_version: u64,
    /// What it is waiting for, or why it stopped.
    pub message: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Phase)]
pub enum PhaseView {
    Idle,
    Connecting,
    Erasing,
    Loading,
    Building,
    Checking,
    Updating,
    Failed,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KindProgress)]
pub struct KindProgressView {
    pub kind: &'static str,
    pub label: &'static str,
    pub done: u64,
    pub estimated_total: Option<u64>,
    pub state: KindStateView,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KindState)]
pub enum KindStateView {
    Waiting,
    Loading,
    Done,
    /// The server has no such list.
    Absent,
    /// The key may not read it.
    Forbidden,
}

impl ProgressView {
    /// How the work on a connection stands, or that on several together.
    pub fn of(context: &Context, business: &Business) -> Self {
        let progress = |id| context.runner.progress(id).borrow().clone();
        match business {
            Business::One(record) => Self::new(Source::of(&record.source), &progress(&record.id)),
            Business::Together { connections, .. } => {
                let all: Vec<Progress> = connections.iter().map(|record| progress(&record.id)).collect();
                Self::new(None, &Progress::together(&all))
            }
        }
    }

    fn new(source: Option<Source>, progress: &Progress) -> Self {
        Self {
            phase: match progress.phase {
                Phase::Idle => PhaseView::Idle,
                Phase::Connecting => PhaseView::Connecting,
                Phase::Erasing => PhaseView::Erasing,
                Phase::Loading => PhaseView::Loading,
                Phase::Building => PhaseView::Building,
                Phase::Checking => PhaseView::Checking,
                Phase::Updating => PhaseView::Updating,
                Phase::Failed => PhaseView::Failed,
            },
            kinds: progress.kinds.iter().map(|kind| KindProgressView::new(source, kind)).collect(),
            objects_done: progress.objects_done,
            objects_per_second: progress.objects_per_second,
            seconds_left: progress.seconds_left,
            started_at: progress.started_at.map(|at| at.0),
            reaches_back_on: progress.reaches_back_on,
            data_through: progress.data_through.map(|at| at.0),
            ledger_version: progress.ledger_version,
            message: progress.message.clone(),
        }
    }
}

impl KindProgressView {
    fn new(source: Option<Source>, progress: &KindProgress) -> Self {
        Self {
            kind: progress.kind.as_str(),
            label: source.map_or(progress.kind.as_str(), |source| source.label(progress.kind)),
            done: progress.done,
            estimated_total: progress.estimated_total,
            state: match progress.state {
                KindState::Waiting => KindStateView::Waiting,
                KindState::Loading => KindStateView::Loading,
                KindState::Done => KindStateView::Done,
                KindState::Absent => KindStateView::Absent,
                KindState::Forbidden => KindStateView::Forbidden,
            },
        }
    }
}
