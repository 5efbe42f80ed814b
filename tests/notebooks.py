"""Notebooks executed in a kernel of this interpreter.

Run this file to write their outputs anew, then read their text again: it says in words what they show.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"  # where they are opened and run
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LIMIT = 300  # seconds a cell
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def stored(path: Path) -> Any:
    """A notebook as it lies on the disk."""
    return nbformat.read(path, as_version=4)


def executed(path: Path) -> Any:
    """A notebook run from top to bottom; nothing in it says when or on which machine."""
    notebook = stored(path)
    client = NotebookClient(
        notebook,
        timeout=LIMIT,
        kernel_name=KERNEL["name"],
        record_timing=False,
        coalesce_streams=True,  # however often what is printed is flushed
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # not that other users could listen
        resources={"metadata": {"path": str(FOLDER)}},
    )
    with TemporaryDirectory() as settings:  # of IPython: none of the reader's own
        client.execute(env=_environment(settings))
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return notebook


def _environment(settings: str) -> dict[str, str]:
    """This process's variables, and this repository's package before any installed one."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": settings}


def texts(notebook: Any) -> dict[str, list[str]]:
    """What each cell prints, by its id; of a picture only that it is one.

    On stderr libraries speak of the machine, such as of fonts that they look for: that is left out.
    """
    return {
        cell.id: [_text(output) for output in cell.outputs if output.get("name") != "stderr"]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return f"error: {output.ename}"
    return " ".join([*sorted(output.data), output.data.get("text/plain", "")])


def written(notebook: Any) -> str:
    """A notebook as text."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:] or NOTEBOOKS:
        Path(name).write_text(written(executed(Path(name))))
