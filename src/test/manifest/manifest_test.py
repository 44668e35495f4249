"""Manifests and signatures against the tools that make and verify them, in both directions."""

import base64
import datetime
import json
import random
import shutil
import struct
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sigstore_instance import LOGIN, Instance

HOME = Path(__file__).resolve().parents[3]
OUTPUT = HOME / "target" / "manifest-test"
PASSPHRASE = "shown-nowhere-4711"


def run(*command, **environment):
    """A command that has ended: its exit code, and all that it said."""
    ended = subprocess.run(
        [str(word) for word in command],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home()), "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    return ended.returncode, ended.stdout + ended.stderr


def job(name, *arguments, **environment):
    return run(HOME / "jobs" / name, *arguments, **environment)


class CommandLines:
    """The command lines of all processes of this machine, while it is open."""

    def __enter__(self):
        self.seen, self.done = set(), threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.done.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.seen.add((process / "cmdline").read_bytes().decode("latin-1"))
                except OSError:
                    pass  # it has ended

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def model_signing(*arguments):
    return run(sys.executable, "-m", "model_signing", *arguments)


def write_model(directory, ranks=2):
    """An engine's directory: shards, and what lies beside them."""
    directory.mkdir(parents=True)
    for rank in range(ranks):
        header = json.dumps({"layers.0.weight": {"dtype": "BF16", "shape": [32], "data_offsets": [0, 64]}}).encode()
        data = random.Random(f"{directory.name}{rank}").randbytes(64)
        shard = directory / f"model-rank-{rank}-part-0.safetensors"
        shard.write_bytes(struct.pack("<Q", len(header)) + header + data)
    (directory / "config.json").write_text("{}")
    (directory / ".gitattributes").write_text("*.safetensors filter=lfs")
    (directory / "draft notes").mkdir()
    (directory / "draft notes" / "ü.txt").write_text("a note")
    return directory

class Key:
    """A pair of keys in files; the private one may be encrypted."""

    def __init__(self, name, passphrase=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.private, self.public = OUTPUT / f"{name}.pem", OUTPUT / f"{name}.pub.pem"
        encryption = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        self.private.write_bytes(self.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, encryption))
        self.public.write_bytes(self.key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))


def setUpModule():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)


class SignedHereTest(unittest.TestCase):
    """What jobs/sign makes, model_signing verifies."""

    @classmethod
    def setUpClass(cls):
        cls.model = write_model(OUTPUT / "signed")
        cls.tables = OUTPUT / "signed-tables"
        cls.key = Key("signer", PASSPHRASE)
        fleet = OUTPUT / "signed.yaml"
        fleet.write_text(f"fleet: f\nengines:\n- {{ name: a, parallelism: {{ tp: 2 }}, shards: '{cls.model}' }}\n")
        code, said = job("fleet-scan", "--fleet", fleet, "--out", cls.tables, "--file-digest", "sha256")
        assert code == 4, said  # it has no other copy
        cls.signature = cls.model / "model.sig"
        with CommandLines() as lines:
            cls.said = cls.sign()
        cls.command_lines = lines.seen

    @classmethod
    def sign(cls):
        code, said = job(
            "sign", "--out", cls.tables, "--model", cls.model, "--signature", cls.signature, "--replace",
            "--key", cls.key.private, "--passphrase-env", "SIGNER_PASSPHRASE", SIGNER_PASSPHRASE=PASSPHRASE,
        )  # fmt: skip
        assert code == 0, said
        return said

    def verify(self, model=None, key=None):
        model = model or self.model
        return model_signing(
            "verify", "key", model, "--signature", model / "model.sig", "--public_key", (key or self.key).public
        )

    def copy(self, name):
        return Path(shutil.copytree(self.model, OUTPUT / name))

    def test_the_tool_verifies_it(self):
        self.assertEqual((0, "Verification succeeded\n"), self.verify())

    def test_the_tool_refuses_another_model(self):
        flipped, more, less = self.copy("flipped"), self.copy("more"), self.copy("less")
        shard = "model-rank-1-part-0.safetensors"
        content = bytearray((flipped / shard).read_bytes())
        content[-1] ^= 1
        (flipped / shard).write_bytes(content)
        (more / "more.txt").write_text("more")
        (less / "config.json").unlink()
        for model, why in (flipped, f"Hash mismatch for '{shard}'"), (more, "more.txt"), (less, "config.json"):
            code, said = self.verify(model)
            self.assertEqual(1, code, said)
            self.assertIn(why, said)

    def test_the_tool_refuses_another_key(self):
        code, said = self.verify(key=Key("stranger"))
        self.assertEqual(1, code, said)

    def test_a_passphrase_that_is_not_ascii_is_refused_in_one_line(self):
        key = Key("umlaut", "schlüssel-4711")
        code, said = job(
            "sign", "--out", self.tables, "--signature", OUTPUT / "umlaut.json", "--key", key.private,
            "--passphrase-env", "SIGNER_PASSPHRASE", SIGNER_PASSPHRASE="schlüssel-4711",
        )  # fmt: skip
        self.assertEqual(2, code, said)
        self.assertIn("an encrypted one and a passphrase that is not ASCII", said)

    def test_key_and_passphrase_are_in_no_list_of_processes(self):
        self.assertTrue([line for line in self.command_lines if "SparkSubmit" in line and "\0sign\0" in line])
        secrets = [PASSPHRASE] + self.key.private.read_text().splitlines()[1:-1]
        self.assertFalse([line for line in self.command_lines for secret in secrets if secret in line])

    def test_key_and_passphrase_are_shown_nowhere(self):
        secrets = [PASSPHRASE] + self.key.private.read_text().splitlines()[1:-1]
        written = [self.said, self.signature.read_text()]
        written += [file.read_bytes().decode("latin-1") for file in self.tables.rglob("*") if file.is_file()]
        for text in written:
            for secret in secrets:
                self.assertNotIn(secret, text)


