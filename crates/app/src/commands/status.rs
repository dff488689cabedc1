//! `chartsy status`: what is loaded, up to when, and the last error. Also while a server runs on the folder.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use model::UnixSeconds;
use serde::Serialize;
use store::{AbsentReason, ConnectionRecord, ConnectionState, LastError, Objects};
use sync::Problem;

use crate::cli::{ConnectionArgs, TextOrJson};
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Status {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

#[derive(Debug, Serialize)]
struct Report {
    connections: Vec<ConnectionStatus>,
}

#[derive(Debug, Serialize)]
struct ConnectionStatus {
    id: String,
    name: String,
    source: String,
    account_id: String,
    api_base: String,
    is_test_mode: bool,
    is_sample: bool,
    state: ConnectionState,
    is_history_complete: bool,
    data_through: Option<UnixSeconds>,
    /// By kind, without those that the provider deleted.
    objects: BTreeMap<&'static str, u64>,
    objects_total: u64,
    last_error: Option<LastError>,
    /// Lists that are not there, and why.
    absent: BTreeMap<&'static str, AbsentReason>,
    /// What is wrong with the data, by kind of problem.
    problems: Vec<ProblemCount>,
}

#[derive(Debug, Serialize)]
struct ProblemCount {
    code: String,
    title: String,
    count: u64,
}

pub fn run(args: &Status) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let records = folder.chosen(args.connection.connection.as_deref())?;
    let connections =
        records.into_iter().map(|record| status(&folder, record)).collect::<anyhow::Result<_>>()?;
    let report = Report { connections };
    let mut out = std::io::stdout().lock();
    match args.format {
        TextOrJson::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        TextOrJson::Text => write_text(&mut out, &report)?,
    }
    Ok(())
}

/// How many objects a connection has so far.
pub fn objects_done(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<u64> {
    Ok(counts(folder, record)?.values().sum())
}

fn counts(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let objects = Objects::open_if_any(&folder.data.connection_dir(&record.id))?;
    let kinds = objects.map(|objects| objects.kinds()).transpose()?.unwrap_or_default();
    Ok(kinds.into_iter().map(|facts| (facts.kind.as_str(), facts.count)).collect())
}

fn status(folder: &Folder, record: ConnectionRecord) -> anyhow::Result<ConnectionStatus> {
    let objects = counts(folder, &record)?;
    let count = |found: Problem| ProblemCount { code: found.code, title: found.title, count: found.count };
    let problems = problems(folder, &record)?.into_iter().map(count).collect();
    Ok(ConnectionStatus {
        id: record.id.to_string(),
        name: record.name,
        source: record.source,
        account_id: record.account_id.to_string(),
        api_base: record.api_base,
        is_test_mode: record.is_test_mode,
        is_sample: record.is_sample,
        state: record.state,
        is_history_complete: record.loaded_at.is_some(),
        data_through: record.data_through,
        objects_total: objects.values().sum(),
        objects,
        absent: record.absent.iter().map(|(kind, reason)| (kind.as_str(), *reason)).collect(),
        problems,
        last_error: record.last_error,
    })
}

/// What is wrong with a connection's data, by its last check and its last build.
pub fn problems(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<Vec<Problem>> {
    let dir = folder.data.connection_dir(&record.id);
    let objects = Objects::open_if_any(&dir)?;
    let problems = objects.map(|objects| sync::projection::problems(&objects, &dir)).transpose()?;
    Ok(problems.unwrap_or_default())
}

fn write_text(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    if report.connections.is_empty() {
        return writeln!(out, "nothing is connected yet; connect an account with 'chartsy connect stripe'");
    }
    for connection in &report.connections {
        let mode = match (connection.is_sample, connection.is_test_mode) {
            (true, _) => ", sample",
            (false, true) => ", test mode",
            (false, false) => "",
        };
        writeln!(out, "{} ({}, {}{mode})", connection.name, connection.id, connection.account_id)?;
        let state = match connection.state {
            ConnectionState::Loading => "loading: history is not complete",
            ConnectionState::Live => "live",
            ConnectionState::Failed => "stopped",
        };
        let through = connection.data_through.map_or_else(|| "nothing yet".to_owned(), |at| at.to_string());
        writeln!(out, "  {state}; data through {through}")?;
        if let Some(error) = &connection.last_error {
            let on = error.at.day(&jiff::tz::TimeZone::UTC);
            writeln!(out, "  last error ({on}): {}. {}", error.message, error.action)?;
        }
        for (kind, reason) in &connection.absent {
            let why = match reason {
                AbsentReason::Absent => "the server has no such list",
                AbsentReason::Forbidden => "the key may not read it",
            };
            writeln!(out, "  absent: {kind} objects, {why}; what they feed is missing from the numbers")?;
        }
        for problem in &connection.problems {
            writeln!(out, "  problem: {} {}", problem.count, problem.title)?;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for (kind, count) in &connection.objects {
            table.add_row(vec![(*kind).to_owned(), count.to_string()]);
        }
        table.add_row(vec!["all".to_owned(), connection.objects_total.to_string()]);
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(out, "{table}")?;
    }
    Ok(())
}
