"""The wheel carries a copy of the mappings; a checkout, also an editable one, reads its own ./mappings."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Mappings(BuildHookInterface):
    """Adds `mappings/` as `fhir_screener/_mappings`, but not to an editable install, where a copy would go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["mappings"] = "fhir_screener/_mappings"
