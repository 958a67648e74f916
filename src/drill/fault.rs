//! What goes wrong on purpose.

/// A kind of fault. Each must strike in every drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// `kill -9`, and a new start.
    ServerKilled,
    /// An immediate stop, and a new start: what was not committed is lost.
    PostgresStopped,
    /// Every process of it stands still.
    PostgresFrozen,
    /// Answers to one server take their time.
    PostgresSlow,
    /// One server reaches it no more; its connections hang.
    PostgresCutOff,
    /// The connection ends between a COMMIT and its answer.
    CommitCut,
    /// The connection ends between a writing statement outside a transaction and its answer.
    StatementCut,
    RedisFrozen,
    RedisFlushed,
    /// Stripe answers 500 and has done nothing.
    StripeFails,
    /// Stripe answers 500 although it did what was asked.
    StripeFailsAfterDoing,
    /// Stripe does what was asked, and the connection breaks.
    StripeAnswerLost,
    /// Stripe does what was asked and answers late.
    StripeStalled,
    WebhooksTwice,
    WebhooksShuffled,
    WebhooksLate,
}

impl Fault {
    pub const ALL: [Self; 16] = [
        Self::ServerKilled,
        Self::PostgresStopped,
        Self::PostgresFrozen,
        Self::PostgresSlow,
        Self::PostgresCutOff,
        Self::CommitCut,
        Self::StatementCut,
        Self::RedisFrozen,
        Self::RedisFlushed,
        Self::StripeFails,
        Self::StripeFailsAfterDoing,
        Self::StripeAnswerLost,
        Self::StripeStalled,
        Self::WebhooksTwice,
        Self::WebhooksShuffled,
        Self::WebhooksLate,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ServerKilled => "server killed",
            Self::PostgresStopped => "postgres stopped",
            Self::PostgresFrozen => "postgres frozen",
            Self::PostgresSlow => "postgres slow",
            Self::PostgresCutOff => "postgres cut off",
            Self::CommitCut => "cut after COMMIT",
            Self::StatementCut => "cut after statement",
            Self::RedisFrozen => "redis frozen",
            Self::RedisFlushed => "redis flushed",
            Self::StripeFails => "stripe 500",
            Self::StripeFailsAfterDoing => "stripe 500 after doing",
            Self::StripeAnswerLost => "stripe answer lost",
            Self::StripeStalled => "stripe stalled",
            Self::WebhooksTwice => "webhooks twice",
            Self::WebhooksShuffled => "webhooks shuffled",
            Self::WebhooksLate => "webhooks late",
        }
    }

    /// Whether it meets one server alone.
    pub fn is_of_one_server(self) -> bool {
        matches!(
            self,
            Self::ServerKilled
                | Self::PostgresSlow
                | Self::PostgresCutOff
                | Self::CommitCut
                | Self::StatementCut
        )
    }

    /// The shortest and longest time for which it lasts, in milliseconds.
    pub fn lasts_ms(self) -> (u64, u64) {
        match self {
            Self::PostgresFrozen | Self::RedisFrozen | Self::PostgresCutOff => (400, 2_500),
            Self::ServerKilled | Self::PostgresStopped => (0, 800),
            Self::RedisFlushed => (0, 0),
            Self::StripeStalled => (300, 2_000),
            _ => (800, 2_500),
        }
    }
}
