"""Where the packaged data files are."""

from pathlib import Path

from custintel._checks import require_choice

NAMES = (
    "cdnow_sample.csv",
    "cdnow_master.csv",
    "donations.csv",
    "imd_programs.csv",
    "imd_top_customers.csv",
)


def dataset_path(name: str) -> Path:
    """Return the path of a packaged data file, a CSV.

    What the file holds, where it comes from and under which licence is written on the card
    beside it, of the same name with the ending ``.md``.

    Parameters
    ----------
    name : str
        One of ``"cdnow_sample.csv"``, ``"cdnow_master.csv"``, ``"donations.csv"``,
        ``"imd_programs.csv"`` and ``"imd_top_customers.csv"``.

    Returns
    -------
    Path
        The file itself, for functions and commands that read exports. The loaders of
        `custintel.datasets` return tables.

    Raises
    ------
    ValueError
        If no such file is packaged.

    Examples
    --------
    >>> from custintel.datasets import dataset_path
    >>> dataset_path("cdnow_sample.csv").read_text().splitlines()[0]
    'customer_id,master_id,ordered_at,quantity,revenue'
    """
    require_choice(name, NAMES, name="name")
    return _folder() / name


def _folder() -> Path:
    # The wheel carries the files beside this module; a source checkout has them at its top.
    here = Path(__file__).parent
    packaged = here / "files"
    return packaged if packaged.is_dir() else here.parents[2] / "datasets"
