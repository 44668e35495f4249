"""All the peers and a scan on the same shards."""

import statistics
from typing import Any

from comparison.commands import Commands
from comparison.measure import Command, Sample, Samples
from comparison.report import spread
from comparison.shards import ShardSet

SCAN = "jobs/fleet-scan"
COLUMNS = [
    "what", "bytes", "seconds", "min", "max", "GB/s", "CPU s/GB", "fleet-scan / it"
]


def side_by_side(commands: Commands, shards: ShardSet) -> list[Command]:
    return [
        commands.cat(shards),
        commands.b3sum(shards),
        commands.xxhsum(shards),
        commands.sha256sum(shards),
        commands.model_signing(shards),
        commands.scan(shards, SCAN),
        commands.scan(shards, f"{SCAN}, SHA-256", " --digest sha256"),
        commands.scan(shards, f"{SCAN}, SHA-256 of files", " --file-digest sha256"),
        commands.scan(shards, f"{SCAN}, both", " --digest sha256 --file-digest sha256"),
    ]


def rows(shards: ShardSet, samples: Samples) -> list[list[str]]:
    """Of each command: how long, how fast, and how many times as fast a scan is."""
    return [
        [
            label,
            str(shards.file_bytes),
            *spread([run.seconds for run in runs]),
            f"{gb_per_second(shards, runs):.2f}",
            f"{cpu_seconds_a_gb(shards, runs):.2f}",
            f"{times_as_fast(samples[SCAN], runs):.2f}",
        ]
        for label, runs in samples.items()
    ]


def as_json(shards: ShardSet, samples: Samples) -> list[dict[str, Any]]:
    return [
        {
            "what": label,
            "bytes": shards.file_bytes,
            "seconds": [run.seconds for run in runs],
            "gb_per_second": gb_per_second(shards, runs),
            "cpu_seconds_a_gb": cpu_seconds_a_gb(shards, runs),
            "scan_ratio": times_as_fast(samples[SCAN], runs),
        }
        for label, runs in samples.items()
    ]


def gb_per_second(shards: ShardSet, runs: list[Sample]) -> float:
    return shards.file_bytes / 1e9 / statistics.median(run.seconds for run in runs)


def cpu_seconds_a_gb(shards: ShardSet, runs: list[Sample]) -> float:
    """User and system time of the whole command."""
    return statistics.median(run.cpu_seconds for run in runs) / (shards.file_bytes / 1e9)


def times_as_fast(scan: list[Sample], other: list[Sample]) -> float:
    """Throughput of the scan over that of the other: median of the ratios run by run."""
    return statistics.median(
        theirs.seconds / ours.seconds for ours, theirs in zip(scan, other, strict=True)
    )
