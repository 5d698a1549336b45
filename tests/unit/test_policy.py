"""Policies and lenses: what the shipped files say, how a user's file changes them, and what is said of a wrong one."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphmap import api, policy
from graphmap.analysis.conformance import conformance
from graphmap.analysis.paths import find_paths
from graphmap.errors import PolicyError
from graphmap.policy import load_lens, load_policy
from graphmap.schema import MINERALS

SHIPPED = sorted(Path(policy.__file__).parent.glob("*.toml"))


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_constant_has_a_source_and_says_whether_it_was_verified(path: Path) -> None:
    def check(name: str, table: dict[str, Any], covered: bool) -> None:
        covered = covered or {"source", "verified"} <= table.keys()
        for key, value in table.items():
            if isinstance(value, dict):
                check(f"{name}.{key}", value, covered)
            else:
                assert covered or (not name and key in ("name", "title", "date")), f"{name}.{key}"

    data = tomllib.loads(path.read_text("utf-8"))
    assert isinstance(data["date"], date)
    check("", data, False)


def test_the_shipped_policies_and_lenses() -> None:
    assert policy.policy_names() == ("default",)
    assert policy.lens_names() == ("eu-2017-821", "eu-battery", "oecd", "own", "us-1502")
    for name in policy.lens_names():
        assert load_lens(name).name == name
    three_tg = ("tantalum", "tin", "gold", "tungsten")
    us = load_lens("us-1502")
    assert us.minerals == three_tg
    assert set(us.areas) == {"CD", "AO", "BI", "CF", "CG", "RW", "SS", "TZ", "UG", "ZM"}
    assert set(us.areas.values()) == {"covered"}
    assert (load_lens("eu-2017-821").minerals, load_lens("eu-2017-821").list) == (three_tg, "cahra")
    assert set(load_lens("eu-battery").minerals) == {"cobalt", "nickel", "lithium", "graphite"}
    assert (load_lens("own").minerals, load_lens("own").list) == (MINERALS, "own")
    assert (load_lens("oecd").minerals, load_lens("oecd").list, load_lens("oecd").areas) == (MINERALS, "oecd", {})


@pytest.mark.parametrize(
    ("scheme", "status", "standing"),
    [
        ("RMAP", "Conformant", "accepted"),
        ("rmap", "CONFORMANT", "accepted"),
        ("RMAP", "Cross-recognized", "accepted"),
        ("RMAP", "Conformant (Cross-Recognised)", "accepted"),
        ("RMAP", "Active", "in progress"),
        ("RMAP", "Non-conformant", "not accepted"),
        ("RMAP", "Non Conformant", "not accepted"),
        ("RMAP", "Not conformant", "not accepted"),
        ("RMAP", "Eligible", "not on list"),
        ("RMAP", "Suspended pending review", None),
        ("LBMA", "Good Delivery", "accepted"),
        ("Responsible Jewellery Council", "Certified", "accepted"),
        ("TI-CMC", "Conformant", "accepted"),
    ],
)
def test_what_a_status_means(scheme: str, status: str, standing: str | None) -> None:
    found = load_policy().scheme(scheme)
    assert found is not None
    assert found.standing_of.get(policy.spelling(status)) == standing


def test_schemes_count_for_their_minerals_and_hold_for_their_time() -> None:
    schemes = {scheme.name: scheme for scheme in load_policy().schemes.values()}
    assert schemes["LBMA"].minerals == schemes["RJC"].minerals == ("gold",)
    assert schemes["TI-CMC"].minerals == ("tungsten",)
    assert schemes["RMAP"].minerals == MINERALS
    assert [schemes[name].validity_days for name in ("RMAP", "DAP", "TI-CMC")] == [365, 730, 1095]
    assert load_policy().scheme("Acme Good Stuff") is None


def test_a_users_policy_changes_only_what_it_names(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        date = 2026-05-01
        [hazard.standing]
        accepted = 0.01
        [schemes.ACME]
        minerals = ["Sn", "cobalt"]
        validity_days = 100
        accepted = ["Fine"]
        [[goals]]
        mineral = "cobalt"
        rate = 1.0
        by = 2027-12-31
        """,
    )
    mine, default = load_policy(path), load_policy()
    assert (mine.name, mine.title, mine.file, mine.date) == ("mine", "mine.toml", "mine.toml", date(2026, 5, 1))
    assert mine.standing_value == {**default.standing_value, "accepted": 0.01}
    assert (mine.unknown, default.unknown) == (policy.Unknown(0.7, 0.01, 1.0), policy.Unknown(0.7, 0.05, 1.0))
    assert (mine.facility_value, mine.evidence) == (default.facility_value, default.evidence)
    assert mine.schemes.keys() - default.schemes.keys() == {"acme"}
    assert mine.schemes["acme"].minerals == ("tin", "cobalt")
    assert mine.schemes["rmap"] == default.schemes["rmap"]
    assert mine.goals == (policy.Goal("cobalt", 1.0, date(2027, 12, 31)),)
    assert default.goals == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'x'", ["date is missing", "date = 2026-01-31"]),
        ("[hazard.standing]\nacepted = 0.1", ["acepted in [hazard.standing]", "Did you mean accepted?"]),
        ("[hazrd]\noverdue = 0.1", ["hazrd is not a key", "Did you mean hazard?"]),
        ("[hazard.standing]\naccepted = 1.5", ["accepted in [hazard.standing] is 1.5", "a number from 0 to 1"]),
        ("[hazard.standing]\naccepted = true", ["is True", "a number from 0 to 1"]),
        ("[hazard.standing]\naccepted = nan", ["is nan", "a number from 0 to 1"]),
        ("[unknown]\nlow = 0.2", ["low in [unknown] is 0.2, above 0.05", "Leave it away"]),
        ("[unknown]\nestimate = 0.9\nhigh = 0.8", ["estimate in [unknown] is 0.9", "from low (0.05) to high (0.8)"]),
        (
            "[hazard.standing]\nunidentified = 0.5",
            ["unidentified in [hazard.standing]", "Give estimate"],
        ),
        ("[standing]\nexpired = 'in progres'", ["expired in [standing]", "did you mean in progress?"]),
        ("[standing]\ngrace_days = -1", ["grace_days in [standing] is -1", "a number of days"]),
        ("[schemes.RMAP]\nminerals = ['unobtainium']", ["minerals in [schemes.RMAP]", "not 'unobtainium'"]),
        ("[schemes.RMAP]\naccepted = 'Conformant'", ["accepted in [schemes.RMAP]", "a list of texts"]),
        ("[schemes.RMAP]\naccepted = ['Active']", ["'Active'", "which accepted has too", "Give accepted without it"]),
        ("[schemes.New]\nminerals = 'all'\nvalidity_days = 1\nnames = ['cfsp']", ["'cfsp'", "RMAP has too"]),
        ("[schemes.New]\nvalidity_days = 1", ["minerals in [schemes.New] is missing", "Give it"]),
        ("schemes = 3", ["schemes must be a table", "[schemes]"]),
        ("goals = 3", ["goals is 3", "[[goals]]"]),
        ("[[goals]]\nmineral = 'gold'\nrate = 1.0\nby = '2025-01-01'", ["by in [goals]", "a date without quotes"]),
        ("[evidence.older_than_days]\nlong = 'B'", ["long in [evidence.older_than_days] is not a number"]),
        ("[evidence.scope]\nA = 'Z'", ["scope in [evidence]", "A, B, C or D"]),
        ("[hazard]\nsource = 3", ["source in [hazard] is 3", "a text in quotes"]),
        ("x = ", ["not valid TOML", "line"]),
        ("x = " + "[" * 5000, ["not valid TOML"]),
    ],
)
def test_a_wrong_policy_is_told_with_file_key_and_cure(tmp_path: Path, text: str, said: list[str]) -> None:
    dated = text if text.startswith(("name", "x =")) else f"date = 2026-01-01\n{text}"
    with pytest.raises(PolicyError) as caught:
        load_policy(write(tmp_path, dated))
    message = str(caught.value)
    assert message.startswith("mine.toml: ")
    assert caught.value.cure
    assert str(tmp_path) not in message
    for part in said:
        assert part in message


