"""Explanations: a tree that people and programs can read."""

from __future__ import annotations

import json
import pickle

import attrs
import pytest

from carbonkit.values.explanation import Explanation
from carbonkit.values.source import Source, Status

GWP = Source("IPCC", "AR5", 2013, table="Table 8.A.1")
FACTOR = Source("EPA", "Emission Factors", 2024, status=Status.RECALLED)
TREE = Explanation(
    "emissions",
    "30 kgCO2e",
    how="mass × 30",
    source=GWP,
    parts=(
        Explanation(
            "mass", "1 kg", how="2 kWh × 0.5 kg/kWh", source=FACTOR, parts=(Explanation("used", "2 kWh"),)
        ),
        Explanation("again", "0 kg", source=GWP),
    ),
)


def test_the_tree_is_written_one_figure_a_line() -> None:
    assert TREE.text() == (
        "emissions: 30 kgCO2e = mass × 30\n"
        "  source: IPCC, AR5, 2013, Table 8.A.1 [confirmed]\n"
        "  mass: 1 kg = 2 kWh × 0.5 kg/kWh\n"
        "    source: EPA, Emission Factors, 2024 [recalled]\n"
        "    used: 2 kWh\n"
        "  again: 0 kg\n"
        "    source: IPCC, AR5, 2013, Table 8.A.1 [confirmed]"
    )
    assert TREE.text(depth=1).splitlines()[0].startswith("  emissions")


def test_the_tree_goes_into_json_with_empty_facts_left_out() -> None:
    facts = TREE.as_dict()
    assert (
        json.loads(json.dumps(facts))
        == facts
        == {
            "what": "emissions",
            "value": "30 kgCO2e",
            "how": "mass × 30",
            "source": str(GWP),
            "parts": [
                {
                    "what": "mass",
                    "value": "1 kg",
                    "how": "2 kWh × 0.5 kg/kWh",
                    "source": str(FACTOR),
                    "parts": [{"what": "used", "value": "2 kWh"}],
                },
                {"what": "again", "value": "0 kg", "source": str(GWP)},
            ],
        }
    )


def test_sources_come_from_the_top_down() -> None:
    assert list(TREE.sources()) == [GWP, FACTOR, GWP]
    assert list(Explanation("lot", "1 t").sources()) == []


def test_the_parts_cannot_change_behind_its_back() -> None:
    parts = [Explanation("one", "1 t")]
    tree = Explanation("all", "1 t", parts=parts)
    parts.append(Explanation("two", "2 t"))
    assert tree.parts == (Explanation("one", "1 t"),)
    assert hash(tree) == hash(Explanation("all", "1 t", parts=(Explanation("one", "1 t"),)))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tree.value = "2 t"  # type: ignore[misc]


def test_a_pickle_gives_the_same() -> None:
    assert pickle.loads(pickle.dumps(TREE)) == TREE  # noqa: S301
