"""The one look of every chart: Okabe-Ito colours, the system's own sans-serif, a light grid, no frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import altair as alt
from altair.utils import schemapi

NAME = "kap"
# Okabe and Ito (2008), "Color Universal Design": told apart with every common form of colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, CONTEXT, PALE, GRID = "#222222", "#6B6B6B", "#D9DDE1", "#E8EAED"
NAMES_PX = 200  # the room for names at the left, the same in every chart so that their axes stand below each other
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

# A route keeps its colour on every page.
ROUTE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "iv": BLUE,
        "im": ORANGE,
        "sc": VERMILION,
        "intranasal": GREEN,
        "intranasal_esketamine": YELLOW,
        "sublingual": PURPLE,
        "oral": SKY,
        "mixed": CONTEXT,
        "all": INK,
    }
)

# Vega has no pattern fill: a gradient whose stops share their offsets draws the same stripes.
_STRIPES = 24
HATCH: Mapping[str, Any] = MappingProxyType(
    {
        "gradient": "linear",
        "x1": 0,
        "y1": 0,
        "x2": 1,
        "y2": 0.35,
        "stops": [
            {"offset": round(edge / _STRIPES, 6), "color": "#FFFFFF" if stripe % 2 else "#E3E6E9"}
            for stripe in range(_STRIPES)
            for edge in (stripe, stripe + 1)
        ],
    }
)


def config() -> dict[str, Any]:
    """The Vega-Lite config of the theme."""
    axis = {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": CONTEXT,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "labelFlush": False,
        "labelLimit": 220,
    }
    return {
        "config": {
            "font": FONT,
            "background": "transparent",
            "padding": {"left": 0, "top": 4, "right": 4, "bottom": 4},
            "lineBreak": "\n",
            "view": {"stroke": None},
            "axis": axis,
            "axisY": {"grid": False},
            "header": {"labelFontSize": 13, "labelColor": INK, "labelLimit": 220},
            "text": {"fontSize": 13, "color": INK},
            "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600, "color": INK, "offset": 10},
            "range": {"category": [BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW, CONTEXT]},
        }
    }


# Within `with unchecked(False):` charts are made without checking each part against the Vega-Lite schema, which takes
# most of the time of a release. The tests make every chart with the checks on.
unchecked = schemapi.debug_mode


@alt.theme.register(NAME, enable=True)
def kap_theme() -> Any:
    """The registered theme: applies to every chart made after this module is imported."""
    look: Any = config()
    return look


def paler_when_imprecise(opacity: float) -> alt.OpacityValue:
    """Marks of imprecise rows at this opacity, others full. Typed: Altair looks a plain dict up for 20 ms each time."""
    return alt.OpacityValue(1.0, condition={"test": "datum.state === 'imprecise'", "value": opacity})
