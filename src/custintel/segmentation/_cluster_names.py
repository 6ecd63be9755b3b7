"""Names for clusters, made from what stands out in their profiles."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._text import mark as N_
from custintel._text import translate as _

# Positions of a median up to which it is very low or low, and above which high or very high.
_GRADES = (0.1, 1 / 3, 2 / 3, 0.9)
_MIDDLE = 2  # of the five grades; it is not named
_HALF, _LIFT = 0.5, 1.5  # share and lift from which a text is named

_WORDS = {
    "recency_days": (
        N_("very recent"),
        N_("recent"),
        "",
        N_("long silent"),
        N_("silent the longest"),
    ),
    "frequency": (
        N_("very infrequent"),
        N_("infrequent"),
        "",
        N_("frequent"),
        N_("very frequent"),
    ),
    "monetary": (
        N_("very low spenders"),
        N_("low spenders"),
        "",
        N_("high spenders"),
        N_("very high spenders"),
    ),
}
_OTHERS = (
    N_("very low {feature}"),
    N_("low {feature}"),
    "",
    N_("high {feature}"),
    N_("very high {feature}"),
)


def cluster_names(
    profile: pd.DataFrame, numbers: Sequence[str], texts: Sequence[str]
) -> "pd.Series[str]":
    """Return a name for each row of a profile, no two alike."""
    names = [_what_stands_out(row, numbers, texts) for _cluster, row in profile.iterrows()]
    for rows in _groups_alike(names):
        for row, name in zip(rows, _with_median(profile.iloc[rows], numbers), strict=True):
            names[row] = _("{name} ({what})", name=names[row], what=name) if name else names[row]
    for rows in _groups_alike(names):
        for row in rows:
            names[row] = _("{name}, cluster {cluster}", name=names[row], cluster=profile.index[row])
    return pd.Series(names, index=profile.index, dtype="str")


def _what_stands_out(row: "pd.Series", numbers: Sequence[str], texts: Sequence[str]) -> str:
    words = [_word(feature, row[f"position_{feature}"]) for feature in numbers]
    words += [
        _("mostly {text}", text=row[f"most_common_{feature}"])
        for feature in texts
        if row[f"most_common_share_{feature}"] >= _HALF
        and row[f"most_common_lift_{feature}"] >= _LIFT
    ]
    name = ", ".join(word for word in words if word) or _("average customers")
    return name[0].upper() + name[1:]


def _word(feature: str, position: float) -> str:
    # Ends count outwards: exactly a third is low, exactly two thirds is high.
    grade = sum(position > end for end in _GRADES[:2]) + sum(position >= end for end in _GRADES[2:])
    if np.isnan(position) or grade == _MIDDLE:
        return ""
    return _(_WORDS.get(feature, _OTHERS)[grade], feature=feature)


def _groups_alike(names: list[str]) -> list[list[int]]:
    """Return the rows that share a name, a list for each such name."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    return [alike for alike in rows.values() if len(alike) > 1]


def _with_median(profile: pd.DataFrame, numbers: Sequence[str]) -> list[str]:
    """Return the medians in which clusters of one name lie farthest apart; "" if in none."""
    spreads = {
        feature: float(np.ptp(profile[f"position_{feature}"].fillna(0.5))) for feature in numbers
    }
    feature = max(spreads, key=lambda each: spreads[each], default="")
    if not spreads.get(feature):
        return [""] * len(profile)
    return [
        f"{feature} {formats.number(median, 0 if abs(median) >= 10 else 1)}"
        for median in profile[f"median_{feature}"]
    ]
