"""The JSON Schema of a process, for editors that complete and underline while somebody writes YAML.

Called by `kimforms process schema` and the designer's export. It tells the shape; `check` tells whether it makes sense.
"""

from typing import Any

from kimforms.engine.definition import ProcessDefinition

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema in the dialect 2020-12, with the keys as they stand in YAML; a new dictionary at each call."""
    return {"$schema": DIALECT, **ProcessDefinition.model_json_schema(by_alias=True, mode="validation")}
