use super::*;
use model::ManualClock;

fn at_noon() -> (ManualClock, Throttle) {
    let clock = ManualClock::at(UnixSeconds(1_700_000_040));
    (clock.clone(), Throttle::new(Clock::Manual(clock)))
}

fn client(address: &str) -> Client {
    Client { address: Some(address.parse().unwrap()), agent: None }
}

fn from(address: &str) -> Place {
    Place::of(&client(address))
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
    let own = Place::known_browser("ada's laptop".into(), &client("203.0.113.7"));
    let tries = |login: &str| {
        let from = |i: u32| from(&format!("198.51.{}.{}", i / 200, i % 200));
        u32::try_from((0..300).filter(|i| throttle.begin(login, &from(*i)).is_ok()).count()).unwrap()
    };
    let (by_name, by_address) = (tries("ada"), tries("ada@example.com"));
    assert_eq!(by_name + by_address, MAX_FAILURES_OF_ACCOUNT, "whatever the account is called");
    assert!(throttle.begin("ada", &from("203.0.113.7")).is_err());
    assert_eq!(throttle.begin("ada", &own), Ok(()));
    clock.advance_ms(FORGOTTEN_AFTER_S * 1000);
    assert_eq!(throttle.begin("ada", &from("203.0.113.7")), Ok(()));
}

#[test]
fn many_known_browsers_of_one_network_guess_no_faster_than_one() {
    let (_clock, throttle) = at_noon();
    let browser =
        |number: u32, address: &str| Place::known_browser(format!("browser {number}"), &client(address));
    let guessed = (0..75).filter(|i| throttle.begin("ada", &browser(i % 15, "203.0.113.7")).is_ok());
    assert_eq!(guessed.count(), FREE_FAILURES as usize);
    assert_eq!(throttle.begin("ada", &browser(15, "198.51.100.1")), Ok(()), "her own, elsewhere");
    let moving = (0..20).filter(|i| throttle.begin("ada", &browser(16, &format!("192.0.2.{i}"))).is_ok());
    assert_eq!(moving.count(), FREE_FAILURES as usize, "one browser in many networks");
    let own = browser(17, "198.51.100.2");
    for _ in 0..50 {
        assert_eq!(throttle.begin("ada", &own), Ok(()));
        throttle.succeeded("ada", &own);
    }
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
    let sent = (0..100).filter(|number| mail(*number, kind, &format!("ada+{number}@example.com")).is_ok());
    assert_eq!(sent.count(), MAX_MAILS_TO_RECIPIENT as usize);
    assert_eq!(mail(101, kind, "ada@example.com"), Err(3600));
    assert_eq!(mail(102, MailKind::Invitation, "ada@example.com"), Ok(()), "another kind is free");
    assert_eq!(mail(103, kind, "bob@example.com"), Ok(()), "and so is everybody else");
    clock.advance_ms(FORGOTTEN_AFTER_S * 1000);
    assert_eq!(mail(104, kind, "ada@example.com"), Ok(()));
}

#[test]
fn strangers_who_request_mails_for_somebody_keep_nobody_from_requesting_one() {
    let (clock, throttle) = at_noon();
    let kind = MailKind::PasswordReset;
    let mut sent = 0;
    for number in 0..100 {
        let stranger = from(&format!("198.51.100.{number}"));
        assert_eq!(throttle.begin_request("ada@example.com", &stranger), Ok(()));
        sent += u32::from(throttle.take_room(kind, &format!("ada+{number}@example.com")));
    }
    assert_eq!(sent, MAX_MAILS_TO_RECIPIENT, "the mailbox does not fill up");
    let own = from("203.0.113.7");
    assert_eq!(throttle.begin_request("ada@example.com", &own), Ok(()));
    assert_eq!(throttle.begin_request_again("ada@example.com", &own), Ok(()));
    assert!(throttle.take_room(MailKind::Confirmation, "ada@example.com"), "another kind has room");
    clock.advance_ms(FORGOTTEN_AFTER_S * 1000);
    assert!(throttle.take_room(kind, "ada@example.com"));
}

#[test]
fn a_mail_is_sent_again_once_a_minute() {
    let (clock, throttle) = at_noon();
    let here = from("203.0.113.7");
    let again = || throttle.begin_request_again("ada@example.com", &here);
    assert_eq!(again(), Ok(()));
    assert_eq!(again(), Err(60));
    let elsewhere = throttle.begin_request_again("ada@example.com", &from("203.0.113.8"));
    assert_eq!(elsewhere, Ok(()), "for whoever requested it");
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
