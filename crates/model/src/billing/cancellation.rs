//! Why a subscription was canceled.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancellationReason {
    Requested,
    PaymentFailed,
    PaymentDisputed,
    Other,
}

impl CancellationReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "cancellation_requested",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentDisputed => "payment_disputed",
            Self::Other => "other",
        }
    }
}
