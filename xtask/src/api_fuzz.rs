//! Holds the API against its own description: Schemathesis, a package for Python, tries every operation as every kind of visitor.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::python;
use crate::step::{cargo, passed_on, run, step};

const VERSION: &str = "4.32.5";
const SCRIPT: &str = "xtask/src/api_fuzz/run.py";

/// Names of visitors, or all; `long` tries more.
///
/// # Errors
/// When there is no Schemathesis, or an answer was not as described.
pub fn run_named(arguments: &[String]) -> Result<()> {
    let python = find_or_install()?;
    step("the binary", || run(cargo().args(["build", "--quiet", "--package", "app"])))?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let binary =
        std::path::absolute(Path::new(&target).join("debug/chartsy")).context("no current folder")?;
    step("every operation of the API as every visitor", || {
        run(Command::new(&python).arg(SCRIPT).arg(&binary).args(passed_on(arguments)))
    })
}

fn find_or_install() -> Result<PathBuf> {
    let python = python::of_environment("api-fuzz")?;
    let is_right = format!("import importlib.metadata as m; assert m.version('schemathesis') == '{VERSION}'");
    if !python::can_run(&python, &is_right) {
        let package = format!("schemathesis=={VERSION}");
        step("Schemathesis", || python::install(&python, &[&package]))
            .context("trying the API needs Python 3, and a package index to fetch Schemathesis from")?;
    }
    Ok(python)
}
