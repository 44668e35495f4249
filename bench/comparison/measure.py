"""Runs commands by turns, and says what each run took."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison.shards import ShardSet
from comparison.sizes import MIB

Result = dict[str, Any]
"""What a run printed, as far as it is of use."""

_DISK_BLOCK_BYTES = 512


class BenchmarkError(Exception):
    """Why there are no figures."""


def no_result(printed: str) -> Result:
    return {}


def json_result(printed: str) -> Result:
    """The one JSON object that a command printed."""
    try:
        result = json.loads(printed)
    except json.JSONDecodeError as error:
        raise BenchmarkError(f"expected one JSON object, found: {printed!r}") from error
    if not isinstance(result, dict):
        raise BenchmarkError(f"expected one JSON object, found: {printed!r}")
    return result


@dataclass(frozen=True)
class Command:
    """What is timed: a line of the shell, run in the root of the repository."""

    label: str
    line: str
    shards: ShardSet | None = None
    output: Path | None = None
    """Removed before each run."""
    exit_code: int = 0
    """What it must end with."""
    read_result: Callable[[str], Result] = no_result


@dataclass(frozen=True)
class Sample:
    """One run of a command."""

    seconds: float
    user_seconds: float
    system_seconds: float
    peak_bytes: int
    """Resident memory of its largest process at most."""
    disk_bytes: int
    """Read from a disk, not from the page cache."""
    result: Result

    @property
    def cpu_seconds(self) -> float:
        return self.user_seconds + self.system_seconds

    def timing(self, name: str) -> float | None:
        """A stage's seconds, or its bytes, as a scan reports them; None from one that does not."""
        value = self.result.get("timings", {}).get(name)
        return None if value is None else float(value)


Samples = dict[str, list[Sample]]
"""By the label of the command, in the order of the runs."""


class Runner:
    """Runs commands in the root of the repository."""

    def __init__(self, root: Path, environment: dict[str, str] | None = None) -> None:
        """The variables are given to the commands beside those of this process."""
        self._root = root
        # Without SPARK_HOME, jobs/fleet-scan runs Spark embedded, as it does after a fresh clone.
        self._environment = {
            name: value for name, value in os.environ.items() if name != "SPARK_HOME"
        } | (environment or {})

    def by_turns(self, commands: list[Command], runs: int) -> Samples:
        """Runs A B C A B C, so that a drift of the machine hits all alike."""
        for command in commands:
            print(f"{command.label}:\n    {command.line}", flush=True)
        samples: Samples = {command.label: [] for command in commands}
        for run in range(1, runs + 1):
            for command in commands:
                sample = self.run(command)
                samples[command.label].append(sample)
                print(f"  {run}/{runs} {command.label}: {describe(sample)}", flush=True)
        return samples

    def run(self, command: Command) -> Sample:
        """Runs a command once, its shards in the page cache."""
        if command.output is not None:
            shutil.rmtree(command.output, ignore_errors=True)
        if command.shards is not None:
            self._warm(command.shards)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            began = time.perf_counter()
            process = subprocess.Popen(
                ["bash", "-c", command.line],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            printed, complained = _text(out), _text(err)
        try:
            if process.returncode != command.exit_code:
                raise BenchmarkError(
                    f"exit code {process.returncode}, expected {command.exit_code}"
                )
            result = command.read_result(printed)
        except BenchmarkError as error:
            raise BenchmarkError(
                f"{command.label}: {error}\n$ {command.line}\n{printed}{complained}"
            ) from error
        return Sample(
            seconds=seconds,
            user_seconds=usage.ru_utime,
            system_seconds=usage.ru_stime,
            peak_bytes=usage.ru_maxrss * 1024,
            disk_bytes=usage.ru_inblock * _DISK_BLOCK_BYTES,
            result=result,
        )

    def _warm(self, shards: ShardSet) -> None:
        paths = b"\0".join(os.fsencode(path) for path in shards.distinct_files)
        subprocess.run(
            ["xargs", "-0", "cat"], input=paths, stdout=subprocess.DEVNULL, check=True
        )


def _text(file: Any) -> str:
    file.seek(0)
    text: str = file.read().decode(errors="replace")
    return text


def describe(sample: Sample) -> str:
    return (
        f"{sample.seconds:.2f} s"
        f" (user {sample.user_seconds:.2f}, system {sample.system_seconds:.2f}),"
        f" peak {sample.peak_bytes // MIB} MiB,"
        f" from disk {sample.disk_bytes // MIB} MiB"
    )
