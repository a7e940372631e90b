"""Draw docs/answers.md and its pictures: the business questions, asked of a shop of the default spec."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cartload.answers import Answer, answers
from charts import BLUE, GREY, ORANGE, Series, bars, columns, heat, ranges
from shop import COMMAND, shop

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "images" / "answers"
TABLE_ROWS = 8
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

type Columns = Mapping[str, Sequence[Any]]


def percent(value: float) -> str:
    """Return basis points as a percentage."""
    return f"{value / 100:.0f} %" if value >= 1000 else f"{value / 100:.1f} %"


def money(value: float) -> str:
    """Return minor units as a short amount."""
    for size, letter in ((100_000_000, "M"), (100_000, "k")):
        if value >= size:
            return f"{value / size:.1f}{letter}"
    return f"{value / 100:.2f}" if value else "0"


def count(value: float) -> str:
    """Return a number with separators."""
    return f"{value:,.0f}"


def days(value: float) -> str:
    """Return days in words."""
    return f"{value:.0f} days" if value == round(value) else f"{value:.1f} days"


def descending(of: Columns, column: str) -> Columns:
    """Return the columns with their rows from the largest value of one to the smallest."""
    places = sorted(range(len(of[column])), key=lambda place: -of[column][place])
    return {name: [values[place] for place in places] for name, values in of.items()}


def _revenue(of: Columns) -> str:
    return columns("Revenue by month, USD", of["month"], [Series("", of["revenue"])], money)


def _new_and_returning(of: Columns) -> str:
    series = [
        Series("returning", of["returning_customers"]),
        Series("new", of["new_customers"], ORANGE),
    ]
    return columns("Customers who buy, by month", of["month"], series, count)


def _retention(of: Columns) -> str:
    cohorts = [
        f"{year}-{month:02d}" for year, month in zip(of["cohort_year"], of["cohort_month"], strict=True)
    ]
    cells = dict(zip(zip(cohorts, of["months_later"], strict=True), of["retention_bp"], strict=True))
    rows, later = sorted(set(cohorts)), range(1, 13)
    values = [[cells.get((row, month)) for month in later] for row in rows]
    title = "Customers who buy again, by months after their first order"
    return heat(title, rows, [str(month) for month in later], values, percent)


def _gaps(of: Columns) -> str:
    labels = [f"{each} % within" for each in of["percent"]]
    gaps = [Series("", [hours / 24 for hours in of["hours"]])]
    return bars("Time until the next order", labels, gaps, days)


def _tenths(of: Columns) -> str:
    labels = ["best tenth", *(f"{tenth}." for tenth in of["tenth"][1:])]
    return bars("Share of revenue by tenth of customers", labels, [Series("", of["share_bp"])], percent)


def _hours(of: Columns) -> str:
    cells = dict(zip(zip(of["weekday"], of["local_hour"], strict=True), of["orders"], strict=True))
    values = [[cells.get((day, hour), 0) for hour in range(24)] for day in range(1, 8)]
    title = "Orders by weekday and hour on the customer's clock"
    return heat(title, WEEKDAYS, [str(hour) for hour in range(24)], values, lambda value: f"{value:.0f}")


def _countries(of: Columns) -> str:
    return bars("Mean order value by country, USD", of["country"], [Series("", of["mean_value"])], money)


def _baskets(of: Columns) -> str:
    labels = [str(lines) for lines in of["lines_in_order"]]
    return columns("Orders by number of lines", labels, [Series("", of["orders"])], count)


def _top(of: Columns) -> str:
    return bars("Products that earn most, USD", of["product"], [Series("", of["revenue"])], money)


def _margin(unsorted: Columns) -> str:
    of = descending(unsorted, "revenue")
    series = [Series("cost of goods", of["cost"], GREY), Series("margin", of["margin"])]
    return bars("Revenue by category, USD", of["category"], series, money)


def _returns(unsorted: Columns) -> str:
    of = descending(unsorted, "return_rate_bp")
    return bars("Pieces that come back", of["category"], [Series("", of["return_rate_bp"])], percent)


def _delivery(of: Columns) -> str:
    wanted = (("median", BLUE), ("p90", ORANGE), ("p99", GREY))
    marks = [
        Series(name, [minutes / 1440 for minutes in of[f"{name}_minutes"]], colour) for name, colour in wanted
    ]
    return ranges("From order to arrival", of["country"], marks, days)


CHARTS: dict[str, Callable[[Columns], str]] = {
    "revenue_by_month": _revenue,
    "new_and_returning_customers": _new_and_returning,
    "cohort_retention": _retention,
    "time_between_orders": _gaps,
    "revenue_by_customer_tenth": _tenths,
    "orders_by_local_hour": _hours,
    "order_value_by_country": _countries,
    "basket_size": _baskets,
    "top_products": _top,
    "margin_by_category": _margin,
    "delivery_times": _delivery,
    "return_rate_by_category": _returns,
}

HEAD = f"""# Business questions, and what this shop answers

`cartload answers` asks a stored dataset these questions and writes `answers.json`: each question in
words, its SQL for DuckDB (`sql`) and for MySQL and MariaDB (`mysql`), the named columns and the true
rows. A pipeline that loads the data can be tested against it. Amounts are in minor units, `_bp` are
hundredths of a percent, every value is a whole number or text, and rows are fully ordered: all engines
give the same. Days and months are those of UTC where a question does not say otherwise; in DuckDB `SET
TimeZone = 'UTC'` first. In MySQL and MariaDB the question about local hours needs named time zones: load
them with `mysql_tzinfo_to_sql` where they are missing.

Below are the answers of `{COMMAND}`, drawn by `make generate`.
"""


def columns_of(answer: Answer) -> Columns:
    """Return an answer's values by column."""
    return dict(zip(answer.columns, zip(*answer.rows, strict=True), strict=True))


def section(answer: Answer) -> str:
    """Return the page's part about one answer: its picture, else its first rows."""
    shown = f"![{answer.name}](images/answers/{answer.name}.svg)" if answer.name in CHARTS else table(answer)
    return f"\n## {answer.name}\n\n{answer.question}\n\n{shown}\n"


def table(answer: Answer) -> str:
    """Return an answer's first rows as a Markdown table."""
    rows = [answer.columns, ["---"] * len(answer.columns), *answer.rows[:TABLE_ROWS]]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def main() -> None:
    """Write the page and its pictures."""
    with shop() as stored:
        found = answers(stored).items
    PICTURES.mkdir(parents=True, exist_ok=True)
    for answer in found:
        if answer.name in CHARTS:
            picture = CHARTS[answer.name](columns_of(answer))
            (PICTURES / f"{answer.name}.svg").write_text(picture, encoding="utf-8")
    (DOCS / "answers.md").write_text(HEAD + "".join(map(section, found)), encoding="utf-8")


if __name__ == "__main__":
    main()
