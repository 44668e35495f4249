"""A standalone Spark cluster on the loopback address: a master, and two workers of one core and one made-up GPU each."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

LOOPBACK = "127.0.0.1"
WORKERS = 2
GPUS = ("5", "7")  # their addresses, by worker


def wait_for(what, condition, seconds=180):
    """The first true value of condition(); an error that names what, if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds} s for {what}")
        time.sleep(0.05)
    return value


def gpu_script(path, address):
    """A discovery script that finds a GPU which is not there. Returns its path."""
    path.write_text(f"""#!/bin/sh\necho '{{"name": "gpu", "addresses": ["{address}"]}}'\n""")
    path.chmod(0o755)
    return path


class Cluster:
    """Runs from construction to close(). Keeps the logs of its daemons and executors in directory."""

    def __init__(self, spark_home, directory):
        self._spark_home = spark_home
        self._directory = directory
        self._daemons = []
        try:
            log = self._start("master", "master.Master", "--port", "0")
            self.url = self._announced(log, r"Starting Spark master at (spark://\S+)")
            self._ui = self._announced(log, r"started at (http://\S+)")
            for worker in range(WORKERS):
                gpu = gpu_script(directory / f"gpu-of-worker-{worker}", GPUS[worker])
                self._start(
                    f"worker-{worker}",
                    "worker.Worker",
                    *("--cores", "1", "--memory", "1g"),
                    *("--work-dir", directory / f"work-{worker}", self.url),
                    options="-Dspark.worker.resource.gpu.amount=1"
                    f" -Dspark.worker.resource.gpu.discoveryScript={gpu}",
                )
            wait_for(f"{WORKERS} workers", lambda: self.state()["aliveworkers"] == WORKERS)
        except BaseException:
            self.close()
            raise

    def close(self):
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            try:
                daemon.wait(timeout=15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._daemons.clear()

    def state(self):
        """What the master's page says, as JSON."""
        with urllib.request.urlopen(f"{self._ui}/json/", timeout=10) as answer:
            return json.load(answer)

    def wait_until_idle(self):
        wait_for("the end of all executors", lambda: not self._executors())

    def busy_executor(self, tasks=10):
        """Waits until an executor has finished some tasks. Returns its application and its id."""

        def find():
            for log in self._directory.glob("work-*/app-*/*/stderr"):
                application, executor = log.parts[-3:-1]
                finished = log.read_text().count("Finished task ")
                if finished >= tasks and (application, executor) in self._executors():
                    return application, executor
            return None

        return wait_for("an executor at work", find)

    def kill(self, application, executor):
        os.kill(self._executors()[application, executor], signal.SIGKILL)

    @staticmethod
    def _executors():
        """The process of each executor, by application and executor id."""
        executors = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_text(errors="replace").split("\0")
            except OSError:
                continue  # it has ended
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in command:
                application = command[command.index("--app-id") + 1]
                executor = command[command.index("--executor-id") + 1]
                executors[application, executor] = int(path.parent.name)
        return executors

    def _start(self, name, main_class, *arguments, options=""):
        log = self._directory / f"{name}.log"
        environment = {
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": f"-Dspark.master.rest.enabled=false {options}",
        }
        command = [self._spark_home / "bin" / "spark-class", f"org.apache.spark.deploy.{main_class}"]
        with log.open("w") as output:
            self._daemons.append(
                subprocess.Popen(
                    [*command, "--host", LOOPBACK, "--webui-port", "0", *arguments],
                    env=os.environ | environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            )
        return log

    @staticmethod
    def _announced(log, pattern):
        return wait_for(f"{pattern!r} in {log}", lambda: re.search(pattern, log.read_text()))[1]
