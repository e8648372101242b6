"""The pages: what may be in them, what may never be, and that nothing in a name or a cell becomes markup."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import posixpath
import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from pipelines.disclosure.released import ReleasedTable
from reports import render
from reports.pages import About, build_clinic_site, build_site
from reports.reviewer.report import Found, build_reviewers_report
from reports.words import words_of
from tests import released_sample as sample

REPORTS = Path(render.__file__).parent
OWN_SCRIPTS = sorted(path.name for path in REPORTS.glob("*.js"))
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</style><img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "' onmouseover='alert(5)",
    "<!--<script>",
    "${alert(6)}",
    "{{7*7}}",
    "{% raw %}",
    "{0.__class__}",
    "a\u2028b\u2029c",
    "javascript:alert(7)",
    "&lt;b&gt;",
)


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return build_site(sample.tables(), sample.about())


class Reader(HTMLParser):
    """The elements, attributes and inline blocks of a page as a browser splits them."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self._open: list[str] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.blocks.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and self.blocks:
            tag, attrs, text = self.blocks[-1]
            self.blocks[-1] = (tag, attrs, text + data)


def pages(site: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in site.items() if path.endswith(".html")}


def test_a_site_has_the_pages_of_the_network_and_of_each_clinic(site: dict[str, bytes]) -> None:
    names = ("index.html", "care.html", "change.html", "quality.html", "methods.html")
    expected = {*names, *(f"clinics/{c}/{name}" for c in ("alpha", "beta", "gamma") for name in (*names, "rules.html"))}
    expected |= {"rules/S01.html", "rules/S04.html"}
    assert set(pages(site)) == expected


def test_the_same_tables_give_the_same_bytes() -> None:
    tables, about = sample.tables({"alpha": 6.0}), sample.about(clinics={"alpha": "Alder House"})
    assert build_site(tables, about) == build_site(dict(reversed(tables.items())), about)


def test_only_a_released_table_is_shown() -> None:
    frame = sample.tables({"alpha": 2.0})["denominators"].frame
    with pytest.raises(TypeError, match="only a ReleasedTable"):
        build_site({"denominators": frame}, sample.about())  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="findings only"):
        build_reviewers_report(Found([{"rule": "S01"}]), sample.about())  # type: ignore[list-item]


def hostile_about(payload: str) -> About:
    base = sample.about()
    texts = {f.name: payload for f in fields(About) if isinstance(getattr(base, f.name), str)}
    texts |= {"profile": "clinic", "language": "en"}
    return replace(
        base,
        **texts,
        clinics={"alpha": payload},
        deliveries=tuple(replace(d, clinic_id="alpha", file=payload, table=payload) for d in base.deliveries),
        facts=tuple(replace(fact, fact=payload, stated=payload, source=payload) for fact in base.facts),
        instruments=tuple(replace(one, instrument=payload, holder=payload, source=payload) for one in base.instruments),
        licences=(payload,),
        scales={name: replace(scale, name=payload) for name, scale in base.scales.items()},
        rules={payload: replace(base.rules["S01"], sentence=payload, cause=payload, remedy=payload)},
    )


def hostile_tables(payload: str) -> dict[str, ReleasedTable]:
    tables = sample.tables({"alpha": 6.0})
    quality = tables["data_quality"].frame.assign(rule=payload, table=payload, column=payload, effect=payload)
    outcomes = tables["outcomes_by_route_condition"].frame.assign(definition=payload)
    texts = {
        "route_profile": ("published_words", "published_citation", "published_mark"),
        "vitals_by_route": ("limit_source", "limit_mark", "unit"),
        "benchmarks": ("citation", "mark", "why", "study"),
    }
    told = {
        name: replace(tables[name], frame=tables[name].frame.assign(**dict.fromkeys(columns, payload)))
        for name, columns in texts.items()
    }
    return {
        **tables,
        **told,
        "data_quality": replace(tables["data_quality"], frame=quality),
        "outcomes_by_route_condition": replace(tables["outcomes_by_route_condition"], frame=outcomes),
    }


