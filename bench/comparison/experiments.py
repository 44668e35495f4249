"""The targets of Shardsum's speed, each with the commands that measure it."""

from abc import ABC, abstractmethod
from typing import ClassVar

from comparison.commands import B3SUM, MODEL_SIGNING, Commands
from comparison.measure import Command, Sample, Samples
from comparison.report import Figure, at_least, at_most
from comparison.shards import LEAST_MODEL_BYTES, ShardSet, ShardSets
from comparison.sizes import GIB, MIB

GB = 1e9

# Engines of the planning fleet: 8 ranks of 5 files each, so 10,000 ranks in 50,000 files.
PLANNING_ENGINES = 1_250
# Engines of the landing fleets: 20,000 tensors each, so 100,000 and 10 million rows.
LANDING_FEW_ENGINES = 5
LANDING_MANY_ENGINES = 500
# Engines of the fleet that is judged, of 20,000 tensors each, too.
JUDGING_ENGINES = 50


class Experiment(ABC):
    """Commands that run by turns, and the figures that follow from them."""

    targets: ClassVar[tuple[str, ...]]
    peers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, sets: ShardSets, commands: Commands, shrink: int) -> None:
        self._sets = sets
        self._commands = commands
        self._shrink = shrink

    @abstractmethod
    def commands(self) -> list[Command]:
        """What to run; makes the shards."""

    @abstractmethod
    def figures(self, samples: Samples) -> list[Figure]:
        """What the runs say."""

    def _shrunk(self, number: int, least: int = 1) -> int:
        return max(number // self._shrink, least)

    def _model(self, size: int) -> ShardSet:
        return self._sets.model(self._shrunk(size, least=LEAST_MODEL_BYTES))


class Reading(Experiment):
    """T1, T11: throughput and CPU time without the fixed cost. T4: throughput before the JVM is warm."""

    targets = ("T1", "T4", "T11")
    peers = (B3SUM,)

    def commands(self) -> list[Command]:
        self._first = self._model(4 * GIB)
        self._less = self._model(8 * GIB)
        self._more = self._model(32 * GIB)
        return [
            self._commands.scan(self._less, "scan of 8 GiB"),
            self._commands.b3sum(self._less, "b3sum of 8 GiB"),
            self._commands.scan(self._first, "scan of 4 GiB"),
            self._commands.scan(self._more, "scan of 32 GiB"),
            self._commands.b3sum(self._more, "b3sum of 32 GiB"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        more, less = samples["scan of 32 GiB"], samples["scan of 8 GiB"]
        bytes_more = self._more.file_bytes - self._less.file_bytes
        scan = marginal_rates(
            bytes_more, stage(more, "reading"), stage(less, "reading")
        )
        more_b3sum, less_b3sum = samples["b3sum of 32 GiB"], samples["b3sum of 8 GiB"]
        b3sum = marginal_rates(bytes_more, seconds(more_b3sum), seconds(less_b3sum))
        scan_cpu = marginal_cpu(bytes_more, more, less)
        b3sum_cpu = marginal_cpu(bytes_more, more_b3sum, less_b3sum)
        cpu_ratios = ratios(scan_cpu, b3sum_cpu)
        first = reading_rates(samples["scan of 4 GiB"])
        return [
            Figure("T1", "scan, reading, marginal 8 to 32 GiB", "GB/s", scan),
            Figure("T1", "b3sum, marginal 8 to 32 GiB", "GB/s", b3sum),
            Figure("T1", "scan / b3sum", "", ratios(scan, b3sum), at_least(1.0)),
            Figure("T4", "first 4 GiB of a cold JVM, reading", "GB/s", first),
            Figure("T4", "first 4 GiB / T1", "", ratios(first, scan), at_least(0.6)),
            Figure("T11", "scan, marginal 8 to 32 GiB", "CPU s/GB", scan_cpu),
            Figure("T11", "b3sum, marginal 8 to 32 GiB", "CPU s/GB", b3sum_cpu),
            Figure("T11", "scan / b3sum", "", cpu_ratios, at_most(1.2)),
        ]


class Quantized(Experiment):
    """T12: weights in block FP8, of which each byte is hashed as stored and as what it stands for."""

    targets = ("T12",)

    def commands(self) -> list[Command]:
        size = self._shrunk(16 * GIB, least=LEAST_MODEL_BYTES)
        return [
            self._commands.scan(self._sets.model(size, "fp8"), "scan of block FP8"),
            self._commands.scan(self._sets.model(size), "scan of plain weights"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        fp8 = reading_rates(samples["scan of block FP8"])
        plain = reading_rates(samples["scan of plain weights"])
        return [
            Figure("T12", "block FP8, 16 GiB, reading", "GB/s", fp8),
            Figure("T12", "plain weights, 16 GiB, reading", "GB/s", plain),
            Figure("T12", "block FP8 / plain", "", ratios(fp8, plain), at_least(0.3)),
        ]


class Steadiness(Experiment):
    """T13: the same scan in new JVMs, two for each run: whether speed is a matter of luck."""

    targets = ("T13",)

    def commands(self) -> list[Command]:
        shards = self._model(8 * GIB)
        return [
            self._commands.scan(shards, f"scan of 8 GiB, {number}")
            for number in ("once", "again")
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        rates = [rate for runs in samples.values() for rate in reading_rates(runs)]
        slowest = [min(rates) / max(rates)] if rates else []
        return [
            Figure("T13", f"{len(rates)} new JVMs, 8 GiB, reading", "GB/s", rates),
            Figure("T13", "slowest / fastest", "", slowest, at_least(0.8)),
        ]


class FixedCost(Experiment):
    """T2: what a scan costs that has nearly nothing to read."""

    targets = ("T2",)

    def commands(self) -> list[Command]:
        return [self._commands.scan(self._model(MIB), "scan of 1 MiB")]

    def figures(self, samples: Samples) -> list[Figure]:
        runs = samples["scan of 1 MiB"]
        return [
            Figure("T2", "1 MiB, command to prompt", "s", seconds(runs), at_most(5)),
            Figure(
                "T2", "of that: start of JVM and session", "s", stage(runs, "startup")
            ),
            Figure("T2", "of that: landing", "s", stage(runs, "landing")),
        ]


class Signing(Experiment):
    """T3: against what a user would take today."""

    targets = ("T3",)
    peers = (MODEL_SIGNING,)

    def commands(self) -> list[Command]:
        shards = self._model(64 * GIB)
        return [
            self._commands.scan(shards, "scan of 64 GiB"),
            self._commands.model_signing(shards),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        scan = seconds(samples["scan of 64 GiB"])
        signing = seconds(samples[MODEL_SIGNING])
        return [
            Figure("T3", "scan of 64 GiB, whole job", "s", scan),
            Figure("T3", "model_signing sign of the same", "s", signing),
            Figure(
                "T3", "scan / model_signing", "", ratios(scan, signing), at_most(0.5)
            ),
        ]


class Sha256(Experiment):
    """T5: SHA-256 while reading, against the same SHA-256 without reading."""

    targets = ("T5",)

    def commands(self) -> list[Command]:
        self._less = self._model(GIB)
        self._more = self._model(32 * GIB)
        return [
            self._commands.scan(self._less, "SHA-256 of 1 GiB", " --digest sha256"),
            self._commands.sha256_memory(),
            self._commands.scan(self._more, "SHA-256 of 32 GiB", " --digest sha256"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        memory = samples["JDK SHA-256 on memory"]
        cores = [run.result["threads"] for run in memory]
        jdk = ratios([run.result["gb_per_second"] for run in memory], cores)
        all_cores = marginal_rates(
            self._more.file_bytes - self._less.file_bytes,
            seconds(samples["SHA-256 of 32 GiB"]),
            seconds(samples["SHA-256 of 1 GiB"]),
        )
        scan = ratios(all_cores, cores)
        return [
            Figure("T5", "scan, a core, marginal 1 to 32 GiB", "GB/s", scan),
            Figure("T5", "JDK SHA-256 on memory, a core", "GB/s", jdk),
            Figure("T5", "scan / JDK", "", ratios(scan, jdk), at_least(0.9)),
        ]


class Memory(Experiment):
    """T6: memory does not grow with the shards, nor with the tensors."""

    targets = ("T6",)

    def commands(self) -> list[Command]:
        size = self._shrunk(8 * GIB, least=MIB)
        tiny = self._sets.uniform(size, tensor_bytes=MIB)
        huge = self._sets.uniform(size, tensor_bytes=size)
        return [
            self._commands.scan(self._model(GIB), "scan of 1 GiB"),
            self._commands.scan(self._model(32 * GIB), "scan of 32 GiB"),
            self._commands.scan(tiny, "scan of tensors of 1 MiB"),
            self._commands.scan(huge, "scan of a tensor of 8 GiB"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        peaks = {
            label: [run.peak_bytes / MIB for run in runs]
            for label, runs in samples.items()
        }
        sizes = further_apart(peaks["scan of 1 GiB"], peaks["scan of 32 GiB"])
        tensors = further_apart(
            peaks["scan of tensors of 1 MiB"], peaks["scan of a tensor of 8 GiB"]
        )
        return [
            *(Figure("T6", label, "MiB", values) for label, values in peaks.items()),
            Figure("T6", "1 against 32 GiB: larger / smaller", "", sizes, at_most(1.1)),
            Figure("T6", "tensors: larger / smaller", "", tensors, at_most(1.1)),
        ]


class Planning(Experiment):
    """T7: a fleet of many small files, where listing and scheduling decide."""

    targets = ("T7",)

    def commands(self) -> list[Command]:
        once = self._sets.planning(self._shrunk(PLANNING_ENGINES))
        twice = self._sets.planning(2 * self._shrunk(PLANNING_ENGINES))
        heap = " --driver-memory 1g"
        return [
            self._commands.dry_run(once, "inventory of 50,000 files", heap),
            self._commands.dry_run(twice, "inventory of 100,000 files", heap),
            self._commands.scan(once, "scan of 50,000 files", heap),
            self._commands.scan(twice, "scan of 100,000 files", heap),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        inventory = seconds(samples["inventory of 50,000 files"])
        scan = seconds(samples["scan of 50,000 files"])
        inventories = ratios(seconds(samples["inventory of 100,000 files"]), inventory)
        scans = ratios(seconds(samples["scan of 100,000 files"]), scan)
        return [
            Figure("T7", "inventory of 50,000 files", "s", inventory, at_most(30)),
            Figure("T7", "scan of 50,000 files, 1 GiB heap", "s", scan, at_most(300)),
            Figure("T7", "inventory, twice the files", "", inventories, at_most(2.2)),
            Figure("T7", "scan, twice the files", "", scans, at_most(2.2)),
        ]


class Landing(Experiment):
    """T8: everything after the last byte is hashed."""

    targets = ("T8",)

    def commands(self) -> list[Command]:
        few = self._sets.landing(self._shrunk(LANDING_FEW_ENGINES))
        many = self._sets.landing(self._shrunk(LANDING_MANY_ENGINES))
        return [
            self._commands.scan(few, "scan of 100,000 tensors"),
            self._commands.scan(many, "scan of 10 million tensors"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        few = samples["scan of 100,000 tensors"]
        many = samples["scan of 10 million tensors"]
        return [
            Figure(
                "T8", "100,000 tensors, landing", "s", stage(few, "landing"), at_most(3)
            ),
            Figure("T8", "100,000 tensors, whole job", "s", seconds(few)),
            Figure(
                "T8", "10 million, landing", "s", stage(many, "landing"), at_most(60)
            ),
            Figure("T8", "10 million, whole job", "s", seconds(many)),
        ]


class Judging(Experiment):
    """T9: what the verdict costs where nothing differs."""

    targets = ("T9",)

    def commands(self) -> list[Command]:
        copies = self._model(32 * GIB)
        tensors = self._sets.landing(self._shrunk(JUDGING_ENGINES))
        return [
            self._commands.scan(copies, "scan of 4 copies of 8 GiB"),
            self._commands.scan(tensors, "scan of 1 million tensors"),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        return [
            figure
            for label, runs in samples.items()
            for figure in self._shares(label, runs)
        ]

    def _shares(self, label: str, runs: list[Sample]) -> list[Figure]:
        verdict = stage(runs, "verdict")
        shares = ratios(verdict, seconds(runs))
        return [
            Figure("T9", f"{label}, verdict", "s", verdict),
            Figure("T9", f"{label}, verdict / whole job", "", shares, at_most(0.1)),
        ]


class Expecting(Experiment):
    """T10: what a checkpoint says of 8 ranks, against scanning its files as they are."""

    targets = ("T10",)

    def commands(self) -> list[Command]:
        checkpoint = self._sets.checkpoint(self._shrunk(8 * GIB, LEAST_MODEL_BYTES))
        return [
            self._commands.scan(checkpoint, "scan of a checkpoint"),
            self._commands.expect(checkpoint, "expectation, tp 8", 8),
        ]

    def figures(self, samples: Samples) -> list[Figure]:
        scan = seconds(samples["scan of a checkpoint"])
        expect = seconds(samples["expectation, tp 8"])
        return [
            Figure("T10", "scan of a checkpoint of 8 GiB", "s", scan),
            Figure("T10", "expectation of tp 8 from it", "s", expect),
            Figure(
                "T10", "expectation / scan", "", ratios(expect, scan), at_most(1.3)
            ),
        ]


EXPERIMENTS: tuple[type[Experiment], ...] = (
    Reading,
    FixedCost,
    Signing,
    Sha256,
    Memory,
    Planning,
    Landing,
    Judging,
    Expecting,
    Quantized,
    Steadiness,
)

TARGETS = sorted(
    (target for experiment in EXPERIMENTS for target in experiment.targets),
    key=lambda target: int(target[1:]),
)


def seconds(runs: list[Sample]) -> list[float]:
    return [run.seconds for run in runs]


def stage(runs: list[Sample], name: str) -> list[float]:
    """A stage's seconds in each run; empty where a run does not say."""
    timings = [run.timing(name) for run in runs]
    known = [timing for timing in timings if timing is not None]
    return known if len(known) == len(runs) else []


def reading_rates(runs: list[Sample]) -> list[float]:
    """GB/s of the reading stage alone."""
    return [
        read_bytes / reading / GB
        for read_bytes, reading in zip(
            stage(runs, "read_bytes"), stage(runs, "reading"), strict=True
        )
    ]


def marginal_rates(
    more_bytes: int, more: list[float], less: list[float]
) -> list[float]:
    """GB/s of what one command read more than the other, run by run, from the seconds of both."""
    return [
        more_bytes / GB / (longer - shorter)
        for longer, shorter in zip(more, less, strict=True)
    ]


def marginal_cpu(
    more_bytes: int, more: list[Sample], less: list[Sample]
) -> list[float]:
    """CPU seconds a GB of what one command read more than the other, run by run."""
    return [
        (longer.cpu_seconds - shorter.cpu_seconds) / (more_bytes / GB)
        for longer, shorter in zip(more, less, strict=True)
    ]


def ratios(dividends: list[float], divisors: list[float]) -> list[float]:
    """Run by run; empty where either was not measured."""
    if not dividends or not divisors:
        return []
    return [
        dividend / divisor
        for dividend, divisor in zip(dividends, divisors, strict=True)
    ]


def further_apart(some: list[float], others: list[float]) -> list[float]:
    """The larger over the smaller, run by run."""
    return [max(pair) / min(pair) for pair in zip(some, others, strict=True)]
