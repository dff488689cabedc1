//! `chartsy explain --customer`: a customer's MRR, down to the invoice line and the rule.

use std::io::Write;

use anyhow::Context;
use metrics::columns::split_customer_id;
use metrics::ledger::explain::{self, Explanation};
use model::{CustomerId, Money, UnixSeconds};
use store::{ConnectionRecord, StoreError};
use sync::{Business, SyncError};

use crate::arguments::{ConnectionArgs, TextOrJson};
use crate::commands::metrics::tell_coarse;
use crate::commands::printed::counted;
use crate::failure::Advice;
use crate::folder::{self, Folder};
use crate::work;

pub(super) async fn run(
    connection: &ConnectionArgs,
    customer: &str,
    at: Option<UnixSeconds>,
    format: TextOrJson,
) -> anyhow::Result<()> {
    let (folder, business) = folder::business(connection)?;
    let id = CustomerId::from(customer);
    let not_found = || {
        let help = "'chartsy ledger' lists every customer that has ever had MRR";
        Advice::new(format!("customer '{id}' not found"), help)
    };
    let explanation = match &business {
        Business::One(record) => explained(&folder, record, &id, at)?.ok_or_else(not_found)?,
        Business::Together { connections, .. } => {
            let ledger = work::for_command(&folder)?.ledger_of(&business).await?;
            let mut accounts = Vec::new();
            for (connection, own) in ledger.accounts_of(&id).iter().filter_map(split_customer_id) {
                let Some(record) = connections.iter().find(|record| record.id == connection) else {
                    continue;
                };
                let Some(mut explanation) = explained(&folder, record, &own, at)? else { continue };
                for moved in ledger.moved_of(&id).iter().filter(|moved| moved.connection == connection) {
                    explanation.end_moved(&moved.id, moved.at);
                }
                accounts.push((record.name.clone(), explanation));
            }
            if accounts.is_empty() {
                return Err(not_found().into());
            }
            Explanation::together(accounts, at)
        }
    };
    tell_what_is_coarse(&folder, &business).await?;
    let mut out = std::io::stdout().lock();
    match format {
        TextOrJson::Json => writeln!(out, "{}", serde_json::to_string_pretty(&explanation)?)?,
        TextOrJson::Text => write_text(&mut out, &explanation)?,
    }
    Ok(())
}

/// Printed beside the explanation: since when each account is known exactly.
async fn tell_what_is_coarse(folder: &Folder, business: &Business) -> anyhow::Result<()> {
    let runner = work::for_command(folder)?;
    for record in business.connections() {
        let reported = match runner.reported(record).await {
            // Of several, one may not have been imported yet.
            Err(SyncError::Store(StoreError::Missing { .. })) => None,
            reported => reported?,
        };
        if let Some(day) = reported.and_then(|reported| reported.since) {
            tell_coarse(day);
        }
    }
    Ok(())
}

/// `None`: nothing is known of the customer there.
fn explained(
    folder: &Folder,
    record: &ConnectionRecord,
    id: &CustomerId,
    at: Option<UnixSeconds>,
) -> anyhow::Result<Option<Explanation>> {
    let objects = folder.data.connection_files(&record.id).objects_to_read();
    let objects = objects.context("nothing has been imported yet")?;
    let source = sync::runner::source_of(record)?;
    let (history, prices) = api::customers::billing::read(source, &objects, id)?;
    let is_known =
        history.customer.is_some() || !history.invoices.is_empty() || !history.subscriptions.is_empty();
    Ok(is_known.then(|| explain::explain(&history, &prices, record.settings.rules, at)))
}

pub(super) fn instant(text: &str) -> Result<UnixSeconds, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixSeconds(seconds));
    }
    let read: Result<jiff::Timestamp, _> = text.parse();
    read.map(|at| UnixSeconds(at.as_second()))
        .map_err(|_| "use seconds since 1970, or an instant such as 2026-01-31T12:00:00Z".to_owned())
}

fn write_text(out: &mut impl Write, explanation: &Explanation) -> std::io::Result<()> {
    let total: Vec<String> = explanation.mrr.iter().map(Money::to_string).collect();
    let total = if total.is_empty() { "0".to_owned() } else { total.join(" + ") };
    writeln!(out, "MRR {total}")?;
    for part in &explanation.parts {
        let money = |amount_minor| Money { amount_minor, currency: part.currency };
        writeln!(
            out,
            "\n{}{} ({}, {}): {}",
            part.account.as_ref().map(|name| format!("{name}: ")).unwrap_or_default(),
            part.label,
            part.subscription,
            part.price,
            money(part.value_minor)
        )?;
        for step in &part.steps {
            writeln!(out, "  {}  {}  [{}] {}", step.at, money(step.value_minor), step.rule, step.reason)?;
            if let Some(arithmetic) = &step.arithmetic {
                writeln!(out, "      {arithmetic}")?;
            }
            for line in &step.lines {
                let invoice = line.invoice.as_ref().map_or("pending", |invoice| invoice.as_str());
                let told = line.description.as_deref().unwrap_or_default();
                writeln!(out, "      {invoice} {} {} {told}", line.id, money(line.amount_minor))?;
            }
        }
    }
    if !explanation.left_out.is_empty() {
        writeln!(out, "\nleft out: {}", counted(explanation.left_out.len(), "line"))?;
        for left in &explanation.left_out {
            let amount = Money { amount_minor: left.line.amount_minor, currency: left.currency };
            let reason = serde_json::to_value(left.reason)?;
            let reason = reason.as_str().unwrap_or_default().replace('_', " ");
            writeln!(out, "  {} {amount}: {reason}", left.line.id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_seconds_or_a_timestamp() {
        assert_eq!(instant("1672531200"), Ok(UnixSeconds(1_672_531_200)));
        assert_eq!(instant("2023-01-01T00:00:00Z"), Ok(UnixSeconds(1_672_531_200)));
        assert!(instant("yesterday").is_err());
    }
}
