"""Figures as a table and as JSON."""

import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOT_MEASURED = "n/a"


@dataclass(frozen=True)
class Bound:
    """What a figure must hold."""

    value: float
    at_least: bool

    def is_met(self, figure: float) -> bool:
        return figure >= self.value if self.at_least else figure <= self.value

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.value:g}"


def at_least(value: float) -> Bound:
    return Bound(value, at_least=True)


def at_most(value: float) -> Bound:
    return Bound(value, at_least=False)


@dataclass(frozen=True)
class Figure:
    """A quantity, with its value in each run; no values where it could not be measured."""

    target: str
    what: str
    unit: str
    values: list[float]
    bound: Bound | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        if self.median is None:
            return NOT_MEASURED
        return "met" if self.bound.is_met(self.median) else "MISSED"

    def cells(self) -> list[str]:
        bound = "" if self.bound is None else str(self.bound)
        return [
            self.target,
            self.what,
            self.unit,
            *spread(self.values),
            bound,
            self.verdict,
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "what": self.what,
            "unit": self.unit,
            "values": self.values,
            "median": self.median,
            "bound": None if self.bound is None else str(self.bound),
            "verdict": self.verdict or None,
        }


FIGURE_COLUMNS = ["", "what", "unit", "median", "min", "max", "target", ""]


def spread(values: list[float]) -> list[str]:
    """Median, least and greatest."""
    if not values:
        return [NOT_MEASURED] * 3
    return [
        f"{value:.3g}" if value < 100 else f"{value:.0f}"
        for value in (statistics.median(values), min(values), max(values))
    ]


def table(rows: list[list[str]]) -> str:
    """Rows below each other; the first is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def machine(root: Path) -> dict[str, Any]:
    """Where the figures are from."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory": _field(Path("/proc/meminfo"), "MemTotal"),
        "kernel": platform.release(),
        "java": _first_line(root, "java", "-version"),
        "b3sum": _first_line(root, "b3sum", "--version"),
        "xxhsum": _first_line(root, "xxhsum", "--version"),
        "sha256sum": _first_line(root, "sha256sum", "--version"),
        "model_signing": _first_line(
            root, "target/bench/venv/bin/model_signing", "--version"
        ),
        "commit": _first_line(root, "git", "describe", "--always", "--dirty"),
    }


def _field(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return NOT_MEASURED


def _first_line(root: Path, *command: str) -> str:
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    except FileNotFoundError:
        return NOT_MEASURED
    lines = (done.stdout + done.stderr).splitlines()
    return lines[0] if lines else NOT_MEASURED
