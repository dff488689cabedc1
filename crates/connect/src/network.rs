//! What carries requests to a provider: the network, or its replacement in a simulation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::carrier::Carrier;
use crate::http::{Egress, Http};

#[derive(Clone, Default)]
pub enum Network {
    #[default]
    Real,
    /// The same without what is not on the public internet: for addresses that others give. Proxies are not used, since they
    /// would look names up themselves.
    Public,
    Simulated(Arc<dyn Carrier>),
}

impl Network {
    /// The way to one server; the reason if there is none. `largest_answer` is in bytes.
    ///
    /// # Errors
    /// When this machine has no certificates that it trusts.
    pub fn carrier(
        &self,
        base: &Url,
        timeout: Duration,
        largest_answer: usize,
    ) -> Result<Arc<dyn Carrier>, String> {
        Ok(match self {
            Self::Real => Arc::new(Http::new(base, timeout, largest_answer, Egress::Anywhere)?),
            Self::Public => Arc::new(Http::new(base, timeout, largest_answer, Egress::Public)?),
            Self::Simulated(carrier) => Arc::clone(carrier),
        })
    }

    /// Chance for waits, 0 to 255. The middle where there is none, and in a simulation, which must repeat.
    pub(crate) fn jitter(&self) -> u8 {
        const MIDDLE: u8 = 128;
        match self {
            Self::Real | Self::Public => getrandom::u32().map_or(MIDDLE, |chance| chance.to_le_bytes()[0]),
            Self::Simulated(_) => MIDDLE,
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "Real",
            Self::Public => "Public",
            Self::Simulated(_) => "Simulated",
        })
    }
}
