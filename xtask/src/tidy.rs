//! What a compiler does not check: which crate may depend on which, how long a file is, which license a library has,
//! where a provider is named.

mod asvs;
mod providers;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::step::cargo;

/// Which of our crates each crate may depend on (tests may depend on more).
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("connect", &["model"]),
    ("store", &["model"]),
    ("metrics", &["model", "store"]),
    ("sync", &["model", "connect", "store", "metrics"]),
    ("sandbox", &["model"]),
    ("mail", &["model", "connect", "store"]),
    ("api", &["model", "connect", "store", "metrics", "sync", "sandbox", "mail"]),
    ("app", &["model", "connect", "store", "metrics", "sync", "sandbox", "mail", "api"]),
    ("xtask", &[]),
];

/// Libraries that only these crates may use.
const OWNERS: &[(&str, &[&str])] =
    &[("rusqlite", &["store"]), ("reqwest", &["connect", "sandbox", "sync"]), ("lettre", &["mail"])];

/// The feature with the made-up source, which no build that is shipped may have.
const TESTS_ONLY: &str = "made-up";

/// The licenses that a library may have to be compatible with MIT OR Apache-2.0.
const LICENSES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const MAX_LINES: usize = 500;

/// # Errors
/// With every finding, one a line.
pub fn run() -> Result<()> {
    let packages = packages()?;
    let mut findings = Vec::new();
    arrows(&packages, &mut findings);
    licenses(&packages, &mut findings);
    reasons(&mut findings)?;
    lints(&packages, &mut findings)?;
    files(&mut findings)?;
    if findings.is_empty() { Ok(()) } else { bail!("{}", findings.join("\n")) }
}

/// Every package of the build by name, as cargo describes it.
fn packages() -> Result<Vec<Value>> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .context("can't run cargo")?;
    if !output.status.success() {
        bail!("`cargo metadata --locked` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut metadata: Value =
        serde_json::from_slice(&output.stdout).context("cargo's metadata is not JSON")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo's metadata has no packages"),
    }
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}

fn features(dependency: &Value) -> impl Iterator<Item = &str> {
    dependency["features"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn arrows(packages: &[Value], findings: &mut Vec<String>) {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        let Some(may) = allowed.get(name(package)) else {
            findings.push(format!(
                "crate '{}' is not in tidy's list of allowed dependencies: add it",
                name(package)
            ));
            continue;
        };
        let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        for dependency in dependencies.iter().filter(|dependency| dependency["kind"] != "dev") {
            let to = name(dependency);
            if allowed.contains_key(to) && !may.contains(&to) {
                findings.push(format!("crate '{}' must not depend on '{to}'", name(package)));
            }
            if features(dependency).any(|feature| feature == TESTS_ONLY) {
                findings
                    .push(format!("crate '{}' may switch on '{TESTS_ONLY}' only for tests", name(package)));
            }
            let owners = OWNERS.iter().find(|(library, _)| *library == to).map(|(_, owners)| *owners);
            if owners.is_some_and(|owners| !owners.contains(&name(package))) {
                findings.push(format!("crate '{}' must not use '{to}'", name(package)));
            }
        }
    }
}

fn licenses(packages: &[Value], findings: &mut Vec<String>) {
    for package in packages.iter().filter(|package| package["source"].is_string()) {
        let license = package["license"].as_str().unwrap_or("none");
        if !is_fit(license) {
            findings.push(format!("library '{}' has the license '{license}'", name(package)));
        }
    }
}

/// One way to choose among the alternatives has only fit licenses.
fn is_fit(license: &str) -> bool {
    let plain = license.replace(['(', ')'], " ").replace('/', " OR ").replace(" WITH LLVM-exception", "");
    let is_known = |word: &str| LICENSES.contains(&word.trim());
    // Approximately: `A AND (B OR C)` is fit if every part joined by AND has a fit alternative.
    plain.split(" AND ").all(|part| part.split(" OR ").any(is_known))
}

/// Each dependency of the workspace says why it is here: beside it, or above its group.
fn reasons(findings: &mut Vec<String>) -> Result<()> {
    let manifest = fs::read_to_string("Cargo.toml").context("can't read Cargo.toml")?;
    let dependencies = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let mut has_reason = false;
    for line in dependencies.take_while(|line| !line.starts_with('[')) {
        if line.trim().is_empty() {
            has_reason = false;
        } else if line.starts_with('#') {
            has_reason = true;
        } else if !has_reason && !line.contains('#') && !line.contains("path =") {
            findings.push(format!("Cargo.toml: say why it is here: {line}"));
        }
    }
    Ok(())
}

/// Each of our crates obeys the lints of the workspace, which forbid unsafe code.
fn lints(packages: &[Value], findings: &mut Vec<String>) -> Result<()> {
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let manifest = fs::read_to_string(manifest).with_context(|| format!("can't read {manifest}"))?;
        findings.extend(without_lints(name(package), &manifest));
    }
    let workspace = fs::read_to_string("Cargo.toml").context("can't read Cargo.toml")?;
    if !workspace.contains("\nunsafe_code = \"forbid\"\n") {
        findings.push("Cargo.toml: the workspace has to forbid unsafe code".to_owned());
    }
    Ok(())
}

