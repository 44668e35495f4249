"""fleet-scan on a real cluster: the same results as in one process, also where processes are killed."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import duckdb
import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from cluster import GPUS, LOOPBACK, WORKERS, Cluster, gpu_script, workers_with_gpus

HOME = Path(__file__).resolve().parents[3]
JAR = HOME / "target" / "shardsum.jar"
SPARK_HOME = Path(pyspark.__file__).parent
OUTPUT = HOME / "target" / "cluster-test"
DEMO = OUTPUT / "fleet"
TABLES = OUTPUT / "tables"
# What Java itself says of the module that conf/jvm-vector.options adds.
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}

cluster = None
embedded = None


def setUpModule():
    global cluster, embedded
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    demo = Scan("demo", "--demo", "--demo-dir", DEMO).finish()
    assert demo.exit_code == 0, demo.log()
    description = DEMO / "fleet.yaml"
    shared = description.read_text().replace("defaults:\n", "defaults:\n  shared: true\n")
    description.write_text(shared)
    embedded = Scan.of_fleet("embedded").finish()
    assert embedded.exit_code == 3, embedded.log()
    cluster = Cluster(SPARK_HOME, OUTPUT, workers_with_gpus(OUTPUT))
    atexit.register(cluster.close)


def tearDownModule():
    cluster.close()


class Scan:
    """A run of jobs/fleet-scan. What it printed is kept in a directory of its name."""

    def __init__(self, name, *arguments, home=HOME, environment=None, **process):
        self.name = name
        self.directory = OUTPUT / name
        self.directory.mkdir(exist_ok=True)
        variables = {key: value for key, value in os.environ.items() if key != "SPARK_HOME"}
        with self._file("stdout").open("w") as out, self._file("stderr").open("w") as err:
            self._process = subprocess.Popen(
                [home / "jobs" / "fleet-scan", *arguments],
                env=variables | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                **process,
            )
        atexit.register(self.kill)

    @classmethod
    def of_fleet(cls, name, *arguments, **process):
        return cls(
            name,
            *arguments,
            *("--conf", "spark.sql.files.maxPartitionBytes=2m"),
            *("--fleet", DEMO / "fleet.yaml", "--out", TABLES, "--scan-id", name),
            *("--format", "json"),
            **process,
        )

    @classmethod
    def on_cluster(cls, name, *arguments):
        events = OUTPUT / name / "events"
        events.mkdir(parents=True, exist_ok=True)
        return cls.of_fleet(
            name,
            *("--properties-file", HOME / "conf" / "standalone.conf", "--master", cluster.url),
            *("--executor-memory", "512m", "--executor-cores", "1"),
            *("--total-executor-cores", str(WORKERS)),
            *("--conf", "spark.scheduler.minRegisteredResourcesRatio=1"),
            *("--conf", "spark.eventLog.enabled=true", "--conf", f"spark.eventLog.dir={events}"),
            *("--conf", "spark.eventLog.rolling.enabled=false"),
            *("--conf", "spark.eventLog.compress=false"),
            *arguments,
            environment={"SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": LOOPBACK},
        )

    def finish(self):
        self._process.wait(timeout=600)
        return self

    def kill(self):
        self._process.kill()
        self._process.wait()

    @property
    def running(self):
        return self._process.poll() is None

    @property
    def exit_code(self):
        return self._process.returncode

    def result(self):
        return json.loads(self._file("stdout").read_text())

    def comparable(self):
        """The result without what differs between two equal scans."""
        result = self.result()
        for key in ("scan_id", "started_at", "hashed_at", "hosts", "timings"):
            del result[key]
        for engine in result["coverage"]["last_verified"]:
            del engine["last_verified_at"], engine["verified_within"]
        for engine in result["engines"]:
            for hashed in (engine, *engine["ranks"]):
                hashed.pop("hashed_at", None)
        for finding in result["findings"]:
            for key in ("host", "executor", "gpu"):
                finding.pop(key, None)
        result["coverage"]["last_verified"].sort(key=lambda engine: engine["engine"])
        return result

    def events(self, kind):
        """Spark's events of one kind."""
        (log,) = (self.directory / "events").iterdir()
        events = [json.loads(line) for line in log.read_text().splitlines()]
        return [event for event in events if event["Event"] == f"SparkListener{kind}"]

    def rows(self, columns, table):
        """What DuckDB reads of this scan."""
        files = f"read_parquet('{TABLES}/{table}/*/*/*.parquet', hive_partitioning = true)"
        query = f"SELECT {columns} FROM {files} WHERE scan_id = '{self.name}' ORDER BY ALL"
        return duckdb.sql(query).fetchall()

    def lines(self, stream):
        return self._file(stream).read_text().splitlines()

    def log(self):
        return f"exit code {self.exit_code}\n{self._file('stderr').read_text()[-4000:]}"

    def _file(self, stream):
        return self.directory / stream


