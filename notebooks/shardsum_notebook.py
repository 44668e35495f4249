"""What the notebooks share: the tables as views, results as tables, the look of plots, a quiet Spark."""

import html
import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt

HOME = Path(__file__).resolve().parents[1]
LOG = HOME / "target" / "notebooks-spark.log"

# Okabe and Ito's colours: told apart with any kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442",
)
GREY, LIGHT, INK = "#8a8a8a", "#e6e6e6", "#222222"

plt.rcParams.update({
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    # Names in the tables are text, never formulas.
    "text.parse_math": False,
})


class Shown:
    """Rows as a table of a notebook. Whatever a name holds, it is shown as text."""

    def __init__(self, names, rows, fleet_directory):
        self.names = list(names)
        self.rows = [[_text(cell, fleet_directory) for cell in row] for row in rows]

    def _repr_html_(self):
        if not self.rows:
            return "<p>No rows.</p>"
        head = "".join(f'<th style="text-align:left">{html.escape(name)}</th>' for name in self.names)
        body = "".join(
            "<tr>" + "".join(
                f'<td style="{_style(cell)}">{html.escape(cell)}</td>' for cell in row
            ) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def __repr__(self):
        if not self.rows:
            return "No rows."
        lines = [self.names, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.names))]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _style(cell):
    wide = f";min-width:{min(len(cell), 96) // 6}em;overflow-wrap:anywhere" if len(cell) > 30 else ""
    return f"text-align:left;white-space:normal{wide}"


def _text(cell, fleet_directory):
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.4g}"
    if isinstance(cell, (list, tuple)):
        return ", ".join(_text(part, fleet_directory) for part in cell)
    if hasattr(cell, "strftime"):
        return f"{cell:%Y-%m-%d %H:%M}" if hasattr(cell, "hour") else f"{cell:%Y-%m-%d}"
    return str(cell).replace(f"file:{fleet_directory}/", "").replace(f"file:{fleet_directory}", ".")


class Tables:
    """The tables of finished scans, as the views that jobs/views prints, in DuckDB."""

    def __init__(self, directory):
        self.directory = str(directory)
        self._fleet_directory = "" if "://" in self.directory else str(Path(directory).resolve().parent)
        self._database = duckdb.connect()
        self._database.execute("SET TimeZone = 'UTC'")
        self._database.execute(_job("views", "--out", self.directory))

    def rows(self, sql, *values):
        """The rows of a query, each a dictionary."""
        found = self._database.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    def show(self, sql, *values):
        """A query's rows as a table."""
        found = self._database.execute(sql, values)
        names = [column[0] for column in found.description]
        return Shown(names, found.fetchall(), self._fleet_directory)

    def table(self, names, rows):
        """Rows that no query gave, as a table."""
        return Shown(names, rows, self._fleet_directory)

    def history(self, scans):
        """What jobs/drift-report tells of the last scans: a list, one fleet each."""
        return json.loads(_job("drift-report", "--out", self.directory, "--last", str(scans), "--format", "json", fine=(0, 3)))["fleets"]


def _job(name, *arguments, fine=(0,)):
    done = subprocess.run([HOME / "jobs" / name, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in fine:
        raise RuntimeError(f"jobs/{name} ended with exit code {done.returncode}:\n{done.stderr}")
    return done.stdout


def spark_session():
    """Spark in this process with the safetensors source. What it logs goes to target/notebooks-spark.log."""
    from pyspark.sql import SparkSession

    os.environ.pop("SPARK_HOME", None)
    options = f'"-Dlog4j2.configurationFile={HOME / "notebooks" / "log4j2.properties"}" "-Dshardsum.log={LOG}"'
    with _errors_to(LOG):
        return (
            SparkSession.builder.master("local[2]")
            .appName("shardsum notebook")
            .config("spark.jars", str(HOME / "target" / "shardsum.jar"))
            .config("spark.driver.extraJavaOptions", options)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(HOME / "target" / "warehouse"))
            .getOrCreate()
        )


@contextmanager
def _errors_to(file):
    """The Java process that is started meanwhile has this file as its standard output and error for good."""
    kept = [os.dup(1), os.dup(2)]
    with open(file, "w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
