"""The benchmarks still run and their two ways still agree; how fast they are is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench._compare import Comparison, DifferentResultsError, measure

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_every_benchmark_runs(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    subprocess.run([sys.executable, "-m", "bench", "--rounds", "1", "--out", str(out)], cwd=ROOT, check=True)
    results = json.loads(out.read_text("utf-8"))
    assert results
    assert all(set(result) == set(results[0]) for result in results)


def test_a_benchmark_with_two_results_is_refused() -> None:
    comparison = Comparison(name="one and two", ours=lambda: 1, peer=lambda: 2, target=1.0, n=1)
    with pytest.raises(DifferentResultsError, match="one and two"):
        measure(comparison, rounds=1)
