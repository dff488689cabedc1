//! A connection, as the API shows it.

use ::sync::Business;
use connect::{Part, Probe, ProbeState, Source};
use model::{Day, ObjectKind, WorkspaceId};
use serde::Serialize;
use store::{AbsentReason, ConnectionRecord, ConnectionState, LastError};
use utoipa::ToSchema;

use crate::context::Context;
use crate::problem::Problem;

/// In place of a source's id, where connections of several are shown together.
const SEVERAL: &str = "several";

#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionView {
    pub id: String,
    /// The id of one of the sources, or `several`.
    pub source: String,
    pub name: String,
    pub account_id: String,
    pub account_name: Option<String>,
    pub is_test_mode: bool,
    /// A sample merchant.
    pub is_sample: bool,
    /// What may be shown of the key.
    pub key_hint: Option<String>,
    pub created_at: i64,
    pub state: StateView,
    /// Everything that the provider had at this time has been imported.
    pub data_through: Option<i64>,
    /// The first day from which invoices are complete. Missing: none yet, or all of them.
    #[schema(value_type = Option<String>, format = Date)]
    pub reaches_back_on: Option<Day>,
    pub is_history_complete: bool,
    /// Before this day figures are coarse: the provider reported less then. Missing: they are the same throughout.
    #[schema(value_type = Option<String>, format = Date)]
    pub exact_from_on: Option<Day>,
    pub last_error: Option<LastErrorView>,
    #[schema(value_type = Option<String>)]
    pub reporting_currency: Option<model::Currency>,
    pub time_zone: String,
    /// The day with which weeks begin.
    #[schema(value_type = String)]
    pub week_start: model::WeekStart,
    pub absent: Vec<Absent>,
    /// The connections that it consists of, where it is several together. Then its id is the workspace's.
    pub parts: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionState)]
pub enum StateView {
    Loading,
    Live,
    Failed,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastError)]
pub struct LastErrorView {
    pub code: String,
    pub message: String,
    pub action: String,
    pub at: i64,
}

impl From<LastError> for LastErrorView {
    fn from(error: LastError) -> Self {
        Self { code: error.code, message: error.message, action: error.action, at: error.at.0 }
    }
}

/// A kind of object that can't be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Absent {
    pub kind: &'static str,
    pub label: &'static str,
    pub reason: AbsentReasonView,
    /// What you lose without it.
    pub without: &'static str,
    /// The parts of the figures that it alone brings.
    pub parts: Vec<PartView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FigurePart)]
pub enum PartView {
    PendingItems,
    Charges,
    Refunds,
    CreditNotes,
    InvoicePayments,
    Disputes,
    BalanceTransactions,
    FailedPayments,
}

impl From<Part> for PartView {
    fn from(part: Part) -> Self {
        match part {
            Part::PendingItems => Self::PendingItems,
            Part::Charges => Self::Charges,
            Part::Refunds => Self::Refunds,
            Part::CreditNotes => Self::CreditNotes,
            Part::InvoicePayments => Self::InvoicePayments,
            Part::Disputes => Self::Disputes,
            Part::BalanceTransactions => Self::BalanceTransactions,
            Part::FailedPayments => Self::FailedPayments,
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AbsentReason)]
pub enum AbsentReasonView {
    /// The server has no such list.
    Absent,
    /// The key may not read it.
    Forbidden,
}

/// What a key may read of one kind of object.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedPermission {
    pub kind: &'static str,
    pub label: &'static str,
    /// What the provider's dashboard calls it.
    pub permission: &'static str,
    pub state: PermissionState,
    pub is_required: bool,
    pub without: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionState {
    Granted,
    Missing,
    Absent,
}

impl From<&Probe> for CheckedPermission {
    fn from(probe: &Probe) -> Self {
        Self {
            kind: probe.kind.as_str(),
            label: probe.label,
            permission: probe.permission,
            state: match probe.state {
                ProbeState::Granted => PermissionState::Granted,
                ProbeState::Missing { .. } => PermissionState::Missing,
                ProbeState::Absent => PermissionState::Absent,
            },
            is_required: probe.is_required,
            without: probe.without,
        }
    }
}

impl ConnectionView {
    pub fn new(record: ConnectionRecord, context: &Context) -> Self {
        let progress = context.runner.progress(&record.id).borrow().clone();
        let reaches_back_on = progress.reaches_back_on;
        let exact_from_on = context.runner.exact_from_on(&record);
        let source = Source::of(&record.source);
        let absent = record.absent.iter().map(|absent| self::absent(source, absent));
        Self {
            absent: absent.collect(),
            id: record.id.to_string(),
            source: record.source,
            name: record.name,
            account_id: record.account_id.to_string(),
            account_name: record.account_name,
            is_test_mode: record.is_test_mode,
            is_sample: record.is_sample,
            key_hint: record.key_hint,
            created_at: record.created_at.0,
            state: match record.state {
                ConnectionState::Loading => StateView::Loading,
                ConnectionState::Live => StateView::Live,
                ConnectionState::Failed => StateView::Failed,
            },
            data_through: record.data_through.map(|at| at.0),
            reaches_back_on,
            is_history_complete: record.loaded_at.is_some(),
            exact_from_on,
            last_error: record.last_error.map(LastErrorView::from),
            reporting_currency: record.settings.reporting_currency.or(record.default_currency),
            time_zone: record.settings.zone_name().to_owned(),
            week_start: record.settings.week_start,
            parts: Vec::new(),
        }
    }

