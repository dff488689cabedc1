//! `chartsy status`: what has been imported, how current it is, and the last error. Works while a server is using the
//! folder.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use metrics::fx::OLDEST_DAYS;
use model::{Clock, Day, UnixSeconds};
use serde::Serialize;
use store::{
    AbsentReason, ConnectionRecord, ConnectionState, LastError, OutboxFacts, StoreError, WebhookRecord,
};
use sync::problems::{Example, Problem};
use sync::{RatesAttempt, RatesState, ReferenceRates};

use crate::arguments::{ConnectionArgs, TextOrJson};
use crate::commands::printed::counted;
use crate::failure::Advice;
use crate::failure::connect_command;
use crate::folder::Folder;

/// How many objects are named of each problem.
const EXAMPLES: usize = 5;

/// What to do about an endpoint for a former address.
pub const LEFT_ENDPOINT: &str =
    "if no other server uses this address anymore, remove the endpoint at the provider";

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
    rates: RatesStatus,
    outbox: OutboxStatus,
}

/// Emails and feedback that wait to be sent.
#[derive(Debug, Serialize)]
struct OutboxStatus {
    waiting: u32,
    waiting_since: Option<UnixSeconds>,
    /// Why one that waits could not be sent, without anybody's address.
    last_error: Option<String>,
    /// In the last 30 days.
    given_up: u32,
}

impl From<OutboxFacts> for OutboxStatus {
    fn from(facts: OutboxFacts) -> Self {
        let OutboxFacts { waiting, waiting_since, last_error, given_up } = facts;
        Self { waiting, waiting_since, last_error, given_up }
    }
}

/// How old the exchange rates are, and the outcome of the last check for newer ones.
#[derive(Debug, Serialize)]
struct RatesStatus {
    /// The newest day that rates were published for.
    published_on: Option<Day>,
    age_days: Option<i32>,
    /// How many rates the workspace entered itself.
    entered: usize,
    /// One per address; empty if no server has checked yet.
    attempts: Vec<RatesAttempt>,
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
    /// By kind, without objects that the provider deleted.
    objects: BTreeMap<&'static str, u64>,
    objects_total: u64,
    last_error: Option<LastError>,
    /// Changes, from a webhook or from polling, that wait to be fetched.
    waiting: u64,
    /// When the next attempt is made.
    next_attempt_at: Option<UnixSeconds>,
    /// Changes that were given up until somebody retries them.
    given_up: u64,
    webhook: Webhook,
    /// The address of an endpoint that is left at the provider because it was registered for another address.
    left_webhook_url: Option<String>,
    /// What happens next, in a sentence.
    next: String,
    /// Why some of this is not known.
    unreadable: Option<String>,
    /// Lists that are missing, and why.
    absent: BTreeMap<&'static str, AbsentReason>,
    /// What is wrong with the data, by kind of problem, with the first objects that it is seen at.
    problems: Vec<Problem>,
}

/// Whether the provider delivers changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Webhook {
    None,
    /// Registered, but nothing has been delivered yet.
    Registered,
    Delivering,
    /// Changes happened that were not delivered.
    Silent,
    /// It could not be registered.
    Refused,
}

pub fn run(args: &Status) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let records = folder.chosen(args.connection.connection.as_deref())?;
    let is_served = matches!(folder.data.lock_server(), Err(StoreError::AlreadyOpen { .. }));
    let connections = records.into_iter().map(|record| status(&folder, record, is_served));
    let connections = connections.collect::<anyhow::Result<_>>()?;
    let outbox = folder.catalog.outbox_facts()?.into();
    let report = Report { connections, rates: rates(&folder)?, outbox };
    let mut out = std::io::stdout().lock();
    match args.format {
        TextOrJson::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        TextOrJson::Text => write_text(&mut out, &report)?,
    }
    match report.connections.iter().find_map(|one| one.unreadable.as_deref()) {
        None => Ok(()),
        Some(why) => {
            let message = format!("some data can't be read: {why}");
            Err(Advice::new(message, "run 'chartsy doctor' for details").into())
        }
    }
}

fn rates(folder: &Folder) -> anyhow::Result<RatesStatus> {
    let published = ReferenceRates::open(folder.data.clone(), folder.catalog.clone()).published();
    let today = Clock::System.now().day(&jiff::tz::TimeZone::UTC);
    Ok(RatesStatus {
        published_on: published.latest_on(),
        age_days: published.latest_on().map(|on| today.0 - on.0),
        entered: folder.catalog.rates(&folder.workspace)?.len(),
        attempts: RatesState::read(&folder.catalog)?.unwrap_or_default().attempts,
    })
}

