//! Daily reference rates, from whoever publishes them.

use std::time::Duration;

use http::Request;
use model::Day;
use url::Url;

use crate::http::host_of;
use crate::{ConnectError, Network};

/// The European Central Bank's data service ("ECB Data Portal", API, "Data"): all currencies against the euro.
pub const ECB: &str =
    "https://data-api.ecb.europa.eu/service/data/EXR/D..EUR.SP00.A?format=csvdata&startPeriod={from}";

const TIMEOUT: Duration = Duration::from_secs(60);
/// All currencies' whole history has some 6 MiB.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// An address as it may be shown: without a user, a password or a query, which may hold a key.
pub fn shown(address: &str) -> String {
    let url = Url::parse(&address.replace("{from}", "from"));
    url.map_or_else(
        |_| "no address".to_owned(),
        |url| format!("{}://{}{}", url.scheme(), host_of(&url), url.path()),
    )
}

/// The rates at an address as they are written there. `{from}` in it becomes the first day that is wanted.
///
/// # Errors
/// When the address is none, does not answer, or answers with anything but text.
pub async fn fetch(network: &Network, address: &str, from: Day) -> Result<String, ConnectError> {
    let unusable = |host: &str, reason: String| ConnectError::Unreachable { host: host.to_owned(), reason };
    let url = Url::parse(&address.replace("{from}", &from.to_string()))
        .map_err(|error| unusable("the address for reference rates", error.to_string()))?;
    let unreachable = |reason: String| unusable(&host_of(&url), reason);
    let http = network.carrier(&url, TIMEOUT, LARGEST_ANSWER).map_err(unreachable)?;
    let request = Request::get(url.as_str()).body(Vec::new());
    let request = request.map_err(|error| unreachable(error.to_string()))?;
    let answer = http.carry(request).await.map_err(|no_answer| unreachable(no_answer.to_string()))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(unreachable(format!("it answered with status {}", status.as_u16())));
    }
    String::from_utf8(answer.into_body()).map_err(|_| unreachable("the answer is not text".to_owned()))
}
