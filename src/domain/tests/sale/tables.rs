use domain::{
    booking::BookingState, coupon::CouponState, hold::HoldState, payment::PaymentState,
    refund::CancellationState, refund::DisputeState, refund::RefundState, seat::SeatState,
};

/// What every machine's table must be.
macro_rules! table_rules {
    ($($test:ident: $State:ident),* $(,)?) => {$(
        #[test]
        fn $test() {
            let moves = $State::MOVES;
            for (i, (from, event, to)) in moves.iter().copied().enumerate() {
                assert_ne!(from, to, "a move leads elsewhere");
                let same = moves.iter().filter(|(f, e, _)| (*f, *e) == (from, event));
                assert_eq!(same.count(), 1, "an event leads from a state to one other: move {i}");
                assert_eq!(from.after(event), Ok(to));
                assert_eq!(to.after(event), Ok(to), "told again it changes nothing");
            }
            for from in $State::ALL {
                for to in $State::ALL {
                    let by_event = moves.iter().any(|(_, event, _)| from != to && from.after(*event) == Ok(to));
                    assert_eq!(from.may_become(to), by_event, "{from:?} to {to:?}");
                }
                for (_, event, to) in moves.iter().copied() {
                    let refused = from.after(event).is_err();
                    let known = from == to || moves.iter().any(|(f, e, _)| (*f, *e) == (from, event));
                    assert_eq!(refused, !known, "{event:?} on {from:?}");
                }
                let reached = moves.iter().any(|(.., to)| *to == from);
                let left = moves.iter().any(|(f, ..)| *f == from);
                assert!(reached || left, "{from:?} is no state of this machine");
            }
        }
    )*};
}

table_rules! {
    events_and_moves_of_a_seat_agree: SeatState,
    events_and_moves_of_a_hold_agree: HoldState,
    events_and_moves_of_a_booking_agree: BookingState,
    events_and_moves_of_a_payment_agree: PaymentState,
    events_and_moves_of_a_coupon_agree: CouponState,
    events_and_moves_of_a_cancellation_agree: CancellationState,
    events_and_moves_of_a_refund_agree: RefundState,
    events_and_moves_of_a_dispute_agree: DisputeState,
}
