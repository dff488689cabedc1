//! Where something was imported from, as one text.

use model::billing::ImportedFrom;

/// Between the source and the id there.
const SEPARATOR: char = ':';

/// Empty where it was not imported.
pub(super) fn text_of(imported: Option<&ImportedFrom>) -> String {
    imported.map_or_else(String::new, |ImportedFrom { source, id }| format!("{source}{SEPARATOR}{id}"))
}

pub(super) fn imported_from(text: &str) -> Option<ImportedFrom> {
    let (source, id) = text.split_once(SEPARATOR)?;
    Some(ImportedFrom { source: source.to_owned(), id: id.to_owned() })
}
