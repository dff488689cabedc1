//! How much may be asked for at once.

use crate::{ClientConfig, Limits};

/// As many requests as keep the limits busy; more would only wait there.
pub fn requests_at_once(config: &ClientConfig) -> usize {
    let share = usize::from(config.share_percent.clamp(1, 100));
    match config.limits {
        Limits::None | Limits::OnceRefused => 32,
        Limits::Published if config.key.is_test_mode() => 25 * share / 100,
        Limits::Published => 50 * share / 100,
    }
}
