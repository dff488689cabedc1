//! Every check and test, cheapest first.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::step::{cargo, run, step};
use crate::{advisories, api_fuzz, browser, mail, sdk, system, tidy, ui};

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
        step("advisories", advisories::check)?;
        ui::test()?;
    }
    system::need_make()?;
    step("lints", || {
        let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
        run(cargo().args(clippy))
    })?;
    let python = mail::find_or_install()?;
    step("tests (the first time takes some minutes)", || {
        run(cargo().args(["test", "--workspace", "--quiet"]).env(mail::PYTHON, &python))
    })?;
    if !is_fast {
        api_fuzz::run_named(&[])?;
        sdk::check()?;
        journeys()?;
    }
    Ok(())
}

/// The pages in a real browser, against the sandbox.
fn journeys() -> Result<()> {
    let chromium = browser::find_or_install()?;
    ui::install("e2e")?;
    step("the binary", || run(cargo().args(["build", "--quiet", "--package", "app"])))?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let binary =
        std::path::absolute(Path::new(&target).join("debug/chartsy")).context("no current folder")?;
    step("journeys in a browser", || {
        let mut journeys = ui::npm("e2e");
        run(journeys.args(["run", "--silent", "test"]).env("CHROMIUM", chromium).env("CHARTSY_BIN", binary))
    })
}
