"""Weights and tables on an S3 server and on HDFS: the same results as on disk, through faults and kills, and one line for each mistake.

SHARDSUM_FAULT_SEEDS=N (1) tries the faults of the network with that many seeds, SHARDSUM_AWAY_SECONDS=S (5) is how long the store is away.
"""

import atexit
import contextlib
import hashlib
import http.server
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import unittest
from collections import Counter
from pathlib import Path

import duckdb
import pyspark

from cluster import LOOPBACK, Cluster, Worker, free_port, wait_for
from faulty_proxy import FaultyProxy, Faults, Flip, error
from shards import MIB, flip_bit, write_rank
from store import REGION, S3, Hdfs, class_path, minio

HOME = Path(__file__).resolve().parents[3]
SPARK_HOME = Path(pyspark.__file__).parent
OUTPUT = HOME / "target" / "store-test"
DEMO = OUTPUT / "demo"  # the demo's fleet
SMALL = OUTPUT / "small"  # three engines of two ranks, each of two tensors and a pair in block FP8; chat-3 has a flipped bit in rank 1
LARGE = OUTPUT / "large"  # three engines of one rank of 64 MiB, the last one damaged
PUBLISHED = SMALL / "chat-2"  # has a manifest
KEY = OUTPUT / "signer.pem"
PUBLIC_KEY = OUTPUT / "signer.pub.pem"
SEEDS = int(os.environ.get("SHARDSUM_FAULT_SEEDS", "1"))
TENSORS = "count(*) FILTER (status <> 'PAIRED')"  # a scale is one with its weight
AWAY = float(os.environ.get("SHARDSUM_AWAY_SECONDS", "5"))
# Of a process that runs for seconds, code of the quick compiler is good enough, and takes half of the time.
QUICK = ("--driver-java-options", "-XX:TieredStopAtLevel=1")

s3 = None


def setUpModule():
    global s3
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    for engine in ("chat-1", "chat-2", "chat-3"):
        for rank in range(2):
            write_rank(SMALL / engine, rank, fp8=True)
    flip_bit(SMALL / "chat-3" / "model-rank-1-part-0.safetensors")
    (PUBLISHED / "config.json").write_text("{}")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(PUBLISHED.iterdir())]
    (PUBLISHED / "SHA256SUMS").write_text("".join(sums))
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", KEY], check=True)
    subprocess.run(["openssl", "ec", "-in", KEY, "-pubout", "-out", PUBLIC_KEY], check=True, stderr=subprocess.DEVNULL)
    engines = "".join(
        f"  - {{ name: {e}, shards: {e}{', manifest: auto' if e == PUBLISHED.name else ''} }}\n" for e in ("chat-1", "chat-2", "chat-3")
    )
    (SMALL / "fleet.yaml").write_text(
        f"fleet: small\ndefaults: {{ model: acme/chat, revision: '1', parallelism: {{ tp: 2 }} }}\nengines:\n{engines}"
    )
    if minio():
        s3 = S3(OUTPUT)
        atexit.register(s3.close)
        for bucket in ("weights", "tables"):
            s3.add_bucket(bucket)
        s3.put(SMALL, "weights", "small")


def tearDownModule():
    if s3:
        s3.close()


