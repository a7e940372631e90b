"""PromQL of the dashboards: rates, means and quantiles over the interval that Grafana shows."""

INTERVAL = "$__rate_interval"
"""What Grafana puts the shown interval in for."""


def rate(metric: str, by: str = "", where: str = "") -> str:
    """How much a counter rises a second, summed over all labels but those of `by`."""
    selector = f"{metric}{{{where}}}" if where else metric
    grouping = f" by ({by}) " if by else ""
    return f"sum{grouping}(rate({selector}[{INTERVAL}]))"


def mean(metric: str, by: str = "", where: str = "") -> str:
    """The mean of what a histogram observes."""
    return f"{rate(f'{metric}_sum', by, where)} / {rate(f'{metric}_count', by, where)}"


def quantile(share: float, metric: str, by: str = "", where: str = "") -> str:
    """Below what a share of all that a histogram observes lies."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share:g}, {rate(f'{metric}_bucket', labels, where)})"
