"""Every sentence of the pages, by key, from one words file per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from pipelines.disclosure.limits import Limits

DEFAULT_LIMITS = Limits()


@dataclass(eq=False)
class Words:
    """The words file of one language. Keys are `section.key`. `limits` fills the places that name a limit in force."""

    language: str
    sentences: Mapping[str, str]
    limits: Limits = DEFAULT_LIMITS

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key with its `{places}` filled. KeyError when the key or a place is missing."""
        return self.sentences[key].format(**self._limits, **values)

    @cached_property
    def _limits(self) -> dict[str, str]:
        named = {name: f"{value:g}" for name, value in asdict(self.limits).items()}
        return named | {"largest_withheld_n": str(self.limits.smallest_group_n - 1)}

    def template(self, key: str) -> str:
        """The sentence of that key with the limits in force in it and its other `{places}` still open."""
        text = self.sentences[key]
        for place, value in self._limits.items():
            text = text.replace(f"{{{place}}}", value)
        return text

    def names(self, kind: str) -> dict[str, str]:
        """code -> readable name, for every code of that kind."""
        return dict(_names(self, kind))

    def name(self, kind: str, code: str) -> str:
        """The readable name of a code (`condition`, `ptsd`), the code itself when the file has none."""
        return self.sentences.get(f"{kind}.{code}", code)


# Every section of every page asks for them, and a file has some thousand sentences to look through.
@lru_cache(maxsize=512)
def _names(words: Words, kind: str) -> dict[str, str]:
    return {key[len(kind) + 1 :]: text for key, text in words.sentences.items() if key.startswith(f"{kind}.")}


@lru_cache(maxsize=8)
def words_of(language: str = "en", limits: Limits = DEFAULT_LIMITS) -> Words:
    """The words of a language under the limits in force: `words.toml` is English, another one is
    `words.<language>.toml`.

    Raises FileNotFoundError for a language that has no file.
    """
    name = "words.toml" if language == "en" else f"words.{language}.toml"
    text = resources.files("reports").joinpath(name).read_text(encoding="utf-8")
    return Words(language, dict(_flat(tomllib.loads(text))), limits)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, str(value)))
    return pairs
