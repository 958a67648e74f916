//! Faults that tests plant, by [`crate::Sandbox::set_faults`] or `PUT /sandbox/faults` with the same fields as JSON.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Calls below are POSTs with the secret key: the card form and all reading stay sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
// Each switch is thrown by itself; there is no state machine in them.
#[allow(clippy::struct_excessive_bools)]
pub struct Faults {
    /// So many next calls answer 500 and do nothing.
    pub fail_before: u32,
    /// So many next calls answer 500 although they did what was asked.
    pub fail_after: u32,
    /// So many next calls do what was asked, and the connection breaks before the answer.
    pub drop_answers: u32,
    /// Calls do what was asked and answer only once this is false again.
    pub stalled: bool,
    /// Webhooks wait until this is false again.
    pub webhooks_paused: bool,
    /// Each webhook is sent twice.
    pub webhooks_duplicated: bool,
    /// Webhooks that have gathered go out last first. With `webhooks_paused` before, that is all of them.
    pub webhooks_shuffled: bool,
}

/// The fault that meets one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    FailBefore,
    FailAfter,
    DropAnswer,
}

/// Uses up one planted fault, if there is one.
pub fn next(faults: &watch::Sender<Faults>) -> Fault {
    let mut fault = Fault::None;
    faults.send_if_modified(|faults| {
        let planted = [
            (&mut faults.fail_before, Fault::FailBefore),
            (&mut faults.fail_after, Fault::FailAfter),
            (&mut faults.drop_answers, Fault::DropAnswer),
        ];
        for (count, kind) in planted {
            if *count > 0 {
                *count -= 1;
                fault = kind;
                return true;
            }
        }
        false
    });
    fault
}
