//! Text in files that spreadsheets open.

use std::borrow::Cow;

/// A customer chooses its own name. A spreadsheet would run one that begins like a formula, so an apostrophe keeps it text.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// The same of text that may be missing.
pub fn guarded_or_empty(text: Option<&str>) -> String {
    guarded(text.unwrap_or_default()).into_owned()
}
