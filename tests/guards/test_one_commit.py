"""One commit a request, in one file; a flush says why; only three services write the state of a record."""

from __future__ import annotations

import ast

from .sources import modules

COMMITS = {"kimforms.services.unit_of_work": "the only commit"}
STATE = {
    "kimforms.services.records.transitions": "carries out what the engine decided",
    "kimforms.services.records.submission": "a record begins in the initial state of its process",
    "kimforms.services.records.creating": "so does one that begins out of another",
}
OTHER_STATES = {
    "kimforms.services.advice.briefing_places": "a place at a briefing",
    "kimforms.services.advice.briefings": "a briefing",
    "kimforms.services.campaign.deleting": "a run of letters",
    "kimforms.services.campaign.printing": "a run of letters",
    "kimforms.services.campaign.runs": "a run of letters",
    "kimforms.services.campaign.templates": "a version of a letter",
    "kimforms.services.checklists.milestones": "a hand-over",
    "kimforms.services.checklists.returning": "a hand-over, an entry",
    "kimforms.services.circular.drafting": "a vote by circulation",
    "kimforms.services.circular.starting": "a vote by circulation",
    "kimforms.services.circular.closing": "a vote by circulation",
    "kimforms.services.editions.publishing": "an edition",
    "kimforms.services.long_work": "a long task",
    "kimforms.services.meetings.agenda": "a point of an agenda, a motion for it",
    "kimforms.services.meetings.progress": "a point of an agenda",
    "kimforms.services.meetings.proposals": "a motion for an agenda",
    "kimforms.services.meetings.session": "a point of an agenda",
    "kimforms.services.minutes.editing": "minutes",
    "kimforms.services.minutes.handing": "minutes",
    "kimforms.services.minutes.objections": "an objection",
    "kimforms.services.minutes.sending": "minutes",
    "kimforms.services.minutes.settling": "minutes",
    "kimforms.services.minutes.signing": "minutes",
}
"""These write the state of rows that are no records, and have no workflow in a definition."""
STREAMS = ("sys.stdout", "sys.stderr", "file", "self.file")


def calls(attribute: str) -> list[tuple[str, ast.Call]]:
    return [
        (name, node)
        for name, module in modules().items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
    ]


def test_commit_stands_in_one_file() -> None:
    found = {name for name, _ in calls("commit")}
    assert found == set(COMMITS)


def test_nobody_commits_in_sql() -> None:
    wrong = [
        f"{module.where}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip(" ;").upper() == "COMMIT"
    ]
    assert not wrong


def test_every_flush_says_why() -> None:
    wrong = []
    for name, node in calls("flush"):
        if ast.unparse(node.func.value) in STREAMS:  # type: ignore[attr-defined]
            continue
        lines = modules()[name].lines
        here, above = lines[node.lineno - 1], lines[node.lineno - 2].strip()
        if "  # " not in here and not above.startswith("# "):
            wrong.append(f"{modules()[name].where}:{node.lineno}")
    assert not wrong


def test_only_three_services_write_the_state_of_a_record() -> None:
    wrong = [
        f"{module.where}:{line}"
        for name, module in modules().items()
        if name not in {**STATE, **OTHER_STATES}
        and module.room not in ("engine", "documents", "forms")  # no tables there
        for line in state_writes(module.tree)
    ]
    assert not wrong


def test_those_two_do() -> None:
    assert not [name for name in STATE if not list(state_writes(modules()[name].tree))]


def state_writes(tree: ast.AST) -> list[int]:
    """Lines that assign ``x.state``, build a Record, update records in bulk, or use setattr for it."""
    found = []
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Attribute)]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        if any(
            isinstance(one.ctx, ast.Store) and one.attr == "state" for one in targets if isinstance(one, ast.Attribute)
        ):
            found.append(node.lineno)
        if isinstance(node, ast.Call) and _sets_state(node):
            found.append(node.lineno)
    return found


def _sets_state(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name == "setattr":
        return len(call.args) > 1 and ast.unparse(call.args[1]) in ("'state'", '"state"')
    makes = name.split(".")[-1] == "Record" or name.endswith(".values") and "update(Record" in name
    return makes and (any(one.arg == "state" for one in call.keywords) or "'state'" in ast.unparse(call))


def test_the_search_finds_each_way() -> None:
    ways = (
        "record.state = 'x'", "a, record.state = 1, 2", "record.state += 'x'", "setattr(record, 'state', 'x')",
        "Record(state='x')", "session.execute(update(Record).where(1).values(state='x'))",
        "session.execute(update(Record).values({'state': 'x'}))",
    )  # fmt: skip
    assert [way for way in ways if not state_writes(ast.parse(way))] == []
    assert (
        state_writes(ast.parse("print(record.state); x.state_since = 1; case.state.action = 2; OwnReport(state='x')"))
        == []
    )
