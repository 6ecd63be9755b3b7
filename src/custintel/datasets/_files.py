"""Where the packaged data files are."""

from pathlib import Path

from custintel._checks import require_choice

NAMES = ("cdnow_sample", "cdnow_master", "donations", "imd_programs", "imd_top_customers")


def dataset_path(name: str) -> Path:
    """Return the path of a packaged data file, a CSV.

    What the file holds, where it comes from and under which licence is written on the card
    beside it, ``NAME.md``.

    Parameters
    ----------
    name : str
        One of ``"cdnow_sample"``, ``"cdnow_master"``, ``"donations"``, ``"imd_programs"`` and
        ``"imd_top_customers"``.

    Returns
    -------
    Path
        The file itself, for functions and commands that read exports. The loaders of
        `custintel.datasets` return tables.

    Raises
    ------
    ValueError
        If there is no data set of that name.

    Examples
    --------
    >>> from custintel.datasets import dataset_path
    >>> dataset_path("cdnow_sample").name
    'cdnow_sample.csv'
    """
    require_choice(name, NAMES, name="name")
    return _folder() / f"{name}.csv"


def _folder() -> Path:
    # The wheel carries the files beside this module; a source checkout has them at its top.
    here = Path(__file__).parent
    packaged = here / "files"
    return packaged if packaged.is_dir() else here.parents[2] / "datasets"
