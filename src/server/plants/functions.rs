//! Violations planted into functions of the database as they stand after the last migration: fragments of them are
//! replaced, so that all else is what the product runs. One that is not there any more is an error, never passed over.

/// A violation in one function.
#[derive(Debug)]
pub struct Plant {
    pub name: &'static str,
    pub function: &'static str,
    /// What a constraint would stop drops that constraint too.
    pub before: &'static str,
    /// What stands there once, and what is put in its place.
    edits: &'static [(&'static str, &'static str)],
}

pub const PLANTS: &[Plant] = &[
    // Reads whether the seat is free, thinks, and writes without having locked what it read.
    Plant {
        name: "unguarded-pick",
        function: "pick_seats",
        before: "drop trigger if exists seat_moves on seats",
        edits: &[
            (
                "            for no key update offset 0
        ) s on true
        group by k.i
    ) g;
",
                "            offset 0
        ) s on true
        group by k.i
    ) g;
    perform pg_sleep(0.05);
",
            ),
            (
                "where s.ctid = c.row",
                "where s.departure = asks.departures[c.i]
                and s.seat = case when c.hold is null then old[c.i] else asks.seats[c.i] end",
            ),
            ("if written <> found.changing then", "if false then"),
        ],
    },
    // Looks neither at its hold's state nor at its time, and does not lock it.
    Plant {
        name: "blind-pick",
        function: "pick_seats",
        before: "",
        edits: &[
            (
                "where h.id = any(p_holds) order by h.id for no key update",
                "where h.id = any(p_holds) order by h.id",
            ),
            (
                "    where h.owner = r.visitor and h.state = 'active' and h.ends > now_is;",
                "    where h.owner = r.visitor;",
            ),
        ],
    },
    // When time ran out, only the first leg is given back.
    Plant {
        name: "half-expiry",
        function: "end_hold",
        before: "",
        edits: &[
            (
                "into legs from hold_legs l where l.hold_id = p_hold;",
                "into legs from hold_legs l where l.hold_id = p_hold and (p_state <> 'expired' or l.leg = 0);",
            ),
            (
                "where l.hold_id = p_hold and l.departure = c.departure and l.cabin = c.cabin;",
                "where l.hold_id = p_hold and l.departure = c.departure and l.cabin = c.cabin
        and (p_state <> 'expired' or l.leg = 0);",
            ),
            (
                "where l.hold_id = p_hold and l.departure = c.departure and c.class = any(class_and_above(l.class));",
                "where l.hold_id = p_hold and l.departure = c.departure and c.class = any(class_and_above(l.class))
        and (p_state <> 'expired' or l.leg = 0);",
            ),
        ],
    },
    // Locks its hold and reads its seats in one statement, whose snapshot is older than its lock: a pick that commits
    // between the two is not seen. The wait is as long as another's lock may take.
    Plant {
        name: "stale-ending",
        function: "end_hold",
        before: "",
        edits: &[
            (
                "    select h.state, h.expires_at, h.places into claim from holds h where h.id = p_hold for no key update;",
                "    with waited as materialized (
        select pg_sleep(0.05)
    ), ended as (
        select h.id, h.state, h.expires_at, h.places from waited, holds h where h.id = p_hold for no key update of h
    ), owned as materialized (
        select s.departure, s.seat from seats s where s.hold_id = p_hold
    )
    select e.state, e.expires_at, e.places, (select array_agg(o.departure || ' ' || o.seat) from owned o) as seats
    into claim from ended e;",
            ),
            (
                "    where s.departure = any(legs) and s.hold_id = p_hold
    returning",
                "    where s.departure = any(legs) and s.hold_id = p_hold and s.departure || ' ' || s.seat = any(claim.seats)
    returning",
            ),
        ],
    },
];

impl Plant {
    /// The function's definition with the violation in it.
    ///
    /// # Errors
    /// A fragment does not stand in it exactly once: a migration has changed what the plant was made for.
    pub fn put_into(&self, definition: &str) -> Result<String, String> {
        self.edits.iter().try_fold(definition.to_owned(), |text, (fragment, planted)| {
            let times = text.matches(fragment).count();
            if times != 1 {
                let Self { name, function, .. } = self;
                return Err(format!("{name}: this stands {times} times in {function}:\n{fragment}"));
            }
            Ok(text.replace(fragment, planted))
        })
    }
}