def test_a_name_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="There is no lens 'us-1520'") as caught:
        load_lens("us-1520")
    assert "us-1502" in caught.value.cure
    with pytest.raises(PolicyError, match="There is no policy 'zzz'"):
        load_policy("zzz")
    with pytest.raises(PolicyError, match=r"gone\.toml: cannot be read"):
        load_lens(str(tmp_path / "gone.toml"))
    with pytest.raises(PolicyError, match="cannot be read"):
        load_lens(tmp_path)
    binary = tmp_path / "picture.toml"
    binary.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(PolicyError, match=r"picture\.toml: is not text"):
        load_policy(binary)


def test_a_users_lens(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        "title='Mine'\ndate=2026-01-01\nminerals=['Co']\n[areas]\nlevel='High Risk'\ncodes=['CD','MM-11','IN-CT']",
        "watch.toml",
    )
    lens = load_lens(own)
    assert (lens.name, lens.title, lens.minerals, lens.list) == ("watch", "Mine", ("cobalt",), "")
    assert lens.areas == {"CD": "high risk", "MM-11": "high risk", "IN-CG": "high risk"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minerals='all'\nlist='a'\n[areas]\ncodes=['CD']", "a lens has either"),
        ("minerals='all'", "list is missing. Give it: the name under which the areas are loaded"),
        ("minerals='all'\n[areas]\ncodes=['XX']", "not 'XX'"),
        ("minerals='all'\n[areas]\ncodes=['CD-XYZ']", "not 'CD-XYZ'"),
        ("minerals='all'\n[areas]\ncodes=['Congo']", "not 'Congo'"),
        ("minerals='all'\n[areas]\ncodes=[]", "list is missing"),
        ("minerals='all'\nlists='cahra'", "list is missing. You wrote lists."),
        ("name='my lens'\nminerals='all'\nlist='a'", "name is 'my lens', with white space. Write one word"),
        ('name="my\\tlens"\nminerals="all"\nlist="a"', "with white space"),
    ],
)
def test_a_wrong_lens_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_lens(write(tmp_path, f"date=2026-01-01\n{text}"))
    assert said.casefold() in str(caught.value).casefold()
    assert str(caught.value).startswith("mine.toml: ")


