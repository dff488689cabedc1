//! What only the system's own packages bring.

use std::process::Command;

use anyhow::{Result, bail};

use crate::step::{exists, run, step};

/// Installs a package where that is possible.
///
/// # Errors
/// Where it is not: there is no `apt-get`, or it may not.
pub fn install(package: &str) -> Result<()> {
    if !exists("apt-get") {
        bail!("there is no apt-get");
    }
    step(&format!("{package} from the system's packages"), || {
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        run(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends", package]))
    })
}

/// Building the binary's allocator takes `make`, which few machines lack that have a C compiler.
///
/// # Errors
/// When there is none and it can't be installed.
pub fn need_make() -> Result<()> {
    if !cfg!(target_os = "linux") || exists("make") || install("make").is_ok() && exists("make") {
        return Ok(());
    }
    bail!("the binary's allocator is built with make: install the package 'make'")
}
