"""A mapping file's YAML as plain lists, dicts and texts. Every scalar stays the text that was written.

YAML's own reading would turn `no` into false and `1.0` into a number, and the texts of a mapping are compared with
cells. Anchors, aliases, tags and several documents are refused: a mapping needs none, and they are how a small file
becomes a large one or runs code.
"""

from __future__ import annotations

from typing import TypeAlias

import yaml

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

LARGEST_BYTES = 200_000
DEEPEST = 12


class MappingTextError(ValueError):
    """The text cannot be read as a mapping; the message says what was expected, the line and never a value."""


def plain(content: bytes) -> Plain:
    """The document as texts, lists and dicts.

    Raises:
        MappingTextError: too large, no UTF-8, no YAML, too deep, an alias, a tag, two documents, a key given twice.
    """
    if len(content) > LARGEST_BYTES:
        raise MappingTextError(f"a file of at most {LARGEST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
        _refuse_what_is_not_plain(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise MappingTextError("a file saved as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise MappingTextError(f"YAML; it cannot be read{line}") from None
    return {} if node is None else _value(node)


def _refuse_what_is_not_plain(text: str) -> None:
    """Look at the events, which costs neither recursion nor memory, before anything is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise MappingTextError(f"no anchor and no alias (line {line})")
        if getattr(event, "tag", None):
            raise MappingTextError(f"no tag (line {line})")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST or documents > 1:
            raise MappingTextError(f"one document of at most {DEEPEST} levels (line {line})")


def _value(node: yaml.Node) -> Plain:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    found: dict[str, Plain] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1 if key.start_mark else 0
        if not isinstance(key, yaml.ScalarNode):
            raise MappingTextError(f"a plain word as a key (line {line})")
        if key.value in found:
            raise MappingTextError(f"each key once in its block (line {line})")
        found[key.value] = _value(value)
    return found
