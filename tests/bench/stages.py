"""Where a job's time goes: its stages by the services' own metrics, and each process's CPU by the kernel."""

import os
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bench.table import Row
from cartload_dev.system_client import SystemClient

_BATCHES = "cartload.batches."
_TICKS = os.sysconf("SC_CLK_TCK")

type Series = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Stage:
    """A stage is the sum of a histogram over the series that have a label with such a beginning."""

    title: str
    histogram: str
    label: str = ""
    beginning: str = ""

    def total(self, spent: Mapping[Series, float], what: str) -> float:
        """The sum of `what`, which is `sum` (seconds) or `count`."""
        return sum(
            value
            for (name, labels), value in spent.items()
            if name == f"{self.histogram}_{what}"
            and dict(labels).get(self.label, "").startswith(self.beginning)
        )


STAGES = (
    Stage("prepare", "cartload_writer_task_duration_seconds", "kind", "prepare"),
    Stage("generate, hash and encode", "cartload_worker_chunk_duration_seconds"),
    Stage("  of it hash and encode", "cartload_worker_encode_duration_seconds"),
    Stage("send", "cartload_kafka_send_duration_seconds", "topic", _BATCHES),
    Stage("receive, and wait for the writer", "cartload_kafka_queued_seconds", "topic", _BATCHES),
    Stage("decode", "cartload_writer_step_duration_seconds", "step", "decode"),
    Stage("encode the part", "cartload_writer_step_duration_seconds", "step", "encode"),
    Stage("upload", "cartload_writer_step_duration_seconds", "step", "blob"),
    Stage("load", "cartload_writer_step_duration_seconds", "step", "load"),
    Stage("  of it commit", "cartload_writer_step_duration_seconds", "step", "commit"),
    Stage("apply results", "cartload_generator_apply_duration_seconds"),
    Stage("seal", "cartload_writer_task_duration_seconds", "kind", "seal"),
)


@dataclass(frozen=True)
class Reading:
    """The state of all histograms, and the CPU seconds of each process."""

    series: Mapping[Series, float]
    cpu: Mapping[str, float]

    @classmethod
    def of(cls, system: SystemClient) -> "Reading":
        """Read a running system."""
        series: dict[Series, float] = defaultdict(float)
        for url in system.endpoints.metrics.values():
            with urllib.request.urlopen(url, timeout=10) as answer:
                text = answer.read().decode()
            for family in text_string_to_metric_families(text):
                for sample in family.samples if family.type == "histogram" else ():
                    series[sample.name, frozenset(sample.labels.items())] += sample.value
        return cls(series, {name: _cpu_seconds(system.pid(name)) for name in system.names})

    def until(self, later: "Reading") -> "Reading":
        """What was spent between two readings of one system."""
        series = {key: value - self.series.get(key, 0.0) for key, value in later.series.items()}
        return Reading(series, {name: seconds - self.cpu[name] for name, seconds in later.cpu.items()})


def rows(spent: Reading) -> list[Row]:
    """One row a stage and one a process. Stages overlap, and those of several batches add up."""
    found = [Row("stages of one job, seconds of all its batches together")]
    for stage in STAGES:
        seconds, times = stage.total(spent.series, "sum"), stage.total(spent.series, "count")
        found.append(Row(f"  {stage.title}", f"{seconds:.2f} s in {times:.0f}"))
    found.append(Row("CPU of the same job", f"{sum(spent.cpu.values()):.1f} s"))
    for name, seconds in sorted(spent.cpu.items(), key=lambda item: -item[1]):
        found.append(Row(f"  {name}", f"{seconds:.1f} s"))
    return found


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its ended children (proc(5): stat, 14 to 17)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS
