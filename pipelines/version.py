"""The versions written into every receipt, manifest and Parquet footer. Change one, and CHANGELOG.md says why."""

PRODUCT_VERSION = "0.1.0"
CONTRACT_VERSION = "1.0"
DEFINITION_SET = "kap-outcomes@1"
GATE_VERSION = "identifiers@1"
LAYOUT_VERSION = 1


def own_definition_set(clinic_id: str) -> str:
    """The definition set with the overrides of a clinic in it, as its own rows name it."""
    return f"{DEFINITION_SET}+{clinic_id}"


def stamp() -> dict[str, str]:
    """The versions that travel with every stored file."""
    return {
        "contract_version": CONTRACT_VERSION,
        "product_version": PRODUCT_VERSION,
        "definition_set": DEFINITION_SET,
    }
