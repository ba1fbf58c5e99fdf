"""All rows, in order."""

from . import rows_content, rows_faults, rows_rotation  # noqa: F401 (each adds its rows)
from .table import ROWS

__all__ = ["ROWS"]
