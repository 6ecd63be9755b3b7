"""Which header of an export stands for which column of a canonical table."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from custintel._checks import quoted
from custintel._money import CURRENCY_CODES
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.schemas.columns import Table

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PUNCTUATION = re.compile(r"[\W_]+")
_LONGEST = 200  # characters; a longer header is no synonym of anything


def plain_header(header: str) -> str:
    """Return a header without case, accents, punctuation, unit or currency.

    >>> plain_header("N° Client *"), plain_header("Montant TTC (€)"), plain_header("Amount USD")
    ('n client', 'montant ttc', 'amount')
    """
    text = header[:_LONGEST].replace("\ufeff", "").strip().removesuffix("*")
    words = plain_words(_IN_BRACKETS.sub(" ", text)).split()
    if len(words) > 1 and words[-1].upper() in CURRENCY_CODES:
        words.pop()
    return " ".join(words)


def plain_words(text: str) -> str:
    """Return a text without case, accents and punctuation, one space between words.

    >>> plain_words("Désinscription"), plain_words("hard_bounce")
    ('desinscription', 'hard bounce')
    """
    decomposed = unicodedata.normalize("NFKD", text[:_LONGEST])
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(_PUNCTUATION.sub(" ", bare.casefold()).split())


def recognise(
    headers: Iterable[str], table: Table, columns: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Map the headers of an export that are understood to the columns of `table`.

    A header is understood when `columns` says so, when it is the canonical name to the
    letter, or when its plain form is that of the name or of a synonym; in this order.

    Parameters
    ----------
    headers : iterable of str
        Headers as they stand in the export.
    table : Table
        Canonical table.
    columns : mapping of str to str, optional
        The user's headers to canonical names, or to new names of further columns. Maps a
        header to itself to keep it from being taken for a canonical column.

    Returns
    -------
    dict of str to str
        Header to canonical name; headers that are not understood are left out. A header of
        `Table.beside` is understood if all required columns have headers of their own.

    Raises
    ------
    SchemaError
        If two headers claim one column, or `columns` names a header that is not there.

    Examples
    --------
    >>> from custintel.schemas import TRANSACTIONS
    >>> recognise(["N° client", "Date de commande", "CA (€)", "Région"], TRANSACTIONS)
    {'N° client': 'customer_id', 'Date de commande': 'ordered_at', 'CA (€)': 'revenue'}
    """
    present = list(headers)
    given = _given(present, columns or {})
    taken = set(given.values())
    known = _known(table)
    claims: dict[str, list[str]] = {}
    for header in present:
        name = known.get(plain_header(header))
        if header not in given and name is not None and name not in taken:
            claims.setdefault(name, []).append(header)
    beside = _beside([header for header in present if header not in given], table, claims, taken)
    settled = {
        _settled(name, claimants): name
        for name, claimants in claims.items()
        if name in claimants or len(claimants) == 1 or _decides_numbers(name, table)
    }
    mapping = given | settled | beside
    _refuse_doubles(present, mapping)
    return {header: mapping[header] for header in present if header in mapping}


def n_recognised(headers: Iterable[str], table: Table) -> int:
    """Return how many headers stand for a column of `table`."""
    known = _known(table)
    return sum(plain_header(header) in known for header in headers)


def _known(table: Table) -> dict[str, str]:
    synonyms = {word: name for name, column in table.columns.items() for word in column.synonyms}
    return synonyms | {plain_header(name): name for name in table.columns}


def _beside(
    headers: list[str], table: Table, claims: dict[str, list[str]], taken: set[str]
) -> dict[str, str]:
    """Map the headers that stand for columns of `Table.beside`, and take their claims back."""
    names_of = {name: [plain_header(name), *each.synonyms] for name, each in table.beside.items()}
    words = {word for synonyms in names_of.values() for word in synonyms}
    meant = [header for header in headers if plain_header(header) in words]
    certain = {name for name, claimants in claims.items() if set(claimants) - set(meant)} | taken
    if not meant or not certain.issuperset(table.required()):
        return {}
    for name, claimants in claims.items():
        if name in certain:
            claims[name] = [header for header in claimants if header not in meant]
    found = {}
    for name, synonyms in names_of.items():
        claimants = [header for header in meant if plain_header(header) in synonyms]
        if claimants and name not in taken:
            # Ids come before names among the synonyms; the others are kept as they are.
            best = min(
                claimants, key=lambda each: (each != name, synonyms.index(plain_header(each)))
            )
            found[best] = name
    return found


def _given(present: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    missing = [header for header in columns if header not in present]
    if missing:
        near = get_close_matches(str(missing[0]), present, n=1)
        raise SchemaError(
            _(
                "columns={{…}} names {missing}, which the data lack{nearest}; they have {present}.",
                missing=quoted(missing, most=3),
                nearest=_(" (nearest: {near!r})", near=near[0]) if near else "",
                present=quoted(present, most=12),
            )
        )
    _refuse_shared(list(columns), list(columns.values()))
    return dict(columns)


def _decides_numbers(name: str, table: Table) -> bool:
    """Tell whether a wrong choice of this column would make wrong numbers.

    Of the others, several headers with one meaning (two discounts, say) stay as they are.
    """
    return name in (*table.key, "currency") or name in table.required()


def _settled(name: str, claimants: list[str]) -> str:
    """Return the one header that stands for a column."""
    exact = [header for header in claimants if header == name]
    if not exact:
        _refuse_shared(claimants, [name] * len(claimants))
    return (exact or claimants)[0]


def _refuse_shared(headers: list[str], names: list[str]) -> None:
    for name in names:
        claimants = [header for header, other in zip(headers, names, strict=True) if other == name]
        if len(claimants) > 1:
            raise SchemaError(
                _(
                    "Headers {headers} all stand for {name!r}. Say which one does: "
                    "columns={{{first!r}: {name!r}}}.",
                    headers=quoted(claimants),
                    name=name,
                    first=claimants[0],
                )
            )


def _refuse_doubles(present: list[str], mapping: dict[str, str]) -> None:
    """Raise when a column that is not understood has a name that another is given."""
    for header, name in mapping.items():
        if header != name and name in present and mapping.get(name, name) == name:
            raise SchemaError(
                _(
                    "{header!r} is to become {name!r}, but the data have a column {name!r} too. "
                    "Give that one another name: columns={{{header!r}: {name!r}, "
                    "{name!r}: {other!r}}}.",
                    header=header,
                    name=name,
                    other=f"other_{name}",
                )
            )
