//! What stands in the place of the network: a sandbox in this process, the time that answers take, and troubles that begin
//! and end in the middle of the work.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use connect::{Carrier, Carrying, NoAnswer};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use sandbox::Sandbox;
use tokio::time::sleep;

use crate::chance::mix;
use crate::strange;

/// The provider's own libraries wait no longer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(80);
/// What no list and no object looks like.
const NONSENSE: [&str; 6] = [
    "<html><body>bad gateway</body></html>",
    "",
    "null",
    "[]",
    r#"{"object":"list","data":7}"#,
    r#"{"object":"#,
];

/// What goes wrong between here and the provider, or there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    NoName,
    Refused,
    Silence,
    Nonsense,
    KeyWithdrawn,
    /// By its number.
    PermissionWithdrawn(usize),
}

/// A trouble and the requests that have it, counted from when it was announced.
#[derive(Debug, Clone, Copy)]
struct Spell {
    trouble: Trouble,
    from: u64,
    to: u64,
}

pub struct World {
    pub sandbox: Sandbox,
    seed: u64,
    is_strange: bool,
    weather: Mutex<Weather>,
}

#[derive(Default)]
struct Weather {
    spell: Option<Spell>,
    asked: u64,
    /// How often each address was requested: a second request takes another time.
    times: HashMap<String, u64>,
    trace: Vec<String>,
}

impl World {
    pub fn new(sandbox: Sandbox, seed: u64, is_strange: bool) -> Self {
        Self { sandbox, seed, is_strange, weather: Mutex::default() }
    }

    /// From the request `from` of those to come, and for `lasts` of them.
    pub fn trouble(&self, trouble: Trouble, from: u64, lasts: u64) {
        let mut weather = self.weather();
        weather.asked = 0;
        weather.spell = Some(Spell { trouble, from, to: from.saturating_add(lasts) });
    }

    pub fn clear(&self) {
        self.weather().spell = None;
        self.sandbox.withdraw(None);
    }

    /// Every request so far, in the order of their answers, and how each was answered.
    pub fn trace(&self) -> Vec<String> {
        self.weather().trace.clone()
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        let asked = format!("{} {}", request.method(), request.uri());
        let (trouble, time) = {
            let mut weather = self.weather();
            let number = weather.asked;
            weather.asked += 1;
            let time = weather.times.entry(asked.clone()).or_default();
            *time += 1;
            let time = *time;
            let spell = weather.spell.filter(|spell| (spell.from..spell.to).contains(&number));
            (spell.map(|spell| spell.trouble), time)
        };
        let lost = |text: &str| Err(NoAnswer::Connection(text.to_owned()));
        // Each its own instant, so that answers have an order.
        sleep(Duration::from_micros(10_000 + mix(self.seed, &asked, time) % 90_000)).await;
        let mut withdrawn = None;
        match trouble {
            Some(Trouble::NoName) => {
                return lost("failed to lookup address information: Name or service not known");
            }
            Some(Trouble::Refused) => return lost("Connection refused"),
            Some(Trouble::Silence) => {
                sleep(REQUEST_TIMEOUT).await;
                return lost("it did not answer in time");
            }
            Some(Trouble::Nonsense) => {
                let chosen = usize::try_from(mix(self.seed, &asked, time + 1)).unwrap_or(0) % NONSENSE.len();
                return Ok(Response::new(NONSENSE[chosen].into()));
            }
            Some(Trouble::KeyWithdrawn) => withdraw_key(&mut request, &self.sandbox.key),
            Some(Trouble::PermissionWithdrawn(permission)) => withdrawn = Some(permission),
            None => {}
        }
        self.sandbox.withdraw(withdrawn);
        let answer = self.sandbox.answer(request.map(Body::from)).await;
        let answer = answer.map_err(|error| NoAnswer::Connection(error.to_string()))?;
        let is_strange = self.is_strange && answer.status().is_success();
        Ok(answer.map(|body| if is_strange { strange::made(&body) } else { body.into() }))
    }
}

/// The key of a request is another one, in its header or in its body.
fn withdraw_key(request: &mut Request<Vec<u8>>, key: &str) {
    let mut wrong = format!("Bearer {key}");
    wrong.replace_range(wrong.len() - 1.., "x");
    if request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&wrong).unwrap()).is_some() {
        return;
    }
    let secret = key.rsplit(':').next().unwrap();
    let body = String::from_utf8(std::mem::take(request.body_mut())).unwrap();
    *request.body_mut() = body.replace(secret, &"0".repeat(secret.len())).into_bytes();
}

impl Carrier for World {
    fn carry(&self, request: Request<Vec<u8>>) -> Carrying<'_> {
        Box::pin(async move {
            let asked = format!("{} {}", request.method(), request.uri());
            let answer = self.answer(request).await;
            let said = answer.as_ref().map_or_else(ToString::to_string, |answer| {
                format!("{}, {} bytes", answer.status(), answer.body().len())
            });
            self.weather().trace.push(format!("{asked}: {said}"));
            answer
        })
    }
}
