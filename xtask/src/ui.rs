//! The pages: npm packages by the lock file, and the built bundle, each only when something changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{exists, run, step};

const UI: &str = "ui";

/// Installs what the lock file names, unless that is there already.
///
/// # Errors
/// When Node is missing or npm fails.
pub fn install(folder: &str) -> Result<()> {
    if !exists("npm") {
        bail!("Node.js is missing: install Node 20 or newer with npm, then run this again");
    }
    let lock = Path::new(folder).join("package-lock.json");
    let stamp = Path::new(folder).join("node_modules/.installed-lock");
    let wanted = hash_of(&[lock])?;
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    step(&format!("npm packages of {folder}/"), || {
        run(npm(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        fs::write(stamp, &wanted).context("can't note what was installed")
    })
}

/// Builds the pages, unless nothing has changed since the last time.
///
/// # Errors
/// When the packages can't be installed or the build fails.
pub fn build() -> Result<()> {
    install(UI)?;
    let stamp = Path::new(UI).join("dist/.built-from");
    let wanted = hash_of(&sources()?)?;
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    step("pages", || {
        run(npm(UI).args(["run", "--silent", "build"]))?;
        fs::write(stamp, &wanted).context("can't note what was built")
    })
}

/// Checks and tests of the pages.
///
/// # Errors
/// When one fails.
pub fn test() -> Result<()> {
    build()?;
    step("pages: lint, size, unit tests", || {
        for script in ["lint", "size", "test"] {
            run(npm(UI).args(["run", "--silent", script]))?;
        }
        Ok(())
    })
}

pub fn npm(folder: &str) -> Command {
    let mut command = Command::new("npm");
    command.args(["--prefix", folder]);
    command
}

fn sources() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    // The pages show the definitions of the metrics as their help.
    let mut folders = vec![PathBuf::from(UI), PathBuf::from("docs/metrics")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
            let path = entry?.path();
            let is_output = ["node_modules", "dist"].iter().any(|name| path.ends_with(name));
            if is_output {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

fn hash_of(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content = fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
        (file, content).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
