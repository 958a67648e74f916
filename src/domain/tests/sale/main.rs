//! The state machines together, driven by random sequences of what visitors, banks and time do, against a plain model.

// Helpers outside of test functions may fail a test too.
#![allow(clippy::unwrap_used)]

mod machines;
mod model;
mod tables;

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;

use machines::Machines;

prop_state_machine! {
    #![proptest_config(Config { cases: 1000, ..Config::default() })]

    #[test]
    fn the_machines_sell_a_departure_as_the_model_says(sequential 1..40 => Machines);
}
