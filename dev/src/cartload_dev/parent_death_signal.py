"""Start a program that ends when its starter ends: `parent_death_signal.py STARTER-PID PROGRAM ARGUMENT…`.

Runs as a script of its own, without the packages of the environment, so that it costs some milliseconds only.
It asks the kernel to send SIGTERM when the starter dies, however it dies, and then becomes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the program named by the arguments."""
    starter = int(arguments[0])
    # Python has no function of its own for prctl. The setting survives exec, as what is started needs it.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0):
        sys.exit(f"prctl failed with error {ctypes.get_errno()}")
    # A starter that died before the line above sends no signal; then the parent is another process by now.
    if os.getppid() != starter:
        sys.exit("the starter is gone")
    os.execvpe(arguments[1], arguments[1:], os.environ)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    main(sys.argv[1:])
