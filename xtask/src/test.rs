//! Every check and test, cheapest first.

use anyhow::{Result, bail};

use crate::step::{cargo, run, step};
use crate::{browser, tidy, ui};

/// # Errors
/// When a check or test fails.
pub fn run_all(arguments: &[String]) -> Result<()> {
    let is_fast = match arguments {
        [] => false,
        [only] if only == "fast" => true,
        other => bail!("`cargo xtask test` takes nothing or 'fast', not {other:?}"),
    };
    step("layout", tidy::run)?;
    step("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    if !is_fast {
        ui::test()?;
    }
    step("lints", || {
        let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
        run(cargo().args(clippy))
    })?;
    step("tests (the first time takes some minutes)", || {
        run(cargo().args(["test", "--workspace", "--quiet"]))
    })?;
    if !is_fast {
        journeys()?;
    }
    Ok(())
}

/// The pages in a real browser, against the sandbox.
fn journeys() -> Result<()> {
    let chromium = browser::find_or_install()?;
    ui::install("e2e")?;
    step("the binary", || run(cargo().args(["build", "--quiet", "--package", "app"])))?;
    step("journeys in a browser", || {
        run(ui::npm("e2e").args(["run", "--silent", "test"]).env("CHROMIUM", chromium))
    })
}
