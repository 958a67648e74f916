"""Q1, SkyConnect Demo Air: a made-up carrier with hubs in Los Angeles and New York.

It exists so that two stops, the date line, several legs under one number, other countries and currencies occur.
"""

from itertools import pairwise

import fleet
import returns
from airports import Airport, distance_km
from flight import Flight

CARRIER = "Q1"
DAILY = (1, 2, 3, 4, 5, 6, 7)

CRUISE_KM_PER_HOUR = 840
TAXI_AND_CLIMB_MIN = 30

# Number out (the way back is one higher), origin, destination, type, local departures out and back.
LONG_HAUL = [
    (1, "JFK", "LHR", "77W", "1900", "1130"),
    (3, "JFK", "LHR", "77W", "2130", "1630"),
    (5, "JFK", "CDG", "789", "1830", "1300"),
    (9, "JFK", "FRA", "789", "1800", "1330"),
    (11, "JFK", "NRT", "77W", "1200", "1700"),
    (13, "JFK", "GRU", "789", "2130", "2200"),
    (15, "JFK", "DXB", "77W", "2300", "0830"),
    (17, "JFK", "MEX", "738", "0830", "1500"),
    (23, "LAX", "LHR", "77W", "1730", "1500"),
    (25, "LAX", "CDG", "789", "1530", "1100"),
    (27, "LAX", "HND", "789", "0050", "1700"),
    # Lands two days later; the way back lands before it left, by the clocks.
    (29, "LAX", "SYD", "789", "2230", "1030"),
    (31, "LAX", "AKL", "789", "2200", "2000"),
    (33, "LAX", "MEX", "738", "0900", "1500"),
    (35, "LAX", "YYZ", "321", "0900", "1830"),
    (37, "LAX", "GRU", "789", "1800", "2330"),
    # The way back lands the evening before.
    (41, "HNL", "NRT", "789", "1100", "0930"),
]

# Several legs under one number: number, stops, type, local departure at the first, minutes on the ground between.
THROUGH_FLIGHTS = [
    (7, ("LAX", "HNL", "SYD"), "789", "0900", 90),
    (8, ("SYD", "HNL", "LAX"), "789", "1800", 90),
    (21, ("LAX", "NRT", "SIN"), "789", "1100", 85),
    (22, ("SIN", "NRT", "LAX"), "789", "0900", 90),
]

