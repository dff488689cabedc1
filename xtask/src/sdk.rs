//! Holds the sandboxes against the providers' own libraries for Python: what a library can't read, the sandbox made up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::python;
use crate::step::{cargo, run, step};

/// A script for each provider that has such a library, and what the scripts need.
const FOLDER: &str = "crates/sandbox/sdk";
const REQUIREMENTS: &str = "crates/sandbox/sdk/requirements.txt";

/// Where the libraries can't be fetched, says so and goes on: a machine without a network can still run every other test.
///
/// # Errors
/// When an answer was not as a library has it.
pub fn check() -> Result<()> {
    let wanted = fs::read_to_string(REQUIREMENTS).with_context(|| format!("can't read {REQUIREMENTS}"))?;
    let python = match find_or_install(&wanted.split_whitespace().collect::<Vec<_>>()) {
        Ok(python) => python,
        Err(reason) => {
            eprintln!("   sandboxes not read with the providers' own libraries: {reason:#}");
            return Ok(());
        }
    };
    step("the binary", || run(cargo().args(["build", "--quiet", "--package", "app"])))?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let binary =
        std::path::absolute(Path::new(&target).join("debug/chartsy")).context("no current folder")?;
    step("sandboxes, read with the providers' own libraries", || {
        scripts()?.iter().try_for_each(|script| {
            // What Python compiles stays out of the checkout.
            run(Command::new(&python).arg("-B").arg(script).arg(&binary))
        })
    })
}

fn scripts() -> Result<Vec<PathBuf>> {
    let files = fs::read_dir(FOLDER).with_context(|| format!("can't read {FOLDER}"))?;
    let mut scripts = files.map(|file| Ok(file?.path())).collect::<Result<Vec<PathBuf>>>()?;
    scripts.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    scripts.sort();
    Ok(scripts)
}

fn find_or_install(wanted: &[&str]) -> Result<PathBuf> {
    let python = python::of_environment("sdk")?;
    let has_all = wanted.iter().all(|one| {
        let (package, version) = one.split_once("==").unwrap_or((one, ""));
        let is_right =
            format!("import importlib.metadata as m; assert m.version('{package}') == '{version}'");
        python::can_run(&python, &is_right)
    });
    if !has_all {
        step("the providers' libraries", || python::install(&python, wanted))
            .context("they need Python 3, and a package index to fetch them from")?;
    }
    Ok(python)
}