class Authority:
    """A certificate that issues others, with its key."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = OUTPUT / f"{name}.pem"
        self.certificate = self.issue(self.name, self.key.public_key(), self.file, x509.BasicConstraints(ca=True, path_length=None))

    def issue(self, subject, public_key, file, extension, days=(-2, 2)):
        """A certificate in a file, valid between these days from now."""
        start, end = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=of) for of in days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(extension, critical=True)
            .sign(self.key, hashes.SHA256())
        )
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return certificate

    def issue_for(self, key, name, days=(-1, 1)):
        usage = dict.fromkeys(
            ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
             "encipher_only", "decipher_only"], False,
        )  # fmt: skip
        file = OUTPUT / f"{name}.pem"
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.issue(subject, key.key.public_key(), file, x509.KeyUsage(digital_signature=True, **usage), days)
        return file


class SignedThereTest(unittest.TestCase):
    """What model_signing makes, a scan verifies: one scan of an engine for each case, and one command for each that is refused."""

    @classmethod
    def setUpClass(cls):
        cls.key, cls.stranger, cls.authority = Key("publisher"), Key("other"), Authority("authority")
        cls.engines = {}
        cls.instance = Instance()
        cls.trust, cls.other_trust = OUTPUT / "trust.json", OUTPUT / "other-trust.json"
        cls.trust.write_text(json.dumps(cls.instance.trust_config()))
        other = Instance()
        cls.other_trust.write_text(json.dumps(other.trusted_root()))
        other.close()

    @classmethod
    def tearDownClass(cls):
        cls.instance.close()

    def engine(self, name, signed_by="key", trust=None, **options):
        """An engine whose directory the tool has signed."""
        model = write_model(OUTPUT / "models" / name)
        if signed_by == "key":
            arguments = ["sign", "key", model, "--private_key", self.key.private]
        elif signed_by == "identity":
            arguments = ["sign", "sigstore", model, "--identity_token", self.instance.token("signer@made.up"),
                         "--trust_config", self.trust]  # fmt: skip
        else:
            arguments = ["sign", "certificate", model, "--private_key", self.key.private,
                         "--signing_certificate", signed_by, "--certificate_chain", self.authority.file]  # fmt: skip
        for option in options.get("ignored", []):
            arguments += ["--ignore-paths", model / option]
        code, said = model_signing(*arguments, "--signature", model / "model.sig")
        self.assertEqual(0, code, said)
        self.engines[name] = f"key: {self.key.public}" if trust is None else trust
        return model

    def scan(self, *names):
        fleet = OUTPUT / f"{'-'.join(names)}.yaml"
        engines = "".join(
            f"- {{ name: {name}, model: acme/{name}, parallelism: {{ tp: 2 }}, shards: '{OUTPUT / 'models' / name}',"
            f" manifest: {{ path: auto, {self.engines[name]} }} }}\n"
            for name in names
        )
        fleet.write_text(f"fleet: f\nengines:\n{engines}")
        return job("fleet-scan", "--fleet", fleet, "--out", fleet.with_suffix(".tables"))

    def test_what_is_as_signed_is_verified(self):
        self.engine("plain")
        self.engine("ignoring", ignored=["draft notes"])
        self.engine("certified", self.authority.issue_for(self.key, "valid"), f"certificate: {self.authority.file}")
        self.engine("keyless", "identity", self.by())
        code, said = self.scan("plain", "ignoring", "certified", "keyless")
        self.assertEqual(0, code, said)
        self.assertEqual(4, said.count("its signature is verified"), said)

    def test_other_files_are_found(self):
        flipped, more, less = self.engine("flipped"), self.engine("more"), self.engine("less")
        shard = flipped / "model-rank-1-part-0.safetensors"
        content = bytearray(shard.read_bytes())
        content[-1] ^= 1
        shard.write_bytes(content)
        shutil.copy(more / "model-rank-1-part-0.safetensors", more / "model-rank-1-part-1.safetensors")
        (less / "model-rank-0-part-0.safetensors").unlink()
        code, said = self.scan("flipped", "more", "less")
        self.assertEqual(3, code, said)
        for kind in "FILE_DIFFERS", "FILE_EXTRA", "FILE_MISSING":
            self.assertIn(kind, said)

    def refused(self, name, why):
        code, said = self.scan(name)
        self.assertEqual(2, code, said)
        lines = said.splitlines()
        self.assertEqual(1, len(lines), said)
        self.assertIn(why, lines[0])

    def test_another_key_is_refused(self):
        self.engine("stranger", trust=f"key: {self.stranger.public}")
        self.refused("stranger", "found one by another key, or for other content")

    def test_a_changed_manifest_is_refused(self):
        signature = self.engine("forged") / "model.sig"
        bundle = json.loads(signature.read_text())
        envelope = bundle["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"]).replace(b"forged", b"other!")
        envelope["payload"] = base64.b64encode(payload).decode()
        signature.write_text(json.dumps(bundle))
        self.refused("forged", "found one by another key, or for other content")

    def test_an_expired_certificate_is_refused(self):
        certificate = self.authority.issue_for(self.key, "expired", days=(-2, -1))
        self.engine("late", certificate, f"certificate: {self.authority.file}")
        self.refused("late", "certificates that are valid now, found that of CN=expired, which expired at")

    def by(self, identity="signer@made.up", trust=None):
        return f"identity: {identity}, issuer: '{LOGIN}', trusted-root: {trust or self.trust}"

    def test_another_identity_is_refused(self):
        self.engine("impostor", "identity", self.by("owner@made.up"))
        self.refused("impostor", f"found one by signer@made.up, identified by {LOGIN}")

    def test_another_trusted_root_is_refused(self):
        self.engine("untrusted", "identity", self.by(trust=self.other_trust))
        self.refused("untrusted", "found one that is refused: Fulcio certificate was not valid")

    def test_shards_of_files_are_refused(self):
        model = self.engine("sharded")
        code = (
            "import sys, model_signing as m; c = m.hashing.Config().use_shard_serialization(shard_size=100);"
            "c.set_ignored_paths(paths=['model.sig']);"
            "m.signing.Config().use_elliptic_key_signer(private_key=sys.argv[2]).set_hashing_config(c).sign(sys.argv[1], sys.argv[1] + '/model.sig')"
        )
        ended, said = run(sys.executable, "-c", code, model, self.key.private)
        self.assertEqual(0, ended, said)
        self.refused("sharded", "expected digests of whole files (model_signing's own default), found shards")


if __name__ == "__main__":
    unittest.main()
