"""A flight as it is timetabled, and the stretches of the year in which its local times are the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from airports import Airport

DAY_MIN = 24 * 60

# On this Sunday the last clocks of the north go back, so one UTC offset holds for the first winter.
FIRST_DATE = date(2026, 11, 1)

# Clock changes are followed as far as this; whatever holds then holds for good. Departures are sold 330 days ahead.
LAST_CLOCK_DATE = date(2027, 12, 31)


@dataclass(frozen=True, order=True)
class Flight:
    """A number flown over one or more legs on some days of the week.

    The local departure time and the elapsed times are what is kept all year; arrivals follow the clocks.
    """

    carrier: str
    number: int
    stops: tuple[str, ...]
    departs_min: int
    """Local minutes after midnight at the first stop."""
    blocks_min: tuple[int, ...]
    """Gate to gate, one per leg."""
    grounds_min: tuple[int, ...]
    """At the stops between two legs."""
    weekdays: tuple[int, ...]
    """1 is Monday; days of departure at the first stop."""
    aircraft: str
    cabins: str
    is_made: bool


@dataclass(frozen=True)
class LegTimes:
    """Local minutes after the midnight that begins the flight's date at its first stop."""

    departs_min: int
    arrives_min: int


@dataclass(frozen=True)
class Stretch:
    """Dates of departure, both included; ``last`` is None where it is open-ended."""

    first: date
    last: date | None


def leg_times(flight: Flight, airports: dict[str, Airport], on: date) -> list[LegTimes]:
    """The local times of each leg by the clocks of one date."""
    offsets = [offset_min(airports[code].clock, on) for code in flight.stops]
    times = []
    departs = flight.departs_min
    for index, block in enumerate(flight.blocks_min):
        arrives = departs + block + offsets[index + 1] - offsets[index]
        times.append(LegTimes(departs, arrives))
        if index < len(flight.grounds_min):
            departs = arrives + flight.grounds_min[index]
    return times


@cache
def offset_min(clock: ZoneInfo, on: date) -> int:
    """Minutes east of UTC at local noon, when no clock is changed."""
    return int(datetime.combine(on, time(12), clock).utcoffset().total_seconds()) // 60


@cache
def stretches(clocks: tuple[ZoneInfo, ...]) -> tuple[Stretch, ...]:
    """Cuts the time from the first date on wherever some of the clocks move against the others."""

    def differences(on: date) -> list[int]:
        return [offset_min(clock, on) - offset_min(clocks[0], on) for clock in clocks]

    days = [FIRST_DATE + timedelta(n) for n in range((LAST_CLOCK_DATE - FIRST_DATE).days + 1)]
    starts = [day for before, day in pairwise(days) if differences(day) != differences(before)]
    firsts = [FIRST_DATE, *starts]
    lasts = [*(start - timedelta(1) for start in starts), None]
    return tuple(Stretch(first, last) for first, last in zip(firsts, lasts, strict=True))


def stretches_of(flight: Flight, airports: dict[str, Airport]) -> tuple[Stretch, ...]:
    return stretches(tuple(airports[code].clock for code in flight.stops))


def departure_weekdays(flight: Flight, airports: dict[str, Airport]) -> Iterator[tuple[int, int]]:
    """Leg sequence and local weekday of every departure in the week of the first date."""
    for sequence, times in enumerate(leg_times(flight, airports, FIRST_DATE), start=1):
        for weekday in flight.weekdays:
            yield sequence, shifted(weekday, times.departs_min // DAY_MIN)


def shifted(weekday: int, days: int) -> int:
    return (weekday - 1 + days) % 7 + 1


def check_identities(flights: list[Flight], airports: dict[str, Airport]) -> None:
    """A departure is known by carrier, number, leg and local date at its origin: no two may share them."""
    seen = set()
    for flight in flights:
        for sequence, weekday in departure_weekdays(flight, airports):
            identity = (flight.carrier, flight.number, sequence, weekday)
            if identity in seen:
                raise SystemExit(f"{flight.carrier} {flight.number} leg {sequence} departs twice on weekday {weekday}")
            seen.add(identity)