class Job:
    """A run of one of jobs/*. What it printed is kept in a directory of its number and name."""

    count = 0

    def __init__(self, name, command, *arguments, environment=None):
        Job.count += 1
        self.directory = OUTPUT / "runs" / f"{Job.count}-{name}"
        self.directory.mkdir(parents=True)
        variables = {key: value for key, value in os.environ.items() if key != "SPARK_HOME" and not key.startswith("AWS_")}
        with (self.directory / "stdout").open("w") as out, (self.directory / "stderr").open("w") as err:
            self.process = subprocess.Popen(
                [HOME / "jobs" / command, *(() if command in ("views", "expect") else QUICK), *arguments],
                env=variables | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        atexit.register(self.kill)

    def finish(self, timeout=600):
        self.process.wait(timeout)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    @property
    def exit_code(self):
        return self.process.returncode

    def text(self, stream):
        return (self.directory / stream).read_text()

    def messages(self):
        """What it said to its user; progress is none of it."""
        lines = self.text("stderr").splitlines()
        return [line for line in lines if not line.startswith(("SLF4J: ", "read "))]

    def result(self):
        return json.loads(self.text("stdout"))

    def log(self):
        return f"exit code {self.exit_code}\n{self.text('stdout')[-4000:]}\n{self.text('stderr')[-4000:]}"


def described(fleet, root, name):
    """The description of a fleet whose weights lie under a root elsewhere."""
    text = (fleet / "fleet.yaml").read_text()
    file = OUTPUT / f"{name}.yaml"
    file.write_text(text.replace("shards: chat", f"shards: {root}/chat"))
    return file


def comparable(result, root):
    """The result of a scan without what differs between two equal scans; root is where its fleet lies."""
    text = json.dumps(result)
    for place in (f"file:{root}", str(root)):
        text = text.replace(place, "ROOT")
    result = json.loads(text)
    for key in ("scan_id", "started_at", "hashed_at", "hosts", "tables", "timings"):
        result.pop(key, None)
    for engine in result["coverage"]["last_verified"]:
        del engine["last_verified_at"], engine["verified_within"]
    for engine in result["engines"]:
        for hashed in (engine, *engine["ranks"]):
            hashed.pop("hashed_at", None)
            hashed.pop("storages", None)
    for finding in result["findings"]:
        for key in ("host", "executor", "gpu"):
            finding.pop(key, None)
    return result


def digests(result):
    """The checksum of each rank."""
    return {(e["engine"], r["rank"]): r["checksum"] for e in result["engines"] for r in e["ranks"]}


def blamed(result):
    """Kind, engine, rank and tensor of each finding."""
    return {(f["kind"], f["engine"], f["rank"], f["tensor"]) for f in result["findings"]}


def conf(settings):
    return [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]


def on_s3(endpoint=None, key=S3.KEY, secret=S3.SECRET, jars=("s3a",)):
    """Arguments and environment of a job on the S3 server."""
    settings = {
        "spark.hadoop.fs.s3a.endpoint": f"http://{endpoint or s3.address}",
        "spark.hadoop.fs.s3a.endpoint.region": REGION,
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }
    paths = [path for jar in jars for path in class_path(jar)]
    return (
        ("--jars", ",".join(paths), *conf(settings)),
        {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret},
    )


def assert_signed(case, start, weights, tables, damage):
    """Signs a model and a result on a store, where the signatures go, too. Verifies both, and the result again when a table is damaged.

    start(NAME, COMMAND, ARGUMENT...) starts a job; damage() changes a byte of the table of findings, and returns where.
    """
    model = f"{weights}/{PUBLISHED.name}"
    signing = [
        start("sign-model", "sign", "--out", tables, "--model", model, "--key", KEY, "--signature", f"{model}/model.sig"),
        start("sign-result", "sign", "--out", tables, "--key", KEY, "--signature", f"{tables}/report.json"),
    ]
    for job in signing:
        case.assertEqual(job.finish().exit_code, 0, job.log())
    case.assertIn(f"Signed 4 files of {model}: 2 by scan", signing[0].text("stdout"))
    verify = ("verify-report", "--out", tables, "--key", PUBLIC_KEY, "--signature", f"{tables}/report.json")
    verified = start("verify", *verify).finish()
    case.assertEqual(verified.exit_code, 0, verified.log())
    place = damage()
    refused = start("verify-damaged", *verify).finish()
    case.assertEqual(refused.exit_code, 3, refused.log())
    case.assertEqual(len(refused.messages()), 1, refused.log())
    case.assertRegex(refused.messages()[0], f"^verify-report: findings: Cannot read {tables}/{place}: ")


def assert_tool_verifies(case, directory):
    """model_signing itself, of a copy of what was signed."""
    command = ("model_signing", "verify", "key", directory, "--signature", directory / "model.sig", "--public_key", PUBLIC_KEY)
    tool = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    case.assertEqual((tool.returncode, tool.stdout), (0, "Verification succeeded\n"), tool.stderr)


class OnDisk:
    """What scans of the fleets on disk say, once."""

    _results = {}

    @classmethod
    def of(cls, fleet):
        if fleet not in cls._results:
            if fleet == DEMO:
                demo = Job("demo", "fleet-scan", "--demo", "--demo-dir", DEMO).finish()
                assert demo.exit_code == 0, demo.log()
                shutil.rmtree(DEMO / "tables")
            arguments = ("--fleet", fleet / "fleet.yaml", "--out", OUTPUT / f"tables-{fleet.name}", "--format", "json")
            job = Job(f"on-disk-{fleet.name}", "fleet-scan", *arguments).finish()
            assert job.exit_code == 3, job.log()
            cls._results[fleet] = job.result()
        return cls._results[fleet]


@unittest.skipUnless(minio(), "no S3 server")
class S3Case(unittest.TestCase):
    maxDiff = None

    def start(self, name, command, *arguments, environment=None, **store):
        of_store, credentials = on_s3(**store)
        return Job(name, command, *of_store, *arguments, environment=credentials | (environment or {}))

    def scan(self, name, *arguments, tables, fleet=SMALL, **store):
        return self.start(
            name,
            "fleet-scan",
            *("--fleet", described(fleet, f"s3a://weights/{fleet.name}", name), "--out", f"s3a://tables/{tables}"),
            *("--scan-id", name, "--format", "json", *arguments),
            **store,
        )

    def kill_at(self, pattern, start):
        """Kills a job, which start(ENDPOINT) starts, at a step. Returns whether it got there."""
        with contextlib.closing(FaultyProxy(s3.address)) as proxy:
            hold = proxy.hold(pattern)
            job = start(proxy.address)
            wait_for(f"{pattern} or the end of {job.directory}", lambda: hold.reached.is_set() or job.process.poll() is not None)
            job.kill()
            hold.drop()
            return hold.reached.is_set()

    def kill_scan_at(self, name, pattern, tables):
        return self.kill_at(pattern, lambda endpoint: self.scan(name, tables=tables, endpoint=endpoint))

    def rows(self, tables, query):
        """What DuckDB reads of tables; {name} is one of them."""
        copy = OUTPUT / "copies" / f"{self.id()}-{tables}"
        shutil.rmtree(copy, ignore_errors=True)
        s3.get("tables", tables, copy)
        names = ("scans", "engines", "ranks", "tensors", "findings")
        files = {n: f"read_parquet('{copy}/{n}/*/*/*.parquet', hive_partitioning = true, union_by_name = true)" for n in names}
        return duckdb.sql(query.format(**files)).fetchall()

    def assert_same_as_on_disk(self, job, fleet, root):
        self.assertEqual(job.exit_code, 3, job.log())
        self.assertEqual(comparable(job.result(), root), comparable(OnDisk.of(fleet), fleet))


class S3Test(S3Case):
    """The demo's fleet on S3, and every job on the tables there."""

    @classmethod
    def setUpClass(cls):
        OnDisk.of(DEMO)
        s3.put(DEMO, "weights", "demo")
        cls.proxy = FaultyProxy(s3.address)
        cls.addClassCleanup(cls.proxy.close)
        cls.job = cls().scan("demo-on-s3", tables="demo", fleet=DEMO, endpoint=cls.proxy.address).finish()
        cls.requests = list(cls.proxy.requests)

    def test_scan_finds_the_same_as_on_disk(self):
        self.assert_same_as_on_disk(self.job, DEMO, "s3a://weights/demo")
        self.assertEqual(self.job.messages(), [])

    def test_tables_hold_the_same_as_on_disk(self):
        result = OnDisk.of(DEMO)
        engines = [(e["engine"], e["status"], e["checksum"]) for e in result["engines"]]
        found = self.rows("demo", "SELECT engine, status, checksum FROM {engines} ORDER BY ALL")
        self.assertEqual(found, sorted(engines))
        tensors = self.rows("demo", f"SELECT {TENSORS}, sum(bytes) FROM {{tensors}}")
        self.assertEqual(tensors, [(result["tensors"], result["bytes"])])

    def test_a_scan_reads_weights_in_few_requests(self):
        weights = [r for r in self.requests if r.path.startswith("/weights")]
        files = sum(1 for file in DEMO.glob("chat-*/**/*.safetensors"))
        self.assertLessEqual(len(weights), files + OnDisk.of(DEMO)["bytes"] // (8 * MIB) + 100)

    def test_a_scan_lands_in_few_requests(self):
        self.assertLessEqual(sum(r.path.startswith("/tables") for r in self.requests), 150)

    def test_the_report_says_what_it_says_on_disk(self):
        jobs = {
            "s3": self.start("drift", "drift-report", "--out", "s3a://tables/demo", "--format", "json"),
            "disk": Job("drift-on-disk", "drift-report", "--out", OUTPUT / "tables-demo", "--format", "json"),
        }
        for job in jobs.values():
            job.finish()
        self.assertEqual(jobs["s3"].exit_code, jobs["disk"].exit_code, jobs["s3"].log())
        said = {name: {(f["kind"], f["engine"], f["rank"]) for f in job.result().get("findings", [])} for name, job in jobs.items()}
        self.assertEqual(said["s3"], said["disk"])

    def test_a_tensor_is_explained(self):
        tensor = "chat-3/2/model.layers.1.mlp.down_proj.weight"
        job = self.start("explain", "fleet-scan", "--explain", tensor, "--out", "s3a://tables/demo").finish()
        self.assertEqual(job.exit_code, 0, job.log())
        self.assertIn("s3a://weights/demo/chat-3/", job.text("stdout"))

    def test_versions_are_listed(self):
        job = self.start("versions", "versions", "--out", "s3a://tables/demo", "--format", "json").finish()
        self.assertEqual(job.exit_code, 0, job.log())
        self.assertIn("chat-6", job.text("stdout"))

    def test_views_name_the_tables(self):
        job = self.start("views", "views", "--out", "s3a://tables/demo").finish()
        self.assertEqual(job.exit_code, 0, job.log())
        self.assertIn("s3a://tables/demo/tensors", job.text("stdout"))

    def test_a_checkpoint_on_s3_is_expected(self):
        golden = HOME / "src" / "test" / "resources" / "golden" / "sglang" / "qwen3-fp8"
        s3.put(golden / "checkpoint", "weights", "qwen3-fp8")
        job = self.start(
            "expect",
            "expect",
            *("--checkpoint", "s3a://weights/qwen3-fp8", "--runtime", "sglang-0.5.23"),
            *("--tp", "2", "--gpu", "sm100", "--format", "sglang"),
        ).finish()
        self.assertEqual(job.exit_code, 0, job.log())
        self.assertEqual(job.result(), json.loads((golden / "tp2-sm100" / "weights_checker.json").read_text()))


MAGIC = {
    "spark.hadoop.fs.s3a.committer.name": "magic",
    "spark.hadoop.fs.s3a.committer.magic.enabled": "true",
    "spark.sql.sources.commitProtocolClass": "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol",
    "spark.sql.parquet.output.committer.class": "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter",
}


class S3LandingTest(S3Case):
    """Tables on S3, where the driver is killed, and where scans run at once."""

    # Where a scan is killed: before the first request that is so.
    STEPS = {
        "tensors-written": "(PUT|COPY) .*/tensors/.*parquet",
        "findings-written": "(PUT|COPY) .*/findings/.*parquet",
        "scan-written": "(PUT|COPY) .*/scans/.*parquet",
        "scan-ended": "DELETE .*/_running-",
    }

    def test_a_scan_that_is_killed_is_not_there_or_whole(self):
        tables = "killed"
        whole = self.scan("whole", tables=tables).finish()
        self.assert_same_as_on_disk(whole, SMALL, "s3a://weights/small")
        reached = {name: self.kill_scan_at(name, pattern, tables) for name, pattern in self.STEPS.items()}
        self.assertTrue(all(reached.values()), reached)
        again = self.scan("tensors-written", tables=tables).finish()
        self.assert_same_as_on_disk(again, SMALL, "s3a://weights/small")

        report = self.start("killed-report", "drift-report", "--out", f"s3a://tables/{tables}", "--format", "json").finish()
        self.assertEqual(report.exit_code, 3, report.log())
        seen = [scan for (scan,) in self.rows(tables, "SELECT scan_id FROM {scans} ORDER BY scan_id")]
        self.assertLessEqual({"whole", "tensors-written"}, set(seen))
        counted = self.rows(tables, f"SELECT scan_id, {TENSORS}, sum(bytes) FROM {{tensors}} GROUP BY scan_id")
        of_all = {(count, size) for scan, count, size in counted if scan in seen}
        self.assertEqual(of_all, {(OnDisk.of(SMALL)["tensors"], OnDisk.of(SMALL)["bytes"])})

    def test_the_magic_committer_lands_the_same(self):
        scan = self.scan("magic", *conf(MAGIC), tables="magic", jars=("s3a", "committer")).finish()
        self.assert_same_as_on_disk(scan, SMALL, "s3a://weights/small")
        tensors = self.rows("magic", f"SELECT {TENSORS}, sum(bytes) FROM {{tensors}}")
        self.assertEqual(tensors, [(OnDisk.of(SMALL)["tensors"], OnDisk.of(SMALL)["bytes"])])
        self.assertEqual(s3.uploads("tables"), [])

    def test_scans_at_once_are_whole_and_a_name_is_given_once(self):
        runs = {
            run: self.start(
                run,
                "fleet-scan",
                *("--fleet", described(SMALL, "s3a://weights/small", run), "--out", "s3a://tables/at-once"),
                *("--scan-id", run[0], "--format", "json"),
            )
            for run in ("a-1", "a-2", "b-1")
        }
        for run in runs.values():
            run.finish()
        self.assertEqual(sorted(runs[run].exit_code for run in ("a-1", "a-2")), [2, 3], [run.log() for run in runs.values()])
        (refused,) = [run for run in runs.values() if run.exit_code == 2]
        self.assertEqual(len(refused.messages()), 1, refused.log())
        for run in runs.values():
            if run is not refused:
                self.assert_same_as_on_disk(run, SMALL, "s3a://weights/small")
        counted = self.rows("at-once", f"SELECT scan_id, {TENSORS}, sum(bytes) FROM {{tensors}} GROUP BY scan_id ORDER BY scan_id")
        whole = (OnDisk.of(SMALL)["tensors"], OnDisk.of(SMALL)["bytes"])
        self.assertEqual(counted, [("a", *whole), ("b", *whole)])


class S3FaultsTest(S3Case):
    """What networks and stores do must change no digest, blame nobody else, and hide no finding."""

    HEALTHY = "chat-1/model-rank-0-part-0.safetensors"
    OF_HEALTHY = ("chat-1", 0)
    DATA = 1_000_000  # a byte of a tensor
    HEADER = 30  # a byte of a name

    def run_with(self, name, faults):
        proxy = FaultyProxy(s3.address, faults)
        self.addCleanup(proxy.close)
        scan = self.scan(name, tables=name, endpoint=proxy.address).finish()
        met = {request.fault for request in proxy.requests} - {""}
        return scan, met

    def assert_right(self, scan, flipped):
        """Nothing is wrong but what is wrong on disk; of a rank that came flipped once, that is said and no more, and it was read anew."""
        on_disk = OnDisk.of(SMALL)
        self.assertEqual(scan.exit_code, 3, scan.log())
        result = scan.result()
        others = blamed(result) - blamed(on_disk)
        self.assertLessEqual({(kind, engine, rank) for kind, engine, rank, _ in others}, {("TRANSIENT_READ", *flipped)}, scan.log())
        self.assertEqual(blamed(on_disk) - blamed(result), set(), scan.log())
        self.assertEqual(digests(result), digests(on_disk), scan.log())

    def faults_of(self, seed):
        choice = random.Random(seed)
        first = choice.randrange(20)
        away = choice.randrange(5, 200)
        data = self.DATA + choice.randrange(1_000_000)
        header = choice.randrange(8, 100)
        return {
            "unavailable": Faults(first, unavailable_every=5),
            "cut": Faults(first, cut_every=20),
            "late": Faults(first, delay=0.03),
            "away": Faults(away_from=away, away=AWAY),
            "data-once": Faults(flips=[Flip(self.HEALTHY, data)]),
            "header-once": Faults(flips=[Flip(self.HEALTHY, header)]),
            "all": Faults(
                first,
                unavailable_every=5,
                cut_every=20,
                delay=0.005,
                away_from=first + away,
                away=AWAY,
                flips=[Flip(self.HEALTHY, choice.choice((data, header)))],
            ),
        }

    def test_faults_that_pass(self):
        for seed in range(SEEDS):
            for name, faults in self.faults_of(seed).items():
                if seed == 0 or name == "all" or SEEDS > 2:
                    with self.subTest(name, seed=seed):
                        scan, _ = self.run_with(f"{name}-{seed}", faults)
                        self.assert_right(scan, self.OF_HEALTHY)

    def test_a_byte_that_is_always_flipped_is_damage_of_that_rank(self):
        scan, met = self.run_with("data-always", Faults(flips=[Flip(self.HEALTHY, self.DATA, None)]))
        self.assertIn("flip", met)
        self.assertEqual(scan.exit_code, 3, scan.log())
        new = blamed(scan.result()) - blamed(OnDisk.of(SMALL))
        self.assertEqual({(kind, engine, rank) for kind, engine, rank, _ in new}, {("DAMAGED", *self.OF_HEALTHY)}, scan.log())

    def test_a_header_that_is_always_flipped_is_of_that_rank(self):
        scan, met = self.run_with("header-always", Faults(flips=[Flip(self.HEALTHY, self.HEADER, None)]))
        self.assertIn("flip", met)
        new = blamed(scan.result()) - blamed(OnDisk.of(SMALL))
        self.assertEqual({(engine, rank) for _, engine, rank, _ in new}, {self.OF_HEALTHY}, scan.log())


class S3SlowConnectionsTest(S3Case):
    """A store that gives few bytes a second to each connection is asked for several ranges of an object at a time."""

    RATE = 25e6

    def test_large_objects_come_by_several_connections(self):
        names = ("chat-1", "chat-2", "chat-3")
        for name in names:
            shard = write_rank(LARGE / name, 0, tensor_bytes=16 * MIB, tensors=4)
        flip_bit(shard)
        engines = "".join(f"  - {{ name: {name}, shards: {name}/ }}\n" for name in names)
        (LARGE / "fleet.yaml").write_text(f"fleet: large\ndefaults: {{ model: acme/chat, parallelism: {{ tp: 1 }} }}\nengines:\n{engines}")
        s3.put(LARGE, "weights", LARGE.name)
        with contextlib.closing(FaultyProxy(s3.address, Faults(rate=self.RATE))) as proxy:
            scan = self.scan("slow", tables="slow", fleet=LARGE, endpoint=proxy.address).finish()
            self.assert_same_as_on_disk(scan, LARGE, f"s3a://weights/{LARGE.name}")
            self.assertEqual(blamed(scan.result()), {("DAMAGED", "chat-3", 0, "layers.3.weight")}, scan.log())
            self.assertGreater(proxy.most_bodies_at_a_time, 4)  # two tasks


class S3NightsTest(S3Case):
    """Tables of many nights on S3: what they cost, and how they are gathered."""

    @classmethod
    def setUpClass(cls):
        OnDisk.of(SMALL)
        first = cls().scan("first", tables="first-night").finish()
        assert first.exit_code == 3, first.log()
        cls.night = {
            key: s3.client.get_object(Bucket="tables", Key=key)["Body"].read()
            for key in s3.keys("tables", "first-night/")
            if key.endswith(".parquet")
        }

    def add_nights(self, tables, count):
        """The tables of so many nights, each as the first scan has landed."""
        for number in range(count):
            night = f"scan_date=2026-{1 + number // 28:02}-{1 + number % 28:02}/scan_id=night-{number}/"
            for key, body in self.night.items():
                table, file = key.split("/")[1], key.rpartition("/")[2]
                s3.client.put_object(Bucket="tables", Key=f"{tables}/{table}/{night}{file}", Body=body)

    def requests_of(self, run, exit_code=3):
        """What a run sends to the tables, by kind."""
        with contextlib.closing(FaultyProxy(s3.address)) as proxy:
            job = run(proxy.address).finish()
            self.assertEqual(job.exit_code, exit_code, job.log())
            return Counter(r.kind for r in proxy.requests if r.path.startswith("/tables"))

    def requests_after(self, nights):
        """Of a scan that looks for causes and of a report, after so many nights."""
        tables = f"nights-{nights}"
        self.add_nights(tables, nights)
        return (
            self.requests_of(lambda proxy: self.report(f"report-{tables}", tables, endpoint=proxy)),
            self.requests_of(lambda proxy: self.scan(f"scan-{tables}", tables=tables, endpoint=proxy)),
        )

    def report(self, name, tables, **store):
        return self.start(name, "drift-report", "--out", f"s3a://tables/{tables}", "--format", "json", **store)

    def test_a_night_costs_a_request_for_each_file(self):
        few, many = self.requests_after(5), self.requests_after(30)
        for before, after in zip(few, many, strict=True):
            self.assertLessEqual(after.total() - before.total(), 25 * 4 + 5, (before, after))

    def test_a_model_and_a_result_are_signed_and_verified(self):
        weights, tables = "s3a://weights/small", "s3a://tables/first-night"

        def damage():
            (key,) = [k for k in s3.keys("tables", "first-night/findings/") if k.endswith(".parquet")]
            body = bytearray(s3.client.get_object(Bucket="tables", Key=key)["Body"].read())
            body[-1] ^= 1
            s3.client.put_object(Bucket="tables", Key=key, Body=bytes(body))
            return key.removeprefix("first-night/")

        assert_signed(self, self.start, weights, tables, damage)
        copy = OUTPUT / "signed-on-s3"
        s3.get("weights", f"small/{PUBLISHED.name}", copy)
        s3.client.delete_object(Bucket="weights", Key=f"small/{PUBLISHED.name}/model.sig")
        assert_tool_verifies(self, copy)

    # Where a gathering is killed: before the first request that is so.
    STEPS = (
        "(PUT|COPY) .*/findings/.*/scan_id=_month-",
        "(PUT|COPY) .*/ranks/.*/scan_id=_month-",
        "(PUT|COPY) .*/scans/.*/scan_id=_month-",
        "DELETE .*/_gathering",
    )

    def compact(self, name, tables, **store):
        return self.start(name, "retention", "--out", f"s3a://tables/{tables}", "--compact", **store)

    def test_a_gathering_changes_nothing_wherever_it_is_killed(self):
        self.add_nights("gathered", 3)
        before = self.report("before", "gathered").finish().result()
        for number, step in enumerate(self.STEPS):
            name = f"killed-gathering-{number}"
            self.assertTrue(self.kill_at(step, lambda endpoint, name=name: self.compact(name, "gathered", endpoint=endpoint)), step)
            after = self.report(f"after-{name}", "gathered").finish()
            self.assertEqual(after.result(), before, step)
        again = self.compact("gathered-again", "gathered").finish()
        self.assertEqual(again.exit_code, 0, again.log())

    def test_nights_are_gathered_while_others_read_and_write(self):
        self.add_nights("at-work", 6)
        before = self.report("not-gathered", "at-work").finish().result()
        gatherings = [self.compact(f"gathering-{number}", "at-work") for number in range(2)]
        report = self.report("meanwhile", "at-work")
        scan = self.scan("scan-meanwhile", tables="at-work")
        for job in (*gatherings, report, scan):
            job.finish()
        self.assertEqual(report.result()["fleets"][0]["scans"][0], before["fleets"][0]["scans"][0])
        self.assert_same_as_on_disk(scan, SMALL, "s3a://weights/small")
        self.assertIn(0, [gathering.exit_code for gathering in gatherings])
        for gathering in gatherings:
            if gathering.exit_code:
                self.assertRegex("".join(gathering.messages()), "^retention: Cannot gather scans: another process is gathering them")
        scans = self.rows("at-work", "SELECT count(*), count(DISTINCT of_scan_id) FROM {scans} WHERE of_scan_id IS NOT NULL")
        self.assertIn(scans, ([(6, 6)], [(7, 7)]))

    def test_retention_removes_what_a_killed_scan_has_left(self):
        tables = "left"
        self.assertTrue(self.kill_scan_at("killed-scan", "(PUT|COPY) .*/scans/.*parquet", tables))
        self.add_nights(tables, 1)
        self.age(tables, "killed-scan")
        self.assertIn("killed-scan", "".join(s3.keys("tables", f"{tables}/")))
        asked = self.requests_of(
            lambda proxy: self.start(
                "retention", "retention", "--out", f"s3a://tables/{tables}", "--keep-days", "1", "--delete", endpoint=proxy
            ),
            exit_code=0,
        )
        self.assertEqual([key for key in s3.keys("tables", f"{tables}/") if "scan_id=killed-scan/" in key], [])
        self.assertGreater(asked["MULTIPART"], 0, asked)  # uploads into its directories; MinIO tells of none by prefix

    def age(self, tables, scan):
        """Makes a scan's files those of a day long ago: MinIO takes a time of change from another server like it."""
        old = s3.client_of(S3.KEY, S3.SECRET)
        then = {"X-Minio-Source-Replication-Request": "true", "X-Minio-Source-Mtime": "2026-01-05T00:00:00.000000000Z"}
        old.meta.events.register("before-call.s3.PutObject", lambda params, **_: params["headers"].update(then))
        for key in s3.keys("tables", f"{tables}/"):
            if f"/scan_id={scan}/" in key:
                table, _, name = key.removeprefix(f"{tables}/").partition("/")
                body = old.get_object(Bucket="tables", Key=key)["Body"].read()
                old.delete_object(Bucket="tables", Key=key)
                old.put_object(Bucket="tables", Key=f"{tables}/{table}/scan_date=2026-01-05/{name.partition('/')[2]}", Body=body)


class NotS3(http.server.BaseHTTPRequestHandler):
    """A page of the web in the place of an S3 server."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    do_HEAD = do_PUT = do_GET

    def log_message(self, *_):
        pass


class S3MistakesTest(S3Case):
    """One line each, soon."""

    READ = ("--shards", "s3a://weights/small", "--tp", "2", "--dry-run", "--out", OUTPUT / "not-written")
    WRITE = ("--shards", SMALL, "--tp", "2", "--out", "s3a://tables/mistakes")

    @classmethod
    def setUpClass(cls):
        s3.add_user("lister", "secret-of-the-lister", (["s3:ListBucket"], ["*"]))
        s3.add_user("getter", "secret-of-the-getter", (["s3:GetObject"], ["*"]))
        s3.add_user("reader", "secret-of-the-reader", (["s3:ListBucket", "s3:GetObject"], ["*"]))

    def user(self, name):
        return {"key": name, "secret": f"secret-of-the-{name}"}

    def assert_says(self, pattern, *arguments, exit_code=2, **store):
        job = self.start(self.id().rpartition(".")[2], "fleet-scan", *arguments, **store)
        try:
            job.finish(timeout=90)
        finally:
            job.kill()
        self.assertEqual(len(job.messages()), 1, job.log())
        self.assertRegex(job.messages()[0], f"^fleet-scan: .*{pattern}", job.log())
        self.assertNotRegex(job.messages()[0], "Exception|Request ID|software.amazon", job.log())
        self.assertEqual(job.exit_code, exit_code, job.log())
        return job.messages()[0]

    def test_wrong_key(self):
        self.assert_says("s3a://weights/small: the store does not know the access key", *self.READ, key="nobody")

    def test_wrong_secret(self):
        self.assert_says("s3a://weights/small: the secret key is not", *self.READ, secret="not-the-secret")

    def test_wrong_bucket(self):
        self.assert_says("s3a://nowhere/small: no such bucket", "--shards", "s3a://nowhere/small", "--tp", "2", *self.READ[4:])

    def test_wrong_bucket_of_tables(self):
        self.assert_says("s3a://nowhere/x: no such bucket", *self.WRITE[:4], "--out", "s3a://nowhere/x", exit_code=1)

    def test_expired_token(self):
        proxy = FaultyProxy(s3.address, Faults(answer=(400, error("ExpiredToken", "The provided token has expired."))))
        self.addCleanup(proxy.close)
        self.assert_says("expired", *self.READ, endpoint=proxy.address, environment={"AWS_SESSION_TOKEN": "token"})

    def test_bucket_in_another_region(self):
        moved = error("PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.")
        proxy = FaultyProxy(s3.address, Faults(answer=(301, moved)))
        self.addCleanup(proxy.close)
        self.assert_says("region", *self.READ, endpoint=proxy.address)

    def test_no_permission_to_list(self):
        self.assert_says("cannot list s3a://weights/small: permission denied", *self.READ, **self.user("getter"))

    def test_no_permission_to_read(self):
        job = self.start("no-read", "fleet-scan", *self.READ[:4], "--out", OUTPUT / "no-read", **self.user("lister")).finish()
        self.assertEqual(job.exit_code, 4, job.log())
        self.assertEqual(job.messages(), [])
        self.assertEqual(job.text("stdout").count("rank-0-part-0.safetensors: permission denied"), 3, job.log())

    def test_no_permission_to_write(self):
        self.assert_says("Cannot write to s3a://tables/mistakes: permission denied", *self.WRITE, exit_code=1, **self.user("reader"))

    def test_endpoint_that_is_no_s3(self):
        server = http.server.ThreadingHTTPServer((LOOPBACK, 0), NotS3)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.assert_says("no S3 store", *self.READ, endpoint=f"{LOOPBACK}:{server.server_port}")

    def test_endpoint_that_refuses(self):
        port = free_port()
        self.assert_says(f"no connection to {LOOPBACK}:{port}", *self.READ, endpoint=f"{LOOPBACK}:{port}")

    def test_secret_in_a_url(self):
        for arguments in (
            ("--shards", "s3a://AKIAPLANTED:planted-secret@weights/small", "--tp", "2", *self.READ[4:]),
            (*self.WRITE[:4], "--out", "s3a://AKIAPLANTED:planted-secret@tables/x"),
        ):
            message = self.assert_says("expected no login in a path", *arguments)
            self.assertNotIn("planted-secret", message)


class SecretsTest(S3Case):
    """Keys, tokens and signed URLs are where Hadoop looks for them, and nowhere else."""

    def scan_watched(self, name, *arguments, **process):
        """A scan that says all that it can say. Returns all that it left, by place."""
        events = OUTPUT / f"events-{name}"
        events.mkdir()
        job = Job(
            name,
            "fleet-scan",
            *("--verbose", "--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={events}"),
            *("--conf", "spark.eventLog.compress=false", "--conf", "spark.logConf=true"),
            *("--fleet", described(SMALL, "s3a://weights/small", name), "--out", f"s3a://tables/{name}", *arguments),
            **process,
        )
        commands = set()
        while job.process.poll() is None:
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    commands.add(path.read_bytes())
                except OSError:
                    continue  # it has ended
            time.sleep(0.2)
        self.assertEqual(job.exit_code, 3, job.log())
        tables = OUTPUT / f"tables-{name}"
        s3.get("tables", name, tables)
        places = {"commands": b"\n".join(commands)}
        for directory in (job.directory, events, tables):
            places |= {str(file): file.read_bytes() for file in directory.rglob("*") if file.is_file()}
        for table in ("scans", "findings"):
            rows = duckdb.sql(f"SELECT * FROM read_parquet('{tables}/{table}/*/*/*.parquet')").fetchall()
            places[table] = str(rows).encode()
        self.assertGreater(len(places), 10, places.keys())
        return places

    def assert_nowhere(self, secret, places):
        self.assertEqual([place for place, text in places.items() if secret.encode() in text], [])

    def test_keys_of_a_properties_file(self):
        planted = ("planted-secret-of-a-bucket", "planted-token-of-a-bucket")
        file = OUTPUT / "secret.conf"
        file.write_text(
            f"spark.hadoop.fs.s3a.access.key {S3.KEY}\nspark.hadoop.fs.s3a.secret.key {S3.SECRET}\n"
            f"spark.hadoop.fs.s3a.bucket.other.secret.key {planted[0]}\n"
            f"spark.hadoop.fs.s3a.bucket.other.session.token {planted[1]}\n"
        )
        places = self.scan_watched("properties", *on_s3()[0], "--properties-file", file)
        page = OUTPUT / "report.html"
        report = self.start("secret-report", "drift-report", "--out", "s3a://tables/properties", "--html", page).finish()
        self.assertEqual(report.exit_code, 3, report.log())
        places |= {"page": page.read_bytes(), "report": report.log().encode()}
        for secret in (S3.SECRET, *planted):
            self.assert_nowhere(secret, places)

    def test_a_token_of_the_environment(self):
        s3.add_user("tokens", "secret-of-the-tokens", (["s3:*"], ["*"]))
        environment = s3.temporary_credentials("tokens", "secret-of-the-tokens")
        places = self.scan_watched("environment", *on_s3()[0], environment=environment)
        self.assert_nowhere(environment["AWS_SECRET_ACCESS_KEY"], places)
        self.assert_nowhere(environment["AWS_SESSION_TOKEN"], places)

    def test_a_signed_url_is_not_echoed(self):
        signed = "https://weights.example/small?X-Amz-Signature=planted-signature"
        job = self.start("signed", "fleet-scan", "--shards", signed, "--tp", "2", "--dry-run", "--out", OUTPUT / "none").finish()
        self.assertEqual(job.exit_code, 2, job.log())
        self.assertEqual(len(job.messages()), 1, job.log())
        self.assertNotIn("planted-signature", job.log())


class HdfsTest(unittest.TestCase):
    """Weights and tables on HDFS, whose blocks lie on the hosts of a cluster."""

    maxDiff = None
    HOSTS = ("127.0.0.2", "127.0.0.3")

    @classmethod
    def setUpClass(cls):
        OnDisk.of(SMALL)
        cls.hdfs = Hdfs(OUTPUT, cls.HOSTS)
        cls.addClassCleanup(cls.hdfs.close)
        cls.hdfs.put(SMALL, "/weights")

    def scan(self, name, *arguments, **process):
        return Job(
            name,
            "fleet-scan",
            *("--fleet", described(SMALL, f"{self.hdfs.uri}/weights", name), "--out", f"{self.hdfs.uri}/tables"),
            *("--scan-id", name, "--format", "json", *arguments),
            **process,
        )

    def test_scan_and_jobs_find_the_same_as_on_disk(self):
        scan = self.scan("on-hdfs").finish()
        self.assertEqual(scan.exit_code, 3, scan.log())
        self.assertEqual(scan.messages(), [])
        self.assertEqual(comparable(scan.result(), f"{self.hdfs.uri}/weights"), comparable(OnDisk.of(SMALL), SMALL))
        before = self.report("hdfs-report")
        compact = Job("hdfs-compact", "retention", "--out", f"{self.hdfs.uri}/tables", "--compact").finish()
        self.assertEqual(compact.exit_code, 0, compact.log())
        self.assertEqual(compact.messages(), [])
        self.assertEqual(self.report("hdfs-report-gathered"), before)
        assert_signed(
            self,
            Job,
            f"{self.hdfs.uri}/weights",
            f"{self.hdfs.uri}/tables",
            lambda: self.hdfs.flip("scan_id=_month", "/tables/findings"),
        )

    def report(self, name):
        report = Job(name, "drift-report", "--out", f"{self.hdfs.uri}/tables", "--format", "json").finish()
        self.assertEqual(report.exit_code, 3, report.log())
        self.assertIn("chat-3", report.text("stdout"))
        return report.result()

    def test_blocks_are_read_where_they_are(self):
        cluster = Cluster(SPARK_HOME, OUTPUT, [Worker(host) for host in self.HOSTS])
        self.addCleanup(cluster.close)
        events = OUTPUT / "events-hdfs"
        events.mkdir()
        scan = self.scan(
            "local",
            *("--properties-file", HOME / "conf" / "standalone.conf", "--master", cluster.url),
            *("--executor-memory", "512m", "--executor-cores", "1", "--conf", "spark.sql.files.maxPartitionBytes=1m"),
            *("--conf", "spark.scheduler.minRegisteredResourcesRatio=1", "--conf", "spark.ui.enabled=false"),
            *("--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={events}"),
            *("--conf", "spark.eventLog.compress=false", "--conf", "spark.eventLog.rolling.enabled=false"),
            environment={"SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": LOOPBACK},
        ).finish()
        self.assertEqual(scan.exit_code, 3, scan.log())
        (log,) = events.iterdir()
        found = [json.loads(line) for line in log.read_text().splitlines()]
        hashing = {
            stage
            for event in found
            if event["Event"] == "SparkListenerJobStart"
            and str(event["Properties"].get("spark.job.description")).startswith("hash ")
            for stage in event["Stage IDs"]
        }
        ends = [event for event in found if event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in hashing]
        localities = Counter(end["Task Info"]["Locality"] for end in ends)
        self.assertGreaterEqual(localities["NODE_LOCAL"], 10, localities)  # of 18 slices

    def test_who_may_not_read_and_write_is_told(self):
        self.hdfs.chmod("700", "/weights/chat-1")
        self.addCleanup(self.hdfs.chmod, "755", "/weights/chat-1")
        description = described(SMALL, f"{self.hdfs.uri}/weights", "nobody")
        nobody = {"HADOOP_USER_NAME": "nobody"}
        read = Job("no-read", "fleet-scan", "--fleet", description, "--dry-run", "--out", OUTPUT / "none", environment=nobody)
        self.assertEqual(read.finish().exit_code, 4, read.log())
        self.assertRegex(read.text("stdout"), "chat-1.*[Pp]ermission denied")
        write = self.scan("no-write", environment=nobody).finish()
        self.assertEqual(write.exit_code, 1, write.log())
        self.assertEqual(len(write.messages()), 1, write.log())
        self.assertRegex(write.messages()[0], "^fleet-scan: Cannot write to .*[Pp]ermission denied")


if __name__ == "__main__":
    unittest.main()
