"""What a role of the generator loads, since each of its processes holds that in memory."""

import subprocess
import sys

import pytest

LOADED = """
import sys
from cartload.engine.worker_process import leave_out_pandas
leave_out_pandas()
import {module}
print(*(name for name, module in sys.modules.items() if module is not None))
"""
API = "cartload_generator.api"
NOT_NEEDED = {
    "cartload_generator.consumers.bootstrap": {API, "cartload_generator.app", "pandas", "sqlalchemy"},
    "cartload_generator.tasks.streams.bootstrap": {API, "cartload_generator.app", "pandas", "duckdb"},
}


@pytest.mark.parametrize("module", NOT_NEEDED)
def test_a_role_without_an_api_loads_none(module: str) -> None:
    code = LOADED.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & NOT_NEEDED[module]
