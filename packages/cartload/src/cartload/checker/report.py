"""The report of a check: its results, and how they are shown."""

from typing import Literal

from cartload.checker.page import html
from cartload.checker.results import CheckResults
from cartload.checker.terminal import text


class Report(CheckResults):
    """What a check found, to be printed, stored as JSON or read in a browser."""

    def text(self) -> str:
        """For a terminal: what is broken first, then a line for each invariant."""
        return text(self)

    def html(self) -> str:
        """One page that needs nothing else."""
        return html(self)

    def shown(self, form: Literal["text", "json", "html"]) -> str:
        """The report in a form, ended by a newline."""
        match form:
            case "text":
                return self.text()
            case "json":
                return self.model_dump_json(indent=1) + "\n"
            case "html":
                return self.html()
