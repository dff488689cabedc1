//! `chartsy workspace join`: which customers of several connections are counted as one.

use std::io::Write;

use metrics::joining::{self, JoiningPreview, JoiningSummary};
use model::JoinRules;
use sync::Business;

use crate::arguments::{DataArgs, TextOrJson};
use crate::failure::Advice;
use crate::folder::Folder;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Join {
    #[command(flatten)]
    data: DataArgs,
    /// The id of the workspace, from 'chartsy workspace list'; by default the first one
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// Whether a customer that its provider imported from a connected account is the customer that it was there
    #[arg(long, value_enum, value_name = "on|off")]
    imported: Option<OnOff>,
    /// Whether customers of different accounts with the same email address are one
    #[arg(long, value_enum, value_name = "on|off")]
    by_email: Option<OnOff>,
    /// Only print what would change
    #[arg(long)]
    preview: bool,
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OnOff {
    On,
    Off,
}

impl OnOff {
    fn of(is_on: bool) -> &'static str {
        if is_on { "on" } else { "off" }
    }
}

pub async fn run(args: Join) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.data.data)?;
    let workspace = folder.workspace(args.workspace.as_deref())?;
    let mut settings = folder.catalog.together_settings(&workspace.id)?;
    let before = settings.joining;
    let chosen = |given: Option<OnOff>, now: bool| given.map_or(now, |given| given == OnOff::On);
    let rules = JoinRules {
        join_imported: chosen(args.imported, before.join_imported),
        join_by_email: chosen(args.by_email, before.join_by_email),
    };
    if args.preview {
        let (business, runner) = (business(&folder, &workspace.id)?, work::for_command(&folder)?);
        let view = work::view_by(&runner, &folder, &business).await?;
        let preview = joining::preview(&view, &runner.joined_by(&business, rules).await?)?;
        return print(args.format, &preview, |out| write_preview(out, rules, &preview));
    }
    if rules != before {
        settings.joining = rules;
        folder.catalog.set_together_settings(&workspace.id, &settings)?;
        if before.join_by_email && !rules.join_by_email {
            folder.catalog.forget_email_key(&workspace.id)?;
        }
        let detail = format!(
            "join_imported {}, join_by_email {}",
            OnOff::of(rules.join_imported),
            OnOff::of(rules.join_by_email)
        );
        folder.record_with(
            Some(&workspace.id),
            "workspace.settings_changed",
            workspace.id.as_str(),
            Some(detail),
        )?;
    }
    let (business, runner) = (business(&folder, &workspace.id)?, work::for_command(&folder)?);
    let view = work::view_by(&runner, &folder, &business).await?;
    let together = runner.together(&business).await?;
    let summary = joining::summary(&together, &view);
    print(args.format, &summary, |out| write_summary(out, rules, &summary))
}

fn business(folder: &Folder, workspace: &model::WorkspaceId) -> anyhow::Result<Business> {
    let found = Business::of_workspace(&folder.catalog, workspace)?;
    Ok(found.ok_or_else(Advice::nothing_connected)?)
}

fn print<T: serde::Serialize>(
    format: TextOrJson,
    answer: &T,
    text: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        TextOrJson::Json => writeln!(out, "{}", serde_json::to_string_pretty(answer)?)?,
        TextOrJson::Text => text(&mut out)?,
    }
    Ok(())
}

fn write_summary(out: &mut dyn Write, rules: JoinRules, summary: &JoiningSummary) -> std::io::Result<()> {
    writeln!(out, "imported customers: {}", OnOff::of(rules.join_imported))?;
    writeln!(out, "by email address:   {}", OnOff::of(rules.join_by_email))?;
    writeln!(
        out,
        "customers of several accounts: {} ({} customers of accounts)",
        summary.joined_customers, summary.account_customers
    )?;
    if summary.ambiguous_emails > 0 {
        writeln!(
            out,
            "email addresses that several customers of one account have: {}",
            summary.ambiguous_emails
        )?;
    }
    if summary.without_email > 0 {
        writeln!(
            out,
            "customers of accounts in GDPR mode that can't be compared yet: {}",
            summary.without_email
        )?;
    }
    for one in &summary.counted_once {
        let amount = model::Money { amount_minor: one.amount_minor, currency: one.currency };
        writeln!(out, "counted once: {amount} MRR of {} moved subscriptions", one.subscriptions)?;
    }
    Ok(())
}

fn write_preview(out: &mut dyn Write, rules: JoinRules, preview: &JoiningPreview) -> std::io::Result<()> {
    write_summary(out, rules, &preview.summary)?;
    writeln!(out, "customers: {} instead of {}", preview.customers_after, preview.customers_before)?;
    for moved in &preview.movements {
        let money = |amount_minor| model::Money { amount_minor, currency: moved.currency };
        writeln!(
            out,
            "{:<13} {} of {} customers instead of {} of {}",
            moved.kind.to_string(),
            money(moved.after_minor),
            moved.after_customers,
            money(moved.before_minor),
            moved.before_customers
        )?;
    }
    for example in &preview.examples {
        let accounts = example.accounts.iter();
        let accounts =
            accounts.map(|account| format!("{} ({})", account.customer_id, account.connection_name));
        writeln!(out, "  {}", accounts.collect::<Vec<_>>().join(" = "))?;
    }
    Ok(())
}