fn write_rates(out: &mut impl Write, rates: &RatesStatus) -> std::io::Result<()> {
    match (rates.published_on, rates.age_days) {
        (Some(on), Some(age)) => {
            let too_old = if age > OLDEST_DAYS { ": too old to convert today's amounts" } else { "" };
            writeln!(out, "exchange rates: published up to {on}, {age} days ago{too_old}")?;
        }
        _ => writeln!(out, "exchange rates: none published")?,
    }
    if rates.entered > 0 {
        writeln!(out, "  entered: {}; list them with 'chartsy rates list'", rates.entered)?;
    }
    for attempt in &rates.attempts {
        let outcome = match (&attempt.error, attempt.latest_on) {
            (Some(error), _) => format!("failed: {error}"),
            (None, Some(on)) => format!("rates up to {on}"),
            (None, None) => "the answer contained no rates".to_owned(),
        };
        writeln!(out, "  {} ({}): {outcome}", attempt.address, attempt.at)?;
    }
    Ok(())
}

/// How many objects a connection has so far.
pub fn objects_done(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<u64> {
    Ok(counts(folder, record)?.values().sum())
}

fn counts(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let objects = folder.data.connection_files(&record.id).objects_if_any()?;
    let kinds = objects.map(|objects| objects.kinds()).transpose()?.unwrap_or_default();
    Ok(kinds.into_iter().map(|facts| (facts.kind.as_str(), facts.count)).collect())
}

fn status(folder: &Folder, record: ConnectionRecord, is_served: bool) -> anyhow::Result<ConnectionStatus> {
    let mut unreadable = None;
    // A damaged connection must not hide the others.
    let mut or_say = |error: anyhow::Error| unreadable = Some(format!("{error:#}"));
    let objects = counts(folder, &record).map_err(&mut or_say).unwrap_or_default();
    let found = problems(folder, &record).map_err(&mut or_say).unwrap_or_default();
    let inbox = folder.data.connection_files(&record.id).inbox_facts();
    let inbox = inbox.map_err(|error| or_say(error.into())).unwrap_or_default();
    let webhook = folder.catalog.webhook(&record.workspace, &record.id)?;
    Ok(ConnectionStatus {
        id: record.id.to_string(),
        source: record.source.clone(),
        account_id: record.account_id.to_string(),
        api_base: record.api_base.clone(),
        is_test_mode: record.is_test_mode,
        is_sample: record.is_sample,
        state: record.state,
        is_history_complete: record.loaded_at.is_some(),
        data_through: record.data_through,
        objects_total: objects.values().sum(),
        objects,
        absent: record.absent.iter().map(|(kind, reason)| (kind.as_str(), *reason)).collect(),
        problems: found,
        waiting: inbox.waiting,
        next_attempt_at: inbox.next_attempt_at.filter(|at| at.0 > 0),
        given_up: inbox.dead,
        webhook: Webhook::of(&webhook),
        left_webhook_url: webhook.left_url.clone(),
        next: next(&record, is_served).to_owned(),
        unreadable,
        name: record.name,
        last_error: record.last_error,
    })
}

fn next(record: &ConnectionRecord, is_served: bool) -> &'static str {
    match (is_served, record.state) {
        (false, ConnectionState::Loading) => "nothing: import it with 'chartsy sync' or 'chartsy serve'",
        (false, _) => {
            "nothing: no server is running; sync once with 'chartsy sync', or continuously with 'chartsy serve'"
        }
        (true, ConnectionState::Loading) => "the server continues the import",
        (true, ConnectionState::Live) => "the server checks for changes on its own",
        (true, ConnectionState::Failed) => {
            "the server tries again every 15 minutes, or immediately when you press Sync now"
        }
    }
}

impl Webhook {
    fn of(record: &WebhookRecord) -> Self {
        match record {
            record if record.refused.is_some() => Self::Refused,
            record if record.silent_since.is_some() => Self::Silent,
            record if record.delivers() => Self::Delivering,
            record if record.endpoint_id.is_some() => Self::Registered,
            _ => Self::None,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::None => "none; polling for changes",
            Self::Registered => "registered; waiting for its first event",
            Self::Delivering => "delivers",
            Self::Silent => "registered, but not every event is delivered; polling for changes",
            Self::Refused => "could not be registered; polling for changes; the sync page says what to do",
        }
    }
}

