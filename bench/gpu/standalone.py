"""A standalone Spark cluster of one worker on this machine, out of the jars of a bundle."""

import os
import re
import subprocess
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 60


def make_spark_home(directory: Path, java: Path, options: Path, jars: Path) -> Path:
    """What jobs/launch.sh and a worker expect of an installation of Spark. `options` are for the driver."""
    (directory / "bin").mkdir(parents=True, exist_ok=True)
    link = directory / "jars"
    link.unlink(missing_ok=True)
    link.symlink_to(jars)
    submit = directory / "bin" / "spark-submit"
    submit.write_text(
        "#!/bin/sh\n"
        f"""eval "set -- $SPARK_SUBMIT_OPTS -cp '{link}/*' org.apache.spark.deploy.SparkSubmit"' "$@"'\n"""
        f"""exec '{java}' '@{options}' -Xmx4g "$@"\n"""
    )
    submit.chmod(0o755)
    return directory


class Standalone:
    """Runs from entering to leaving it. Logs of its daemons are in `directory`, of its executors in work/ there."""

    def __init__(
        self, spark_home: Path, java: Path, options: Path, directory: Path, gpus: int
    ) -> None:
        self._spark_home = spark_home
        self._command = [java, f"@{options}", "-Xmx512m"]
        self._directory = directory
        self._gpus = gpus
        self._daemons: list[subprocess.Popen[bytes]] = []
        self.url = ""

    def __enter__(self) -> "Standalone":
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            self.url = self._start(
                "master",
                ["master.Master", "--port", "0"],
                r"Starting Spark master at (spark://\S+)",
            )
            self._start(
                "worker",
                ["worker.Worker", "--work-dir", self._directory / "work", self.url],
                r"(Successfully registered with master)",
                *self._resources(),
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def _resources(self) -> list[str]:
        if self._gpus == 0:
            return []
        script = Path(__file__).resolve().parents[2] / "conf" / "discover-gpus.sh"
        return [
            f"-Dspark.worker.resource.gpu.amount={self._gpus}",
            f"-Dspark.worker.resource.gpu.discoveryScript={script}",
        ]

    def _start(
        self, name: str, arguments: list[object], announced: str, *options: str
    ) -> str:
        log = self._directory / f"{name}.log"
        class_path = f"{self._spark_home}/jars/*"
        address = ["--host", LOOPBACK, "--webui-port", "0"]
        main, *own = arguments
        command = [*self._command, "-Dspark.master.rest.enabled=false", *options]
        command += ["-cp", class_path, f"org.apache.spark.deploy.{main}"]
        with log.open("w") as output:
            daemon = subprocess.Popen(
                [str(word) for word in [*command, *address, *own]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._daemons.append(daemon)
        deadline = time.monotonic() + SECONDS_TO_START
        while (found := re.search(announced, log.read_text())) is None:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"No {name}: {log.read_text()[-2000:]}")
            time.sleep(0.05)
        return found[1]

    @property
    def environment(self) -> dict[str, str]:
        """Of daemons, and of what starts a scan on them."""
        return {
            **os.environ,
            "JAVA_HOME": str(Path(self._command[0]).parent.parent),
            "SPARK_HOME": str(self._spark_home),
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_SCALA_VERSION": "2.13",
        }

    def __exit__(self, *unused: object) -> None:
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._daemons.clear()
