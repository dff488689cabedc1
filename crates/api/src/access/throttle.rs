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
/// Of one account from anywhere, within an hour.
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
    /// A browser that has signed in to this account before.
    KnownBrowser(String),
    /// The network of an address: somebody with one IPv6 address has the 2⁶⁴ beside it.
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
    Account(String),
    /// Mails that somebody had sent to a recipient, and all that they had sent.
    Mail(String, Place),
    Mails(Place),
    /// Mails to a recipient from anywhere.
    Recipient(MailKind, String),
    /// Mails that were sent to a recipient again.
    Again(String),
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
        Self::Address(client.address.map(|address| match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        }))
    }
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

    /// Lets a visitor have a mail sent to somebody, or says how many seconds to wait before. Each counts, for the visitor's address and
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

    /// The same for a mail that is sent again: once a minute. Of several requests at once, one is let through.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn begin_mail_again(&self, kind: MailKind, recipient: &str, place: &Place) -> Result<(), u32> {
        self.count(vec![
            Counted::Mail(key_of(recipient), place.clone()),
            Counted::Mails(place.clone()),
            Counted::Recipient(kind, mailbox_of(recipient)),
            Counted::Again(mailbox_of(recipient)),
        ])
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
                (Counted::Login(..), _) => _ = entries.remove(&key),
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

