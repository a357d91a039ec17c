"""The newcomer's guide works line by line, and its result is kept as an example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fhir_screener.studies.lint import Checked, Level, lint
from fhir_screener.studies.load import Catalog
from tests.functional.guide import GUIDE, steps
from tests.functional.program import environment

EXAMPLE = Path(__file__).parents[1] / "examples" / "gout"


def test_every_step_of_the_guide(tmp_path: Path) -> None:
    """Each file is written and each command run as it stands there; its answer holds what the guide shows."""
    bin_folder = Path(sys.executable).parent
    settings = environment(PATH=f"{bin_folder}:/usr/bin:/bin")
    exported = ""
    for step in steps(GUIDE.read_text("utf-8")):
        if step.path:
            path = tmp_path / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.body, "utf-8")
            continue
        command = ["sh", "-ec", exported + step.body]
        done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, encoding="utf-8", timeout=120)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        for line in step.answer:
            assert " ".join(line.split()) in " ".join(said.split()), f"{step.body}\n{said}"
        exported += "".join(f"{line}\n" for line in step.body.splitlines() if line.startswith("export "))
    assert "<html" in (tmp_path / "gout-1.html").read_text("utf-8")
    assert "痛风" in (tmp_path / "gout-1.zh.md").read_text("utf-8")


def test_the_example_is_what_the_guide_has_written() -> None:
    written = {step.path: step.body for step in steps(GUIDE.read_text("utf-8")) if step.path}
    kept = {
        path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in EXAMPLE.rglob("*") if path.is_file()
    }
    assert kept == {path.removeprefix("my-trials/"): body for path, body in written.items()}


def test_the_example_has_no_fault() -> None:
    catalog = Catalog(EXAMPLE)
    remarks = lint(Checked(catalog.read("GOUT-1"), catalog))
    assert [str(one) for one in remarks if one.level is not Level.CHOICE] == []