    /// A connection, or several as one.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(business: &Business, context: &Context) -> Result<Self, Problem> {
        match business {
            Business::One(record) => Ok(Self::new((**record).clone(), context)),
            Business::Together { workspace, connections, .. } => {
                let all = connections.iter().map(|record| Self::new(record.clone(), context));
                let all = Self::together(workspace, all.collect());
                let all = all.ok_or_else(|| Problem::not_found("connection"))?;
                let shown = business.settings();
                Ok(Self {
                    reporting_currency: shown.reporting_currency.or(all.reporting_currency),
                    time_zone: shown.zone_name().to_owned(),
                    week_start: shown.week_start,
                    ..all
                })
            }
        }
    }

    /// As far as all of them are, and with what the first one is set to.
    fn together(workspace: &WorkspaceId, all: Vec<Self>) -> Option<Self> {
        let parts: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
        let beside = |one: Self, other: Self| {
            let mut absent = one.absent;
            let known: Vec<&str> = absent.iter().map(|one| one.kind).collect();
            let new: Vec<Absent> =
                other.absent.into_iter().filter(|lacking| !known.contains(&lacking.kind)).collect();
            absent.extend(new);
            let data_through = one.data_through.zip(other.data_through).map(|(a, b)| a.min(b));
            Self {
                source: if one.source == other.source { one.source } else { SEVERAL.to_owned() },
                state: one.state.or(other.state),
                data_through,
                reaches_back_on: one.reaches_back_on.max(other.reaches_back_on),
                is_history_complete: one.is_history_complete && other.is_history_complete,
                exact_from_on: one.exact_from_on.max(other.exact_from_on),
                last_error: one.last_error.or(other.last_error),
                absent,
                ..one
            }
        };
        let one = all.into_iter().reduce(beside)?;
        Some(Self {
            id: workspace.to_string(),
            name: "All accounts".to_owned(),
            account_id: workspace.to_string(),
            account_name: None,
            key_hint: None,
            parts,
            ..one
        })
    }
}

impl StateView {
    /// Of two, the one that has to be reported.
    fn or(self, other: Self) -> Self {
        let all = [self, other];
        let first = [Self::Failed, Self::Loading].into_iter().find(|state| all.contains(state));
        first.unwrap_or(Self::Live)
    }
}

fn absent(source: Option<Source>, (kind, reason): &(ObjectKind, AbsentReason)) -> Absent {
    let need = source.and_then(|source| source.list(*kind));
    Absent {
        kind: kind.as_str(),
        label: need.map_or(kind.as_str(), |need| need.label),
        reason: match reason {
            AbsentReason::Absent => AbsentReasonView::Absent,
            AbsentReason::Forbidden => AbsentReasonView::Forbidden,
        },
        without: need.map_or("", |need| need.without),
        parts: need.map_or(&[][..], |need| need.parts).iter().copied().map(PartView::from).collect(),
    }
}
