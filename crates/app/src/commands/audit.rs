//! `chartsy audit`: who did what on this server, in all workspaces, also in those that were deleted.

use std::io::Write;

use model::{Day, UnixSeconds, WorkspaceId};
use serde_json::json;
use store::{AuditEntry, AuditFilter};

use crate::arguments::{DataArgs, TextCsvOrJson};
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Audit {
    #[command(flatten)]
    data: DataArgs,
    /// Only entries of this workspace, which may have been deleted
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// A whole action, such as member.removed, or all of a kind, such as member
    #[arg(long)]
    action: Option<String>,
    /// Only what this user or token did
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// First day, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Last day, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    /// How many entries to print, the newest first
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[arg(long, value_enum, default_value_t = TextCsvOrJson::Text)]
    format: TextCsvOrJson,
}

pub fn run(args: Audit) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.data.data)?;
    let workspace = args.workspace.map(WorkspaceId::from);
    let filter = AuditFilter {
        action: args.action,
        actor: args.actor,
        from: args.from.map(beginning),
        until: args.to.map(|day| beginning(Day(day.0 + 1))),
        before: None,
    };
    let entries = folder.catalog.whole_audit(workspace.as_ref(), &filter, args.limit)?;
    let mut out = std::io::stdout().lock();
    match args.format {
        TextCsvOrJson::Csv => out.write_all(&api::audit::file::csv(&entries)?)?,
        TextCsvOrJson::Json => {
            let entries: Vec<_> = entries.iter().map(as_json).collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?;
        }
        TextCsvOrJson::Text => entries.iter().try_for_each(|entry| writeln!(out, "{}", line(entry)))?,
    }
    if entries.is_empty() {
        eprintln!("no entries found");
    }
    Ok(())
}

fn beginning(day: Day) -> UnixSeconds {
    UnixSeconds(i64::from(day.0) * 86_400)
}

fn as_json(entry: &AuditEntry) -> serde_json::Value {
    json!({
        "number": entry.number, "at": entry.at.to_string(), "workspace": entry.workspace.as_ref().map(WorkspaceId::as_str),
        "actor_kind": entry.actor_kind, "actor_id": entry.actor_id, "actor_name": entry.actor_name,
        "action": entry.action, "subject": entry.subject, "detail": entry.detail, "address": entry.address,
    })
}

/// Names are people's own: nothing in them moves a cursor.
fn line(entry: &AuditEntry) -> String {
    let workspace = entry.workspace.as_ref().map_or("-", WorkspaceId::as_str);
    let start = format!("{}  {workspace}  {}  {}", entry.at, actor(entry), entry.action);
    let rest = [&entry.subject, &entry.detail, &entry.address];
    let whole = rest.into_iter().flatten().fold(start, |line, part| format!("{line}  {part}"));
    whole.chars().map(|c| if model::is_disguising(c) { ' ' } else { c }).collect()
}

/// What kind of actor it was, and its name: a person or a token may well be called `operator`.
fn actor(entry: &AuditEntry) -> String {
    let kind = match entry.actor_kind.as_str() {
        "user" => "person",
        "server" => "system",
        kind => kind,
    };
    entry.actor_name.as_ref().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_passes_for_the_operator_by_their_name() {
        let by = |kind: &str, name: Option<&str>| {
            let entry = AuditEntry {
                number: 1,
                at: UnixSeconds(1_790_000_000),
                workspace: None,
                actor_kind: kind.to_owned(),
                actor_id: None,
                actor_name: name.map(str::to_owned),
                action: "token.created".to_owned(),
                subject: Some("ci\u{202E}".to_owned()),
                detail: None,
                address: None,
            };
            line(&entry)
        };
        let rest = "token.created  ci ";
        assert_eq!(by("operator", None), format!("2026-09-21T14:13:20Z  -  operator  {rest}"));
        assert_eq!(by("user", Some("operator")), format!("2026-09-21T14:13:20Z  -  person operator  {rest}"));
        assert_eq!(by("token", Some("operator")), format!("2026-09-21T14:13:20Z  -  token operator  {rest}"));
        assert_eq!(by("server", None), format!("2026-09-21T14:13:20Z  -  system  {rest}"));
    }
}
