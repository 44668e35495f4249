"""fleet-scan of engines whose weights lie on the disks of their hosts: a cluster whose workers have addresses and file systems of their own."""

import atexit
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import duckdb
import pyspark

from cluster import LOOPBACK, Cluster, Worker
from shards import MIB, flip_bit, write_rank

HOME = Path(__file__).resolve().parents[3]
SPARK_HOME = Path(pyspark.__file__).parent
OUTPUT = HOME / "target" / "hosts-test"
MODELS = OUTPUT / "models"  # empty here; each host sees its own disk in its place


def can_unshare():
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def host(number):
    return f"127.0.0.{number}"


def disk(number):
    return OUTPUT / "disks" / host(number)


def worker(number):
    return Worker(host(number), disk=disk(number), seen_as=MODELS)


class Fleet:
    """A description, and what the hosts have on their disks. Each test has one of its own."""

    def __init__(self, name):
        self.name = name
        self.directory = OUTPUT / name
        self.directory.mkdir()
        self._engines = []

    def engine(self, name, hosts, ranks, tp, **weights):
        """An engine; ranks are those that each host has, by host."""
        for number, some in ranks.items():
            for rank in some:
                write_rank(disk(number) / self.name / name, rank, **weights)
        shards = MODELS / self.name / name
        self._engines.append(f"  - {{ name: {name}, shards: {shards}, hosts: {json.dumps(hosts)}, parallelism: {{ tp: {tp} }} }}")
        return self

    def file(self, number, engine, rank):
        return disk(number) / self.name / engine / f"model-rank-{rank}-part-0.safetensors"

    def scan(self, cluster, *arguments, **process):
        description = self.directory / "fleet.yaml"
        engines = "\n".join(self._engines)
        description.write_text(f"fleet: {self.name}\ndefaults: {{ model: acme/chat, revision: '1' }}\nengines:\n{engines}\n")
        return Scan(self, cluster, "--fleet", description, *arguments, **process)


