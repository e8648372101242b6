"""Every sentence of the pages, by key, from one words file per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from pipelines.disclosure.limits import Limits


@dataclass(frozen=True)
class Words:
    """The words file of one language. Keys are `section.key`. `limits` fills the places that name a limit in force."""

    language: str
    sentences: Mapping[str, str]
    limits: Limits = Limits()

    def under(self, limits: Limits) -> Words:
        """The same words with other limits in force."""
        return replace(self, limits=limits)

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key with its `{places}` filled. KeyError when the key or a place is missing."""
        return self.sentences[key].format(**self._limits(), **values)

    def _limits(self) -> dict[str, str]:
        named = {name: f"{value:g}" for name, value in asdict(self.limits).items()}
        return named | {"largest_withheld_n": str(self.limits.smallest_group_n - 1)}

    def name(self, kind: str, code: str) -> str:
        """The readable name of a code (`condition`, `ptsd`), the code itself when the file has none."""
        return self.sentences.get(f"{kind}.{code}", code)


@lru_cache(maxsize=8)
def words_of(language: str = "en") -> Words:
    """The words of a language: `words.toml` is English, another one is `words.<language>.toml`.

    Raises FileNotFoundError for a language that has no file.
    """
    name = "words.toml" if language == "en" else f"words.{language}.toml"
    text = resources.files("reports").joinpath(name).read_text(encoding="utf-8")
    return Words(language, dict(_flat(tomllib.loads(text))))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, str(value)))
    return pairs
