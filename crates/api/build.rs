//! The pages are built by npm into `ui/dist` and embedded. Where they have not been built, this puts one page
//! there that says how, so that the API and its tests compile with cargo alone.

use std::path::Path;
use std::{fs, io};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Chartsy</title>\
<h1>The pages are not in this build</h1><p>Run <code>cargo xtask demo</code>, or \
<code>npm ci &amp;&amp; npm run build</code> in <code>ui/</code>, and build again. The API is at \
<a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>\n";

fn main() -> io::Result<()> {
    let dist = Path::new("../../ui/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        fs::create_dir_all(dist)?;
        fs::write(&index, PLACEHOLDER)?;
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../ui/dist");
    Ok(())
}
