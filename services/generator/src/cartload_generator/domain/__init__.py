"""Pure rules of jobs and datasets: no I/O, no clock."""
