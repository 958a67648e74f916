//! The live channel on the worst of networks: any order, loss and repetition of what servers and browsers are told, servers
//! that die and begin again with an old picture; and what it comes to where one of the rules is left out.

// Helpers outside of test functions may fail a test too.
#![allow(clippy::unwrap_used)]

mod maps;
mod network;

use domain::live::SeatPicture;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use maps::{CountsAlone, LastWins, Map, NeverAsks};
use network::{Network, Step, steps};

/// Lets it all happen, then one heartbeat undisturbed; every map must be Postgres' then, and none may ever have gone back.
fn end_as_postgres<M: Map>(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut network = Network::<M>::default();
    for step in steps {
        network.take(step)?;
    }
    network.come_to_rest()?;
    network.all_agree()
}

proptest! {
    #![proptest_config(Config { cases: 2000, ..Config::default() })]

    #[test]
    fn any_order_loss_and_repetition_end_with_what_postgres_has(steps in steps()) {
        end_as_postgres::<SeatPicture>(&steps)?;
    }
}

/// Whether the property is found broken; a test that cannot fail shows nothing.
fn is_found_wrong<M: Map>() -> bool {
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng).run(&steps(), |steps| end_as_postgres::<M>(&steps)).is_err()
}

#[test]
fn a_map_that_takes_whatever_comes_last_is_found_wrong() {
    assert!(is_found_wrong::<LastWins>());
}

#[test]
fn a_digest_without_versions_is_found_wrong() {
    assert!(is_found_wrong::<CountsAlone>());
}

#[test]
fn a_page_that_never_asks_is_found_wrong() {
    assert!(is_found_wrong::<NeverAsks>());
    assert!(!is_found_wrong::<SeatPicture>(), "and the real one, in the same way, is not");
}
