"""How far two coders agreed on the same steps."""

from __future__ import annotations

import pandas as pd


def agreement(codings: pd.DataFrame) -> pd.DataFrame:
    """Agreement of the two coders, field by field.

    Parameters
    ----------
    codings : pandas.DataFrame
        ``field``, ``first`` and ``second``, one row a step and field, as in the table ``double_coding``.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``field``: ``n`` (codes compared), ``agreed`` (of them), ``share`` (0 to 1) and ``alpha``, Krippendorff's alpha for
        nominal codes of two coders without gaps (Krippendorff 2018, section 12.3.1): 1 is perfect, 0 is what chance would
        give. It is empty where only one code occurs, since nothing could then have differed.
    """
    return pd.DataFrame({field: _one(rows) for field, rows in codings.groupby(codings["field"].astype(str), sort=False)}).T.rename_axis("field").astype(
        {"n": int, "agreed": int, "share": float, "alpha": float})


def _one(rows: pd.DataFrame) -> dict[str, float]:
    pairs, n = rows[["first", "second"]].astype(str), len(rows)
    agreed = int((pairs["first"] == pairs["second"]).sum())
    used = pd.concat([pairs["first"], pairs["second"]]).value_counts()
    # Of all pairs of codes that could be drawn from both coders together, how many would differ.
    expected = 1 - (used * (used - 1)).sum() / (2 * n * (2 * n - 1))
    alpha = 1 - (1 - agreed / n) / expected if expected > 0 else float("nan")
    return {"n": n, "agreed": agreed, "share": agreed / n, "alpha": alpha}
