"""Runs the notebooks: execute.py --check compares what they print with the outputs they hold, --write keeps it."""

import difflib
import sys
import time
from pathlib import Path

import nbclient
import nbformat

NOTEBOOKS = Path(__file__).resolve().parent
TEXT = ("text/plain", "text/html")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def run(path):
    """The notebook with new outputs."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    ).execute()
    notebook.metadata = METADATA
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        cell.metadata = {}
    return notebook


def printed(notebook):
    """Code and outputs as lines: all text, and of pictures that there is one."""
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        yield f"In [{number}]:"
        yield from cell.source.splitlines()
        yield f"Out [{number}]:"
        for output in cell.outputs:
            if output.output_type == "stream":
                yield from output.text.splitlines()
                continue
            for kind, content in sorted(output.data.items()):
                yield kind
                if kind in TEXT and "image/png" not in output.data:
                    yield from content.splitlines()


def main(mode):
    stale = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        kept = nbformat.read(path, as_version=4)
        start = time.monotonic()
        fresh = run(path)
        difference = list(difflib.unified_diff(
            list(printed(kept)), list(printed(fresh)), f"{path.name}, as kept", f"{path.name}, as run now", lineterm=""
        ))
        print(f"{path.name}: ran in {time.monotonic() - start:.0f} s, {'other outputs' if difference else 'the same outputs'}", flush=True)
        if mode == "--write":
            nbformat.write(fresh, path)
        elif difference:
            print("\n".join(difference))
            stale.append(path.name)
    if stale:
        sys.exit(f"Not what they print now: {', '.join(stale)}. notebooks/run --write keeps the new outputs.")


main(*sys.argv[1:])
