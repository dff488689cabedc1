//! A command that prints the master key, such as a password manager's.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use model::Secret;
use zeroize::Zeroizing;

use crate::StoreError;

/// Somebody may have to confirm it.
const TIMEOUT: Duration = Duration::from_secs(60);
/// It is not run more often than this, whatever comes of it.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Far more than any number of keys.
const MAX_BYTES: u64 = 16 * 1024;

/// A program with its arguments. It is run without a shell, and its answer is remembered until a key is missing from it.
pub struct KeyCommand {
    words: Vec<String>,
    timeout: Duration,
    /// The last one, or why there was none.
    answer: Mutex<Option<(Instant, Result<Secret, String>)>>,
}

impl KeyCommand {
    /// From a line such as `pass show chartsy`. Words are separated by spaces unless they are quoted; nothing in them is
    /// expanded. A shell runs only where the line names one: `sh -c '…'`.
    ///
    /// # Errors
    /// `MasterKey` when the line has no word, or a quote is not closed.
    pub fn parse(line: &str) -> Result<Self, StoreError> {
        let words = shlex::split(line).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| StoreError::MasterKey {
            reason: "its command is empty, or a quote in it is not closed".to_owned(),
        })?;
        Ok(Self { words, timeout: TIMEOUT, answer: Mutex::default() })
    }

    /// The program, without its arguments.
    pub(super) fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// What the command printed. It is run again where `is_fresh` and the last time is long enough ago.
    pub(super) fn answer(&self, is_fresh: bool) -> Result<Secret, StoreError> {
        let mut kept = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good_enough = |(at, answer): &&(Instant, Result<Secret, String>)| {
            at.elapsed() < AGAIN_AFTER || (!is_fresh && answer.is_ok())
        };
        let answer = match kept.as_ref().filter(is_good_enough) {
            Some((_, answer)) => answer.clone(),
            None => {
                let answer = self.run();
                *kept = Some((Instant::now(), answer.clone()));
                answer
            }
        };
        answer.map_err(|reason| StoreError::MasterKey { reason })
    }

    fn run(&self) -> Result<Secret, String> {
        let program = self.program();
        let failed = |what: String| format!("'{program}' {what}");
        // What it says about itself goes to whoever started chartsy. It is not asked for anything on our standard input.
        let mut command = Command::new(program);
        command.args(&self.words[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().map_err(|error| failed(format!("can't be run: {error}")))?;
        let printed = printed(&mut child, self.timeout);
        let Some(printed) = printed else {
            stop(&mut child);
            return Err(failed(format!("printed no key within {} s", self.timeout.as_secs())));
        };
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(format!("failed ({status})")));
        }
        Ok(printed)
    }
}

/// Everything up to the end of its output. `None` when that does not come in time.
fn printed(child: &mut Child, timeout: Duration) -> Option<Secret> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    // Not joined: something that the command has started may hold on to the output.
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let read = stdout.take(MAX_BYTES).read_to_end(&mut bytes);
        // What is not text is not a key: the caller says so.
        let text = read.map(|_| Secret::new(String::from_utf8_lossy(&bytes).into_owned()));
        // Whoever waited may have given up.
        let _ = sender.send(text);
    });
    receiver.recv_timeout(timeout).ok()?.ok()
}

fn stop(child: &mut Child) {
    // It may have ended by itself just now.
    let _ = child.kill();
    let _ = child.wait();
}

impl std::fmt::Debug for KeyCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An argument may be a password.
        write!(f, "KeyCommand({} …)", self.program())
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Result<Secret, StoreError> {
        KeyCommand::parse(line).unwrap().answer(false)
    }

    #[test]
    fn what_it_prints_is_the_answer_and_nothing_is_expanded() {
        assert_eq!(said("echo a 'b  c' \"d\"").unwrap().expose(), "a b  c d\n");
        assert_eq!(said("echo $HOME ; echo `id` *").unwrap().expose(), "$HOME ; echo `id` *\n");
        assert_eq!(said("sh -c 'echo $((1 + 1))'").unwrap().expose(), "2\n", "unless a shell is named");
    }

    #[test]
    fn what_went_wrong_is_said_without_what_it_printed_or_was_given() {
        let table = [
            ("chartsy-test-no-such-program secret", "'chartsy-test-no-such-program' can't be run"),
            ("sh -c 'echo secret; exit 3'", "'sh' failed (exit status: 3)"),
        ];
        for (line, wanted) in table {
            let error = said(line).unwrap_err().to_string();
            assert!(error.contains(wanted) && !error.contains("secret"), "{error}");
        }
        assert!(KeyCommand::parse("").is_err() && KeyCommand::parse("echo 'a").is_err());
    }

    #[test]
    fn a_command_that_does_not_end_is_given_up() {
        let timeout = Duration::from_millis(50);
        let command = KeyCommand { timeout, ..KeyCommand::parse("sleep 600").unwrap() };
        let error = command.answer(false).unwrap_err().to_string();
        assert!(error.contains("'sleep' printed no key within"), "{error}");
    }

    #[test]
    fn it_is_not_run_for_every_secret() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let line = format!("sh -c 'echo run >> {0}; cat {0}'", log.display());
        let command = KeyCommand::parse(&line).unwrap();
        for is_fresh in [false, false, true] {
            assert_eq!(command.answer(is_fresh).unwrap().expose(), "run\n", "nor again at once");
        }
    }
}
