"""Which models a function takes, told by what they offer: here no model is known by its class."""

import inspect

from custintel._checks import quoted
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError

_PURCHASE_MODEL = N_("a BetaGeoModel, ModifiedBetaGeoModel or ParetoNBDModel")
_SPEND_MODEL = N_("a GammaGammaModel")


def require_purchase_model(
    model: object, method: str, *, argument: str = "history", name: str = "model"
) -> None:
    """Raise `TypeError` unless `model` has a `method` with this `argument`."""
    if not _offers(model, method, argument):
        is_swapped = name == "purchase_model" and _offers(model, "expected_spend", "history")
        _refuse(model, name, _(_PURCHASE_MODEL), is_swapped=is_swapped)


def require_spend_model(model: object) -> None:
    """Raise `TypeError` unless `model` tells what customers spend."""
    if not _offers(model, "expected_spend", "history"):
        is_swapped = hasattr(model, "expected_purchases")
        _refuse(model, "spend_model", _(_SPEND_MODEL), is_swapped=is_swapped)


def require_no_covariates(model: object) -> None:
    """Raise `SchemaError` if forecasts of `model` ask for covariates, which are not at hand."""
    columns = [
        str(column)
        for argument in ("transaction_covariates", "dropout_covariates")
        for column in getattr(model, argument, None) or ()
    ]
    if columns:
        raise SchemaError(
            _(
                "This function takes models without covariates: the model given has {columns}. "
                "Fit one without them.",
                columns=quoted(dict.fromkeys(columns), most=3),
            )
        )


def _offers(model: object, method: str, argument: str) -> bool:
    offered = getattr(model, method, None)
    if isinstance(model, type) or not callable(offered):
        return False
    # Models of occasions or contracts have methods of the same names, in other units of time.
    parameters = inspect.signature(offered).parameters.values()
    return any(each.name == argument or each.kind is each.VAR_KEYWORD for each in parameters)


def _refuse(model: object, name: str, wanted: str, *, is_swapped: bool) -> None:
    given = _("a class, not yet a model") if isinstance(model, type) else type(model).__name__
    told = _("{name} is {wanted}: got {given}.", name=name, wanted=wanted, given=given)
    raise TypeError(f"{told} {_('Are the models swapped?')}" if is_swapped else told)
