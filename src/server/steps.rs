//! The steps of checkout and of cancelling after each of which the program may die and lose nothing.
//!
//! Only a program built with the feature `plant`, which the product never is, can be told to die there, by
//! `SKYCONNECT_CRASH_AT`.

/// Every step, in the order in which a booking takes them. A name that is reached is in this list.
pub const STEPS: &[&str] = &[
    "choose.taken",
    "checkout.seated",
    "checkout.reserved",
    "checkout.intent_created",
    "checkout.intent_kept",
    "checkout.authorised",
    "checkout.ticketed",
    "webhook.stored",
    "capture.leased",
    "capture.captured",
    "capture.recorded",
    "void.leased",
    "void.begun",
    "void.voided",
    "void.recorded",
    "cancel.quoted",
    "cancel.released",
    "refund.leased",
    "refund.made",
    "refund.recorded",
    "mail.leased",
    "mail.sent",
    "mail.recorded",
];

/// Says that a step is done, its transaction committed or its outside call answered.
pub fn reached(step: &'static str) {
    debug_assert!(STEPS.contains(&step), "{step} is not in the list of steps");
    #[cfg(feature = "plant")]
    if std::env::var("SKYCONNECT_CRASH_AT").is_ok_and(|name| name == step) {
        tracing::error!(step, "told to die here");
        std::process::abort();
    }
}
