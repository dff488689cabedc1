//! Files made from other files, committed so that a checkout builds without making them.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::step::{cargo, run, step};
use crate::ui;

/// # Errors
/// When there is no such file to make, or making it fails.
pub fn run_named(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["types"] => types(),
        ["currencies"] => currencies(),
        ["rates", "--csv", csv] => rates(csv),
        other => bail!("can't generate {other:?}: choose types, currencies, or rates --csv FILE"),
    }
}

/// The UI's types, from the API's own description.
fn types() -> Result<()> {
    ui::install("ui")?;
    let description = step("the API's description", || {
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "app", "--", "openapi"]).stderr(Stdio::inherit());
        let output = command.output().context("can't run chartsy")?;
        if !output.status.success() {
            bail!("`chartsy openapi` ended with {}", output.status);
        }
        Ok(output.stdout)
    })?;
    fs::create_dir_all("target").context("can't make target/")?;
    fs::write("target/openapi.json", description).context("can't write target/openapi.json")?;
    step("types", || run(ui::npm("ui").args(["run", "--silent", "gen"])))
}

/// The exponents by which the pages scale amounts.
fn currencies() -> Result<()> {
    step("currencies", || {
        let mut command = cargo();
        command
            .args(["run", "--quiet", "--package", "model", "--example", "exponents"])
            .stderr(Stdio::inherit());
        let output = command.output().context("can't run the example")?;
        if !output.status.success() {
            bail!("the example ended with {}", output.status);
        }
        fs::write("ui/src/format/exponents.json", output.stdout).context("can't write the exponents")
    })
}

/// The embedded reference rates, from the European Central Bank's file of all of them.
fn rates(csv: &str) -> Result<()> {
    let csv = fs::canonicalize(csv).with_context(|| format!("can't find {csv}"))?;
    let example = ["run", "--quiet", "--package", "metrics", "--example", "embed_rates", "--"];
    step("reference rates", || run(cargo().args(example).arg(csv)))
}
