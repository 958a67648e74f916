"""Writes an SSIM chapter 7 schedule data set: records of 200 bytes in blocks of five, local time mode.

Positions in this file count from 1, as IATA's manual does.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import fleet
from airports import Airport
from flight import DAY_MIN, FIRST_DATE, Flight, Stretch, leg_times, offset_min, stretches_of

RECORD_BYTES = 200
RECORDS_PER_BLOCK = 5
ZEROS = "0" * RECORD_BYTES

HIGHEST_VARIATION = 99
OPEN_END = "00XXX00"
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()

# Identifiers from 800 on are left to bilateral use: ours says that no airline ever scheduled the leg.
MADE_IDENTIFIER = "800"
MADE = "MADE"


@dataclass
class Written:
    carriers: int = 0
    flights: int = 0
    legs: int = 0
    made_legs: int = 0
    records: int = 0


class DataSet:
    """The lines of the file; every record but the zeros gets the next serial number."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.serial = 0

    def add(self, fields: dict[int, str]) -> None:
        """Texts by the position at which they start, without the serial number."""
        self.serial += 1
        record = ""
        for position, text in sorted((fields | {195: f"{self.serial:06}"}).items()):
            if len(record) >= position:
                raise SystemExit(f"record {self.serial}: the field before position {position} is too long")
            record = record.ljust(position - 1) + text
        if len(record) != RECORD_BYTES:
            raise SystemExit(f"record {self.serial} has {len(record)} bytes")
        self.lines.append(record)

    def fill_block(self) -> None:
        self.lines += [ZEROS] * (-len(self.lines) % RECORDS_PER_BLOCK)


def write(flights: list[Flight], airports: dict[str, Airport], path: Path) -> Written:
    """Writes the sorted flights and says what was written."""
    written, data = Written(), DataSet()
    data.add({1: "1", 2: "AIRLINE STANDARD SCHEDULE DATA SET", 192: "001"})
    data.fill_block()
    by_carrier = [(carrier, list(group)) for carrier, group in groupby(flights, key=lambda flight: flight.carrier)]
    for index, (carrier, its_flights) in enumerate(by_carrier, start=1):
        data.add(carrier_fields(carrier))
        data.fill_block()
        for _, same_number in groupby(its_flights, key=lambda flight: flight.number):
            add_number(data, list(same_number), airports, written)
        data.fill_block()
        data.add(
            {
                1: "5",
                3: carrier,
                6: ssim_date(FIRST_DATE),
                188: f"{data.serial:06}",
                194: "E" if index == len(by_carrier) else "C",
            }
        )
        data.fill_block()
        written.carriers += 1
    written.records = data.serial
    path.write_text("".join(line + "\n" for line in data.lines), encoding="ascii", newline="\n")
    return written


def carrier_fields(carrier: str) -> dict[int, str]:
    return {
        1: "2",
        2: "L",
        3: carrier,
        15: ssim_date(FIRST_DATE),
        22: OPEN_END,
        29: ssim_date(FIRST_DATE),
        36: "SKYCONNECT DEMO SCHEDULE",
        65: ssim_date(FIRST_DATE),
        72: "C",
        73: "SKYCONNECT",
        189: "ET",
        191: "0000",
    }


def add_number(data: DataSet, flights: list[Flight], airports: dict[str, Airport], written: Written) -> None:
    """All itinerary variations of one flight number: one for each schedule and each stretch of its clocks."""
    variations = [(flight, stretch) for flight in flights for stretch in stretches_of(flight, airports)]
    if len(variations) > HIGHEST_VARIATION:
        raise SystemExit(f"{flights[0].carrier} {flights[0].number} has {len(variations)} itinerary variations")
    for variation, (flight, stretch) in enumerate(variations, start=1):
        for sequence in range(1, len(flight.stops)):
            key = {3: flight.carrier, 6: f"{flight.number:>4}", 10: f"{variation:02}", 12: f"{sequence:02}", 14: "J"}
            data.add({1: "3"} | key | leg_fields(flight, sequence, stretch, airports))
            written.legs += 1
            if flight.is_made:
                data.add({1: "4"} | key | made_fields(flight, sequence))
                written.made_legs += 1
    written.flights += 1


def leg_fields(flight: Flight, sequence: int, stretch: Stretch, airports: dict[str, Airport]) -> dict[int, str]:
    times = leg_times(flight, airports, stretch.first)[sequence - 1]
    origin, dest = (airports[code] for code in flight.stops[sequence - 1 : sequence + 1])
    return {
        15: ssim_date(stretch.first),
        22: ssim_date(stretch.last) if stretch.last else OPEN_END,
        29: "".join(str(day) if day in flight.weekdays else " " for day in range(1, 8)),
        37: origin.code,
        40: ssim_time(times.departs_min) * 2,
        48: ssim_offset(offset_min(origin.clock, stretch.first)),
        55: dest.code,
        58: ssim_time(times.arrives_min) * 2,
        66: ssim_offset(offset_min(dest.clock, stretch.first)),
        73: flight.aircraft,
        76: fleet.booking_classes(flight.cabins),
        129: flight.carrier,
        173: flight.cabins,
        193: date_variation(times.departs_min) + date_variation(times.arrives_min),
    }


def made_fields(flight: Flight, sequence: int) -> dict[int, str]:
    """Board and off point are letters by their place on the route: A is the first stop."""
    board, off = flight.stops[sequence - 1 : sequence + 1]
    letter = chr(ord("A") + sequence - 1)
    return {29: letter, 30: chr(ord(letter) + 1), 31: MADE_IDENTIFIER, 34: board, 37: off, 40: MADE}


def ssim_date(day: date) -> str:
    return f"{day.day:02}{MONTHS[day.month - 1]}{day.year % 100:02}"


def ssim_time(minutes: int) -> str:
    return f"{minutes % DAY_MIN // 60:02}{minutes % 60:02}"


def ssim_offset(minutes_east: int) -> str:
    sign = "-" if minutes_east < 0 else "+"
    return f"{sign}{abs(minutes_east) // 60:02}{abs(minutes_east) % 60:02}"


def date_variation(minutes: int) -> str:
    """Days after the flight's date at its first stop; A is the day before it."""
    days = minutes // DAY_MIN
    return "A" if days == -1 else f"{days:1}"
