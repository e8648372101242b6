"""What a direct identifier looks like: value patterns, identifier-like column names, Unicode normalisation.

The patterns are written once for two engines: RE2 (cells, in SQL) and Python's `re` (the few names and metadata).
They follow the 18 Safe Harbor classes of 45 CFR 164.514(b)(2)(i) where a value has a form of its own; names, photos
and the like have none and are kept out by the closed list of columns.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# never: nothing exempts a cell. satisfied: a cell within its column's closed domain is exempt. numeric: so is any
# number in a number column, since five digits there are a slip of the decimal point before they are a postal code.
Exemption = Literal["never", "satisfied", "numeric"]
FREE_TEXT_CHARACTERS = 32
FREE_TEXT_WORDS = 3

# The edges of a value. A digit run inside a decimal number is no value of its own.
_B, _E = r"(?:^|[^0-9A-Za-z])", r"(?:$|[^0-9A-Za-z])"
_NB, _NE = r"(?:^|[^0-9A-Za-z.,])", r"(?:$|[^0-9A-Za-z.,]|[.,](?:$|[^0-9]))"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_D, _M, _Y = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:1[89]|2[01])[0-9][0-9]"
_DD, _MM = r"(?:0[1-9]|[12][0-9]|3[01])", r"(?:0[1-9]|1[0-2])"
_TH, _S = r"(?:st|nd|rd|th)?", r"[-/_ ,.']"
_DATE_END = r"(?:$|[^0-9A-Za-z]|t[0-9])"
_DATES = (
    rf"{_B}[0-9]{{4}} ?[-/._ ] ?{_M} ?[-/._ ] ?{_D}{_DATE_END}",
    rf"{_B}{_D} ?[-/._] ?{_D} ?[-/._] ?[0-9]{{4}}{_DATE_END}",
    rf"{_B}{_D} ?[-/.] ?{_D} ?[-/.] ?[0-9]{{2}}{_DATE_END}",
    rf"{_B}{_D} {_D} {_Y}{_DATE_END}",
    rf"{_NB}(?:19|20)[0-9]{{2}}{_MM}{_DD}(?:t?[0-9]{{4}}(?:[0-9]{{2}})?z?)?{_NE}",
    rf"{_NB}{_DD}{_DD}(?:19|20)[0-9]{{2}}{_NE}",
    rf"{_B}{_D}{_TH}{_S}+(?:of )?{_MONTH}{_S}+(?:[0-9]{{4}}|[0-9]{{2}}){_DATE_END}",
    rf"{_B}{_MONTH}{_S}+{_D}{_TH}{_S}+(?:[0-9]{{4}}|[0-9]{{2}}){_DATE_END}",
    rf"{_B}{_Y}{_S}*{_MONTH}{_S}*{_D}{_TH}{_DATE_END}",
    rf"{_B}{_D}{_MONTH}{_Y}{_DATE_END}",
    rf"{_B}{_MONTH}{_S}*{_D}{_S}+{_Y}{_DATE_END}",
    rf"{_B}{_MONTH}{_S}+{_Y}{_E}",
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_PHONES = (
    rf"{_NB}(?:\+?1[-. ]?)?(?:\([0-9]{{3}}\)[-. ]?|[0-9]{{3}}[-. ])[0-9]{{3}}[-. ][0-9]{{4}}(?:$|[^0-9A-Za-z]|x)",
    rf"{_NB}1?[2-9][0-9]{{9}}{_NE}",
    r"\+[0-9][-0-9 ().]{6,}[0-9]",
    rf"{_NB}[2-9][0-9]{{2}}[-. ][0-9]{{4}}{_NE}",
)


@dataclass(frozen=True)
class Detector:
    """One class of identifier. `pattern` is searched, case-insensitively; `in_names` = also in headers and names."""

    code: str
    pattern: str
    exemption: Exemption = "never"
    in_names: bool = True


DETECTORS: tuple[Detector, ...] = (
    Detector("KAP-G01", "|".join(_DATES)),
    Detector("KAP-G02", r"[^\s@<>(),;:]+ ?@ ?[^\s@<>(),;:]+\.[^\s@.<>(),;:]{2,}"),
    Detector("KAP-G03", "|".join(_PHONES), "satisfied"),
    Detector("KAP-G04", rf"{_B}[0-9]{{3}}[- ][0-9]{{2}}[- ][0-9]{{4}}{_E}|{_NB}[0-9]{{9}}{_NE}"),
    Detector(
        "KAP-G05",
        r"[a-z][a-z0-9+]*://|(?:^|[^a-z0-9])www\.[a-z0-9-]"
        r"|(?:^|[^a-z0-9@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov)(?:$|[^a-z0-9.])",
    ),
    Detector(
        "KAP-G06",
        rf"(?:^|[^0-9A-Za-z.])(?:{_OCTET}\.){{3}}{_OCTET}(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"
        r"|(?:^|[^0-9a-z:])(?:[0-9a-f]{1,4}:){3,7}(?::|[0-9a-f]{1,4})"
        r"|(?:^|[^0-9a-z:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::[0-9a-f]{0,4}"
        rf"|{_B}(?:[0-9a-f]{{2}}[:-]){{5}}[0-9a-f]{{2}}{_E}",
    ),
    Detector("KAP-G07", rf"{_B}(?:[0-9a-f]{{32}}|[0-9a-f]{{40}}|[0-9a-f]{{64}}){_E}"),
    Detector(
        "KAP-G09",
        rf"^ *[0-9]{{5}}(?:-[0-9]{{4}})? *$|{_B}[0-9]{{5}}-[0-9]{{4}}{_E}|{_B}[a-z]{{2}},? [0-9]{{5}}{_E}",
        "numeric",
        False,
    ),
    Detector("KAP-G11", rf"{_NB}#?[0-9]{{7,}}{_NE}|{_B}mrn[-:# ]*[0-9]{{4,}}{_E}", "satisfied"),
    Detector(
        "KAP-G13",
        r"^ *[A-HJ-NPR-Z]{1,4}[0-9A-HJ-NPR-Z]{7,10}[0-9]{6} *$|^ *[0-9][A-HJ-NPR-Z][0-9A-HJ-NPR-Z]{9}[0-9]{6} *$",
        "satisfied",
        False,
    ),
    Detector("KAP-G14", r"-?[0-9]{1,2}\.[0-9]{3,} ?[,;/ ] ?-?[0-9]{1,3}\.[0-9]{3,}"),
    Detector("KAP-G15", rf"{_B}(?:mrs?|ms|miss|dr|prof)(?:\. ?| +)[a-z]+"),
)
UUID_PATTERN = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

# A column is named like an identifier when one of its name parts, or its whole squeezed name, is one of these.
# "first" and "last" count as whole names only: first_name is caught by "name", last_dose is no identifier.
# fmt: off
IDENTIFIER_PARTS = frozenset(
    {
        "name", "names", "surname", "forename", "firstname", "lastname", "fullname", "nickname", "initials", "dob",
        "birth", "birthday", "birthdate", "yob", "ssn", "mrn", "nhs", "medicare", "medicaid", "phone", "telephone",
        "tel", "mobile", "cell", "fax", "email", "mail", "address", "addr", "street", "city", "town", "county",
        "zip", "zipcode", "postcode", "postal", "lat", "lon", "lng", "latitude", "longitude", "gps", "ip", "url",
        "website", "device", "imei", "mac", "serial", "vin", "plate", "license", "licence", "passport", "account",
        "iban", "card", "member", "insurance", "policy", "employer", "guardian", "kin", "spouse", "provider",
        "narrative", "note", "notes", "comment", "comments", "remark", "remarks", "photo", "image", "voice",
        "fingerprint", "signature",
    }
)
IDENTIFIER_NAMES = frozenset(
    {
        "first", "last", "fname", "lname", "mname", "dateofbirth", "birthyear", "yearofbirth", "phonenumber",
        "telephonenumber", "emailaddress", "homeaddress", "streetaddress", "postalcode", "patientname",
        "socialsecurity", "socialsecuritynumber", "medicalrecordnumber", "patientnumber", "recordnumber", "freetext",
    }
)
# fmt: on
DATE_PARTS = frozenset({"date", "datetime", "timestamp"})
DATE_LIKE_PARTS = DATE_PARTS | {"dt", "dat", "datum", "when", "day"}
AGE_PARTS = frozenset({"age", "ageyears"})


@lru_cache(maxsize=1)
def foldings() -> tuple[str, str]:
    """(from, to) for a character-wise translation to ASCII: full-width forms, digits of any script, dashes, spaces.

    The tail of `from` that has no partner in `to` (zero-width, bidi and combining marks) is dropped.
    """
    ranges = (range(0x80, 0xD800), range(0xF900, 0x10000), range(0x1D400, 0x1D800))
    pairs: dict[str, str] = {}
    dropped: list[str] = []
    for character in (chr(code) for codes in ranges for code in codes):
        category = unicodedata.category(character)
        ascii_form = unicodedata.normalize("NFKC", character)
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            pairs[character] = str(digit)
        elif category == "Pd" or character == "−":
            pairs[character] = "-"
        elif category in ("Zs", "Zl", "Zp"):
            pairs[character] = " "
        elif category == "Cf" or "̀" <= character <= "ͯ":
            dropped.append(character)
        elif len(ascii_form) == 1 and ascii_form.isascii():
            pairs[character] = ascii_form
    return "".join(pairs) + "".join(dropped), "".join(pairs.values())


def plain(text: str) -> str:
    """`text` after NFKC, digits and dashes of any script to ASCII, invisible marks dropped."""
    if text.isascii():
        return text
    source, target = foldings()
    kept = dict(zip(source, target, strict=False))
    table = {ord(character): kept.get(character) for character in source}
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text).translate(table))


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[Detector, re.Pattern[str]], ...]:
    return tuple((detector, re.compile(detector.pattern, re.IGNORECASE | re.ASCII)) for detector in DETECTORS)


def detect(text: str, *, names_only: bool = True) -> tuple[str, ...]:
    """Codes of the detectors that fire on a name or a piece of metadata (`names_only` leaves out the weak ones)."""
    shown = plain(text)
    if re.fullmatch(UUID_PATTERN, shown.strip()):
        return ()
    return tuple(d.code for d, pattern in _compiled() if (d.in_names or not names_only) and pattern.search(shown))


def name_parts(name: str) -> tuple[str, ...]:
    """The words of a column name: `PatientName`, `patient_name` and `patient.name` give patient, name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain(name))
    return tuple(part for part in re.split(r"[^0-9a-z]+|(?<=[a-z])(?=[0-9])", spaced.casefold()) if part)


def named_like_identifier(name: str) -> bool:
    """Whether a column name promises a direct identifier."""
    parts = name_parts(name)
    return bool(IDENTIFIER_PARTS & set(parts)) or "".join(parts) in IDENTIFIER_NAMES | IDENTIFIER_PARTS


def named_like_date(name: str) -> bool:
    """Whether a column name promises a date (`session_date`, `date_enrolled`)."""
    return bool(DATE_PARTS & set(name_parts(name)))