/// What an attempt counts for. A known browser answers for itself alone.
fn counted(login: &str, place: &Place) -> Vec<Counted> {
    let login = key_of(login);
    let own = Counted::Login(login.clone(), place.clone());
    match place {
        Place::KnownBrowser(_) => vec![own],
        Place::Address(_) => vec![own, Counted::Place(place.clone()), Counted::Account(login)],
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
            Counted::Account(_) | Counted::Recipient(..) => self.first_at,
            _ => self.last_at,
        };
        now.0 - since.0 >= FORGOTTEN_AFTER_S
    }

    fn wait_s(&self, of: &Counted, now: UnixSeconds) -> i64 {
        match of {
            Counted::Login(..) | Counted::Mail(..) => {
                wait_after_s(self.count, FREE_FAILURES) - (now.0 - self.last_at.0)
            }
            Counted::Place(_) | Counted::Mails(_) | Counted::Notes(_) => {
                wait_after_s(self.count, FREE_FAILURES_OF_ADDRESS) - (now.0 - self.last_at.0)
            }
            Counted::Again(_) => SENT_AGAIN_AFTER_S - (now.0 - self.last_at.0),
            Counted::Recipient(kind, _) if self.count >= kind.most_an_hour() => {
                FORGOTTEN_AFTER_S - (now.0 - self.first_at.0)
            }
            Counted::Account(_) if self.count >= MAX_FAILURES_OF_ACCOUNT => {
                FORGOTTEN_AFTER_S - (now.0 - self.first_at.0)
            }
            Counted::Account(_) | Counted::Recipient(..) => 0,
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
mod tests {
    use super::*;
    use model::ManualClock;

    fn at_noon() -> (ManualClock, Throttle) {
        let clock = ManualClock::at(UnixSeconds(1_700_000_040));
        (clock.clone(), Throttle::new(Clock::Manual(clock)))
    }

    fn from(address: &str) -> Place {
        Place::of(&Client { address: Some(address.parse().unwrap()), agent: None })
    }

    #[test]
    fn a_visitor_fills_no_log() {
        let (clock, throttle) = at_noon();
        let here = from("203.0.113.7");
        let noted = (0..1_000).filter(|_| throttle.may_note(&here)).count();
        assert_eq!(noted, FREE_FAILURES_OF_ADDRESS as usize);
        assert!(throttle.may_note(&from("203.0.113.8")), "others are noted all the same");
        assert_eq!(throttle.begin("ada", &here), Ok(()), "and nobody is kept out for it");
        clock.advance_ms(1000);
        assert!(throttle.may_note(&here));
    }

    #[test]
    fn a_login_that_keeps_failing_has_to_wait_longer_and_longer() {
        let (clock, throttle) = at_noon();
        let here = from("203.0.113.7");
        for _ in 0..FREE_FAILURES {
            assert_eq!(throttle.begin("ada", &here), Ok(()));
        }
        assert_eq!(throttle.begin("ADA ", &here), Err(1));
        clock.advance_ms(1000);
        assert_eq!(throttle.begin("ada", &here), Ok(()));
        assert_eq!(throttle.begin("ada", &here), Err(2));
        assert_eq!(throttle.begin("bob", &here), Ok(()), "others are not kept out");
        assert_eq!(throttle.begin("ada", &from("203.0.113.8")), Ok(()), "nor the same person elsewhere");
    }

    #[test]
    fn signing_in_clears_the_failures() {
        let (_clock, throttle) = at_noon();
        let here = from("203.0.113.7");
        for _ in 0..200 {
            assert_eq!(throttle.begin("ada", &here), Ok(()));
            throttle.succeeded("ada", &here);
        }
    }

    #[test]
    fn an_address_that_tries_many_logins_is_slowed_down() {
        let (_clock, throttle) = at_noon();
        let here = from("2001:db8::1");
        let failed = (0..100).filter(|i| throttle.begin(&format!("user{i}"), &here).is_err()).count();
        assert_eq!(failed, 70);
        assert!(throttle.begin("user", &from("2001:db8::2")).is_err(), "an address of the same network");
        assert_eq!(throttle.begin("user99", &from("2001:db8:1::1")), Ok(()));
    }

    #[test]
    fn an_account_that_is_attacked_from_everywhere_stays_open_to_its_own_browsers() {
        let (clock, throttle) = at_noon();
        let own = Place::KnownBrowser("ada's laptop".into());
        let got_through = (0..300)
            .filter(|i| throttle.begin("ada", &from(&format!("198.51.{}.{}", i / 200, i % 200))).is_ok());
        assert_eq!(got_through.count(), 100);
        assert!(throttle.begin("ada", &from("203.0.113.7")).is_err());
        assert_eq!(throttle.begin("ada", &own), Ok(()));
        clock.advance_ms(FORGOTTEN_AFTER_S * 1000);
        assert_eq!(throttle.begin("ada", &from("203.0.113.7")), Ok(()));
    }

    #[test]
    fn mails_are_limited_for_whoever_has_them_sent_and_for_nobody_else() {
        let (_clock, throttle) = at_noon();
        let (here, there) = (from("203.0.113.7"), from("203.0.113.8"));
        let mail = |to: &str, place: &Place| throttle.begin_mail(MailKind::PasswordReset, to, place);
        for _ in 0..FREE_FAILURES {
            assert_eq!(mail("ada@example.com", &here), Ok(()));
        }
        assert!(mail("ADA@example.com", &here).is_err());
        assert_eq!(mail("ada@example.com", &there), Ok(()));
        assert_eq!(mail("bob@example.com", &here), Ok(()));
        assert_eq!(throttle.begin("ada@example.com", &here), Ok(()), "signing in is counted apart");
    }

    #[test]
    fn a_mailbox_gets_so_many_mails_an_hour_from_however_many_addresses_they_are_asked_for() {
        let (clock, throttle) = at_noon();
        let mail = |number: u32, kind: MailKind, to: &str| {
            throttle.begin_mail(kind, to, &from(&format!("198.51.100.{number}")))
        };
        let kind = MailKind::PasswordReset;
        let sent =
            (0..100).filter(|number| mail(*number, kind, &format!("ada+{number}@example.com")).is_ok());
        assert_eq!(sent.count(), MAX_MAILS_TO_RECIPIENT as usize);
        assert_eq!(mail(101, kind, "ada@example.com"), Err(3600));
        assert_eq!(mail(102, MailKind::Invitation, "ada@example.com"), Ok(()), "another kind is free");
        assert_eq!(mail(103, kind, "bob@example.com"), Ok(()), "and so is everybody else");
        clock.advance_ms(FORGOTTEN_AFTER_S * 1000);
        assert_eq!(mail(104, kind, "ada@example.com"), Ok(()));
    }

    #[test]
    fn a_mail_is_sent_again_once_a_minute() {
        let (clock, throttle) = at_noon();
        let here = from("203.0.113.7");
        let again = || throttle.begin_mail_again(MailKind::Confirmation, "ada@example.com", &here);
        assert_eq!(again(), Ok(()));
        assert_eq!(again(), Err(60));
        clock.advance_ms(59_000);
        assert_eq!(again(), Err(1));
        clock.advance_ms(1_000);
        assert_eq!(again(), Ok(()));
    }

    #[test]
    fn a_password_that_was_right_costs_nothing_and_clears_nothing() {
        let (_clock, throttle) = at_noon();
        let here = from("203.0.113.7");
        for _ in 0..FREE_FAILURES - 1 {
            assert_eq!(throttle.begin("ada", &here), Ok(()), "a wrong code");
        }
        for _ in 0..20 {
            assert_eq!(throttle.begin("ada", &here), Ok(()), "the password without a code");
            throttle.forgive("ada", &here);
        }
        assert_eq!(throttle.begin("ada", &here), Ok(()), "the last free wrong code");
        assert!(throttle.begin("ada", &here).is_err());
    }

    #[test]
    fn invented_logins_do_not_fill_the_memory_or_close_the_door() {
        let (_clock, throttle) = at_noon();
        for i in 0..30_000_u32 {
            let address = IpAddr::from((0x0a00_0000_u32 + i).to_be_bytes());
            let place = Place::of(&Client { address: Some(address), agent: None });
            assert_eq!(throttle.begin(&format!("user{i}"), &place), Ok(()));
        }
        assert!(throttle.lock().len() <= MAX_ENTRIES);
    }
}
