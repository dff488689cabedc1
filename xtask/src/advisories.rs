//! Holds every dependency against the published advisories: RustSec's by cargo-audit, npm's by npm itself. Where their
//! data can't be reached, says so and goes on: a machine without a network can still run every test.

mod report;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

use crate::step::{cargo, exists};
use crate::ui::npm;
use report::{Advisory, of_cargo, of_npm};

const IGNORED: &str = "xtask/ignored-advisories.txt";
/// The folders with npm packages of their own.
const NPM_FOLDERS: &[&str] = &["ui", "e2e"];

/// What a registry of advisories says, or why it says nothing.
type Answer = Result<Vec<Advisory>, String>;

/// # Errors
/// With every advisory that concerns a dependency and isn't ignored.
pub fn check() -> Result<()> {
    let text = fs::read_to_string(IGNORED).with_context(|| format!("can't read {IGNORED}"))?;
    let ignored = ignored(&text)?;
    let mut found = Vec::new();
    let rust = ("Rust libraries".to_owned(), rust());
    let npm = NPM_FOLDERS.iter().map(|folder| (format!("npm packages of {folder}/"), npm_packages(folder)));
    for (of, answer) in std::iter::once(rust).chain(npm) {
        match answer {
            Ok(advisories) => found.extend(advisories),
            Err(reason) => eprintln!("   not checked for advisories: {of}: {reason}"),
        }
    }
    found.retain(|advisory| !ignored.contains_key(advisory.id.as_str()));
    if found.is_empty() {
        return Ok(());
    }
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    bail!("{}\nIf one doesn't concern us, add it to {IGNORED} with the reason", found.join("\n"))
}

fn rust() -> Answer {
    let is_installed =
        cargo().args(["audit", "--version"]).output().is_ok_and(|output| output.status.success());
    if !is_installed {
        return Err("cargo-audit is not installed (`cargo install cargo-audit`)".to_owned());
    }
    let output = answer_of(cargo().args(["audit", "--json", "--quiet"]))?;
    of_cargo(&output.stdout).ok_or_else(|| unreached("RustSec's", &output))
}

fn npm_packages(folder: &str) -> Answer {
    if !exists("npm") {
        return Err("npm is not installed".to_owned());
    }
    let mut audit = npm(folder);
    // By the lock file: nothing has to be installed.
    audit.args(["audit", "--json", "--audit-level=high", "--package-lock-only"]);
    audit.args(["--fetch-retries=0", "--fetch-timeout=20000"]);
    let output = answer_of(&mut audit)?;
    of_npm(&output.stdout).ok_or_else(|| unreached("npm's", &output))
}

fn answer_of(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| error.to_string())
}

/// One line, whatever the program printed.
fn unreached(whose: &str, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no answer");
    // Without addresses: which mirror a machine uses is its own affair.
    let words = first.split_whitespace().filter(|word| !word.contains("://"));
    format!("{whose} advisories can't be reached: {}", words.collect::<Vec<_>>().join(" "))
}

/// The ids that are ignored, with their reasons.
fn ignored(text: &str) -> Result<BTreeMap<&str, &str>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entries = lines.map(|line| {
        let entry = line.split_once(' ').map(|(id, reason)| (id, reason.trim()));
        entry.with_context(|| format!("{IGNORED}: say why '{line}' is ignored"))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_is_ignored_only_with_a_reason() {
        let text = "# why\n\nRUSTSEC-2020-0001 is about a function that we don't call\n";
        assert_eq!(
            ignored(text).unwrap(),
            BTreeMap::from([("RUSTSEC-2020-0001", "is about a function that we don't call")])
        );
        assert!(ignored("RUSTSEC-2020-0001\n").unwrap_err().to_string().contains("say why"));
    }

    #[test]
    fn the_list_that_is_kept_can_be_read() {
        ignored(include_str!("../ignored-advisories.txt")).unwrap();
    }
}
