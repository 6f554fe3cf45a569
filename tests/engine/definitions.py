"""Definitions for the tests of the engine: a small one to vary, the hurdle report, and random ones."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.yaml_io import load_process

HURDLE_REPORT = Path(__file__).parents[2] / "kimforms/profiles/rhein_sieg/processes/hurdle_report.yaml"


def small(**parts: Any) -> dict[str, Any]:
    """A valid process as plain data; `parts` replace its top-level keys."""
    data: dict[str, Any] = {
        "key": "request",
        "title": "Antrag",
        "controller": "rsk",
        "numbering": {"prefix": "AN"},
        "access": {"create": {"roles": ["adviser"]}, "read": ["coordinator"]},
        "projection": {"title": "subject"},
        "form": {
            "steps": [
                {
                    "id": "a",
                    "title": "Angaben",
                    "fields": [
                        {"id": "subject", "type": "short_text", "label": "Betreff", "required": True},
                        {
                            "id": "urgent",
                            "type": "one_of",
                            "label": "Dringend?",
                            "options": [{"value": "ja", "label": "ja"}, {"value": "nein", "label": "nein"}],
                        },
                    ],
                }
            ]
        },
        "workflow": {
            "initial": "new",
            "states": {"new": {"label": "neu"}, "done": {"label": "fertig", "kind": "done"}},
            "transitions": [
                {
                    "id": "finish",
                    "label": "Abschließen",
                    "from": ["new"],
                    "to": "done",
                    "actors": [{"role": "coordinator"}],
                }
            ],
        },
    }
    return {**data, **parts}


def read(data: dict[str, Any]) -> ProcessDefinition:
    """Plain data as a definition."""
    return ProcessDefinition.model_validate(data)


def hurdle_report() -> ProcessDefinition:
    """The process that the profile ships."""
    return load_process(HURDLE_REPORT.read_bytes(), HURDLE_REPORT.name)


ids = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
texts = words | st.fixed_dictionaries({"de": words}, optional={"en": words})
scalars = st.booleans() | st.integers(-99, 99) | words
moments = st.sampled_from(["today", "today+14", "today-3", "2026-11-22"])
small_numbers = st.integers(0, 60)


def _one(key: str, value: Any) -> Any:
    return value.map(lambda one: {key: one})


_plain_conditions = st.one_of(
    st.fixed_dictionaries({"field": ids, "is": scalars}),
    st.fixed_dictionaries({"field": ids, "is_not": scalars}),
    st.fixed_dictionaries({"field": ids, "in": st.lists(scalars, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"field": ids, "contains": words}),
    st.fixed_dictionaries({"field": ids, "at_least": st.integers(-9, 9) | st.floats(-1e9, 1e9)}),
    st.fixed_dictionaries({"field": ids, "before": moments}),
    st.fixed_dictionaries({"field": ids, "empty": st.booleans()}),
    st.fixed_dictionaries({"state": ids | st.lists(ids, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"role": ids}),
    st.fixed_dictionaries({"links": ids, "at_least": small_numbers}, optional={"process": ids}),
    st.fixed_dictionaries({"date": st.sampled_from(["created", "due"]), "after": moments}),
)
conditions = st.recursive(
    _plain_conditions,
    lambda inner: (
        _one("all", st.lists(inner, max_size=3)) | _one("any", st.lists(inner, max_size=3)) | _one("not", inner)
    ),
    max_leaves=4,
)
actors = st.one_of(
    _one("role", ids),
    _one("is", st.sampled_from(["creator", "assignee", "reporter"])),
    _one("field", ids),
    _one("body", ids),
    st.just({"system": True}),
)
recipients = st.sampled_from(["reporter", "creator", "assignee", "followers", "responsible"]) | st.one_of(
    _one("role", ids), _one("field", ids), _one("body", ids)
)
units = st.sampled_from(["working_days", "calendar_days"])
_to = st.lists(recipients, max_size=2)
effects = st.one_of(
    _one("notify", st.fixed_dictionaries({"mail": ids, "to": _to})),
    _one("assign", st.fixed_dictionaries({"to": st.sampled_from(["actor", "nobody"]) | _one("field", ids)})),
    _one("set", st.fixed_dictionaries({"field": ids, "value": scalars | st.lists(words, max_size=2)})),
    _one("set", st.fixed_dictionaries({"field": ids, "from": ids})),
    _one("task", st.fixed_dictionaries({"title": texts, "to": _to}, optional={"after": small_numbers, "unit": units})),
    _one("deadline", st.fixed_dictionaries({"id": ids, "after": small_numbers})),
    _one("link", st.fixed_dictionaries({"kind": ids, "field": ids}, optional={"when": conditions})),
    _one(
        "link",
        st.fixed_dictionaries(
            {"kind": ids, "create": ids},
            optional={
                "beside": st.booleans(),
                "copy_all": st.booleans(),
                "copy": st.dictionaries(ids, ids | st.sampled_from([":reference", ":links.theme.report"]), max_size=2),
                "fill": st.dictionaries(ids, scalars, max_size=2),
            },
        ),
    ),
    _one(
        "step",
        st.fixed_dictionaries(
            {"links": ids, "process": ids, "transition": ids},
            optional={"when": conditions, "beside": st.booleans(), "with": st.dictionaries(ids, ids, max_size=2)},
        ),
    ),
    _one(
        "publish",
        st.fixed_dictionaries(
            {}, optional={"fields": st.lists(ids, max_size=2), "withdraw": st.booleans(), "note": ids}
        ),
    ),
    _one("document", st.fixed_dictionaries({"id": ids})),
    _one("call", st.fixed_dictionaries({"name": ids})),
)
_shared = {"help": texts, "required": st.booleans(), "show_when": conditions, "required_when": conditions}
_options = st.lists(
    st.fixed_dictionaries({"value": words.filter(bool), "label": texts}),
    min_size=1,
    max_size=3,
    unique_by=lambda option: option["value"],
)


def _fields(**settings: Any) -> dict[str, Any]:
    return {"optional": {**_shared, **settings}}


def field(field_id: str) -> Any:
    """A field with this id, of any of the types that hold their settings in different ways."""
    base = {"id": st.just(field_id), "label": texts}

    def typed(name: str, required: dict[str, Any] | None = None, **settings: Any) -> Any:
        return st.fixed_dictionaries(
            {**base, "type": st.just(name), **(required or {})}, optional={**_shared, **settings}
        )

    return st.one_of(
        typed("short_text", max_length=st.integers(1, 200), check_free_text=st.booleans()),
        typed("long_text", rows=st.integers(2, 9)),
        typed("number", unit=texts, decimals=st.integers(0, 4)),
        typed("yes_no", must_be_true=st.booleans()),
        typed("one_of", {"options": _options}, display=st.sampled_from(["radio", "select"])),
        typed("several_of", {"options": _options}),
        typed("date", minimum=moments),
        typed("email", personal_data=words),
        typed("municipality", multiple=st.booleans(), extra_options=_options),
        typed("person", {"role": ids}),
        typed("information", text=texts),
    ).filter(lambda data: not (data["type"] == "information" and (data.get("required") or "required_when" in data)))


def _deadline(deadline_id: str) -> Any:
    return st.fixed_dictionaries(
        {"id": st.just(deadline_id), "label": texts, "after": small_numbers},
        optional={
            "unit": units,
            "next_working_day": st.booleans(),
            "remind_before": st.lists(small_numbers, max_size=2),
            "notify": _to,
            "mail": ids,
            "escalate": st.fixed_dictionaries(
                {"after": small_numbers}, optional={"notify": _to, "effects": st.lists(effects, max_size=1)}
            ),
        },
    )


states = st.fixed_dictionaries(
    {"label": texts},
    optional={
        "station": st.sampled_from(["received", "decision"]),
        "kind": st.sampled_from(["open", "waiting", "done"]),
        "hint": texts,
        "editable": st.lists(actors, max_size=2),
        "deadlines": st.lists(ids, max_size=2, unique=True).flatmap(lambda d: st.tuples(*map(_deadline, d)).map(list)),
    },
)
mails = st.fixed_dictionaries({"subject": texts, "text": texts}, optional={"attach": st.lists(ids, max_size=2)})
_blocks = st.one_of(
    _one("heading", texts),
    _one("text", texts),
    _one("answers", st.fixed_dictionaries({}, optional={"steps": st.lists(ids, max_size=2)})),
    _one("table", st.fixed_dictionaries({"rows": st.just([{"label": "a", "text": "{reference}"}])})),
)
documents = st.fixed_dictionaries(
    {"title": texts}, optional={"intro": texts, "sections": st.lists(_blocks, max_size=3), "closing": texts}
)
_retention = st.fixed_dictionaries(
    {
        "what": st.sampled_from(["contact", "drafts", "record", "events"]),
        "after": small_numbers,
        "unit": st.sampled_from(["days", "months", "years"]),
    },
    optional={"from": st.sampled_from(["closed", "created"]), "source": texts},
)


@st.composite
def processes(draw: Any) -> dict[str, Any]:
    """A process as plain data that can be read; whether it makes sense is another matter. Ids are unique."""
    names = draw(st.lists(ids, min_size=2, max_size=6, unique=True))
    fields = [draw(field(name)) for name in names]
    if draw(st.booleans()):
        inner = fields.pop()
        group = {"id": f"g_{inner['id']}", "type": "group", "label": draw(texts), "fields": [inner]}
        fields.append(group)
    cut = draw(st.integers(0, len(fields)))
    steps = []
    for number, part in enumerate((fields[:cut], fields[cut:])):
        step = draw(
            st.fixed_dictionaries(
                {"id": st.just(f"s{number}"), "title": texts},
                optional={"hint": texts, "show_when": conditions, "repeat": st.just({"minimum": 1, "maximum": 3})},
            )
        )
        steps.append({**step, "fields": part})
    state_names = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    transition_names = draw(st.lists(ids, max_size=3, unique=True))
    return {
        "key": draw(ids),
        "title": draw(texts),
        "controller": draw(ids),
        "numbering": draw(
            st.fixed_dictionaries({"prefix": st.sampled_from(["IH", "LG-B"])}, optional={"yearly": st.booleans()})
        ),
        "access": {"create": {"public": draw(st.booleans()), "roles": draw(st.lists(ids, max_size=2))}},
        "form": draw(st.fixed_dictionaries({"steps": st.just(steps)}, optional={"intro": texts})),
        "projection": draw(st.fixed_dictionaries({}, optional={"title": ids, "urgency": ids})),
        "reporter": draw(st.none() | st.fixed_dictionaries({"email": ids}, optional={"may_ask": conditions})),
        "workflow": {
            "initial": state_names[0],
            "on_submit": draw(st.lists(effects, max_size=1)),
            "states": {name: draw(states) for name in state_names},
            "transitions": [
                draw(_transition(name, state_names, number)) for number, name in enumerate(transition_names)
            ],
        },
        "mails": draw(st.dictionaries(ids, mails, max_size=2)),
        "documents": draw(st.dictionaries(ids, documents, max_size=2)),
        "retention": draw(st.lists(_retention, max_size=2, unique_by=lambda rule: rule["what"])),
        "notice": draw(st.none() | st.fixed_dictionaries({"text": texts})),
    }


def _transition(name: str, state_names: list[str], number: int) -> Any:
    return st.fixed_dictionaries(
        {
            "id": st.just(name),
            "label": texts,
            "from": st.lists(st.sampled_from(state_names), min_size=1, max_size=2, unique=True),
            "to": st.sampled_from(state_names),
        },
        optional={
            "actors": st.lists(actors, max_size=2),
            "when": conditions,
            "form": field(f"f{number}").map(lambda one: [one]),
            "confirm": texts,
            "effects": st.lists(effects, max_size=2),
            "separate_person": st.booleans(),
            "approvals": st.integers(1, 3),
            "quick": st.booleans(),
        },
    )
