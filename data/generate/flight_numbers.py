"""Hands out flight numbers that are still free."""

from collections import defaultdict
from dataclasses import replace

from flight import Flight

HIGHEST_NUMBER = 9999


class FlightNumbers:
    """The numbers each carrier has in the source, and the weekdays on which the ones handed out are already flown."""

    def __init__(self, observed: list[Flight]):
        self.observed = {(flight.carrier, flight.number) for flight in observed}
        self.flown = defaultdict(set)

    def renumbered(self, flight: Flight) -> Flight:
        """The flight under the next higher number that is not in the source and is free on all its weekdays."""
        weekdays = set(flight.weekdays)
        for step in range(HIGHEST_NUMBER):
            number = (flight.number + step) % HIGHEST_NUMBER + 1
            key = (flight.carrier, number)
            if key not in self.observed and not self.flown[key] & weekdays:
                self.flown[key] |= weekdays
                return replace(flight, number=number)
        raise SystemExit(f"{flight.carrier} has no flight number left")
