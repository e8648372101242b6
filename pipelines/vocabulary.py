"""Closed words of the contract, each with the spellings accepted for it. A word outside its list is never guessed.

Aliases are matched after NFKC, case folding and reduction of runs of space, hyphen and full stop (see `fold`).
Sources: CONTRACT.md section 2; SNOMED CT route codes from clinical_facts.yaml `codes.snomed_routes`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CONDITIONS = (
    "trd",
    "mdd",
    "bipolar_depression",
    "anxiety",
    "ptsd",
    "ocd",
    "addiction",
    "chronic_pain",
    "other",
)
ROUTES = ("iv", "im", "sc", "intranasal", "sublingual", "oral")
# Routes of administration that the contract does not take: near to one of its words in letters alone.
OTHER_ROUTES = (
    "rectal", "per rectum", "pr", "buccal", "vaginal", "inhaled", "inhalation", "nebulised", "nebulized", "topical",
    "transdermal", "dermal", "percutaneous", "intradermal", "epidural", "caudal", "intrathecal", "intraosseous", "io",
    "intraarterial", "intra-arterial", "intraarticular", "intra-articular", "intraperitoneal", "intraocular",
    "ocular", "otic", "enteral", "nasogastric", "gastrostomy", "pulmonary", "infiltration",
)  # fmt: skip
ESKETAMINE_ROUTE = "intranasal_esketamine"
MIXED_ROUTE = "mixed"
REPORTED_ROUTES = ("iv", "im", "sc", "intranasal", ESKETAMINE_ROUTE, "sublingual", "oral", MIXED_ROUTE)
ALL = "all"
PRIMARY = "primary"
TIMEPOINTS = ("end_of_induction", "week_4", "month_3", "month_6", "last")
DUE_ORDER = ("none", "end_of_induction", "week_4", "month_3", "month_6")
ADVERSE_EVENTS = (
    "nausea",
    "vomiting",
    "dizziness",
    "headache",
    "distressing_dissociation",
    "excessive_sedation",
    "anxiety_or_panic",
    "hypertension",
    "hypotension",
    "tachycardia",
    "respiratory_depression",
    "hypoxia",
    "agitation",
    "psychotic_symptoms",
    "mania_or_hypomania",
    "suicidal_ideation",
    "suicide_attempt",
    "self_harm",
    "urinary_symptoms",
    "cognitive_complaint",
    "craving_or_misuse",
    "fall_or_injury",
    "allergic_reaction",
    "loss_of_consciousness",
    "hospitalisation",
    "death",
    "other",
)
# How a stored total is counted, or of which version of its scale it is. Every other word than `own` is explained by a
# scale of the instrument catalogue that has it.
OWN_FORM = "own"
SCALE_FORMS = (
    "raw", "index", OWN_FORM, "sum", "mean", "t_score", "percent", "days", "half_steps", "categorical", "continuous",
    "ybocs_ii", "pcl_dsm_iv", "bdi_i", "oci_42", "audit", "audit_c", "hamd_longer",
)  # fmt: skip
RESERVED_CLINIC_IDS = ("all", "network", "mixed", "primary", "current")
CLINIC_ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{1,31}$"
TOKEN_PATTERN = r"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9_-]{1,40})$"

# The first scale of the list with a baseline is the patient's primary scale (CONTRACT.md section 4).
PRIMARY_SCALES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "trd": ("phq9", "qids_sr16", "madrs", "bdi_ii"),
        "mdd": ("phq9", "qids_sr16", "madrs", "bdi_ii"),
        "bipolar_depression": ("phq9", "qids_sr16", "madrs", "bdi_ii"),
        "other": ("phq9", "qids_sr16", "madrs", "bdi_ii"),
        "anxiety": ("gad7", "hama"),
        "ptsd": ("pcl5", "caps5"),
        "ocd": ("ybocs", "oci_r"),
        "addiction": ("bam_use", "pct_days_abstinent_30", "audit_c"),
        "chronic_pain": ("peg", "bpi_interference", "promis_pi4a"),
    }
)

# SNOMED CT, verified codes only (buccal is marked unverified in the source and is not shipped).
SNOMED_ROUTES: Mapping[str, int] = MappingProxyType(
    {
        "iv": 47625008,
        "im": 78421000,
        "sc": 34206005,
        "intranasal": 46713006,
        "sublingual": 37839007,
        "oral": 26643006,
    }
)


@dataclass(frozen=True)
class Vocabulary:
    """One closed list. `aliases` maps a folded spelling to its word.

    others: folded words of the same kind that are not in it: however alike the letters, none of its words is meant.
    """

    name: str
    words: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def spellings(self) -> dict[str, str]:
        """Every accepted folded spelling -> word, the words themselves included."""
        return {**{fold(word): word for word in self.words}, **self.aliases}

    def nearest(self, text: str) -> str | None:
        """The word of this list that `text` most resembles, or None. Never echoes `text`."""
        if fold(text) in self.others:
            return None
        spellings = self.spellings()
        close = difflib.get_close_matches(fold(text), list(spellings), n=1, cutoff=0.6)
        return spellings[close[0]] if close else None


def fold(text: str) -> str:
    """NFKC, casefold, trim; full stops dropped, runs of space, hyphen, slash and underscore become one underscore."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip().replace(".", "")
    return re.sub(r"[\s\-/_]+", "_", folded)


