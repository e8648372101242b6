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

from reports.words import Words

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
    """A file of this package, a style or a script, as it goes into a page."""
    return resources.files("reports").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=32)
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


# The same few stand in every page of a site.
_own_block = lru_cache(maxsize=32)(vetted)


def page(
    template: str,
    words: Words,
    values: Mapping[str, Any],
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
) -> bytes:
    """The UTF-8 bytes of a page: one template, a strict CSP, no address in it that is fetched.

    scripts: names of files of this package that the page runs, in that order. data: what its script reads from the
    page; a page with data runs Vega before its scripts.
    """
    style = own_file("page.css") + _sheet_mark(str(values.get("sheet_mark", "")))
    running = (*((vega_bundle(),) if data else ()), *(own_file(name) for name in scripts))
    html = (
        _environment()
        .get_template(template)
        .render(
            values,
            say=words.say,
            name=words.name,
            language=words.language,
            csp=content_security_policy(style, running),
            style=_own_block(style),
            scripts=[_own_block(script) for script in running],
            page_data=vetted(json_text(data)) if data else None,
        )
    )
    return html.encode("utf-8")


def _sheet_mark(text: str) -> str:
    """The style that prints a mark on every sheet of paper: synthetic, or who may read it."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    return f'@page {{ @top-left {{ content: "{quoted}"; font: 600 9pt sans-serif; }} }}\n' if text else ""


def content_security_policy(style: str, scripts: Sequence[str]) -> str:
    """Nothing but these very blocks runs; nothing is fetched, sent or framed."""
    script_src = " ".join(source_hash(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {script_src}; style-src {source_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


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
