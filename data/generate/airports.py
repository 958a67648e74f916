"""Airports with an IATA code: where they are, which clock they keep, which city they serve."""

import csv
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

from sources import package_file

EARTH_RADIUS_KM = 6371.0

# IATA sells Newark with New York; the source's list of metropolitan areas leaves it out.
MORE_CITY_CODES = {"EWR": "NYC"}

# The source names the municipality the runway lies in, not the city travellers look for.
CITY_NAMES = {
    "BDL": "Hartford",
    "CVG": "Cincinnati",
    "GSP": "Greenville",
    "YHZ": "Halifax",
    "YUL": "Montreal",
    "YVR": "Vancouver",
}


@dataclass(frozen=True)
class Airport:
    """The fields are the columns of airports.csv, in their order."""

    code: str
    name: str
    city: str
    country: str
    latitude: str
    longitude: str
    zone: str
    city_code: str

    @cached_property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def load() -> dict[str, Airport]:
    """All airports with an IATA code, by code."""
    areas = metropolitan_areas()
    with package_file("airportsdata", "airports.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["iata"]]
    airports = {row["iata"]: airport(row, areas.get(row["iata"])) for row in rows}
    for each in airports.values():
        # Raises ZoneInfoNotFoundError on a name that the IANA data base lacks.
        _ = each.clock
    return dict(sorted(airports.items()))


def metropolitan_areas() -> dict[str, tuple[str, str]]:
    """Airport code to the code and the name of its metropolitan area."""
    with package_file("airportsdata", "iata_macs.csv").open(encoding="utf-8", newline="") as file:
        return {row["Airport Code"]: (row["City Code"], row["City Name"]) for row in csv.DictReader(file)}


def airport(row: dict[str, str], area: tuple[str, str] | None) -> Airport:
    code = row["iata"]
    name = " ".join(row["name"].split())
    area_code, area_name = area or (MORE_CITY_CODES.get(code, ""), "")
    # Some small airfields have no city in the source: their own name says more than nothing.
    city = CITY_NAMES.get(code) or area_name or " ".join(row["city"].split()) or name.removesuffix(" Airport")
    return Airport(
        code=code,
        name=name,
        city=city,
        country=row["country"],
        latitude=f"{float(row['lat']):.4f}",
        longitude=f"{float(row['lon']):.4f}",
        zone=row["tz"],
        city_code=area_code,
    )


def distance_km(a: Airport, b: Airport) -> float:
    """Great-circle distance (haversine)."""
    lat_a, lon_a, lat_b, lon_b = (
        radians(float(degrees)) for degrees in (a.latitude, a.longitude, b.latitude, b.longitude)
    )
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))


def write(airports: dict[str, Airport], path: Path) -> None:
    """RFC 4180, except that lines end as they do everywhere else in the repository."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Airport))
        writer.writerows(astuple(each) for each in airports.values())