def _vocabulary(
    name: str, words: tuple[str, ...], others: tuple[str, ...] = (), **aliases: tuple[str, ...]
) -> Vocabulary:
    listed = {fold(alias): word for word, own in aliases.items() for alias in own}
    return Vocabulary(name, words, listed, frozenset(map(fold, others)))


VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        vocabulary.name: vocabulary
        for vocabulary in (
            _vocabulary(
                "condition",
                CONDITIONS,
                trd=("treatment-resistant depression", "treatment resistant depression"),
                mdd=("major depression", "major depressive disorder"),
                chronic_pain=("pain", "chronic pain"),
                ptsd=("post-traumatic stress disorder",),
                ocd=("obsessive-compulsive disorder",),
                addiction=("substance use disorder",),
            ),
            _vocabulary(
                "route",
                ROUTES,
                OTHER_ROUTES,
                iv=("intravenous",),
                im=("intramuscular",),
                sc=("subcutaneous",),
                intranasal=("nasal", "nose"),
                # Lozenge, troche and rapid-dissolve are sublingual unless swallowed (CONTRACT.md section 2).
                sublingual=("lozenge", "troche", "rapid-dissolve", "rapid dissolve tablet", "sl"),
                oral=("po", "swallowed"),
            ),
            _vocabulary("drug", ("ketamine", "esketamine")),
            _vocabulary("adjustment_direction", ("up", "down", "both", "none")),
            _vocabulary(
                "therapist_presence",
                (
                    "in_room_throughout",
                    "in_room_partial",
                    "periodic_checks",
                    "remote_live",
                    "integration_only",
                    "group",
                    "none",
                ),
            ),
            _vocabulary("record_status", ("active", "withdrawn")),
            _vocabulary("administration", ("baseline", "pre_session", "post_session", "follow_up", "unspecified")),
            _vocabulary("respondent", ("self", "clinician", "proxy")),
            _vocabulary("scale_form", SCALE_FORMS),
            _vocabulary(
                "age_band",
                ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85-89", "90+", "unknown"),
            ),
            _vocabulary("sex", ("female", "male", "intersex", "unknown"), female=("f",), male=("m",)),
            _vocabulary("course_status", ("active", "completed", "withdrawn", "lost")),
            _vocabulary(
                "stop_reason",
                (
                    "completed_plan",
                    "improved",
                    "no_benefit",
                    "adverse_event",
                    "cost",
                    "moved",
                    "withdrew_consent",
                    "lost_contact",
                    "contraindication",
                    "other",
                    "unknown",
                ),
            ),
            _vocabulary("followed_through", DUE_ORDER),
            _vocabulary(
                "contact_kind",
                ("consultation", "therapist_meeting", "preparation", "integration", "psychotherapy", "follow_up"),
            ),
            _vocabulary("modality", ("in_person", "remote")),
            _vocabulary("event", ADVERSE_EVENTS, hospitalisation=("hospitalization",)),
            _vocabulary("severity", ("mild", "moderate", "severe")),
        )
    }
)
