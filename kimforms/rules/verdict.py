"""What a rule says: yes or no, why, by which parameter of the rulebook, and how it was worked out.

Every computation of this room answers with a `Verdict`, so that a page, a letter and the minutes tell the same reason.
Sentences are German: they are quoted in invitations and minutes, which are German papers in every language of the page.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleRef:
    """One rule that a verdict follows: a parameter of the rulebook or a paragraph of a law.

    `value` is the value in force in words ("14 Kalendertage"); empty for laws. `settled`: the body has set it (laws
    always are); otherwise it is the default, which has to be shown as such.
    """

    id: str
    name: str
    value: str = ""
    settled: bool = False

    @property
    def text(self) -> str:
        """`Ladungsfrist: 14 Kalendertage (Vorgabe, vom Gremium noch festzulegen)`."""
        said = f"{self.name}: {self.value}" if self.value else self.name
        return said if self.settled else f"{said} (Vorgabe, vom Gremium noch festzulegen)"


@dataclass(frozen=True)
class Verdict:
    """The answer of a rule.

    ok -- whether it is as the rules want it
    sentence -- one German sentence for people
    rules -- what it follows, the leading rule first; never empty
    facts -- the lines of the computation, in order
    """

    ok: bool
    sentence: str
    rules: tuple[RuleRef, ...]
    facts: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The id of the leading rule."""
        return self.rules[0].id

    @property
    def rule_name(self) -> str:
        """The German names of all rules that it follows."""
        return ", ".join(rule.name for rule in self.rules)

    @property
    def settled(self) -> bool:
        """Whether the body has set every parameter that the verdict follows."""
        return all(rule.settled for rule in self.rules)

    @property
    def origin(self) -> str:
        """`nach Ladungsfrist: 14 Kalendertage; Zugang bei E-Mail: 1 Tag (Vorgabe, ...)`: to stand behind the sentence."""
        return "nach " + "; ".join(rule.text for rule in self.rules)

    def __bool__(self) -> bool:
        return self.ok


def law(paragraph: str) -> RuleRef:
    """A paragraph of a law as the rule of a verdict."""
    return RuleRef(paragraph, paragraph, settled=True)


def counted(n: int, one: str, many: str) -> str:
    """`1 Stimme`, `3 Stimmen`, `0 Stimmen`."""
    return f"{n} {one if n == 1 else many}"
