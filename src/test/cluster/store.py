"""Real stores for tests, on loopback: an S3 server (MinIO) and an HDFS."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from minio import MinioAdmin
from minio.credentials import StaticProvider

from cluster import LOOPBACK, free_port, wait_for

HERE = Path(__file__).resolve().parent
HOME = HERE.parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shardsum"
# Releases of neither are versions of Go modules: these are commits, of the server the last one.
MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
MC = "github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9"
REGION = "us-east-1"


def minio():
    """The server's program, or None where there is none and none can be built."""
    return built_once(MINIO)


def mc():
    """The server's client, or None. Only the benchmark of stores asks for it."""
    return built_once(MC)


@functools.cache
def built_once(module):
    """A program in Go: of the PATH, or of the cache, where it is built once (MinIO: 4 minutes of CPU). None where it
    cannot be built. requirements.txt installs Go beside Python."""
    name = module.partition("@")[0].rpartition("/")[2]
    if found := shutil.which(name):
        return found
    directory = CACHE / hashlib.sha256(module.encode()).hexdigest()[:16]
    program = directory / name
    if not program.exists():
        go = shutil.which("go", path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
        if not go:
            print(f"No {name}: it is not in the PATH, not in {directory}, and there is no Go to build it", flush=True)
            return None
        print(f"Building {module} into {directory}, once", flush=True)
        environment = os.environ | {"GOBIN": str(directory), "CGO_ENABLED": "0"}
        built = subprocess.run([go, "install", module], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if built.returncode != 0:
            print(f"No {name}: {module} could not be built: {built.stderr[-2000:]}", flush=True)
            return None
    return program


def class_path(of):
    """Jars that a profile of pom.xml names, in the versions of the Spark that the job is built with."""
    file = HOME / "target" / f"{of}.classpath"
    if not file.exists():
        jars = (HOME / "target" / "spark.classpath").read_text()
        (hadoop,) = re.findall(r"hadoop-client-api-([\d.]+)\.jar", jars)
        subprocess.run(
            [
                *("mvn", "-q", "-B", "-ntp", "-f", HERE / "pom.xml", f"-P{of}", f"-Dhadoop.version={hadoop}"),
                "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
                f"-Dmdep.outputFile={file}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return file.read_text().split(":")


class S3:
    """MinIO, from construction to close(), with one user who may do all."""

    KEY = "owner"
    SECRET = "secret-of-the-owner"

    def __init__(self, directory):
        self.address = f"{LOOPBACK}:{free_port()}"
        environment = {
            "MINIO_ROOT_USER": self.KEY,
            "MINIO_ROOT_PASSWORD": self.SECRET,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }
        with (directory / "minio.log").open("w") as log:
            self._server = subprocess.Popen(
                [minio(), "server", "--quiet", "--address", self.address, directory / "minio"],
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.client = self.client_of(self.KEY, self.SECRET)
        self._admin = MinioAdmin(
            endpoint=self.address, credentials=StaticProvider(self.KEY, self.SECRET), secure=False
        )
        wait_for(f"MinIO at {self.address} ({log.name})", self._is_ready)

    def client_of(self, key, secret):
        return boto3.client(
            "s3",
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name=REGION,
            config=Config(s3={"addressing_style": "path"}),
        )

    def add_bucket(self, name):
        self.client.create_bucket(Bucket=name)

    def add_user(self, key, secret, *statements):
        """A user who may do what the statements of a policy say: (actions, resources) each."""
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{r}" for r in resources]}
                for actions, resources in statements
            ],
        }
        self._admin.user_add(access_key=key, secret_key=secret)
        self._admin.policy_add(policy_name=key, policy=policy)
        self._admin.attach_policy([key], user=key)

    def temporary_credentials(self, key, secret):
        """The environment of a user who has a key, a secret and a token for an hour."""
        service = boto3.client(
            "sts",
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name=REGION,
        )
        found = service.assume_role(RoleArn="arn:aws:iam::000000000000:role/any", RoleSessionName="any")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def put(self, directory, bucket, prefix):
        """All files below a directory."""
        for file in sorted(directory.rglob("*")):
            if file.is_file():
                self.client.upload_file(str(file), bucket, f"{prefix}/{file.relative_to(directory)}")

    def get(self, bucket, prefix, directory):
        """All objects below a prefix."""
        for key in self.keys(bucket, f"{prefix}/"):
            file = directory / key.removeprefix(f"{prefix}/")
            if not key.endswith("/"):
                file.parent.mkdir(parents=True, exist_ok=True)
                self.client.download_file(bucket, key, str(file))

    def keys(self, bucket, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def uploads(self, bucket):
        """Uploads in parts that nobody has finished."""
        return [upload["Key"] for upload in self.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]

    def close(self):
        self._server.terminate()
        self._server.wait()

    def _is_ready(self):
        if self._server.poll() is not None:
            raise RuntimeError(f"MinIO has ended with {self._server.returncode}")
        try:
            self.client.list_buckets()
            return True
        except (BotoCoreError, ClientError):
            return False


class Hdfs:
    """An HDFS from construction to close(): a DataNode that says that it is on that host for each."""

    def __init__(self, directory, hosts):
        with (directory / "hdfs.log").open("w") as log:
            self._server = subprocess.Popen(
                [*("java", "-Xmx512m", "-cp", ":".join(class_path("hdfs"))), HERE / "Hdfs.java", directory / "hdfs", *hosts],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.uri = self._server.stdout.readline().strip()
        if not self.uri:
            raise RuntimeError(f"HDFS has not started: {log.name}")

    def put(self, directory, path):
        """All files below a directory."""
        self._run(f"put {directory} {path}")

    def chmod(self, mode, path):
        self._run(f"chmod {mode} {path}")

    def flip(self, name, directory):
        """Flips a bit of the last byte of the first file below a directory whose path has a name. Returns its path, from the directory on."""
        return self._run(f"flip {name} {directory}")

    def close(self):
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait()

    def _run(self, command):
        self._server.stdin.write(f"{command}\n")
        self._server.stdin.flush()
        done, _, path = self._server.stdout.readline().strip().partition(": ")
        if done != command:
            raise RuntimeError(f"HDFS has not done {command}")
        return path
