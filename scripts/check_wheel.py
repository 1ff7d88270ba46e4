"""
Build the sdist, the wheel from the sdist, and use the wheel away from the source.

A file that was left out, or an import that only works beside the source, shows
here and nowhere else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "dev.txt"
EXAMPLES = "carbonkit/cli/examples/"
IN_WHEEL = {"opening_day", "peak_fund"}  # the licences of the other examples' data do not let them in
IN_SDIST = {"bench", "carbonkit", "changelog.d", "docs", "examples", "requirements", "scripts", "tests"}
LOOK = """
import pathlib, sys, carbonkit
print(carbonkit.__version__, "from", pathlib.Path(carbonkit.__file__).parent)
assert pathlib.Path(carbonkit.__file__).is_relative_to(sys.prefix), "that is not the wheel's"
"""


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command without the caller's Python settings, and stop at its failure."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    finished = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=False)
    if finished.returncode:
        raise SystemExit(f"failed with exit code {finished.returncode}: {' '.join(map(str, command))}")


def build(out: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from it."""
    log = out / "build.log"
    with log.open("w", encoding="utf-8") as written:
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out)]
        built = subprocess.run(command, cwd=ROOT, stdout=written, stderr=written, check=False)
    if built.returncode:
        raise SystemExit(log.read_text("utf-8") + "\nthe wheel could not be built")
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return sdist, wheel


def contents_problems(sdist: Path, wheel: Path) -> list[str]:
    """Name what is in the two files and should not be, and what is missing."""
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    strange = [name for name in names if not name.startswith("carbonkit/") and ".dist-info/" not in name]
    examples = {name.removeprefix(EXAMPLES).split("/")[0] for name in names if name.startswith(EXAMPLES)}
    with tarfile.open(sdist) as packed:
        folders = {name.split("/")[1] for name in packed.getnames() if name.count("/") > 1}
    missing = [f"the sdist has no {name}/" for name in sorted(IN_SDIST - folders)]
    missing += [f"the wheel has no example {name}" for name in sorted(IN_WHEEL - examples)]
    if "carbonkit/py.typed" not in names:
        missing.append("the wheel has no py.typed")
    for text in ("LICENSE", "NOTICE"):
        if not any(name.endswith(f"/licenses/{text}") for name in names):
            missing.append(f"the wheel has no {text}")
    return (
        missing
        + [f"the wheel should not have {name}" for name in strange]
        + [f"the wheel should not have the example {name}" for name in sorted(examples - IN_WHEEL)]
    )


def main() -> None:
    """Build, look inside, install, import, and run the demonstration."""
    with tempfile.TemporaryDirectory(prefix="carbonkit-wheel-") as made:
        away = Path(made)
        sdist, wheel = build(away)
        if problems := contents_problems(sdist, wheel):
            raise SystemExit("\n".join(problems))
        venv.create(away / "venv", with_pip=True)
        scripts = away / "venv" / ("Scripts" if os.name == "nt" else "bin")
        pip = (scripts / "python", "-m", "pip", "--disable-pip-version-check", "-qq")
        run(*pip, "install", "--constraint", LOCK, wheel, cwd=away)
        run(scripts / "python", "-c", LOOK, cwd=away)
        run(scripts / "carbonkit", "demo", "--out", away / "demo-out", cwd=away)
        if not any((away / "demo-out").iterdir()):
            raise SystemExit("the demonstration wrote nothing")
        print(f"{wheel.name} works away from its source")


if __name__ == "__main__":
    main()
