"""End what the supervisor started, when the supervisor itself was killed.

Runs as a script of its own. Standard input brings lines `+GROUP` and `-GROUP` (process groups that began and
ended). The end of the input means that the supervisor is gone: what is still listed gets SIGTERM, and after a
while SIGKILL. A supervisor that stopped in order leaves an empty list.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

# Kafka, MariaDB and Azurite write down what they hold at SIGTERM. Killed at once, the first two would have to
# recover at the next start, and Azurite would lose what it acknowledged in its last seconds.
GRACE_SECONDS = 25.0
LOOK_SECONDS = 0.1


def read_groups(lines: Iterable[str]) -> set[int]:
    """Return the groups that began and did not end."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[0], int(line[1:])
        if sign == "+":
            groups.add(number)
        else:
            groups.discard(number)
    return groups


def alive(group: int) -> bool:
    """Return whether the process group still has a member."""
    return _signal(group, 0)


def end(groups: set[int], clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
    """Ask the groups to end, and kill those that are still there after the grace period."""
    left = {group for group in groups if _signal(group, signal.SIGTERM)}
    deadline = clock() + GRACE_SECONDS
    while left and clock() < deadline:
        sleep(LOOK_SECONDS)
        left = {group for group in left if alive(group)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    """Watch over the process that holds the other end of standard input."""
    # It must outlive the supervisor, also when both get the same signal.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(read_groups(sys.stdin), time.monotonic, time.sleep)


if __name__ == "__main__":
    main()
