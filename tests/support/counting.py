"""Metrics as tests read them: what this process has counted so far."""

from prometheus_client import REGISTRY


def counted(name: str, **labels: str) -> float:
    """Return a sample's value; 0 for one that was never counted."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
