"""A scan of objects on an S3 server, beside a plain download of them: see bench/README.md."""

import sys
from dataclasses import replace
from pathlib import Path

from comparison.commands import Commands
from comparison.measure import BenchmarkError, Command, Runner, Samples
from comparison.report import Figure, at_least, at_most
from comparison.shards import ShardSet
from comparison.sizes import MIB

GB = 1e9
STORES = ("s3a",)
BUCKET = "bench"
SCAN = "scan from S3"
DOWNLOAD_THREADS = 4
DOWNLOAD = f"boto3, {DOWNLOAD_THREADS} objects at a time, to nowhere"
CAT = f"mc cat, {DOWNLOAD_THREADS} objects at a time, to nowhere"
COPY = "aws s3 cp --recursive"


class S3Store:
    """MinIO on loopback, which keeps its objects in a directory from run to run. A proxy before it counts requests.

    With a rate, everybody comes through the proxy, which gives each connection so many bytes a second.
    """

    def __init__(self, root: Path, directory: Path, rate: int | None = None) -> None:
        sys.path.insert(0, str(root / "src" / "test" / "cluster"))
        try:
            import faulty_proxy
            import store
        except ImportError as error:
            raise BenchmarkError(
                f"Cannot find {error.name}: run bench/install-peers, then"
                " target/bench/venv/bin/python bench/compare --store s3a"
            ) from error
        if not store.minio() or not store.mc():
            raise BenchmarkError("Cannot build MinIO and its client: expected go, or minio and mc, on the PATH")
        directory.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._directory = directory
        self._store = store
        self._server = store.S3(directory)
        faults = faulty_proxy.Faults(rate=rate or 0)
        self._proxy = faulty_proxy.FaultyProxy(self._server.address, faults)
        self._address = self._proxy.address if rate else self._server.address
        self.environment = {
            "AWS_ACCESS_KEY_ID": self._server.KEY,
            "AWS_SECRET_ACCESS_KEY": self._server.SECRET,
            f"MC_HOST_{BUCKET}": f"http://{self._server.KEY}:{self._server.SECRET}@{self._address}",
        }

    def put(self, shards: ShardSet) -> ShardSet:
        """Has the server keep the set. Returns it with a fleet whose shards are there."""
        client = self._server.client
        if BUCKET not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
            self._server.add_bucket(BUCKET)
        if len(self._server.keys(BUCKET, f"{shards.name}/")) < shards.files:
            self._server.put(shards.directory, BUCKET, shards.name)
        fleet = self._directory / f"{shards.name}.yaml"
        there = f"shards: s3a://{BUCKET}/{shards.name}/"
        fleet.write_text(shards.fleet.read_text().replace(f"shards: {shards.name}/", there))
        return replace(shards, fleet=fleet)

    def download(self, shards: ShardSet) -> Command:
        """All objects of the set, each whole, to nowhere."""
        address = f"http://{self._address}"
        arguments = f"{address} {self._store.REGION} {BUCKET} {shards.name}/ {DOWNLOAD_THREADS}"
        return Command(DOWNLOAD, f"{sys.executable} bench/comparison/download.py {arguments}")

    def cat(self, shards: ShardSet) -> Command:
        """The same by the server's own client, a process for each object."""
        mc = self._store.mc()
        objects = f"{mc} find {BUCKET}/{BUCKET}/{shards.name}/"
        return Command(CAT, f"set -o pipefail; {objects} | xargs -P {DOWNLOAD_THREADS} -n 1 {mc} cat > /dev/null")

    def copy(self, shards: ShardSet) -> Command:
        """The same by the usual tool, to the disk."""
        aws = Path(sys.executable).with_name("aws")
        copies = self._directory / "copies"
        options = f"--endpoint-url http://{self._address} --region {self._store.REGION} s3 cp --quiet --recursive"
        return Command(COPY, f"{aws} {options} s3://{BUCKET}/{shards.name}/ {copies}", output=copies)

    def scan(self, commands: Commands, shards: ShardSet, address: str = "") -> Command:
        """A scan of the set, whose tables are written to the disk."""
        settings = {
            "endpoint": f"http://{address or self._address}",
            "endpoint.region": self._store.REGION,
            "path.style.access": "true",
        }
        options = f" --jars {','.join(self._store.class_path('s3a'))}"
        for key, value in settings.items():
            options += f" --conf spark.hadoop.fs.s3a.{key}={value}"
        return replace(commands.scan(shards, SCAN, options), shards=None)

    def requests(self, runner: Runner, commands: Commands, shards: ShardSet) -> dict[str, int]:
        """Requests of a scan, by kind."""
        self._proxy.set(self._proxy.faults)
        runner.run(self.scan(commands, shards, self._proxy.address))
        return dict(self._proxy.counts())

    def close(self) -> None:
        self._proxy.close()
        self._server.close()


def figures(shards: ShardSet, samples: Samples, requests: dict[str, int]) -> list[Figure]:
    """Both by whole processes, and the scan's reading alone, without the start of Spark."""
    size = shards.file_bytes / GB
    download = [size / run.seconds for run in samples[DOWNLOAD]]
    cat = [size / run.seconds for run in samples[CAT]]
    copy = [size / run.seconds for run in samples[COPY]]
    scan = [size / run.seconds for run in samples[SCAN]]
    reading = [size / (run.timing("reading") or run.seconds) for run in samples[SCAN]]
    most_requests = shards.files + shards.file_bytes // (8 * MIB) + 100
    return [
        Figure("S1", DOWNLOAD, "GB/s", download),
        Figure("S1", CAT, "GB/s", cat),
        Figure("S1", COPY, "GB/s", copy),
        Figure("S1", "scan, reading", "GB/s", reading),
        Figure("S1", "scan, reading / mc cat", "", ratios(reading, cat), at_least(0.8)),
        Figure("S1", f"scan, reading / {COPY}", "", ratios(reading, copy), at_least(0.8)),
        Figure("S1", "scan, reading / boto3", "", ratios(reading, download), at_least(0.8)),
        Figure("S1", "whole scan, start of Spark included", "GB/s", scan),
        Figure("S1", "whole scan / boto3", "", ratios(scan, download)),
        Figure("S2", "requests of a scan", "", [sum(requests.values())], at_most(most_requests)),
        *(Figure("S2", f"of which {kind}", "", [count]) for kind, count in sorted(requests.items())),
    ]


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    return [our / their for our, their in zip(ours, theirs, strict=True)]
