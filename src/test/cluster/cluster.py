"""A standalone Spark cluster on loopback addresses: a master, and workers of one core each."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
WORKERS = 2
GPUS = ("5", "7")  # their addresses, by worker


def wait_for(what, condition, seconds=400):
    """The first true value of condition(); an error that names what, if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds} s for {what}")
        time.sleep(0.05)
    return value


def free_port():
    with socket.create_server((LOOPBACK, 0)) as server:
        return server.getsockname()[1]


def gpu_script(path, address):
    """A discovery script that finds a GPU which is not there. Returns its path."""
    path.write_text(f"""#!/bin/sh\necho '{{"name": "gpu", "addresses": ["{address}"]}}'\n""")
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Worker:
    """A worker. With a disk, it and its executors see that directory in the place of seen_as."""

    host: str = LOOPBACK
    options: str = ""
    disk: Path | None = None
    seen_as: Path | None = None


def workers_with_gpus(directory):
    """Two workers of one made-up GPU each."""
    scripts = [gpu_script(directory / f"gpu-of-worker-{n}", GPUS[n]) for n in range(WORKERS)]
    return [
        Worker(
            options="-Dspark.worker.resource.gpu.amount=1"
            f" -Dspark.worker.resource.gpu.discoveryScript={script}"
        )
        for script in scripts
    ]


class Cluster:
    """Runs from construction to close(). Keeps the logs of its daemons and executors in directory."""

    def __init__(self, spark_home, directory, workers):
        self._spark_home = spark_home
        self._directory = directory
        self._daemons = {}
        self._started = 0
        try:
            log = self._start("master", "master.Master", "--port", "0")
            self.url = self._announced(log, r"Starting Spark master at (spark://\S+)")
            self._ui = self._announced(log, r"started at (http://\S+)")
            self.start(workers)
        except BaseException:
            self.close()
            raise

    def start(self, workers):
        """Starts workers and waits until the master knows them."""
        before = len(self.alive())
        for worker in workers:
            self._started += 1
            number = self._started
            self._start(
                (worker, number),
                "worker.Worker",
                *("--cores", "1", "--memory", "1g"),
                *("--work-dir", self._directory / f"work-{number}", self.url),
                worker=worker,
            )
        wait_for(f"{len(workers)} more workers", lambda: len(self.alive()) == before + len(workers))

    def stop(self, worker):
        """Kills the daemons of a worker, and its executors, as a host does that loses its power."""
        for key in [key for key in self._daemons if key[0] == worker]:
            daemon = self._daemons.pop(key)
            daemon.kill()
            daemon.wait()
        for process in self._executors("--hostname", worker.host).values():
            os.kill(process, signal.SIGKILL)

    def alive(self):
        return [worker for worker in self.state()["workers"] if worker["state"] == "ALIVE"]

    def close(self):
        daemons = list(self._daemons.values())
        self._daemons.clear()
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            try:
                daemon.wait(timeout=15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def state(self):
        """What the master's page says, as JSON."""
        with urllib.request.urlopen(f"{self._ui}/json/", timeout=10) as answer:
            return json.load(answer)

    def wait_until_idle(self):
        wait_for("the end of all executors", lambda: not self._executors())

    def busy_executor(self, tasks=10, host=""):
        """Waits until an executor, of a host if it is given, has finished some tasks. Returns its application and its id."""

        def find():
            running = self._executors(*(("--hostname", host) if host else ()))
            for log in self._directory.glob("work-*/app-*/*/stderr"):
                application, executor = log.parts[-3:-1]
                finished = log.read_text().count("Finished task ")
                if finished >= tasks and (application, executor) in running:
                    return application, executor
            return None

        return wait_for("an executor at work", find)

    def kill(self, application, executor):
        os.kill(self._executors()[application, executor], signal.SIGKILL)

    def _executors(self, *words):
        """The process of each executor of this cluster whose command has these words, by application and executor id."""
        executors = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_text(errors="replace").split("\0")
                if "org.apache.spark.executor.CoarseGrainedExecutorBackend" not in command:
                    continue
                ours = (path.parent / "cwd").readlink().is_relative_to(self._directory)
            except OSError:
                continue  # it has ended
            if ours and all(word in command for word in words):
                application = command[command.index("--app-id") + 1]
                executor = command[command.index("--executor-id") + 1]
                executors[application, executor] = int(path.parent.name)
        return executors

    def _start(self, key, main_class, *arguments, worker=Worker()):
        log = self._directory / ("master.log" if key == "master" else f"worker-{key[1]}.log")
        environment = {
            "SPARK_LOCAL_IP": worker.host,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": f"-Dspark.master.rest.enabled=false {worker.options}",
        }
        command = [self._spark_home / "bin" / "spark-class", f"org.apache.spark.deploy.{main_class}"]
        if worker.disk:
            mount = f'mount --bind "{worker.disk}" "{worker.seen_as}" && exec "$@"'
            command = ["unshare", "-m", "--propagation", "private", "bash", "-c", mount, "_", *command]
        with log.open("w") as output:
            self._daemons[key] = subprocess.Popen(
                [*command, "--host", worker.host, "--webui-port", "0", *arguments],
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return log

    @staticmethod
    def _announced(log, pattern):
        return wait_for(f"{pattern!r} in {log}", lambda: re.search(pattern, log.read_text()))[1]
