//! What all state machines share: one table of moves each; an event told again changes nothing, any other is refused.

use std::fmt::Debug;

/// A legal move: from where, by what, to where.
pub type Move<State, Event> = (State, Event, State);

/// An event that cannot happen to what is in this state: it goes backward, or past a step in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen to what is {from:?}")]
pub struct IllegalMove<State: Debug, Event: Debug> {
    pub from: State,
    pub event: Event,
}

/// Where an event leads from this state; one that has led here already leads nowhere else.
pub(crate) fn after<State, Event>(
    moves: &[Move<State, Event>],
    from: State,
    event: Event,
) -> Result<State, IllegalMove<State, Event>>
where
    State: Copy + Debug + PartialEq,
    Event: Copy + Debug + PartialEq,
{
    let of_event = || moves.iter().filter(|(_, by, _)| *by == event);
    if let Some((.., to)) = of_event().find(|(state, ..)| *state == from) {
        return Ok(*to);
    }
    let told_again = of_event().any(|(.., to)| *to == from);
    if told_again { Ok(from) } else { Err(IllegalMove { from, event }) }
}

/// Whether any event leads from one state straight to the other.
pub(crate) fn may_become<State: PartialEq, Event>(
    moves: &[Move<State, Event>],
    from: State,
    to: State,
) -> bool {
    moves.iter().any(|(state, _, next)| *state == from && *next == to)
}
