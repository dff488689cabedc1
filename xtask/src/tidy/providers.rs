//! A provider's name belongs to its source: everything else works for any of them.

use std::fs;

/// Providers that accounts are connected with, or will be.
const NAMES: &[&str] = &["stripe", "paddle", "bigcommerce"];

/// Where a name may stand, by the beginning of the path, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("crates/connect/", "the only code that knows a provider"),
    ("crates/sandbox/", "a server that answers as one provider does"),
    ("crates/sync/tests/accounts/", "account files, with what their provider does"),
    ("docs/", "for people who connect a provider"),
    ("e2e/support.mjs", "whose API the sandbox speaks, as the pages call it"),
    ("fuzz/", "targets that feed the readers of one source, and objects as they were received"),
    ("ui/src/sources/", "the pages' texts, by source"),
    ("xtask/src/tidy/providers.rs", "this list"),
];

/// A finding for each line that names a provider where none may stand.
pub fn check<'a>(paths: impl Iterator<Item = &'a str>, findings: &mut Vec<String>) {
    for path in paths.filter(|path| !is_allowed(path)) {
        if let Some(name) = named(path) {
            findings.push(format!("{path}: name it without '{name}'"));
        }
        // What is no text has no words.
        let Ok(text) = fs::read_to_string(path) else { continue };
        findings.extend(in_text(path, &text));
    }
}

fn in_text(path: &str, text: &str) -> Vec<String> {
    let named = text.lines().zip(1..).filter_map(|(line, number)| Some((number, named(line)?)));
    named
        .map(|(number, name)| {
            format!("{path}:{number}: only `connect` may know '{name}'; use connect::Source or neutral words")
        })
        .collect()
}

fn named(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    NAMES.iter().copied().find(|name| text.contains(name))
}

/// Guides, changelogs and READMEs are for people.
fn is_allowed(path: &str) -> bool {
    path.ends_with(".md") || ALLOWED.iter().any(|(beginning, _)| path.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_name_is_found_however_it_is_written() {
        let text = "let source = any();\nlet key = \"sk\"; // Stripe's\nfn to_BigCommerce() {}\n";
        let found = in_text("crates/sync/src/a.rs", text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("crates/sync/src/a.rs:2:") && found[0].contains("'stripe'"),
            "{found:?}"
        );
        assert!(found[1].starts_with("crates/sync/src/a.rs:3:") && found[1].contains("'bigcommerce'"));
        assert!(in_text("crates/sync/src/a.rs", "let source = any();\n").is_empty());
    }

    #[test]
    fn a_name_may_stand_only_with_its_source_and_in_texts_for_people() {
        for path in ["crates/connect/src/source.rs", "README.md", "crates/store/README.md", "docs/api.md"] {
            assert!(is_allowed(path), "{path}");
        }
        for path in
            ["crates/api/src/lib.rs", "crates/app/tests/it/cli.rs", "ui/src/app.tsx", "e2e/journeys/a.mjs"]
        {
            assert!(!is_allowed(path), "{path}");
        }
    }

    #[test]
    fn a_file_is_not_named_after_a_provider_either() {
        let mut findings = Vec::new();
        check(["crates/api/src/paddle_page.rs"].into_iter(), &mut findings);
        assert_eq!(findings, ["crates/api/src/paddle_page.rs: name it without 'paddle'"]);
    }
}
