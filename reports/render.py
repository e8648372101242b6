"""A page as bytes: templates with every text escaped, scripts and styles vetted by hash, nothing fetched."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.sections.parts import Drawn
from reports.words import Words

# Vega reads these tooltip fields as a heading and as an image to fetch (vega-tooltip): never let one through.
BANNED_FIELDS = frozenset({"title", "image"})
_LINE_ENDS = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def json_text(value: Any) -> str:
    """JSON that is safe inside a script element. ValueError for NaN or an infinity."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for raw, escaped in _LINE_ENDS.items():
        text = text.replace(raw, escaped)
    return text


@lru_cache(maxsize=1)
def vega_bundle() -> str:
    """Vega, Vega-Lite, vega-embed and the expression interpreter as one classic script (BSD-3-Clause)."""
    import vl_convert

    script = str(vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;window.vega=vega;"))
    # A browser ends the script at `</script` and reads CR LF as LF; either would change what the hash is of.
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


@lru_cache(maxsize=8)
def own_file(name: str) -> str:
    """A file of this package, page.css or page.js, as it goes into a page."""
    return resources.files("reports").joinpath(name).read_text(encoding="utf-8")


def source_hash(text: str) -> str:
    """The CSP source of an inline block: 'sha256-...' of its UTF-8 bytes."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def vetted(text: str) -> Markup:
    """The one place where text enters a page unescaped: our own style, our own scripts, and `json_text`.

    ValueError for a block that could end its own element.
    """
    if any(ending in text.lower() for ending in ("</script", "</style", "<!--")):
        raise ValueError("a block may not end its own element")
    return Markup(text)


def page(template: str, words: Words, charts: Sequence[Drawn], values: Mapping[str, Any]) -> bytes:
    """The UTF-8 bytes of a page: one template with its charts, a strict CSP, no address in it that is fetched."""
    style = own_file("page.css")
    scripts = (vega_bundle(), own_file("page.js")) if charts else ()
    html = (
        _environment()
        .get_template(template)
        .render(
            values,
            say=words.say,
            name=words.name,
            language=words.language,
            csp=content_security_policy(style, scripts),
            style=vetted(style),
            scripts=[vetted(script) for script in scripts],
            chart_data=vetted(json_text([_embedded(chart) for chart in charts])) if charts else None,
        )
    )
    return html.encode("utf-8")


def content_security_policy(style: str, scripts: Sequence[str]) -> str:
    """Nothing but these very blocks runs; nothing is fetched, sent or framed."""
    script_src = " ".join(source_hash(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {script_src}; style-src {source_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _embedded(chart: Drawn) -> dict[str, Any]:
    if any(BANNED_FIELDS & set(row) for row in chart.data):
        raise ValueError(f"the chart {chart.id} has a field that a tooltip would act on")
    return {"id": chart.id, "spec": chart.spec, "data_name": chart.data_name, "rows": chart.data}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
