"""fleet-scan of caches as huggingface_hub lays them out, from a Hub on this machine."""

import json
import os
import random
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import numpy
from huggingface_hub import hf_hub_download
from huggingface_hub.utils._shared_blobs import publish_blob_to_shared_store
from safetensors.numpy import save

from hub import Hub

HOME = Path(__file__).resolve().parents[3]
OUTPUT = HOME / "target" / "hub-test"
PARTS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
INDEX = "model.safetensors.index.json"
CONFIG = "config.json"


def model(seed):
    """A checkpoint of two files; its bytes follow from the seed."""
    made = random.Random(seed)
    files = {CONFIG: json.dumps({"seed": seed}).encode()}
    weight_map = {}
    for number, part in enumerate(PARTS):
        tensor = f"layers.{number}.weight"
        files[part] = save({tensor: numpy.frombuffer(made.randbytes(64 * 64 * 2), dtype=numpy.float16).reshape(64, 64)})
        weight_map[tensor] = part
    files[INDEX] = json.dumps({"metadata": {}, "weight_map": weight_map}).encode()
    return files


def flip(file):
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


class CacheTest(unittest.TestCase):
    """A scan of all cases; each engine is the only one of its model."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(OUTPUT, ignore_errors=True)
        OUTPUT.mkdir(parents=True)
        cls.cache = OUTPUT / "hub"
        cls.hub = Hub()
        cls.addClassCleanup(cls.hub.close)
        cls.engines = []
        for number, name in enumerate(["good", "damaged", "dangling", "config", "shared"]):
            cls.download(name, model(number))
        old, new = model(10), model(11)
        cls.first = cls.hub.put("acme/revised", old)
        cls.download("revised", new)
        cls.get("revised", cls.first)
        cls.describe("revised-before", "revised", cls.first)
        cls.plant()
        cls.scan = cls.run_scan(cls.engines)
        assert cls.scan.returncode == 3, cls.scan.stdout[-4000:] + cls.scan.stderr[-4000:]
        cls.findings = json.loads(cls.scan.stdout)["findings"]

    @classmethod
    def download(cls, name, files):
        commit = cls.hub.put(f"acme/{name}", files)
        cls.get(name, "main")
        cls.describe(name, name, commit)

    @classmethod
    def get(cls, name, revision):
        for file in [*PARTS, INDEX, CONFIG]:
            hf_hub_download(f"acme/{name}", file, revision=revision, cache_dir=cls.cache, endpoint=cls.hub.url)

    @classmethod
    def describe(cls, engine, name, commit, revision="main"):
        snapshot = cls.cache / f"models--acme--{name}" / "snapshots" / commit
        revision = commit if engine != name else revision
        cls.engines.append(
            f"  - {{ name: {engine}, model: acme/{name}, revision: '{revision}', layout: checkpoint, shards: {snapshot}, manifest: auto }}"
        )

    @classmethod
    def file(cls, name, file):
        return next((cls.cache / f"models--acme--{name}" / "snapshots").iterdir()) / file

    @classmethod
    def blob(cls, name, file):
        link = cls.file(name, file)
        return link.parent / os.readlink(link)

    @classmethod
    def plant(cls):
        flip(cls.blob("damaged", PARTS[1]))
        cls.blob("dangling", PARTS[1]).unlink()
        flip(cls.blob("config", CONFIG))
        blob = cls.blob("shared", PARTS[0])
        assert publish_blob_to_shared_store(
            blob_path=blob, xet_hash="ab" * 32, cache_dir=cls.cache, expected_size=blob.stat().st_size
        )
        assert blob.is_symlink()
        cls.download_in_part()

    @classmethod
    def download_in_part(cls):
        """A download whose process is killed in the middle of the last part."""
        commit = cls.hub.put("acme/partial", model(20))
        for file in [PARTS[0], INDEX, CONFIG]:
            hf_hub_download("acme/partial", file, cache_dir=cls.cache, endpoint=cls.hub.url)
        cls.hub.stalled = PARTS[1]
        call = f"hf_hub_download('acme/partial', {PARTS[1]!r}, cache_dir={str(cls.cache)!r}, endpoint={cls.hub.url!r})"
        process = subprocess.Popen([sys.executable, "-c", f"from huggingface_hub import hf_hub_download; {call}"])
        assert cls.hub.half_sent.wait(60)
        process.kill()
        process.wait()
        cls.hub.stalled = None
        cls.describe("partial", "partial", commit)

    @classmethod
    def run_scan(cls, engines):
        fleet = OUTPUT / "fleet.yaml"
        fleet.write_text("fleet: hub\nengines:\n" + "\n".join(engines) + "\n")
        return subprocess.run(
            [HOME / "jobs" / "fleet-scan", "--fleet", fleet, "--out", OUTPUT / "tables", "--format", "json"],
            env={key: value for key, value in os.environ.items() if key != "SPARK_HOME"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def found(self, engine):
        """What is wrong with an engine: details by kind."""
        found = {}
        for finding in self.findings:
            if finding["engine"] == engine and finding["kind"] not in {"MANIFEST", "UNVERIFIED"}:
                found[finding["kind"]] = found.get(finding["kind"], "") + finding["detail"] + "\n"
        return found

    def note(self, engine):
        return next(f["detail"] for f in self.findings if f["engine"] == engine and f["kind"] == "MANIFEST")

    def test_whole_caches_are_as_published(self):
        for engine in ["good", "shared", "revised", "revised-before"]:
            self.assertEqual({}, self.found(engine))
            self.assertRegex(self.note(engine), r"^2 of 2 weight files match the manifest .*, and 2 other files; it is not signed$")
            self.assertFalse([f for f in self.findings if f["engine"] == engine and f["kind"] == "UNVERIFIED"])

    def test_a_damaged_blob_is_found(self):
        found = self.found("damaged")
        self.assertEqual(["FILE_DIFFERS"], list(found))
        self.assertIn(self.blob("damaged", PARTS[1]).name, found["FILE_DIFFERS"])
        self.assertIn("and the same when it was read again", found["FILE_DIFFERS"])

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assertIn(f"not in the directory: {PARTS[1]}", self.found("dangling")["FILE_MISSING"])
        self.assertNotIn(PARTS[0], self.found("dangling")["FILE_MISSING"])

    def test_a_download_that_has_not_ended_is_found(self):
        self.assertRegex(
            self.found("partial")["NOT_CHECKED"],
            r"blobs/[0-9a-f]{64}\.[0-9a-f]+\.incomplete was not compared: an unfinished download",
        )

    def test_a_small_file_is_compared_by_its_id_in_git(self):
        self.assertIn(f"{CONFIG}: ", self.found("config")["FILE_DIFFERS"])
        self.assertIn("git blob id", self.found("config")["FILE_DIFFERS"])

    def test_a_snapshot_of_another_revision_is_refused(self):
        engines = [line for line in self.engines if "name: revised," in line]
        run = self.run_scan([engines[0].replace("revision: 'main'", f"revision: '{self.first}'")])
        self.assertEqual(2, run.returncode, run.stdout + run.stderr)
        self.assertIn(f"expected revision {self.first}", run.stderr)


if __name__ == "__main__":
    unittest.main()
