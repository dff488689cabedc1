//! The browser that the journeys run in.

use anyhow::{Result, bail};

use crate::system;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program's full path, or `CHROMIUM` where it is set: what starts it looks along no PATH. Installed from the system's packages where that is possible.
///
/// # Errors
/// When there is none and it can't be installed.
pub fn find_or_install() -> Result<String> {
    if let Ok(path) = std::env::var("CHROMIUM") {
        return Ok(path);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    // Without root this fails, and the line below says what to install.
    if let (Ok(()), Some(found)) = (system::install("chromium"), find()) {
        return Ok(found);
    }
    bail!(
        "the browser journeys need Chromium: install the package 'chromium', or set CHROMIUM to the program's path"
    )
}

fn find() -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.filter(|place| place.is_file()).find_map(|place| place.into_os_string().into_string().ok())
}
