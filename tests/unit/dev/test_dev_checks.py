"""Which tests `make unit` runs."""

from cartload_dev.checks import UNIT_TESTS, unit_groups
from cartload_dev.paths import checkout


def test_each_test_that_needs_no_server_is_in_one_group() -> None:
    root = checkout()
    grouped = [folder for folders in unit_groups(root).values() for folder in folders]
    assert len(grouped) == len(set(grouped))
    found = sorted(
        str(file.relative_to(root))
        for folder in UNIT_TESTS
        for file in (root / folder).rglob("test_*.py")
        if not any(file.is_relative_to(root / one) for one in grouped)
    )
    assert not found, "in no group"
