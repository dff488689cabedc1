//! What is requested after an outage that is longer than a list of events reaches back.

use std::time::Duration;

use connect::Source;
use model::UnixSeconds;
use sandbox::Provider;

use crate::line::{Account, Seen};
use crate::money;

/// After an outage that is longer than events reach back, a list that can be asked for what has changed is asked only for that.
pub fn check(provider: Provider) {
    let account = Account::of(provider, 40, Duration::from_millis(100));
    let first_requests = account.sync();
    assert!(first_requests.iter().all(|seen| !seen.is_refused), "{provider}: a limit that is known is kept");
    account.live(200);
    let requests = account.sync();
    let asks_for_changes = |seen: &&Seen| seen.query.contains("updated_at");
    let first = requests.iter().find(asks_for_changes).map(|seen| seen.path.clone());
    let of_list = || requests.iter().filter(|seen| Some(&seen.path) == first.as_ref());
    assert!(of_list().count() > 0, "{provider}");
    assert_eq!(of_list().count(), of_list().filter(asks_for_changes).count(), "{provider}");
    let ever = UnixSeconds(i64::MIN);
    let found = money::found(Source::of(provider.as_str()).unwrap(), &account.objects(), ever);
    assert!(found == money::meant(account.sandbox(), ever), "{provider}: money that moved meanwhile");
}
