//! New accounts.

pub mod confirm;
pub mod correct_address;
pub mod create;
pub mod resend;

use crate::access::throttle::Place;
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// Lets a visitor have a mail sent, at most so often: each counts as an attempt that is not forgiven.
fn limit_mails(context: &Context, client: &Client, email: &str) -> Result<(), Problem> {
    let about = format!("mail to {}", email.trim().to_lowercase());
    context.throttle.begin(&about, &Place::of(client)).map_err(Problem::too_many_tries)
}
