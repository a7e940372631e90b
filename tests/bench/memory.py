"""Peak memory of every process of our services, from the kernel's own high-water mark."""

from pathlib import Path

from cartload_dev.system_client import SystemClient

SERVERS = ("kafka", "database", "azurite")
MIB = 1024
_RESET_PEAK = "5"


def reset_peaks(system: SystemClient) -> None:
    """Begin to measure anew: the high-water mark falls to what is used now."""
    for name in _ours(system):
        Path(f"/proc/{system.pid(name)}/clear_refs").write_text(_RESET_PEAK)


def peaks(system: SystemClient) -> dict[str, float]:
    """Peak resident memory by process, in MiB, since the last reset."""
    return {name: _status(system.pid(name), "VmHWM") / MIB for name in _ours(system)}


def resident(system: SystemClient) -> dict[str, float]:
    """Resident memory of every process now, servers included, in MiB; one that is down is left out."""
    found = {}
    for name in system.names:
        process = system.program(name).process
        if process is not None:
            found[name] = resident_of(process.pid)
    return found


def resident_of(pid: int) -> float:
    """Resident memory of a process now, in MiB."""
    return _status(pid, "VmRSS") / MIB


def _ours(system: SystemClient) -> list[str]:
    return [name for name in system.names if name not in SERVERS]


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} tells no {field}")