class Scan:
    """A run of jobs/fleet-scan on the cluster."""

    count = 0

    def __init__(self, fleet, cluster, *arguments, patience="300s"):
        Scan.count += 1
        self.name = f"scan-{Scan.count}"
        self.directory = fleet.directory / self.name
        self.directory.mkdir()
        self._tables = fleet.directory / "tables"
        with (self.directory / "stdout").open("w") as out, (self.directory / "stderr").open("w") as err:
            self._process = subprocess.Popen(
                [
                    *(HOME / "jobs" / "fleet-scan", "--properties-file", HOME / "conf" / "standalone.conf"),
                    *("--master", cluster.url, "--executor-memory", "512m", "--executor-cores", "1"),
                    *("--conf", "spark.sql.files.maxPartitionBytes=2m", "--conf", "spark.ui.enabled=false"),
                    *("--conf", f"spark.scheduler.maxRegisteredResourcesWaitingTime={patience}"),
                    *("--out", self._tables, "--scan-id", self.name, "--format", "json", *arguments),
                ],
                env=os.environ | {"SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": LOOPBACK},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        atexit.register(self._process.kill)

    def finish(self):
        self._process.wait(timeout=600)
        return self

    @property
    def exit_code(self):
        return self._process.returncode

    def text(self, stream):
        return (self.directory / stream).read_text()

    def log(self):
        return f"exit code {self.exit_code}\n{self.text('stdout')[-4000:]}\n{self.text('stderr')[-4000:]}"

    def result(self):
        return json.loads(self.text("stdout"))

    def findings(self):
        return [(f["kind"], f["engine"], f["rank"]) for f in self.result()["findings"]]

    def details(self):
        return [f["detail"] for f in self.result()["findings"]]

    def statuses(self):
        return {e["engine"]: e["status"] for e in self.result()["engines"]}

    def rows(self, columns, table):
        files = f"read_parquet('{self._tables}/{table}/*/*/*.parquet', hive_partitioning = true)"
        query = f"SELECT {columns} FROM {files} WHERE scan_id = '{self.name}' ORDER BY ALL"
        return duckdb.sql(query).fetchall()


@unittest.skipUnless(can_unshare(), "no mount namespaces here: unshare -m fails")
class HostsTest(unittest.TestCase):
    maxDiff = None
    NUMBERS = (2, 3, 4)

    @classmethod
    def setUpClass(cls):
        for number in cls.NUMBERS:
            disk(number).mkdir(parents=True)
        directory = OUTPUT / "three"
        directory.mkdir()
        cls.cluster = Cluster(SPARK_HOME, directory, [worker(number) for number in cls.NUMBERS])
        cls.addClassCleanup(cls.cluster.close)
        atexit.register(cls.cluster.close)

    def setUp(self):
        self.cluster.wait_until_idle()
        self.fleet = Fleet(self.id().rpartition(".")[2])

    def three_engines(self, **weights):
        for number in self.NUMBERS:
            self.fleet.engine(f"chat-{number}", [host(number)], {number: (0, 1)}, tp=2, **weights)
        return self.fleet

    def test_each_host_reads_its_own_disk(self):
        scan = self.three_engines().scan(self.cluster).finish()
        self.assertEqual(scan.exit_code, 0, scan.log())
        self.assertEqual(
            scan.rows("DISTINCT engine, host, split_part(file, '/', 3)", "tensors"),
            [(f"chat-{n}", host(n), host(n)) for n in self.NUMBERS],
        )

    def test_damage_of_one_host_is_found_and_located(self):
        fleet = self.three_engines()
        at = flip_bit(fleet.file(3, "chat-3", 1))
        for _ in range(2):
            self.cluster.wait_until_idle()
            scan = fleet.scan(self.cluster).finish()
            self.assertEqual(scan.exit_code, 3, scan.log())
            (damaged,) = [f for f in scan.result()["findings"] if f["severity"] == "error"]
            self.assertEqual((damaged["kind"], damaged["engine"], damaged["rank"]), ("DAMAGED", "chat-3", 1))
            self.assertEqual(damaged["host"], host(3))
            self.assertEqual([r["file_offset_bytes"] for r in damaged["ranges"]], [at])

    def test_an_engine_over_two_hosts_has_the_ranks_of_both(self):
        self.fleet.engine("wide", ["127.0.0.[2-3]"], {2: (0, 1), 3: (2, 3)}, tp=4)
        scan = self.fleet.engine("other", [host(4)], {4: range(4)}, tp=4).scan(self.cluster).finish()
        self.assertEqual(scan.exit_code, 0, scan.log())
        ranks = [row for row in scan.rows("DISTINCT engine, rank, host", "tensors") if row[0] == "wide"]
        hosts = [host(2), host(2), host(3), host(3)]
        self.assertEqual(ranks, [("wide", rank, hosts[rank]) for rank in range(4)])

    def test_a_rank_on_two_hosts_is_compared(self):
        self.fleet.engine("twice", [host(2), host(3)], {2: (0, 1), 3: (0, 1)}, tp=2)
        equal = self.fleet.scan(self.cluster).finish()
        self.assertEqual(equal.exit_code, 0, equal.log())
        self.assertEqual(equal.statuses(), {"twice": "COMPLETE", f"twice@{host(3)}": "COMPLETE"})
        flip_bit(self.fleet.file(3, "twice", 1))
        self.cluster.wait_until_idle()
        differs = self.fleet.scan(self.cluster).finish()
        self.assertEqual(differs.exit_code, 3, differs.log())
        (undecided,) = [f for f in differs.result()["findings"] if f["severity"] == "error"]
        self.assertEqual(undecided["kind"], "UNDECIDED")
        self.assertIn("twice", undecided["detail"])
        self.assertIn(f"twice@{host(3)}", undecided["detail"])

    def test_hosts_that_disagree_about_ranks_are_named(self):
        self.fleet.engine("odd", [host(2), host(3)], {2: (0, 1), 3: (1,)}, tp=2)
        scan = self.fleet.scan(self.cluster).finish()
        self.assertEqual(scan.exit_code, 4, scan.log())
        self.assertIn(
            f"its hosts hold different sets of ranks: {host(2)} has ranks 0 and 1, {host(3)} has rank 1",
            scan.details(),
        )

    def test_a_host_without_an_executor_is_not_read_elsewhere(self):
        fleet = self.three_engines().engine("chat-9", [host(9)], {}, tp=2)
        scan = fleet.scan(self.cluster, patience="60s").finish()
        self.assertEqual(scan.exit_code, 4, scan.log())
        gone = [f for f in scan.result()["findings"] if f["engine"] == "chat-9"]
        self.assertEqual({f["kind"] for f in gone}, {"UNREADABLE"})
        self.assertEqual({f["detail"] for f in gone}, {f"no executor on {host(9)}"})
        self.assertEqual(
            scan.statuses(),
            {"chat-2": "COMPLETE", "chat-3": "COMPLETE", "chat-4": "COMPLETE", "chat-9": "INCOMPLETE"},
        )

    def test_a_host_that_is_lost_is_unreadable_and_comes_back(self):
        fleet = self.three_engines(tensor_bytes=4 * MIB, tensors=20)
        lost = worker(3)
        scan = fleet.scan(self.cluster)
        self.cluster.busy_executor(tasks=3, host=host(3))
        self.cluster.stop(lost)
        scan.finish()
        self.assertEqual(scan.exit_code, 4, scan.log())
        self.assertEqual(scan.statuses(), {"chat-2": "COMPLETE", "chat-3": "INCOMPLETE", "chat-4": "COMPLETE"})
        self.assertEqual({(kind, engine) for kind, engine, _ in scan.findings()}, {("UNREADABLE", "chat-3")})
        self.assertTrue(all(f"no executor on {host(3)}" in detail for detail in scan.details()), scan.details())

        self.cluster.start([lost])
        again = fleet.scan(self.cluster).finish()
        self.assertEqual(again.exit_code, 0, again.log())

    def test_local_paths_without_hosts_are_refused(self):
        write_rank(disk(2) / self.fleet.name / "a", 0)
        shards = MODELS / self.fleet.name / "a"
        description = self.fleet.directory / "fleet.yaml"
        description.write_text(
            f"fleet: f\nengines: [{{ name: a, shards: {shards}, parallelism: {{ tp: 1 }} }}]\n"
        )
        scan = Scan(self.fleet, self.cluster, "--fleet", description).finish()
        self.assertEqual(scan.exit_code, 2, scan.log())
        self.assertEqual(scan.text("stdout"), "")
        self.assertRegex(scan.text("stderr").splitlines()[-1], "^fleet-scan: Cannot read local paths of engine a on master spark:.*expected hosts: ")


@unittest.skipUnless(can_unshare(), "no mount namespaces here: unshare -m fails")
class TenHostsTest(unittest.TestCase):
    """10 hosts of 4 engines each, all under the same paths."""

    NUMBERS = range(11, 21)

    def test_each_engine_is_read_on_its_host(self):
        fleet = Fleet("ten")
        for number in self.NUMBERS:
            for letter in "abcd":
                name = f"chat-{number}-{letter}"
                fleet.engine(name, [host(number)], {number: (0, 1)}, tp=2, tensor_bytes=4096)
        flip_bit(fleet.file(17, "chat-17-c", 1))
        directory = OUTPUT / "ten-hosts"
        directory.mkdir()
        cluster = Cluster(SPARK_HOME, directory, [worker(number) for number in self.NUMBERS])
        self.addCleanup(cluster.close)
        scan = fleet.scan(cluster).finish()
        self.assertEqual(scan.exit_code, 3, scan.log())
        wrong = [finding for finding in scan.findings() if finding[0] == "DAMAGED"]
        self.assertEqual(wrong, [("DAMAGED", "chat-17-c", 1)])
        hosts = scan.rows("DISTINCT engine, host", "tensors")
        self.assertEqual(hosts, [(f"chat-{n}-{letter}", host(n)) for n in self.NUMBERS for letter in "abcd"])


if __name__ == "__main__":
    shutil.rmtree(OUTPUT, ignore_errors=True)
    MODELS.mkdir(parents=True)
    unittest.main()
