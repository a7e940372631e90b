"""What a check found, as Python objects and as JSON: rules, invariants, figures and all of them together."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

INVARIANTS: Final = {
    1: "Keys, parents and mandatory values are whole",
    2: "Money reconciles to the last cent",
    3: "Time is causal",
    4: "Status agrees with times and payments",
    5: "People are coherent",
    6: "Skew and season are as the spec says",
    7: "Nobody real is hit",
    8: "Stock and reviews agree with the rest of the shop",
    9: "Sessions lead to the orders",
}
"""The invariants of a dataset by number."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleReport(_Model):
    """What became of one rule."""

    name: str
    title: str
    rows_checked: int
    violations: int
    samples: list[dict[str, Any]] = Field(
        default_factory=list, description="Up to five rows that break it, as their values in JSON."
    )
    note: str | None = Field(
        default=None, description="What was fitted, or why nothing, or not all, could be asked."
    )
    ok: bool = Field(description="No violation, and no row missing that the spec promises to look at.")


class InvariantReport(_Model):
    """What became of one invariant."""

    number: int
    name: str
    rules: list[RuleReport]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rows_checked(self) -> int:
        """Rows that its rules looked at, those of every rule added."""
        return sum(rule.rows_checked for rule in self.rules)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def violations(self) -> int:
        """Violations of all its rules."""
        return sum(rule.violations for rule in self.rules)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether every rule is."""
        return all(rule.ok for rule in self.rules)


class Figure(_Model):
    """One series to plot beside what the spec expects."""

    name: str
    title: str
    kind: Literal["bars", "log_log"]
    x_label: str
    y_label: str
    x: list[str | float]
    y: list[float]
    expected: list[float] | None = None
    note: str


class CheckResults(_Model):
    """Everything that a check found, in one stable shape."""

    place: str
    spec_known: bool
    rows: dict[str, int] = Field(description="Rows of each table.")
    invariants: list[InvariantReport]
    figures: list[Figure]
    remarks: list[str] = Field(
        default_factory=list, description="What is unusual about the place and breaks nothing."
    )

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(invariant.ok for invariant in self.invariants)

    @property
    def broken(self) -> list[RuleReport]:
        """The rules that do not hold, the worst first."""
        found = [rule for invariant in self.invariants for rule in invariant.rules if not rule.ok]
        return sorted(found, key=lambda rule: -rule.violations)
