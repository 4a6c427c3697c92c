"""Independent double-precision reference of the blocrisk model, written from the model page."""

from .run import load_and_calibrate, simulate

__all__ = ["load_and_calibrate", "simulate"]
