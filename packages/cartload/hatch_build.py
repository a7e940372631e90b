"""The build's own step: the kernels become a shared library beside them, by the compiler that comes with Zig.

So neither building nor installing asks for a compiler on the machine. The library needs no other one.
"""

import platform
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

KERNELS = Path(__file__).parent / "src" / "cartload" / "kernels"
FLAGS = ("-O3", "-g0", "-s", "-shared", "-fPIC", "-fwrapv", "-ffreestanding", "-fno-builtin", "-nostdlib")
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Werror")


def build() -> None:
    """Compile for every processor of this kind, and for newer ones; raises CalledProcessError on a fault."""
    machine = platform.machine()
    target = ("-target", f"{machine}-linux-gnu") if sys.platform == "linux" else ()
    compile_to("_kernels.so", *target)
    if machine == "x86_64":
        compile_to("_kernels_avx512.so", *target, "-mcpu=x86_64_v4")


def platforms() -> str:
    """Where a wheel can be installed: on Linux beside any C library, since ours asks for none."""
    if sys.platform == "linux":
        return f"manylinux_2_17_{platform.machine()}.musllinux_1_1_{platform.machine()}"
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


def compile_to(library: str, *options: str) -> None:
    """Make one library of all sources; who uses the one before goes on with that."""
    made = KERNELS / f"{library}.new"
    compiler = (sys.executable, "-m", "ziglang", "cc", *FLAGS, *STRICT, *options)
    subprocess.run([*compiler, "-o", made, *sorted(KERNELS.glob("*.c"))], check=True)  # noqa: S603
    made.replace(KERNELS / library)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script, without a build
    pass
else:

    class KernelsHook(BuildHookInterface):
        """Compiles for wheels and for editable installs alike."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Build the library and mark the wheel as one for this kind of machine."""
            build()
            build_data["artifacts"].append("src/cartload/kernels/*.so")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platforms()}"


if __name__ == "__main__":
    build()