# Origin, destination, type, local departures out; each comes back after its turnaround. Numbers follow from the order.
FIRST_SHUTTLE_NUMBER = 101
SHUTTLES = [
    ("LAX", "JFK", "321", "0615 0800 1030 1300 1600 2130 2330"),
    ("LAX", "EWR", "321", "0700 1200 2215"),
    ("LAX", "BOS", "321", "0745 1400 2200"),
    ("LAX", "IAD", "739", "0800 1230 2230"),
    ("LAX", "PHL", "320", "0830 2200"),
    ("LAX", "ATL", "739", "0700 1215 2300"),
    ("LAX", "MIA", "739", "0730 1330 2245"),
    ("LAX", "MCO", "738", "0815 2230"),
    ("LAX", "DTW", "320", "0900 1400"),
    ("LAX", "ORD", "739", "0630 1000 1345 1700"),
    ("LAX", "MSP", "320", "0845 1500"),
    ("LAX", "MSY", "320", "0930 1530"),
    ("LAX", "BNA", "320", "0845 1615"),
    ("LAX", "DFW", "738", "0645 1100 1530 1900"),
    ("LAX", "IAH", "738", "0715 1245 1800"),
    ("LAX", "AUS", "320", "0830 1330 1845"),
    ("LAX", "DEN", "738", "0630 1015 1430 1830"),
    ("LAX", "SLC", "320", "0730 1330 1900"),
    ("LAX", "PHX", "320", "0700 1100 1500 1930"),
    ("LAX", "LAS", "320", "0730 1030 1330 1630 2000"),
    ("LAX", "SAN", "E75", "0800 1200 1700 2100"),
    ("LAX", "SFO", "320", "0700 0900 1130 1400 1630 1900"),
    ("LAX", "SJC", "E75", "0730 1200 1730"),
    ("LAX", "SMF", "E75", "0800 1300 1830"),
    ("LAX", "PDX", "320", "0815 1400 1900"),
    ("LAX", "SEA", "738", "0715 1030 1500 1930"),
    ("LAX", "HNL", "789", "0830 1500"),
    ("LAX", "OGG", "752", "1000"),
    ("JFK", "BOS", "E75", "0700 1100 1500 1900"),
    ("JFK", "ORD", "320", "0730 1300 1800"),
    ("JFK", "MIA", "738", "0800 1400 1900"),
    ("JFK", "SFO", "321", "0745 1245 1815"),
    ("JFK", "YYZ", "E75", "0715 1300 1745"),
    ("LHR", "EDI", "320", "0845 1330 1900"),
    ("LHR", "DUB", "319", "0900 1400 1930"),
    ("CDG", "NCE", "320", "0930 1400 1930"),
    ("CDG", "MAD", "320", "1000 1730"),
    ("FRA", "VIE", "319", "0930 1400 1900"),
    ("NRT", "CTS", "738", "1030 1745"),
    ("NRT", "FUK", "738", "1015 1800"),
    ("HND", "ITM", "738", "0730 1200 1700"),
    ("SYD", "MEL", "738", "0700 1000 1300 1700"),
    ("SYD", "BNE", "738", "0945 1500 1830"),
    ("SYD", "AKL", "789", "1000"),
    ("AKL", "WLG", "E90", "0930 1330 1800"),
    ("GRU", "GIG", "319", "0800 1100 1500 1900"),
    ("GRU", "EZE", "321", "0930 1730"),
    ("YYZ", "YHZ", "7M8", "0930 1730"),
    ("YYZ", "YUL", "223", "0800 1200 1900"),
    ("MEX", "CUN", "738", "0900 1600"),
    ("DXB", "BOM", "738", "0430 2230"),
    ("SIN", "BKK", "320", "0800 1400"),
    ("SIN", "DPS", "320", "0915 1530"),
    ("HNL", "OGG", "E90", "0700 1000 1400 1730"),
    ("HNL", "KOA", "E90", "0730 1130 1530"),
]


def flights(airports: dict[str, Airport]) -> list[Flight]:
    """All schedules of the carrier, each of them made."""
    made = []
    for number, origin, dest, aircraft, out, back in LONG_HAUL:
        made.append(flight(number, (origin, dest), aircraft, out, airports))
        made.append(flight(number + 1, (dest, origin), aircraft, back, airports))
    for number, stops, aircraft, departs, ground_min in THROUGH_FLIGHTS:
        made.append(flight(number, stops, aircraft, departs, airports, ground_min))
    number = FIRST_SHUTTLE_NUMBER
    for origin, dest, aircraft, departures in SHUTTLES:
        for departs in departures.split():
            out = flight(number, (origin, dest), aircraft, departs, airports)
            made += [out, returns.mirrored(out, airports, number + 1)]
            number += 2
    return made


def flight(
    number: int, stops: tuple[str, ...], aircraft: str, departs: str, airports: dict[str, Airport], ground_min: int = 0
) -> Flight:
    return Flight(
        carrier=CARRIER,
        number=number,
        stops=stops,
        departs_min=int(departs[:2]) * 60 + int(departs[2:]),
        blocks_min=tuple(block_time_min(airports[a], airports[b]) for a, b in pairwise(stops)),
        grounds_min=(ground_min,) * (len(stops) - 2),
        weekdays=DAILY,
        aircraft=aircraft,
        cabins=fleet.configuration(CARRIER, aircraft),
        is_made=True,
    )


def block_time_min(a: Airport, b: Airport) -> int:
    """From the great circle, to five minutes."""
    return round((TAXI_AND_CLIMB_MIN + distance_km(a, b) / CRUISE_KM_PER_HOUR * 60) / 5) * 5
