//! From a fresh checkout to a sample merchant's MRR Breakdown.

use anyhow::{Result, anyhow};

use crate::step::{cargo, passed_on, run, step};
use crate::{system, ui};

/// # Errors
/// When a step fails; it is named.
pub fn run_demo(arguments: &[String]) -> Result<()> {
    system::need_make()?;
    // The pages and the binary need nothing of each other until the binary serves them.
    std::thread::scope(|scope| {
        let pages = scope.spawn(ui::build);
        step("the binary (the first time takes some minutes)", || {
            run(cargo().args(["build", "--package", "app"]))
        })?;
        pages.join().map_err(|_| anyhow!("building the pages crashed"))?
    })?;
    eprintln!("── the demo: press Ctrl-C to stop it");
    run(cargo().args(["run", "--quiet", "--package", "app", "--", "demo"]).args(passed_on(arguments)))
}
