//! The mail server that the tests of `mail` send to: aiosmtpd, a package for Python.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step::{exists, run, step};

/// Where the tests look for the Python that has it.
pub const PYTHON: &str = "CHARTSY_TEST_PYTHON";
const PACKAGE: &str = "aiosmtpd==1.4.6";

/// A Python that has the package: the system's, or one in the cache folder, which is made first.
///
/// # Errors
/// When there is none and none can be made.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(PYTHON) {
        return Ok(path.into());
    }
    let folder = cache()?.join("chartsy/mail");
    let ours = folder.join("bin/python");
    let system = PathBuf::from("python3");
    if let Some(found) = [&ours, &system].into_iter().find(|python| has_package(python)) {
        return Ok(found.clone());
    }
    let installed = step("aiosmtpd, a mail server for the tests", || install(&folder, &ours));
    if installed.is_ok() && has_package(&ours) {
        return Ok(ours);
    }
    if exists("apt-get") {
        // Without root this fails, and the line below says what to install.
        let packaged = step("aiosmtpd from the system's packages", || {
            run(Command::new("apt-get").args(["update", "-qq"]))?;
            run(Command::new("apt-get").args([
                "install",
                "-y",
                "-qq",
                "--no-install-recommends",
                "python3-aiosmtpd",
            ]))
        });
        let packaged_for = PathBuf::from("/usr/bin/python3");
        if packaged.is_ok() && has_package(&packaged_for) {
            return Ok(packaged_for);
        }
    }
    installed.context("the tests of email need Python 3 with aiosmtpd: install both, or set CHARTSY_TEST_PYTHON to a Python that has it")?;
    bail!("{} was made, but has no aiosmtpd", folder.display())
}

fn install(folder: &Path, python: &Path) -> Result<()> {
    if !exists("python3") {
        bail!("there is no python3");
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    run(Command::new(python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PACKAGE,
    ]))
}

fn has_package(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import aiosmtpd.smtp"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The folder for what can be made again, which builds are kept in too.
fn cache() -> Result<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let chosen = std::env::var_os("XDG_CACHE_HOME").filter(|path: &OsString| !path.is_empty());
    chosen.map(PathBuf::from).or_else(home).context("there is no HOME")
}
