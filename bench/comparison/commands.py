"""The commands that are timed."""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from shlex import quote

from comparison.measure import BenchmarkError, Command, Result, json_result
from comparison.shards import ShardSet

SCAN_ID = "bench"
B3SUM = "b3sum"
XXHSUM = "xxhsum"
SHA256SUM = "sha256sum"
MODEL_SIGNING = "model_signing"
PEERS = (B3SUM, XXHSUM, SHA256SUM, MODEL_SIGNING)


class Commands:
    """Commands on sets of shards, as they are typed in the root of the repository."""

    def __init__(self, root: Path, directory: Path) -> None:
        self._root = root
        self._peers = root / "target" / "bench"
        self._directory = directory
        self._cores = len(os.sched_getaffinity(0))

    def require_peers(self, peers: Iterable[str]) -> None:
        for peer in peers:
            if not self._is_installed(peer):
                raise BenchmarkError(f"Cannot find {peer}: run bench/install-peers")

    def _is_installed(self, peer: str) -> bool:
        if peer == MODEL_SIGNING:
            return (self._peers / "model-signing.pem").exists()
        return shutil.which(peer) is not None

    def cat(self, shards: ShardSet) -> Command:
        return Command("cat", f"cat {self._all(shards)} > /dev/null", shards)

    def b3sum(self, shards: ShardSet, label: str = B3SUM) -> Command:
        return Command(label, f"b3sum {self._all(shards)}", shards)

    def xxhsum(self, shards: ShardSet) -> Command:
        return self._on_all_cores(XXHSUM, "xxhsum -q -H2", shards)

    def sha256sum(self, shards: ShardSet) -> Command:
        return self._on_all_cores(SHA256SUM, "sha256sum", shards)

    def model_signing(self, shards: ShardSet) -> Command:
        program = self._peers / "venv" / "bin" / MODEL_SIGNING
        key = self._peers / "model-signing.pem"
        signature = self._directory / "model.sig"
        arguments = (
            f"sign key --private_key {self._path(key)} --signature {self._path(signature)}"
            f" {self._path(shards.directory)}"
        )
        return Command(MODEL_SIGNING, f"{self._path(program)} {arguments}", shards)

    def sha256_memory(self) -> Command:
        return Command(
            "JDK SHA-256 on memory",
            "${JAVA_HOME:+$JAVA_HOME/bin/}java bench/Sha256Memory.java",
            read_result=json_result,
        )

    def scan(self, shards: ShardSet, label: str, options: str = "") -> Command:
        """A whole scan, which must find all of the set, and all of it equal.

        One copy alone is compared with nothing: its scan ends as INCOMPLETE, with 4.
        """
        output = self._directory / "out"
        return Command(
            label,
            f"jobs/fleet-scan --fleet {self._path(shards.fleet)} --out {self._path(output)}"
            f" --scan-id {SCAN_ID} --format json{options}",
            shards,
            output,
            exit_code=0 if shards.copies > 1 else 4,
            read_result=scan_result(shards),
        )

    def dry_run(self, shards: ShardSet, label: str, options: str = "") -> Command:
        return Command(
            label,
            f"jobs/fleet-scan --fleet {self._path(shards.fleet)} --dry-run --format json{options}",
            shards,
            read_result=inventory_result(shards),
        )

    def expect(self, shards: ShardSet, label: str, ranks: int) -> Command:
        """What the ranks of an engine must hold of the set, which is a checkpoint."""
        checkpoint = shards.directory / "engine-00000"
        return Command(
            label,
            f"jobs/expect --checkpoint {self._path(checkpoint)} --runtime sglang-0.5.23"
            f" --tp {ranks}",
            shards,
            read_result=expected_result(ranks),
        )

    def _on_all_cores(self, tool: str, line: str, shards: ShardSet) -> Command:
        return Command(
            f"{tool}, {self._cores} at a time",
            f"printf '%s\\0' {self._all(shards)} | xargs -0 -n 1 -P {self._cores} {line}",
            shards,
        )

    def _all(self, shards: ShardSet) -> str:
        return f"{self._path(shards.directory)}/*/*.safetensors"

    def _path(self, path: Path) -> str:
        inside = path.is_relative_to(self._root)
        return quote(str(path.relative_to(self._root) if inside else path))


def scan_result(shards: ShardSet) -> Callable[[str], Result]:
    """Reads a scan's summary; refuses one of other shards than the set's."""

    def read(printed: str) -> Result:
        summary = json_result(printed)
        expected = {
            "verdict": "EQUAL" if shards.copies > 1 else "INCOMPLETE",
            "tensors": shards.tensors,
            "bytes": shards.tensor_bytes,
        }
        require({key: summary.get(key) for key in expected}, expected)
        return {"timings": summary.get("timings", {})}

    return read


def expected_result(ranks: int) -> Callable[[str], Result]:
    """Reads an expectation; refuses one that does not have all of it."""

    def read(printed: str) -> Result:
        expectation = json_result(printed)
        found = {
            "ranks": len(expectation["ranks"]),
            "refused": expectation["refused"],
            "digest": len(expectation["engine_checksum"] or ""),
        }
        require(found, {"ranks": ranks, "refused": [], "digest": 64})
        return {}

    return read


def inventory_result(shards: ShardSet) -> Callable[[str], Result]:
    """Reads an inventory; refuses one of other shards than the set's."""

    def read(printed: str) -> Result:
        inventory = json_result(printed)
        files = [
            file
            for engine in inventory["engines"]
            for rank in engine["ranks"]
            for file in rank["files"]
        ]
        found = {"files": len(files), "bytes": sum(file["bytes"] for file in files)}
        require(found, {"files": shards.files, "bytes": shards.file_bytes})
        return {}

    return read


def require(found: Result, expected: Result) -> None:
    if found != expected:
        raise BenchmarkError(f"expected {expected}, found {found}")
