"""Made flights back to New York: the source knows departures only, so each is mirrored by its own aircraft."""

from dataclasses import replace

from airports import Airport
from flight import DAY_MIN, FIRST_DATE, Flight, leg_times, shifted
from flight_numbers import FlightNumbers

# An aircraft that would leave or land in the small hours stays the night and leaves in the morning.
NIGHT_BEGINS_MIN = 30
NIGHT_ENDS_MIN = 5 * 60
FIRST_MORNING_MIN = 5 * 60 + 30


def of(outbound: list[Flight], airports: dict[str, Airport]) -> list[Flight]:
    """One return for each outbound schedule, numbered one higher or the next that is free."""
    numbers = FlightNumbers(outbound)
    return [numbers.renumbered(mirrored(flight, airports, flight.number)) for flight in sorted(outbound)]


def mirrored(flight: Flight, airports: dict[str, Airport], number: int) -> Flight:
    """The same aircraft back after its turnaround, in the same block time and under the given number."""
    # Winter arrivals are the later ones wherever a place keeps no summer time, so the turnaround holds all year.
    arrives_min = leg_times(flight, airports, FIRST_DATE)[-1].arrives_min
    day_of_return = replace(
        flight,
        number=number,
        stops=flight.stops[::-1],
        departs_min=after_turnaround(arrives_min, flight.number),
        is_made=True,
    )
    departs_min = after_the_night(day_of_return, airports)
    return replace(
        day_of_return,
        departs_min=departs_min % DAY_MIN,
        weekdays=tuple(sorted(shifted(weekday, departs_min // DAY_MIN) for weekday in flight.weekdays)),
    )


def after_turnaround(arrives_min: int, number: int) -> int:
    """45 to 74 minutes later, on a full five minutes; spread by flight number, for want of a rule to know better."""
    return -(-(arrives_min + 45 + 5 * (number % 6)) // 5) * 5


def after_the_night(flight: Flight, airports: dict[str, Airport]) -> int:
    """The departure, put off until the morning where it or the landing would fall into the night."""
    times = leg_times(flight, airports, FIRST_DATE)[-1]
    if not is_night(times.departs_min) and not is_night(times.arrives_min):
        return times.departs_min
    # A departure before midnight waits for the next day's morning, one after midnight for the same day's.
    morning = (times.departs_min + DAY_MIN - NIGHT_ENDS_MIN) // DAY_MIN * DAY_MIN
    return morning + FIRST_MORNING_MIN + 5 * (flight.number % 18)


def is_night(minutes: int) -> bool:
    return NIGHT_BEGINS_MIN <= minutes % DAY_MIN < NIGHT_ENDS_MIN
