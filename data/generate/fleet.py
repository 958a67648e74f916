"""Aircraft types and their cabins. The server lays out a seat map for each pair of type and configuration here."""

import re

# SSIM configuration: compartment letter (F first, J business, Y economy) and its seats.
CABINS = {
    "CR9": "F12Y64",
    "E75": "F12Y64",
    "E90": "Y100",
    "223": "F12Y118",
    "319": "F8Y120",
    "320": "F12Y138",
    "321": "F20Y170",
    "738": "F16Y144",
    "739": "F20Y159",
    "7M8": "F16Y150",
    "752": "F20Y156",
    "763": "J30Y180",
    "789": "J30Y255",
    "77W": "J42Y288",
}

# JetBlue, Frontier, Allegiant, Spirit and Southwest sell one cabin.
ALL_ECONOMY_CARRIERS = {"B6", "F9", "G4", "NK", "WN"}
ALL_ECONOMY_CABINS = {"320": "Y162", "738": "Y175", "321": "Y200", "E90": "Y100"}
ALL_ECONOMY_NEAREST = {"319": "320", "739": "738", "7M8": "738"}

# The manufacturer's model, as the aircraft register has it, to the nearest type that has a layout.
MODELS = [
    (r"CL-600-2D24", "CR9"),
    (r"ERJ 170-.*", "E75"),
    (r"ERJ 190-.*", "E90"),
    (r"BD-500-.*|717-200", "223"),
    (r"A319-.*", "319"),
    (r"A320-.*", "320"),
    (r"A321-.*", "321"),
    (r"737-8", "7M8"),
    (r"737-9", "739"),
    (r"737-[78]\w+", "738"),
    (r"737-9\w+", "739"),
    (r"757-.*", "752"),
    (r"767-.*", "763"),
    (r"777-.*", "77W"),
    (r"787-.*|A330-.*", "789"),
]


def aircraft_type(carrier: str, model: str) -> str:
    """The IATA aircraft type that a carrier flies a model as."""
    for pattern, iata_type in MODELS:
        if re.fullmatch(pattern, model):
            return all_economy(iata_type) if carrier in ALL_ECONOMY_CARRIERS else iata_type
    raise SystemExit(f"{carrier} flies a {model}, for which fleet.py knows no type")


def all_economy(iata_type: str) -> str:
    return ALL_ECONOMY_NEAREST.get(iata_type, iata_type)


def configuration(carrier: str, iata_type: str) -> str:
    return (ALL_ECONOMY_CABINS if carrier in ALL_ECONOMY_CARRIERS else CABINS)[iata_type]


def booking_classes(cabins: str) -> str:
    """One class per cabin: ``F12Y64`` sells ``FY``."""
    return re.sub(r"\d", "", cabins)
