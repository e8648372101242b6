"""Every code a message, rule or page can carry, with its one meaning.

The letter names the family. Validation rules, the door and what care holds out define their codes where they stand;
the few others are listed here. `docs/codes.md` is made from this and tested against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.intake.refusals import CODES as DOOR_CODES
from pipelines.rules.catalogue import RULES
from pipelines.rules.held_out import HELD_OUT_RULES


@dataclass(frozen=True)
class Family:
    """Codes that begin with one of `letters`, told by the modules under `places` (paths of this repository)."""

    letters: str
    title: str
    means: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """One code: its meaning as what was expected, and what to do when it is told."""

    code: str
    meaning: str
    remedy: str


FAMILIES = (
    Family("C", "Settings", "kap.toml is not obeyed as it stands; nothing was done.", ("pipelines/settings",)),
    Family("H", "Home", "The folder cannot serve as this home.", ("pipelines/home.py", "pipelines/steps/versions.py")),
    Family(
        "U",
        "Commands",
        "A command was asked for what it does not do.",
        ("assets/cli/", "pipelines/steps/decisions.py"),
    ),
    Family("M", "Mapping file", "The clinic's mapping file is not obeyed as it stands.", ("pipelines/contract/",)),
    Family(
        "FGN",
        "The door",
        "F: the file cannot be read safely. G: it holds what may identify a person. N: it stays in the inbox.",
        ("pipelines/intake/", "pipelines/drafting/", "pipelines/steps/intake.py", "expectations/"),
    ),
    Family("E", "Choice of table", "The file's columns do not fit a table.", ("pipelines/contract/table_choice.py",)),
    Family(
        "KATRQSXDV",
        "Validation rules",
        "Judged by Great Expectations for each clinic; `kap rules` lists effects and thresholds.",
        ("pipelines/rules/", "pipelines/intake/", "expectations/"),
    ),
    Family(
        "W",
        "Care",
        "Counted in data_quality; nothing is wrong with the file.",
        ("pipelines/rules/held_out.py", "pipelines/definitions/"),
    ),
    Family(
        "P",
        "Profile",
        "The disclosure gate let nothing out.",
        ("pipelines/settings.py", "pipelines/disclosure/policy.py"),
    ),
    Family(
        "L",
        "Record",
        "What was stored is not as it was written.",
        ("pipelines/provenance/ledger.py", "pipelines/steps/", "assets/cli/verify.py"),
    ),
    Family("I", "Instruments", "A file of the catalogue is not fit for use.", ("pipelines/instruments/",)),
    Family("Z", "Program", "The program itself failed.", ("assets/fault.py",)),
)

# What no table of rules or refusals defines: code -> (what was expected, what to do).
OWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "KAP-C01": ("kap.toml is TOML in UTF-8.", "correct the line named."),
        "KAP-C02": ("kap.toml was written for this version of kap or an older one.", "use the newer kap."),
        "KAP-C03": ("every setting is a known one.", "rename the key to the nearest known one, or delete the line."),
        "KAP-C04": ("a threshold is tightened, never loosened.", "tighten it or delete the line."),
        "KAP-C05": ("a clinic is named by its clinic id.", "name it as its inbox folder is named."),
        "KAP-C06": ("a value is there, of its type and within its limits.", "correct the value."),
        "KAP-C07": (
            "a deidentification other than safe_harbor names its determination and its last day.",
            "add the lines.",
        ),
        "KAP-C08": ("windows do not contradict each other.", "correct the window."),
        "KAP-C09": ("a setting is one that this version obeys.", "delete the line until a later version obeys it."),
        "KAP-C10": (
            "an override names a scale and a fact that can be overridden, once for a clinic.",
            "use the nearest known one, or delete the line.",
        ),
        "KAP-C11": (
            "an override names a clinic or reference sample of the home.",
            "name it as its inbox folder is named.",
        ),
        "KAP-C12": ("an override's value is one that the scale can have.", "correct the value."),
        "KAP-C13": ("the reason of an override identifies nobody and holds no date.", "say why without it."),
        "KAP-H01": ("the folder is a home, or empty.", "give a folder of its own as --home."),
        "KAP-H02": ("the home's layout is of this version of kap or an older one.", "use the newer kap."),
        "KAP-H03": ("synthetic data never join a home of real files.", "give another --home."),
        "KAP-H04": ("home.json is whole.", "restore it from a copy."),
        "KAP-H05": ("no other run is under way on this home.", "wait until it ends."),
        "KAP-H06": ("this version of kap knows every rule that the ledger tells of.", "use the newer kap."),
        "KAP-H07": ("the lake was written by this version of kap.", "run `kap run`: it makes the lake again."),
        "KAP-U01": ("values are shown to a terminal only.", "leave out --show-values."),
        "KAP-U02": ("the file to look at is there.", "check the path."),
        "KAP-U03": ("--clinic is a clinic id, as its inbox folder is named.", "give the clinic's id, or leave it out."),
        "KAP-U04": ("commands and options are those that `kap --help` shows.", "use the nearest known one."),
        "KAP-U05": ("the code is of this list, or the id of a definition or a scale.", "use the nearest known one."),
        "KAP-U11": ("the receipt is one of this home.", "see `kap receipts`."),
        "KAP-U12": ("the receipt allows the decision.", "see its state in `kap receipts`."),
        "KAP-U13": ("a decision has a reason, which identifies nobody.", "say why in a sentence without a name."),
        "KAP-U14": ("a decision names a receipt and a reason.", "give its number and --why."),
        "KAP-U15": ("the run named is one that judged a clinic of this home.", "see `kap validate`."),
        "KAP-U16": ("the results of the run are in validation/.", "name a later run."),
        "KAP-U17": ("`kap validate` does one thing at a time.", "see `kap validate --help`."),
        "KAP-U06": ("no file stands where the draft is to be written.", "move it away, or give another --out."),
        "KAP-U07": ("the draft can be written to its folder.", "check --out and its rights."),
        "KAP-M01": ("the mapping file can be read and is YAML.", "check the path, its rights and the line named."),
        "KAP-M02": ("every key is one the manual knows.", "rename the key to the nearest known one."),
        "KAP-M03": ("every entry has the form the manual shows.", "write it as the manual shows."),
        "KAP-M04": (
            "tables, columns, units and words are those of the contract.",
            "use the nearest known one; `kap template` lists them.",
        ),
        "KAP-M05": ("entries do not contradict each other.", "follow the line of the message."),
        "KAP-M06": (
            "the context is that of the clinic's earlier deliveries.",
            "set context back, or deliver from the inbox folder of another clinic id.",
        ),
        "KAP-E01": (
            "every column is in the contract, in the mapping, or listed under ignore.",
            "rename the column or list it under ignore.",
        ),
        "KAP-E02": ("every column that is required, or that the mapping reads, is there.", "add the column."),
        "KAP-E04": ("the columns tell which table the file holds.", "see `kap template`."),
        "KAP-E05": ("the mapping fits the file to one table only.", "name more columns in the mapping."),
        "KAP-E06": ("a column is filled once.", "list the file's own column under ignore."),
        "KAP-E07": ("a reference sample holds scores alone.", "deliver the file from a clinic's own folder."),
        "KAP-V01": (
            "the engine judged every rule; a rule without a verdict is never a pass.",
            "run again; report it with the log of the run if it stays.",
        ),
        "KAP-P01": ("the profile has a disclosure gate.", 'set profile = "clinic".'),
        "KAP-P02": ("a profile that leaves the clinic shows no synthetic data.", "use a home of real deliveries."),
        "KAP-P03": ("every released table declares what may be shown.", "declare it before it is released."),
        "KAP-L01": ("the ledger is as it was written.", "restore ledger.jsonl from a copy."),
        "KAP-L02": ("the raw bytes of a receipt are as they were received.", "restore raw/ from a copy."),
        "KAP-L03": ("the current release is as it was written.", "run `kap run`: it makes the release again."),
        "KAP-L04": ("the reason of a decision about a receipt is as it was given.", "restore reviews/ from a copy."),
        "KAP-I01": ("the instrument's file is readable TOML.", "correct the line named."),
        "KAP-I02": ("the instrument's file holds what the catalogue needs.", "add or correct the entry named."),
        "KAP-I03": ("every fact of an instrument has its source.", "add the source."),
        "KAP-I04": ("the facts of an instrument do not contradict each other.", "correct the facts named."),
        "KAP-Z01": ("the program works.", "report the line; the last good release stays."),
    }
)


def codes() -> Iterator[Code]:
    """Every code, as its own definition states it."""
    for rule in RULES:
        yield Code(rule.code, rule.sentence, f"{rule.remedy}.")
    for code, held_out in HELD_OUT_RULES.items():
        yield Code(code, held_out.sentence, f"{held_out.remedy}.")
    for listed in (DOOR_CODES, OWN):
        for code, (expected, remedy) in listed.items():
            yield Code(code, expected, remedy)


def family_of(code: str) -> Family:
    """The family of a code, by its letter.

    Raises:
        KeyError: no family has the letter.
    """
    for family in FAMILIES:
        if code.removeprefix("KAP-")[0] in family.letters:
            return family
    raise KeyError(code)


def codes_page() -> str:
    """The page docs/codes.md."""
    parts = [
        "# Codes",
        "",
        "Every message, rule and quality row carries one of these codes. A message adds the file, the row number, the",
        "column and how many of how many; never a cell value or a patient id. A code keeps its meaning for good.",
    ]
    listed = sorted(codes(), key=lambda code: code.code)
    for family in FAMILIES:
        parts += [
            "",
            f"## {family.title}",
            "",
            family.means,
            "",
            "| code | what is expected | to mend |",
            "|---|---|---|",
        ]
        parts += [
            f"| {code.code} | {_sentence(code.meaning)} | {_sentence(code.remedy)} |"
            for code in listed
            if family_of(code.code) is family
        ]
    return "\n".join(parts) + "\n"


def _sentence(text: str) -> str:
    # A file's name keeps its small letter.
    begun = text if "." in text.split()[0] else text[0].upper() + text[1:]
    return begun.replace("|", "\\|")
