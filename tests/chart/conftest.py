"""The tests of this folder run `helm`: `make chart-test`."""

import shutil

import pytest

if shutil.which("helm") is None:
    pytest.exit("helm is missing: install Helm 3.18 or newer (https://helm.sh/docs/intro/install)", 1)
