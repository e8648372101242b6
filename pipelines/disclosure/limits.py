"""From how many patients on a figure is shown, and is called reportable (CONTRACT.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """The limits in force; each default is the contract's, and a higher number is tighter.

    smallest_group_n: patients from which a row or denominator above 0 is shown. smallest_group_moments_n: pairs from
    which means, SDs and effect sizes are. enough_n, enough_paired_pct: below either the evidence is `not_enough`;
    precise_n, precise_paired_pct: below either it is `imprecise`. Percentages are n_analysed of n_baseline, 0 to 100.

    Raises:
        ValueError: a limit under its default: limits may be tightened, never loosened.
    """

    smallest_group_n: int = 5
    smallest_group_moments_n: int = 10
    enough_n: int = 10
    enough_paired_pct: float = 50.0
    precise_n: int = 30
    precise_paired_pct: float = 80.0

    def __post_init__(self) -> None:
        loosened = [field.name for field in fields(self) if not getattr(self, field.name) >= field.default]
        if loosened:
            raise ValueError(f"tighten {', '.join(loosened)}: a limit may never be looser than its default")