@pytest.fixture(scope="module")
def skeleton() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Elements and attribute names of the site when every text is a harmless word."""
    site = pages(build_site(hostile_tables("word"), hostile_about("word")))
    return {path: [(tag, tuple(attrs)) for tag, attrs in Reader(page).elements] for path, page in site.items()}


def test_no_text_becomes_markup_or_code(skeleton: dict[str, list[tuple[str, tuple[str, ...]]]]) -> None:
    every = " ".join(PAYLOADS)
    for path, page in pages(build_site(hostile_tables(every), hostile_about(every))).items():
        reader = Reader(page)
        assert [(tag, tuple(attrs)) for tag, attrs in reader.elements] == skeleton[path]
        data = "".join(text for _, attrs, text in reader.blocks if attrs.get("type") == "application/json")
        assert not set(data) & set("<>&\u2028\u2029")
        own = page.decode("utf-8").replace(render.vega_bundle(), "")
        assert not [payload for payload in PAYLOADS if set(payload) & set('<>"&') and payload in own]
        # What a template or a format string would have worked out is not there: the text stands as it was given.
        for literal in ("${alert(6)}", "{{7*7}}", "{% raw %}", "{0.__class__}"):
            assert literal in own


def test_the_policy_lets_in_these_very_blocks_and_nothing_else(site: dict[str, bytes]) -> None:
    for page in pages(site).values():
        reader = Reader(page)
        (policy,) = [
            a["content"] or "" for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert "unsafe" not in policy and "connect-src" not in rules
        for element, source in (("script", "script-src"), ("style", "style-src")):
            inline = [text for tag, a, text in reader.blocks if tag == element and a.get("type") != "application/json"]
            hashes = {
                "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'" for text in inline
            }
            assert set(rules[source].split()) == (hashes or {"'none'"})
        assert not any(name.startswith("on") or name == "style" for _, a in reader.elements for name in a)


def test_a_page_fetches_nothing(site: dict[str, bytes]) -> None:
    for path, page in pages(site).items():
        addresses = [v or "" for _, a in Reader(page).elements for n, v in a.items() if n in ("src", "href", "data")]
        assert not [address for address in addresses if ":" in address or address.startswith("//")], path
        assert "url(" not in render.own_file("page.css") and "@import" not in render.own_file("page.css")
        scripts = "".join(render.own_file(name) for name in OWN_SCRIPTS)
        assert not re.search(r"\b(fetch|XMLHttpRequest|import|eval|Function)\b *\(|innerHTML", scripts)


def test_every_link_leads_to_a_page_or_a_table_of_the_release(site: dict[str, bytes]) -> None:
    tables = {f"tables/{name}.csv" for name in sample.tables()}
    for path, page in pages(site).items():
        folder = path.rpartition("/")[0]
        for tag, attrs in Reader(page).elements:
            href = attrs.get("href") or "#"
            if tag == "a" and not href.startswith("#"):
                target, _, place = f"{folder}/{href}".lstrip("/").partition("#")
                # The page of a rule leads back to the others; a clinic's page never out of its own site.
                target = posixpath.normpath(target)
                of_clinic = folder.startswith("clinics/")
                assert not of_clinic or ".." not in href
                assert target in site or (not of_clinic and target in tables)
                assert not place or f' id="{place}"'.encode() in site[target], (path, href)


def test_numbers_on_pages_are_rounded_and_never_nan(site: dict[str, bytes]) -> None:
    for path, page in pages(site).items():
        text = page.decode("utf-8").replace(render.vega_bundle(), "").replace(render.own_file("page.css"), "")
        shown = re.sub(r"<script.*?</script>|<[^>]*>", " ", text, flags=re.S)
        assert not re.search(r"\bNaN\b|\bNone\b|\bnan\b|<NA>|-0\b|\u22120(\.0)?(?![.\d])|\d\.\d{3,}|\de-\d", shown), (
            path
        )
        for _, attrs, block in Reader(page).blocks:
            if attrs.get("type") == "application/json":
                data = json.loads(block, parse_constant=lambda word: pytest.fail(word))
                if "charts" in data:
                    continue
                tables = data["tables"].values() if "tables" in data else (data["outcomes"], data["course"])
                columns = [line for table in tables for line in table["numbers"].values()]
                assert sum(len(line) for line in columns) > 1000, path
                assert all(re.fullmatch(r"(-?\d+(\.\d{1,4})?)?", n) for line in columns for n in line.split(","))


def test_a_clinic_site_stands_alone_and_holds_no_other_clinic(site: dict[str, bytes]) -> None:
    others = {"alpha": "Alder House", "beta": "Birch Street", "gamma": "Cedar Rooms"}
    for clinic_id in others:
        for path, content in site.items():
            if path.startswith(f"clinics/{clinic_id}/"):
                # The methods speak of Cronbach's alpha.
                text = re.sub(r"− alpha\)|alpha: the scale|Cronbach(?:'|&#39;)s alpha", "", content.decode("utf-8"))
                for other, name in others.items():
                    if other != clinic_id:
                        assert name not in text
                        assert not re.search(rf"(?<![\w-]){other}(?![\w-])", text.replace(render.vega_bundle(), "")), (
                            path
                        )
                if path.endswith(".csv"):
                    assert {line.split(",")[0] for line in text.splitlines()[1:]} <= {clinic_id}


def test_a_clinic_site_does_not_change_when_another_clinic_does() -> None:
    about = sample.about()
    one, two = (sample.tables({"alpha": 6.0, "beta": size}) for size in (3.0, 9.0))
    assert build_clinic_site(one, about, "alpha") == build_clinic_site(two, about, "alpha")


def test_every_page_says_who_may_read_it_that_there_is_no_control_arm_and_its_definitions(
    site: dict[str, bytes],
) -> None:
    words = words_of()
    for path, page in pages(site).items():
        text = html.unescape(page.decode("utf-8"))
        reader = "reader.clinic_clinic" if path.startswith("clinics/") else "reader.clinic_network"
        for key in (reader, "page.no_control_arm", "page.no_alerting", "page.synthetic"):
            assert words.say(key) in text
        assert "kap-outcomes@1" in text and "receipt 24" in text


def test_only_a_synthetic_release_bears_the_mark() -> None:
    site = build_site(sample.tables({"alpha": 2.0}), sample.about(synthetic=False, clinics={"alpha": "Alder House"}))
    assert all(words_of().say("page.synthetic").encode() not in page for page in pages(site).values())


def test_the_first_page_stays_under_its_size(site: dict[str, bytes]) -> None:
    assert all(len(page) < 2_500_000 for page in site.values())
    assert len(site["quality.html"]) - len(render.vega_bundle()) < 200_000


def test_a_withheld_row_shows_no_figure_and_says_why() -> None:
    site = build_site(sample.tables({"gamma": 0.06}), sample.about(clinics={"gamma": "Cedar Rooms"}))
    page = site["clinics/gamma/index.html"].decode("utf-8")
    assert words_of().say("empty.withheld") in page and "of 100 (" not in page


def test_no_data_at_all_is_a_page_that_says_what_to_do_next() -> None:
    nothing = sample.about(clinics={}, deliveries=(), facts=(), instruments=(), licences=())
    for tables in ({}, sample.tables({})):
        site = build_site(tables, nothing)
        assert words_of().say("empty.no_data") in html.unescape(site["index.html"].decode("utf-8"))
        assert words_of().say("verdict.nothing") in site["quality.html"].decode("utf-8")
        assert b"<svg" not in site["index.html"] and render.vega_bundle().encode() not in site["index.html"]


def test_when_nobody_was_followed_up_the_page_says_so_before_anything_else() -> None:
    tables = sample.tables({"alpha": 6.0})
    outcomes = tables["outcomes_by_route_condition"]
    frame = outcomes.frame.copy()
    rates = [c for c in frame.columns if c.endswith(("_pct", "_low", "_high", "_mean", "_sd", "effect_size"))]
    frame[rates] = None
    frame["n_analysed"] = 0
    frame["evidence"] = "not_enough"
    site = build_site({**tables, outcomes.name: replace(outcomes, frame=frame)}, sample.about(clinics={"alpha": "A"}))
    assert words_of().say("know.nothing_followed_up", when="the end of induction") in site["index.html"].decode("utf-8")


def test_json_in_a_page_refuses_what_is_not_json() -> None:
    with pytest.raises(ValueError):
        render.json_text([float("nan")])
    text = render.json_text(["</script>", "a\u2028b & <c>"])
    assert json.loads(text) == ["</script>", "a\u2028b & <c>"] and not set(text) & set("<>&\u2028")


def test_a_block_that_could_end_its_element_is_refused() -> None:
    with pytest.raises(ValueError):
        render.vetted("var a = '</SCRIPT>'")


def test_nothing_else_may_mark_text_as_safe() -> None:
    templates = "".join(path.read_text() for path in (REPORTS / "templates").glob("*.j2"))
    assert not re.search(r"\|\s*safe|autoescape", templates)
    makers = [path.name for path in REPORTS.rglob("*.py") if re.search(r"Markup\(", path.read_text())]
    assert makers == ["render.py"]


def test_every_sentence_that_the_code_names_stands_in_the_words_file() -> None:
    words = words_of().sentences
    files = [*REPORTS.rglob("*.py"), *(REPORTS / "templates").glob("*.j2")]
    spoken = r"""\bsay\(\s*["']([a-z_0-9.]+)["'] *[,)]"""
    named = {key for path in files for key in re.findall(spoken, path.read_text())}
    assert named and named <= set(words)


def test_pages_never_speak_of_an_effect_of_the_drug() -> None:
    for key, sentence in words_of().sentences.items():
        assert not re.search(r"effect of|HIPAA|compliant|subjects\b", sentence, flags=re.I), key


def test_a_table_without_clinics_never_reaches_a_clinic_site() -> None:
    frame = pd.DataFrame({"condition": ["trd"], "value": [1.5]})
    tables = {"benchmarks": ReleasedTable("benchmarks", ("condition",), "clinic", frame)}
    assert not any("benchmarks" in path for path in build_clinic_site(tables, sample.about(), "alpha"))