fn without_lints(crate_name: &str, manifest: &str) -> Option<String> {
    let has_lints = manifest.contains("\n[lints]\nworkspace = true\n");
    (!has_lints).then(|| format!("crate '{crate_name}' does not take the lints of the workspace"))
}

fn files(findings: &mut Vec<String>) -> Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard"])
        .output()
        .context("can't run git")?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    providers::check(listed.lines(), findings);
    asvs::check(listed.lines(), findings);
    for path in listed.lines().filter(|path| is_source(path)) {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let lines = text.lines().count();
        if lines > MAX_LINES {
            findings.push(format!("{path}: {lines} lines; split it below {MAX_LINES}"));
        }
        if path.ends_with("/mod.rs") {
            findings.push(format!("{path}: name it after its folder, beside the folder"));
        }
        if path.ends_with(".rs")
            && text.lines().any(|line| line.trim_start().starts_with(concat!("#[", "allow(")))
        {
            findings.push(format!("{path}: use #[expect(…, reason)]"));
        }
        if path.starts_with("crates/metrics/src/ledger") {
            purity(path, &text, findings);
        }
    }
    Ok(())
}

fn is_source(path: &str) -> bool {
    let is_code = [".rs", ".ts", ".tsx", ".mjs", ".sql", ".css"].iter().any(|ending| path.ends_with(ending));
    is_code
        && !path.contains("/generated/")
        && !path.ends_with(".d.ts")
        && !path.ends_with("routeTree.gen.ts")
}

/// The ledger does no I/O, reads no clock and knows no provider.
fn purity(path: &str, text: &str, findings: &mut Vec<String>) {
    for word in ["std::fs", "std::net", "tokio", "Clock", "store::", "SystemTime", "Instant::now"] {
        if text.contains(word) {
            findings.push(format!("{path}: the ledger is pure and must not use '{word}'"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crate_that_leaves_the_lints_out_is_found() {
        assert_eq!(
            without_lints("store", "[package]\n\n[lints]\nworkspace = true\n\n[dependencies]\n"),
            None
        );
        for manifest in ["[package]\n", "[package]\n\n[lints.rust]\nunsafe_code = \"allow\"\n"] {
            assert!(without_lints("store", manifest).is_some(), "{manifest}");
        }
    }

    #[test]
    fn the_made_up_source_is_switched_on_by_tests_alone() {
        let findings_for = |kind: Value| {
            let dependency = json!({"name": "connect", "kind": kind, "features": [TESTS_ONLY]});
            let mut findings = Vec::new();
            arrows(&[json!({"name": "app", "source": null, "dependencies": [dependency]})], &mut findings);
            findings
        };
        assert_eq!(findings_for(json!("dev")), Vec::<String>::new());
        assert_eq!(findings_for(Value::Null), ["crate 'app' may switch on 'made-up' only for tests"]);
    }
}
