//! The mail server that the tests of `mail` send to: aiosmtpd, a package for Python.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{python, system};

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
    let ours = python::of_environment("mail")?;
    let system = PathBuf::from("python3");
    if let Some(found) = [&ours, &system].into_iter().find(|python| has_package(python)) {
        return Ok(found.clone());
    }
    let installed = step("aiosmtpd, a mail server for the tests", || python::install(&ours, &[PACKAGE]));
    if installed.is_ok() && has_package(&ours) {
        return Ok(ours);
    }
    let packaged_for = PathBuf::from("/usr/bin/python3");
    // Without root this fails, and the line below says what to install.
    if system::install("python3-aiosmtpd").is_ok() && has_package(&packaged_for) {
        return Ok(packaged_for);
    }
    installed.context("the tests of email need Python 3 with aiosmtpd: install both, or set CHARTSY_TEST_PYTHON to a Python that has it")?;
    bail!("{} was made, but has no aiosmtpd", ours.display())
}

fn has_package(python: &Path) -> bool {
    python::can_run(python, "import aiosmtpd.smtp")
}
