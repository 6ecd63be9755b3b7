"""The words of exports for events of campaigns, turned into canonical columns."""

from typing import Any

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.schemas.event_words import BOUNCE_TYPES, MEANINGS
from custintel.schemas.headers import plain_words
from custintel.schemas.parsing import texts
from custintel.tables._implausible_rows import Check

_ALSO_SAID = ("bounce_type", "is_machine")  # by the words of some exports


def unknown_words(table: pd.DataFrame) -> list[Check]:
    """Return the rows whose event, or kind of bounce, is none that is known."""
    checks = [Check("event", _unknown(table["event"], MEANINGS), _("not a known event"))]
    if "bounce_type" in table:
        unknown = _unknown(table["bounce_type"], BOUNCE_TYPES)
        checks.append(Check("bounce_type", unknown, _("neither a hard nor a soft bounce")))
    return checks


def in_canonical_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with canonical events, and with what their words say of bounces and opens.

    Every event and kind of bounce must be known. A column that only the words speak for is
    made if any of them does.
    """
    codes, words = pd.factorize(table["event"])
    meant = [MEANINGS[plain_words(str(word))] for word in words]
    event = texts(_taken([each.event for each in meant], codes, table.index))
    table = table.assign(event=event)
    bounce_type = _taken([each.bounce_type for each in meant], codes, table.index)
    is_machine = _taken([each.is_machine for each in meant], codes, table.index).astype("boolean")
    if "bounce_type" in table:
        of_bounces = table["bounce_type"].where(event == "bounced")
        given = of_bounces.map(_canonical_bounce_type, na_action="ignore")
        chosen = np.where(given.notna(), given, bounce_type)
        bounce_type = pd.Series(chosen, table.index, dtype=object)
    if "is_machine" in table:
        is_machine = table["is_machine"].mask(is_machine.astype(bool), True)
    said = {"bounce_type": texts(bounce_type), "is_machine": is_machine}
    is_said = {"bounce_type": bounce_type.notna().any(), "is_machine": is_machine.any()}
    made = [name for name in _ALSO_SAID if name in table or is_said[name]]
    return table.assign(**{name: said[name] for name in made})


def _unknown(cells: "pd.Series[Any]", known: dict[str, Any]) -> Any:
    codes, words = pd.factorize(cells)
    is_unknown = [plain_words(str(word)) not in known for word in words]
    return np.array([*is_unknown, False])[codes]  # the last for cells that are missing


def _taken(values: list[Any], codes: Any, index: pd.Index) -> "pd.Series[Any]":
    return pd.Series([*values, None], dtype=object).take(codes).set_axis(index)


def _canonical_bounce_type(word: str) -> str | None:
    return BOUNCE_TYPES[plain_words(word)]
