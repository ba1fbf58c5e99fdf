"""Where the sources and the programs under test are."""

import os

import pytest

SOURCE_DIRECTORY = os.path.realpath(
    os.environ.get("AUTHMEDIC_SOURCE_DIR")
    or os.path.join(os.path.dirname(__file__), "..", ".."))


def build_directory():
    """The build tree under test: $AUTHMEDIC_BUILD_DIR, else build/ in the sources."""
    return os.path.realpath(
        os.environ.get("AUTHMEDIC_BUILD_DIR") or os.path.join(SOURCE_DIRECTORY, "build"))


def built_program(name):
    """The path of a program under test; skips where it is not built."""
    path = os.path.join(build_directory(), name)
    if not os.access(path, os.X_OK):
        pytest.skip(f"needs {name} built in {build_directory()} (set AUTHMEDIC_BUILD_DIR)")
    return path
