//! Limits on failed attempts and on mails. Nobody is kept out for what others did: a browser that a person has signed in with before is
//! counted by itself, and so is each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{Clock, UnixSeconds};

use crate::http::client::Client;

/// Failures that cost no wait: of one login from one place, and of one address with any logins.
const FREE_FAILURES: u32 = 5;
const FREE_FAILURES_OF_ADDRESS: u32 = 30;
/// Of one login from anywhere, within an hour. An account has two, its username and its address, which are counted apart: else a wait
/// for one of them would tell whose the other is. Together they are what an account accepts.
const MAX_FAILURES_OF_LOGIN: u32 = MAX_FAILURES_OF_ACCOUNT / 2;
const MAX_FAILURES_OF_ACCOUNT: u32 = 100;
const LONGEST_WAIT_S: i64 = 15 * 60;
/// Mails of one kind to one recipient within an hour, whoever has them sent.
const MAX_MAILS_TO_RECIPIENT: u32 = 10;
/// The same of messages to the operator by visitors.
const MAX_DEMO_REQUESTS: u32 = 60;
/// Before a mail that did not arrive is sent again.
const SENT_AGAIN_AFTER_S: i64 = 60;
/// Somebody who has not failed for this long starts again.
const FORGOTTEN_AFTER_S: i64 = 60 * 60;
/// So that invented logins can't fill the memory.
const MAX_ENTRIES: usize = 20_000;

#[derive(Debug, Default)]
pub struct Throttle {
    clock: Clock,
    entries: Mutex<HashMap<Counted, Failures>>,
}

/// Where an attempt comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A session of this account, by its id.
    Session(String),
    /// A browser that has signed in to this account before, and the network that it is in.
    KnownBrowser { name: String, network: Option<IpAddr> },
    /// A network.
    Address(Option<IpAddr>),
}

/// What a mail is for. Whoever fills a mailbox with one kind must not keep its owner from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// To confirm the address of a new account.
    Confirmation,
    NewAddress,
    PasswordReset,
    Invitation,
    Feedback,
    Demo,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    Login(String, Place),
    Place(Place),
    /// A login from anywhere but known browsers.
    Anywhere(String),
    /// A login by all browsers of a network that are known: whoever has collected their cookies is one.
    KnownIn(String, Option<IpAddr>),
    /// Mails that somebody had sent to a recipient, and all that they had sent.
    Mail(String, Place),
    Mails(Place),
    /// Mails to a recipient from anywhere.
    Recipient(MailKind, String),
    /// Mails that a place had sent to a recipient again.
    Again(String, Place),
    /// What the audit log keeps of visitors that nobody knows.
    Notes(Place),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    first_at: UnixSeconds,
    last_at: UnixSeconds,
}

impl Place {
    pub fn of(client: &Client) -> Self {
        Self::Address(network(client))
    }

    pub fn known_browser(name: String, client: &Client) -> Self {
        Self::KnownBrowser { name, network: network(client) }
    }
}