/// What is wrong with a connection's data, by its last check and its last build.
pub fn problems(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<Vec<Problem>> {
    let files = folder.data.connection_files(&record.id);
    let objects = files.objects_if_any()?;
    let problems = objects.map(|objects| sync::view::problems(&objects, &files)).transpose()?;
    Ok(problems.unwrap_or_default())
}

fn write_problem(out: &mut impl Write, problem: &Problem) -> std::io::Result<()> {
    writeln!(out, "  problem: {}: {}. {}", problem.title, problem.count, problem.detail)?;
    for Example { kind, id, points_to } in problem.examples.iter().take(EXAMPLES) {
        let why = points_to.as_deref().map(|to| format!(": {to}")).unwrap_or_default();
        writeln!(out, "    {kind} {id}{why}")?;
    }
    let shown = u64::try_from(problem.examples.len().min(EXAMPLES)).unwrap_or(u64::MAX);
    match problem.count.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more"),
    }
}

fn write_outbox(out: &mut impl Write, outbox: &OutboxStatus) -> std::io::Result<()> {
    if outbox.waiting == 0 && outbox.given_up == 0 {
        return Ok(());
    }
    let since = outbox.waiting_since.map(|at| format!(" since {at}")).unwrap_or_default();
    let given_up = outbox.given_up;
    writeln!(out, "outbox: {} waiting{since}, {given_up} given up in the last 30 days", outbox.waiting)?;
    match &outbox.last_error {
        Some(error) => writeln!(out, "  last error: {error}"),
        None => Ok(()),
    }
}

fn write_text(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    write_rates(out, &report.rates)?;
    write_outbox(out, &report.outbox)?;
    if report.connections.is_empty() {
        let connect = connect_command();
        return writeln!(out, "nothing is connected yet; connect an account with '{connect}'");
    }
    for connection in &report.connections {
        let mode = match (connection.is_sample, connection.is_test_mode) {
            (true, _) => ", sample",
            (false, true) => ", test mode",
            (false, false) => "",
        };
        writeln!(out, "{} ({}, {}{mode})", connection.name, connection.id, connection.account_id)?;
        let state = match connection.state {
            ConnectionState::Loading => "importing: history is not complete",
            ConnectionState::Live => "live",
            ConnectionState::Failed => "stopped",
        };
        let through = connection.data_through.map_or_else(|| "nothing yet".to_owned(), |at| at.to_string());
        writeln!(out, "  {state}; data through {through}")?;
        if let Some(error) = &connection.last_error {
            let on = error.at.day(&jiff::tz::TimeZone::UTC);
            writeln!(out, "  last error ({on}): {}. {}", error.message, error.action)?;
        }
        if let Some(why) = &connection.unreadable {
            writeln!(out, "  can't be read: {why}")?;
        }
        writeln!(out, "  webhook: {}", connection.webhook.in_words())?;
        if let Some(url) = &connection.left_webhook_url {
            writeln!(out, "  another endpoint is left at the provider: {url}")?;
            writeln!(out, "    {LEFT_ENDPOINT}")?;
        }
        if connection.waiting > 0 {
            let next =
                connection.next_attempt_at.map(|at| format!("; next attempt {at}")).unwrap_or_default();
            writeln!(out, "  waiting: {} to be fetched{next}", counted(connection.waiting, "change"))?;
        }
        if connection.given_up > 0 {
            let what = counted(connection.given_up, "change");
            writeln!(out, "  given up: {what} that could not be fetched; retry on the sync page")?;
        }
        writeln!(out, "  next: {}", connection.next)?;
        for (kind, reason) in &connection.absent {
            let why = match reason {
                AbsentReason::Absent => "the server has no such list",
                AbsentReason::Forbidden => "the key may not read it",
            };
            writeln!(out, "  missing: {kind} objects, {why}; figures that need them are incomplete")?;
        }
        for problem in &connection.problems {
            write_problem(out, problem)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_named_with_the_first_objects_that_have_it() {
        let example = |number: usize| Example {
            kind: connect::Source::ALL[0].customers(),
            id: format!("ch_{number}"),
            points_to: (number == 0).then(|| "cus_gone".to_owned()),
        };
        let problem = Problem {
            code: "dangling_reference".to_owned(),
            title: "charges whose customer is missing".to_owned(),
            detail: "They count for nobody.".to_owned(),
            count: 12,
            examples: (0..8).map(example).collect(),
        };
        let mut out = Vec::new();
        write_problem(&mut out, &problem).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + EXAMPLES + 1, "{text}");
        assert_eq!(lines[0], "  problem: charges whose customer is missing: 12. They count for nobody.");
        assert!(lines[1].ends_with(" ch_0: cus_gone") && lines[2].ends_with(" ch_1"), "{text}");
        assert_eq!(lines[6], "    and 7 more");
    }
}
