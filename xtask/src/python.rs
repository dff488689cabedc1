//! Packages for Python that tests need, each in an environment of its own in the cache folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step::{exists, run};

/// Where the Python of an environment is, made or not.
///
/// # Errors
/// When there is no home folder.
pub fn of_environment(name: &str) -> Result<PathBuf> {
    Ok(cache()?.join("chartsy").join(name).join("bin/python"))
}

/// Makes an environment with these packages, in place of what is there.
///
/// # Errors
/// When there is no Python, or a package can't be fetched.
pub fn install(python: &Path, packages: &[&str]) -> Result<()> {
    if !exists("python3") {
        bail!("there is no python3");
    }
    let folder = python.parent().and_then(Path::parent).context("an environment is a folder")?;
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(python).args(pip).args(packages))
}

/// Whether a Python can run these lines.
pub fn can_run(python: &Path, lines: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", lines]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The folder for what can be made again, which builds are kept in too.
fn cache() -> Result<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let chosen = std::env::var_os("XDG_CACHE_HOME").filter(|path: &OsString| !path.is_empty());
    chosen.map(PathBuf::from).or_else(home).context("there is no HOME")
}
