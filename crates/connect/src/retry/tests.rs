use super::*;

const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(8) };

fn status(status: u16) -> Answer {
    Answer {
        status,
        request_id: None,
        server_time: None,
        should_retry: None,
        limited_reason: None,
        retry_after: None,
        body: Vec::new(),
    }
}

fn attempts(failure: &Failure) -> u32 {
    let again = |attempt: &u32| failure.wait(*attempt, BACKGROUND, BACKOFF, 255).is_some();
    (1..).take_while(again).count() as u32 + 1
}

#[test]
fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    for passing in [409, 500, 502, 503] {
        assert_eq!(attempts(&Failure::Status(status(passing))), 6, "{passing}");
    }
    for lasting in [301, 400, 401, 403, 404, 405, 501] {
        assert_eq!(attempts(&Failure::Status(status(lasting))), 1, "{lasting}");
    }
    assert_eq!(attempts(&Failure::Status(status(429))), 20);
    assert_eq!(attempts(&Failure::NoAnswer(NoAnswer::Connection("reset".to_owned()))), 6);
    assert_eq!(attempts(&Failure::NoAnswer(NoAnswer::TooLarge)), 1);
    assert_eq!(attempts(&Failure::NoAnswer(NoAnswer::NotPublic)), 1);
    let unreadable = |is_cut| Failure::Unreadable { answer: status(200), reason: String::new(), is_cut };
    assert_eq!(attempts(&unreadable(true)), 6);
    assert_eq!(attempts(&unreadable(false)), 3);
}

#[test]
fn the_servers_own_word_on_trying_again_counts_more_than_the_status() {
    let said =
        |code, should_retry| Failure::Status(Answer { should_retry: Some(should_retry), ..status(code) });
    assert_eq!(attempts(&said(500, false)), 1);
    assert_eq!(attempts(&said(429, false)), 1);
    assert_eq!(attempts(&said(400, true)), 6);
}

#[test]
fn a_person_who_waits_is_told_sooner_that_nothing_answers() {
    let failure = Failure::NoAnswer(NoAnswer::Connection("refused".to_owned()));
    assert!(failure.wait(2, INTERACTIVE, BACKOFF, 0).is_some());
    assert_eq!(failure.wait(3, INTERACTIVE, BACKOFF, 0), None);
}

#[test]
fn waits_double_up_to_the_longest_of_which_half_is_chance() {
    let waits =
        |jitter| (1..=6).map(|attempt| BACKOFF.after(attempt, jitter).as_millis()).collect::<Vec<_>>();
    assert_eq!(waits(255), [500, 1000, 2000, 4000, 8000, 8000]);
    assert_eq!(waits(0), [250, 500, 1000, 2000, 4000, 4000]);
    assert_eq!(BACKOFF.after(u32::MAX, 255), BACKOFF.longest);
}

#[test]
fn the_server_may_say_how_long_to_wait_up_to_a_limit() {
    let after = |seconds| Failure::Status(Answer { retry_after: Some(seconds), ..status(429) });
    let wait = |seconds| after(seconds).wait(1, BACKGROUND, BACKOFF, 255);
    assert_eq!(wait(7), Some(Duration::from_secs(7)));
    assert_eq!(wait(0), Some(BACKOFF.first));
    assert_eq!(wait(u64::MAX), None);
}