/// Somebody with one IPv6 address has the 2⁶⁴ beside it.
fn network(client: &Client) -> Option<IpAddr> {
    client.address.map(|address| match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    })
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    /// Begins an attempt to get in as `login`, or says how many seconds to wait before. An attempt counts as failed until
    /// [`Self::succeeded`] is told otherwise: many at once cannot slip through while the first is still being checked.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn begin(&self, login: &str, place: &Place) -> Result<(), u32> {
        self.count(counted(login, place))
    }

    /// Lets somebody have a mail sent to somebody, or says how many seconds to wait before. Each counts, for the sender's address and
    /// for the recipient: addresses are easy to change.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn begin_mail(&self, kind: MailKind, recipient: &str, place: &Place) -> Result<(), u32> {
        self.count(vec![
            Counted::Mail(key_of(recipient), place.clone()),
            Counted::Mails(place.clone()),
            Counted::Recipient(kind, mailbox_of(recipient)),
        ])
    }

    /// The same for a mail that whoever reads it can't do without, such as a link to choose a new password. Only the visitor waits who
    /// requested it: else strangers would keep the recipient from it. [`Self::take_room`] limits what is sent.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn begin_request(&self, recipient: &str, place: &Place) -> Result<(), u32> {
        self.count(vec![Counted::Mail(key_of(recipient), place.clone()), Counted::Mails(place.clone())])
    }

    /// The same for a mail that is sent again: once a minute. Of several requests at once, one is let through.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn begin_request_again(&self, recipient: &str, place: &Place) -> Result<(), u32> {
        self.count(vec![
            Counted::Mail(key_of(recipient), place.clone()),
            Counted::Mails(place.clone()),
            Counted::Again(mailbox_of(recipient), place.clone()),
        ])
    }

    /// Counts one more mail of a kind to a mailbox. Whether it may be sent.
    pub fn take_room(&self, kind: MailKind, recipient: &str) -> bool {
        self.count(vec![Counted::Recipient(kind, mailbox_of(recipient))]).is_ok()
    }

    /// Takes back that a mail counted, which was not sent: it has left no link that works.
    pub fn give_room_back(&self, kind: MailKind, recipient: &str) {
        if let Some(sent) = self.lock().get_mut(&Counted::Recipient(kind, mailbox_of(recipient))) {
            sent.count = sent.count.saturating_sub(1);
        }
    }

    /// Whether one more entry of the audit log may be about a visitor who is not signed in: else whoever wants to fills it.
    pub fn may_note(&self, place: &Place) -> bool {
        self.count(vec![Counted::Notes(place.clone())]).is_ok()
    }

    fn count(&self, counted: Vec<Counted>) -> Result<(), u32> {
        let now = self.clock.now();
        let mut entries = self.lock();
        let mut wait_s = 0;
        for key in &counted {
            if let Some(failures) = entries.get(key).filter(|failures| !failures.is_forgotten(key, now)) {
                wait_s = wait_s.max(failures.wait_s(key, now));
            }
        }
        if wait_s > 0 {
            return Err(seconds(wait_s));
        }
        for key in counted {
            make_room(&mut entries, now);
            let before = entries.get(&key).copied().filter(|failures| !failures.is_forgotten(&key, now));
            let count = before.map_or(0, |failures| failures.count).saturating_add(1);
            let first_at = before.map_or(now, |failures| failures.first_at);
            entries.insert(key, Failures { count, first_at, last_at: now });
        }
        Ok(())
    }

    pub fn succeeded(&self, login: &str, place: &Place) {
        let mut entries = self.lock();
        for key in counted(login, place) {
            match (&key, entries.get_mut(&key)) {
                (Counted::Login(..) | Counted::KnownIn(..), _) => _ = entries.remove(&key),
                (_, Some(failures)) => failures.count = failures.count.saturating_sub(1),
                (_, None) => {}
            }
        }
    }

    /// Takes back that an attempt counted: it failed for nothing that could have been guessed.
    pub fn forgive(&self, login: &str, place: &Place) {
        let mut entries = self.lock();
        for key in counted(login, place) {
            if let Some(failures) = entries.get_mut(&key) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Counted, Failures>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Short enough that invented ones don't fill the memory.
fn key_of(text: &str) -> String {
    text.trim().chars().take(320).flat_map(char::to_lowercase).collect()
}

/// Addresses that lead to the same mailbox are one: what follows a plus sign is the recipient's own business.
fn mailbox_of(recipient: &str) -> String {
    let key = key_of(recipient);
    match key.rsplit_once('@') {
        Some((local, domain)) => {
            let local = local.split_once('+').map_or(local, |(name, _)| name);
            format!("{local}@{domain}")
        }
        None => key,
    }
}

/// What an attempt counts for. Whoever is known answers for themselves alone.
fn counted(login: &str, place: &Place) -> Vec<Counted> {
    let login = key_of(login);
    match place {
        Place::Session(_) => vec![Counted::Login(login, place.clone())],
        Place::KnownBrowser { name, network } => {
            // It is the same browser in another network.
            let browser = Place::KnownBrowser { name: name.clone(), network: None };
            vec![Counted::Login(login.clone(), browser), Counted::KnownIn(login, *network)]
        }
        Place::Address(_) => vec![
            Counted::Login(login.clone(), place.clone()),
            Counted::Place(place.clone()),
            Counted::Anywhere(login),
        ],
    }
}

impl MailKind {
    fn most_an_hour(self) -> u32 {
        match self {
            Self::Demo => MAX_DEMO_REQUESTS,
            _ => MAX_MAILS_TO_RECIPIENT,
        }
    }
}

impl Failures {
    fn is_forgotten(&self, of: &Counted, now: UnixSeconds) -> bool {
        let since = match of {
            Counted::Anywhere(_) | Counted::Recipient(..) => self.first_at,
            _ => self.last_at,
        };
        now.0 - since.0 >= FORGOTTEN_AFTER_S
    }

    fn wait_s(&self, of: &Counted, now: UnixSeconds) -> i64 {
        match of {
            Counted::Login(..) | Counted::KnownIn(..) | Counted::Mail(..) => {
                wait_after_s(self.count, FREE_FAILURES) - (now.0 - self.last_at.0)
            }
            Counted::Place(_) | Counted::Mails(_) | Counted::Notes(_) => {
                wait_after_s(self.count, FREE_FAILURES_OF_ADDRESS) - (now.0 - self.last_at.0)
            }
            Counted::Again(..) => SENT_AGAIN_AFTER_S - (now.0 - self.last_at.0),
            Counted::Recipient(kind, _) if self.count >= kind.most_an_hour() => {
                FORGOTTEN_AFTER_S - (now.0 - self.first_at.0)
            }
            Counted::Anywhere(_) if self.count >= MAX_FAILURES_OF_LOGIN => {
                FORGOTTEN_AFTER_S - (now.0 - self.first_at.0)
            }
            Counted::Anywhere(_) | Counted::Recipient(..) => 0,
        }
    }
}

/// Forgets who failed longest ago where there is no room: those who keep failing stay.
fn make_room(entries: &mut HashMap<Counted, Failures>, now: UnixSeconds) {
    if entries.len() < MAX_ENTRIES {
        return;
    }
    entries.retain(|key, failures| !failures.is_forgotten(key, now));
    if entries.len() < MAX_ENTRIES {
        return;
    }
    let mut ages: Vec<i64> = entries.values().map(|failures| failures.last_at.0).collect();
    let (_, oldest_kept, _) = ages.select_nth_unstable(MAX_ENTRIES / 4);
    let oldest_kept = *oldest_kept;
    let mut to_go = MAX_ENTRIES / 4;
    entries.retain(|_, failures| {
        let goes = to_go > 0 && failures.last_at.0 <= oldest_kept;
        to_go -= usize::from(goes);
        !goes
    });
}

fn seconds(wait_s: i64) -> u32 {
    u32::try_from(wait_s).unwrap_or(u32::MAX).max(1)
}

fn wait_after_s(failures: u32, free: u32) -> i64 {
    match failures.checked_sub(free) {
        None => 0,
        Some(beyond) => 2_i64.saturating_pow(beyond.min(20)).min(LONGEST_WAIT_S),
    }
}

#[cfg(test)]
mod tests;
