//! Entries of the audit log as a file for spreadsheets.

use jiff::Timestamp;
use store::AuditEntry;

use crate::spreadsheet::{guarded, guarded_or_empty};

const COLUMNS: [&str; 10] = [
    "number",
    "at",
    "workspace",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "subject",
    "detail",
    "address",
];

/// Comma-separated values with a line of headings. Times are in UTC.
///
/// # Errors
/// Never while it is written to memory.
pub fn csv(entries: &[AuditEntry]) -> Result<Vec<u8>, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS)?;
    for entry in entries {
        let at = Timestamp::from_second(entry.at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        file.write_record([
            entry.number.to_string(),
            at.to_string(),
            entry.workspace.as_ref().map_or_else(String::new, ToString::to_string),
            entry.actor_kind.clone(),
            entry.actor_id.clone().unwrap_or_default(),
            guarded_or_empty(entry.actor_name.as_deref()),
            guarded(&entry.action).into_owned(),
            guarded_or_empty(entry.subject.as_deref()),
            guarded_or_empty(entry.detail.as_deref()),
            entry.address.clone().unwrap_or_default(),
        ])?;
    }
    file.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use model::UnixSeconds;

    use super::*;

    #[test]
    fn names_that_people_choose_are_text_in_a_spreadsheet() {
        let entry = AuditEntry {
            number: 7,
            at: UnixSeconds(1_790_000_000),
            workspace: None,
            actor_kind: "token".to_owned(),
            actor_id: Some("tok_1".to_owned()),
            actor_name: Some("=1+1, \"x\"".to_owned()),
            action: "export.read".to_owned(),
            subject: None,
            detail: Some("customers".to_owned()),
            address: Some("203.0.113.7".to_owned()),
        };
        let text = String::from_utf8(csv(&[entry]).unwrap()).unwrap();
        let mut lines = text.lines();
        assert_eq!(
            lines.next().unwrap(),
            "number,at,workspace,actor_kind,actor_id,actor,action,subject,detail,address"
        );
        let line =
            "7,2026-09-21T14:13:20Z,,token,tok_1,\"'=1+1, \"\"x\"\"\",export.read,,customers,203.0.113.7";
        assert_eq!(lines.next().unwrap(), line);
    }
}
