//! Daily reference rates, from whoever publishes them.

use std::time::Duration;

use model::Day;
use reqwest::header::HeaderMap;
use url::Url;

use crate::ConnectError;
use crate::http::{self, deepest, host_of};

/// The European Central Bank's data service ("ECB Data Portal", API, "Data"): all currencies against the euro.
pub const ECB: &str =
    "https://data-api.ecb.europa.eu/service/data/EXR/D..EUR.SP00.A?format=csvdata&startPeriod={from}";

const TIMEOUT: Duration = Duration::from_secs(60);
/// All currencies' whole history has some 6 MiB.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// The rates at an address as they are written there. `{from}` in it becomes the first day that is wanted.
///
/// # Errors
/// When the address is none, does not answer, or answers with anything but text.
pub async fn fetch(address: &str, from: Day) -> Result<String, ConnectError> {
    let unusable = |host: &str, reason: String| ConnectError::Unreachable { host: host.to_owned(), reason };
    let url = Url::parse(&address.replace("{from}", &from.to_string()))
        .map_err(|error| unusable("the address of reference rates", error.to_string()))?;
    let unreachable = |reason: String| unusable(&host_of(&url), reason);
    let client = http::client(&url, HeaderMap::new(), TIMEOUT).map_err(unreachable)?;
    let response = client.get(url.clone()).send().await;
    let response = response.map_err(|error| unreachable(deepest(&error.without_url())))?;
    let status = response.status();
    if !status.is_success() {
        return Err(unreachable(format!("it answered with status {}", status.as_u16())));
    }
    let body = http::body(response, LARGEST_ANSWER).await;
    let body = body.map_err(|error| unreachable(deepest(&error.without_url())))?;
    let body = body.ok_or_else(|| unreachable("its answer is too large".to_owned()))?;
    String::from_utf8(body).map_err(|_| unreachable("its answer is no text".to_owned()))
}
