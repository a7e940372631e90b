"""The rows of the servers' time zone tables."""

import re

from cartload_dev.time_zones import MOST_CHARACTERS, statements


def test_a_zone_changes_at_the_second_at_which_its_clocks_do() -> None:
    lines = list(statements(frozenset({"Europe/Berlin"})))
    assert "INSERT INTO mysql.time_zone_name VALUES ('Europe/Berlin',1)" in lines
    (kinds,) = (line for line in lines if "INSERT INTO mysql.time_zone_transition_type" in line)
    winter = re.search(r"\(1,(\d+),3600,0,'CET'\)", kinds)
    summer = re.search(r"\(1,(\d+),7200,1,'CEST'\)", kinds)
    assert winter is not None
    assert summer is not None
    (changes,) = (line for line in lines if "INSERT INTO mysql.time_zone_transition VALUES" in line)
    assert f"(1,1711846800,{summer[1]})" in changes  # 31 March 2024, 01:00 UTC
    assert f"(1,1729990800,{winter[1]})" in changes  # 27 October 2024, 01:00 UTC
    assert f"(1,2121987600,{winter[1]})" not in changes
    assert f"(1,1900314000,{summer[1]})" not in changes
    assert changes.count("(1,") == 1 + 2 * (2037 - 1979)


def test_lines_are_as_short_as_the_server_wants_them_and_no_row_is_lost() -> None:
    lines = list(statements(frozenset({"America/New_York", "Africa/Casablanca", "Asia/Kolkata", "UTC"})))
    assert max(map(len, lines)) < MOST_CHARACTERS + 100
    assert [line for line in lines if line.startswith("TRUNCATE")] == [
        f"TRUNCATE TABLE mysql.{table}"
        for table in ("time_zone", "time_zone_name", "time_zone_transition", "time_zone_transition_type")
    ]
    assert "(4,0,0,0,'UTC')" in "".join(lines)
