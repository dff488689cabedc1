//! Every test that the list of security requirements names exists, every row that is met says what shows it, and no requirement is
//! listed twice.

use std::collections::BTreeSet;
use std::fs;

const LIST: &str = "docs/security/asvs.md";
/// A name with at least so many underscores is that of a test: they are sentences.
const UNDERSCORES: usize = 3;

pub fn check<'a>(files: impl Iterator<Item = &'a str>, findings: &mut Vec<String>) {
    let Ok(list) = fs::read_to_string(LIST) else {
        findings.push(format!("{LIST} is missing"));
        return;
    };
    let files: BTreeSet<&str> = files.collect();
    let sources = files.iter().filter(|path| path.ends_with(".rs"));
    let sources: Vec<String> = sources.filter_map(|path| fs::read_to_string(path).ok()).collect();
    let tests = sources.iter().flat_map(|source| tests_in(source)).collect();
    findings.extend(differences(&list, &tests, &files));
}

fn differences(list: &str, tests: &BTreeSet<&str>, files: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let mut requirements = BTreeSet::new();
    for row in list.lines().filter(|line| line.starts_with("| V")) {
        let requirement = row.split('|').nth(1).unwrap_or_default().trim();
        if !requirements.insert(requirement) {
            found.push(format!("{LIST}: {requirement} is listed twice"));
        }
        let is_met = row.split('|').nth(2).is_some_and(|state| state.trim() == "met");
        // A bar within code would make further columns; none has one.
        if is_met && row.split('|').nth(4).is_none_or(|shown_by| shown_by.trim().is_empty()) {
            found.push(format!(
                "{LIST}: {requirement}: name the test that shows it, or say 'by design' or 'in writing'"
            ));
        }
    }
    for named in list.split('`').skip(1).step_by(2) {
        let is_file = named.contains(".test.") && named.contains('/');
        let is_test = named.matches('_').count() >= UNDERSCORES
            && named.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if (is_file && !files.contains(named)) || (is_test && !tests.contains(named)) {
            found.push(format!("{LIST}: there is no test '{named}'"));
        }
    }
    found
}

/// The functions that are marked as tests.
fn tests_in(source: &str) -> impl Iterator<Item = &str> {
    let marked = source.split("#[test]").skip(1).chain(source.split("#[tokio::test").skip(1));
    marked.filter_map(|after| {
        let name = after.split_once("fn ")?.1;
        Some(name.split_once('(')?.0.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_not_there_and_a_requirement_listed_twice_are_found() {
        let source = "#[test]\nfn one_that_is_there() {}\n#[tokio::test]\nasync fn one_that_waits_for() {}\nfn no_test_at_all() {}";
        let tests: BTreeSet<&str> = tests_in(source).collect();
        let files = ["e2e/journeys/people.test.mjs"].into();
        let list = |named: &str| format!("| V1.1.1 | met | how | {named} |\n");
        for good in
            ["`one_that_is_there`, `one_that_waits_for`", "`read_metrics`", "`e2e/journeys/people.test.mjs`"]
        {
            assert_eq!(differences(&list(good), &tests, &files), Vec::<String>::new(), "{good}");
        }
        for bad in ["`no_test_at_all`", "`one_that_never_was`", "`ui/src/none.test.ts`"] {
            assert_eq!(differences(&list(bad), &tests, &files).len(), 1, "{bad}");
        }
        let twice = list("in writing").repeat(2);
        assert_eq!(differences(&twice, &tests, &files).len(), 1);
        assert_eq!(differences(&list(""), &tests, &files).len(), 1, "nothing shows it");
        assert_eq!(differences(&list("").replace("met", "partly"), &tests, &files), Vec::<String>::new());
    }
}
