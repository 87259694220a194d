"""The figures of *After the Hashtag*: one style, one layout, and one call that publishes.

>>> import metoo_figures as mf
>>> fig, ax = mf.figure()
>>> mf.forms.shares(ax, data)
>>> mf.publish("asia-shares", fig, data, n=len(data))
"""

from . import forms, style
from .layout import figure, key
from .publishing import publish
from .records import FigureError
from .yml import YamlError

__all__ = ["FigureError", "YamlError", "figure", "forms", "key", "publish", "style"]