def test_a_lens_without_a_name_is_called_as_its_file(tmp_path: Path) -> None:
    lens = "date=2026-01-01\nminerals='all'\nlist='a'"
    assert load_lens(write(tmp_path, lens, "watch.toml")).name == "watch"
    with pytest.raises(PolicyError, match=r"^my lens\.toml: name is 'my lens', with white space"):
        load_lens(write(tmp_path, lens, "my lens.toml"))


# ---- the lens for commitments beyond law ----------------------------------------------------------------------------


def test_cobalt_and_mica_are_judged_by_the_oecd_lens(tmp_path: Path) -> None:
    """A loaded list called "oecd", however it is spelled, gives the areas, for all minerals or for some."""
    (tmp_path / "decl.py").write_text(
        "from graphmap.records import About, Edge, Node\nfrom graphmap.sheets import Reads\n"
        "READS = Reads('decl', 'Decl', needs=(('who', 'what', 'metal'),), columns={\n"
        "    'who': ('declarer',), 'what': ('declared',), 'metal': ('for metal',)})\n"
        "def load(document):\n    yield About('Decl', 'decl', '2026-05-01')\n"
        "    for row in document.table(READS.columns):\n"
        "        ends = Node('Company', row.take('who')), Node('Smelter', row.take('what'))\n"
        "        yield Edge('DECLARES', *ends, row.address(), row.take('metal'))\n"
    )
    (tmp_path / "declared.csv").write_text(
        "declarer,declared,for metal\nS1,CID900001,cobalt\nS1,CID900002,mica\nS1,CID900003,cobalt\nS1,CID900004,tin\n"
    )
    (tmp_path / "smelters.csv").write_text(
        "Facility ID,Standard Facility Name,Metal,Country Location,Status,Scheme,Last assessment,Valid until,As of\n"
        "CID900001,Co One,Cobalt,Peru,Conformant,RMAP,2026-01-01,2027-01-01,2026-06-30\n"
        "CID900002,Mica One,Mica,Mali,Non-conformant,RMAP,2026-01-01,2027-01-01,2026-06-30\n"
        "CID900003,Co Two,Cobalt,Mali,Active,RMAP,2026-01-01,2027-01-01,2026-06-30\n"
        "CID900004,Tin One,Tin,Mali,Conformant,RMAP,2026-01-01,2027-01-01,2026-06-30\n"
    )
    (tmp_path / "areas.csv").write_text(
        "list,country,level,minerals,as of\n OECD ,Mali,high-risk,mica;cobalt,2026-06-01\n"
    )
    with api.open(tmp_path / "chain.graphmap", lens="oecd") as work:
        files = [tmp_path / name for name in ("declared.csv", "smelters.csv")]
        work.load(*files, owner="We", extra=[tmp_path / "decl.py"], jobs=0)
        assert work.case.minerals == ("tin", "cobalt", "mica")
        assert "No areas loaded for lens oecd (tin, cobalt, mica)" in " ".join(work.case.notes)
        rates = {(r["company"], r["mineral"]): r["rate_by_count"] for r in conformance(work.case).to_dict("records")}
        assert {mineral: rates["S1", mineral] for mineral in work.case.minerals} == {"tin": 1, "cobalt": 0.5, "mica": 0}
        work.load(tmp_path / "areas.csv", jobs=0)
        assert {m: int(work.case.high_risk(m).sum()) for m in work.case.minerals} == {"tin": 0, "cobalt": 1, "mica": 1}
        assert find_paths(work.case, work.start(None), to="high-risk", mineral="mica").total == 1