class LauncherTest(unittest.TestCase):
    maxDiff = None

    def test_gpu_of_expect_is_a_kind_of_gpu(self):
        golden = HOME / "src" / "test" / "resources" / "golden" / "sglang" / "qwen3-fp8"
        expect = subprocess.run(
            [
                *(HOME / "jobs" / "expect", "--checkpoint", golden / "checkpoint"),
                *("--runtime", "sglang-0.5.23", "--tp", "2", "--gpu", "sm100"),
                *("--format", "sglang"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        self.assertEqual(expect.returncode, 0, expect.stderr)
        told = json.loads((golden / "tp2-sm100" / "weights_checker.json").read_text())
        self.assertEqual(json.loads(expect.stdout), told)


class ClusterTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        cluster.wait_until_idle()

    def assert_same_as_embedded(self, scan):
        self.assertEqual(scan.exit_code, 3, scan.log())
        self.assertEqual(scan.comparable(), embedded.comparable())

    def test_scan_finds_the_same_as_in_one_process(self):
        scan = Scan.on_cluster("cluster").finish()
        self.assert_same_as_embedded(scan)
        self.assertGreater(len(scan.events("TaskEnd")), 100)
        executors = scan.rows("DISTINCT unnest(split(executor, ','))", "tensors")
        self.assertEqual(len(executors), WORKERS)

    def test_scan_finds_the_same_though_an_executor_is_killed(self):
        scan = Scan.on_cluster("executor-killed")
        application, executor = cluster.busy_executor()
        cluster.kill(application, executor)
        self.assertTrue(scan.running)
        self.assert_same_as_embedded(scan.finish())
        lost = [event["Executor ID"] for event in scan.events("ExecutorRemoved")]
        self.assertIn(executor, lost)
        ends = [event["Task End Reason"]["Reason"] for event in scan.events("TaskEnd")]
        self.assertIn("Resubmitted", ends, "what the executor had read is read again")

    def test_killed_scan_does_not_exist_and_its_second_run_is_whole(self):
        killed = Scan.on_cluster("driver-killed")
        cluster.busy_executor()
        self.assertTrue(killed.running)
        killed.kill()
        self.assertEqual(killed.rows("*", "scans"), [])
        self.assertNotEqual(embedded.rows("*", "scans"), [])
        cluster.wait_until_idle()
        again = Scan.on_cluster("driver-killed").finish()
        self.assert_same_as_embedded(again)
        for table in ("scans", "engines", "ranks", "tensors", "findings"):
            with self.subTest(table):
                count = embedded.rows("count(*)", table)
                self.assertEqual(again.rows("count(*)", table), count)
        self.assertEqual(list(TABLES.glob("*/*/scan_id=driver-killed/_temporary")), [])
        self.assertEqual(list(TABLES.glob("_canary-*")), [])

    def test_each_executor_is_pinned_to_its_own_gpu(self):
        scan = Scan.on_cluster("pinned", *pinning()).finish()
        self.assert_same_as_embedded(scan)
        rows = scan.rows("executor, gpu", "tensors")
        own = {executor: gpu for executor, gpu in rows if executor and "," not in executor}
        self.assertEqual(len(own), WORKERS)
        self.assertEqual(sorted(own.values()), sorted(GPUS))
        shared = [gpu for executor, gpu in rows if "," in executor]
        self.assertEqual(set(shared), {",".join(sorted(GPUS))})

    def test_one_process_has_the_gpu_of_the_driver(self):
        script = gpu_script(OUTPUT / "gpu-of-the-driver", "3")
        scan = Scan.of_fleet(
            "one-process",
            *("--conf", "spark.driver.resource.gpu.amount=1"),
            *("--conf", f"spark.driver.resource.gpu.discoveryScript={script}"),
        ).finish()
        self.assert_same_as_embedded(scan)
        self.assertEqual(scan.rows("DISTINCT executor, gpu", "tensors"), [("driver", "3")])

    def test_duckdb_reads_the_tables(self):
        result = embedded.result()
        engines = [(e["engine"], e["status"], e["checksum"]) for e in result["engines"]]
        self.assertEqual(embedded.rows("engine, status, checksum", "engines"), sorted(engines))
        findings = [(f["kind"], f["engine"], f["rank"], f["tensor"]) for f in result["findings"]]
        self.assertEqual(embedded.rows("kind, engine, rank, tensor", "findings"), sorted(findings))
        tensors = embedded.rows("count(*), sum(bytes)", "tensors")
        self.assertEqual(tensors, [(result["tensors"], result["bytes"])])

    def test_duckdb_makes_the_views(self):
        connection = duckdb.connect()
        connection.execute(views())
        states = connection.sql(
            "SELECT state, count(DISTINCT engine), sum(ranks), sum(tensors), sum(bytes) "
            "FROM coverage WHERE scan_id = 'embedded' GROUP BY state ORDER BY state"
        ).fetchall()
        keys = ("state", "engines", "ranks", "tensors", "bytes")
        expected = [tuple(s[key] for key in keys) for s in embedded.result()["coverage"]["states"]]
        self.assertEqual(states, sorted(expected))


def views(*arguments, tables=TABLES):
    """What jobs/views prints."""
    environment = {key: value for key, value in os.environ.items() if key != "SPARK_HOME"}
    command = [HOME / "jobs" / "views", "--out", tables, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def pinning():
    """The settings of conf/gpu.conf that Spark itself pins by, for there is no GPU for its plugin."""
    lines = (HOME / "conf" / "gpu.conf").read_text().splitlines()
    settings = [line.split() for line in lines if line.startswith(("spark.executor.resource", "spark.task.resource"))]
    return [argument for key, value in settings for argument in ("--conf", f"{key}={value}")]


class GpuStartTest(unittest.TestCase):
    """How jobs/fleet-scan --gpu begins, as far as it comes without a GPU."""

    def setUp(self):
        self.place = Path(tempfile.mkdtemp(dir=OUTPUT))

    def write_nvidia_smi(self, does):
        file = self.place / "nvidia-smi"
        file.write_text(f"#!/bin/sh\n{does}\n")
        file.chmod(0o755)

    def start(self, *arguments, nvidia_smi=None, **environment):
        if nvidia_smi is not None:
            self.write_nvidia_smi(nvidia_smi)
        environment["PATH"] = f"{self.place}:{os.environ['PATH']}"
        name = self.id().rpartition(".")[2]
        return Scan.of_fleet(name, "--gpu", *arguments, environment=environment).finish()

    def assert_one_line(self, scan, pattern, exit_code=1):
        self.assertEqual(scan.exit_code, exit_code, scan.log())
        (line,) = scan.lines("stderr")
        self.assertRegex(line, pattern)
        self.assertEqual(scan.lines("stdout"), [])

    @unittest.skipIf(shutil.which("nvidia-smi"), "this machine has a driver of NVIDIA")
    def test_says_that_there_is_no_driver(self):
        scan = self.start()
        self.assert_one_line(scan, "^shardsum: No GPU on .*: expected nvidia-smi, .* found none$")

    def test_says_what_is_wrong_with_the_gpu(self):
        scan = self.start(nvidia_smi="echo No devices were found; exit 6")
        self.assert_one_line(scan, "^shardsum: No GPU on .*: nvidia-smi says: No devices were found$")

    def test_says_that_there_is_no_jar(self):
        scan = self.start("--rapids-jar", "no/such.jar", nvidia_smi="echo 0")
        self.assert_one_line(scan, "^shardsum: Cannot find the RAPIDS Accelerator: .*no/such.jar")

    def test_refuses_to_verify_what_cpus_hash(self):
        scan = Scan.of_fleet("no-gpu", "--verify-gpu").finish()
        self.assert_one_line(scan, "--verify-gpu goes with --gpu", exit_code=2)

    def test_discovers_what_cuda_sees(self):
        self.write_nvidia_smi("printf '0\\n1\\n'")
        environment = os.environ | {"PATH": f"{self.place}:{os.environ['PATH']}"}
        script = HOME / "conf" / "discover-gpus.sh"
        found = subprocess.run(script, env=environment, capture_output=True, check=True)
        self.assertEqual(json.loads(found.stdout), {"name": "gpu", "addresses": ["0", "1"]})


class PySparkTest(unittest.TestCase):
    """PySpark on the cluster, given nothing but the jar."""

    @classmethod
    def setUpClass(cls):
        cluster.wait_until_idle()
        os.environ["SPARK_LOCAL_IP"] = LOOPBACK
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--master {cluster.url} --jars {JAR} pyspark-shell"
        warehouse = OUTPUT / "warehouse"
        builder = SparkSession.builder.config("spark.executor.memory", "512m")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        cls.spark = builder.config("spark.sql.warehouse.dir", str(warehouse)).getOrCreate()
        cls.addClassCleanup(cls.spark.stop)

    def test_reads_weights(self):
        engine = DEMO / "chat-1"
        rows = self.spark.read.format("safetensors").load(str(engine)).drop("data").collect()
        for file in engine.glob("*.safetensors"):
            with self.subTest(file.name):
                header, begin = header_of(file)
                mine = [row for row in rows if row.file.endswith(f"/{file.name}")]
                found = {r.tensor: (r.dtype, r.shape, r.file_offset_bytes, r.tensor_bytes) for r in mine}
                self.assertEqual(found, {name: entry_of(t, begin) for name, t in header.items()})

    def test_reads_bytes_of_a_tensor(self):
        file = DEMO / "chat-1" / "model-rank-0-part-1.safetensors"
        weights = self.spark.read.format("safetensors").load(str(file))
        rows = weights.where(f.col("tensor") == "lm_head.weight").orderBy("chunk").collect()
        header, begin = header_of(file)
        first, last = header["lm_head.weight"]["data_offsets"]
        self.assertGreater(len(rows), 1)
        data = b"".join(row.data for row in rows)
        self.assertEqual(data, file.read_bytes()[begin + first : begin + last])

    def test_reads_weights_as_a_table(self):
        self.spark.sql(f"CREATE TABLE weights USING safetensors LOCATION '{DEMO / 'chat-1'}'")
        self.addCleanup(self.spark.sql, "DROP TABLE weights")
        (row,) = self.spark.sql("SELECT count(DISTINCT file, tensor) AS n FROM weights").collect()
        headers = [header_of(file)[0] for file in (DEMO / "chat-1").glob("*.safetensors")]
        self.assertEqual(row.n, sum(len(header) for header in headers))

    def test_reads_the_tables(self):
        result = embedded.result()
        engines = self.spark.read.parquet(str(TABLES / "engines")).where("scan_id = 'embedded'")
        self.assertEqual(
            {row.engine: row.checksum for row in engines.collect()},
            {engine["engine"]: engine["checksum"] for engine in result["engines"]},
        )
        tensors = self.spark.read.parquet(str(TABLES / "tensors")).where("scan_id = 'embedded'")
        self.assertEqual(tensors.count(), result["tensors"])

    def test_views_show_the_same_in_duckdb_and_in_spark(self):
        statements = statements_of(views("--for", "spark"))
        for statement in statements:
            self.spark.sql(statement)
        connection = duckdb.connect()
        connection.execute(views())
        names = [statement.split(" VIEW ")[1].split()[0] for statement in statements]
        for name in names:
            if not name.startswith("landed_"):
                with self.subTest(name):
                    columns = self.spark.table(name).columns
                    count = f"SELECT count(*), {', '.join(f'count({c})' for c in columns)} FROM {name}"
                    of_spark = tuple(self.spark.sql(count).first())
                    self.assertEqual(connection.sql(count).fetchall(), [of_spark])
        versions = """SELECT engine, source, ranks, status, content, revision, described_revision, scans, change, evidence
            FROM engine_versions ORDER BY engine, source, seen_from"""
        of_spark = [tuple(row) for row in self.spark.sql(versions).collect()]
        self.assertEqual(connection.sql(versions).fetchall(), of_spark)

    def test_views_show_columns_that_earlier_scans_do_not_have(self):
        tables = OUTPUT / "of-two-releases"
        for table in ("scans", "engines", "ranks", "tensors", "findings"):
            (scan,) = TABLES.glob(f"{table}/*/scan_id=embedded")
            shutil.copytree(scan, tables / table / scan.parent.name / scan.name)
            earlier = tables / table / "scan_date=2020-01-01" / "scan_id=earlier"
            self.spark.read.parquet(str(scan)).drop("storages").write.parquet(str(earlier))
        connection = duckdb.connect()
        connection.execute(views(tables=tables))
        for statement in statements_of(views("--for", "spark", tables=tables)):
            self.spark.sql(statement)
        count = "SELECT scan_id, count(*), count(storages) FROM engines GROUP BY scan_id ORDER BY scan_id"
        expected = [("earlier", 6, 0), ("embedded", 6, 6)]
        self.assertEqual(connection.sql(count).fetchall(), expected)
        self.assertEqual([tuple(row) for row in self.spark.sql(count).collect()], expected)

    def test_views_show_tables_that_no_scan_of_this_release_wrote(self):
        tables = OUTPUT / "of-an-older-release"
        later = ("source", "storages", "ranks", "agreement", "different_tensors", "tensors", "canaries")
        for table in ("scans", "engines", "ranks", "tensors", "findings"):
            (scan,) = TABLES.glob(f"{table}/*/scan_id=embedded")
            columns = [c for c in later if table == "findings" or c not in ("ranks", "tensors")]
            older = self.spark.read.parquet(str(scan)).drop(*columns)
            older.write.parquet(str(tables / table / scan.parent.name / scan.name))
        connection = duckdb.connect()
        connection.execute(views(tables=tables))
        for statement in statements_of(views("--for", "spark", tables=tables)):
            self.spark.sql(statement)
        states = "SELECT engine, rank, source, state FROM rank_states ORDER BY engine, rank"
        of_spark = [tuple(row) for row in self.spark.sql(states).collect()]
        self.assertEqual(connection.sql(states).fetchall(), of_spark)
        self.assertEqual({source for (_, _, source, _) in of_spark}, {"FILES"})
        self.assertIn("DIFFERENT", {state for (_, _, _, state) in of_spark})
        for view in ("coverage", "engines_today", "differing_tensors", "open_findings", "suspect_hosts"):
            with self.subTest(view):
                connection.sql(f"SELECT * FROM {view}").fetchall()


def statements_of(sql):
    return [statement.strip().removesuffix(";") for statement in sql.split(";\n\n") if statement.strip()]


def header_of(file):
    """A file's tensors by name, and where their bytes begin."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return header, 8 + length


def entry_of(tensor, begin):
    first, last = tensor["data_offsets"]
    return tensor["dtype"], tensor["shape"], begin + first, last - first


class PermissionTest(unittest.TestCase):
    """No right to read a file, or a directory: that takes a user other than root."""

    def setUp(self):
        self.place = Path(tempfile.mkdtemp(prefix="shardsum-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.place.chmod(0o755)

    def test_scan_says_what_it_may_not_read(self):
        for engine in ("chat-1", "chat-2", "chat-4"):
            shutil.copytree(DEMO / engine, self.place / engine)
        (self.place / "chat-2" / "model-rank-1-part-0.safetensors").chmod(0)
        (self.place / "chat-4").chmod(0)
        (self.place / "tables").mkdir()
        (self.place / "tables").chmod(0o777)
        shutil.copy(DEMO / "fleet.yaml", self.place)
        scan = Scan(
            "permission",
            *("--fleet", self.place / "fleet.yaml", "--out", self.place / "tables"),
            *("--engine", "chat-1", "chat-2", "chat-4", "--format", "json"),
            home=self.installed(),
            cwd=self.place,
            **(NOBODY if os.geteuid() == 0 else {}),
        ).finish()
        self.assertEqual(scan.exit_code, 4, scan.log())
        whole, file_closed, directory_closed = scan.result()["engines"]
        sums = {e["engine"]: e["checksum"] for e in embedded.result()["engines"]}
        self.assertEqual(whole["status"], "COMPLETE")
        self.assertEqual(whole["checksum"], sums["chat-1"])
        for engine in (file_closed, directory_closed):
            self.assertEqual((engine["status"], engine["checksum"]), ("INCOMPLETE", None))
        unreadable = file_closed["ranks"].pop(1)
        self.assertEqual((unreadable["status"], unreadable["checksum"]), ("UNREADABLE", None))
        self.assertIn("model-rank-1-part-0.safetensors", unreadable["reason"])
        self.assertRegex(unreadable["reason"], "(?i)permission denied")
        del whole["ranks"][1]
        self.assertEqual(file_closed["ranks"], whole["ranks"])
        for rank in directory_closed["ranks"]:
            self.assertIn(rank["status"], ("MISSING", "UNREADABLE"))
            self.assertIsNone(rank["checksum"])
            self.assertRegex(rank["reason"], "(?i)permission denied")

    def installed(self):
        """The job where any user may read it: the home directory of who built it is closed."""
        home = self.place / "shardsum"
        subprocess.run([HOME / "jobs" / "install", home], check=True, capture_output=True)
        return home


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(warnings="ignore")  # sockets that py4j leaves to the garbage collector
