#![no_main]

use std::sync::OnceLock;

use fuzz::webhook::Route;
use libfuzzer_sys::fuzz_target;

static ROUTE: OnceLock<Route> = OnceLock::new();

fuzz_target!(|data: &[u8]| ROUTE.get_or_init(|| Route::open().expect("a folder")).deliver(data));
