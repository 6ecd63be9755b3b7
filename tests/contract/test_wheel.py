"""The wheel carries the data with its cards and licence, and no script."""

import tomllib


def test_every_data_file_goes_into_the_wheel(repository):
    text = (repository / "pyproject.toml").read_text("utf-8")
    packaged = tomllib.loads(text)["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folder = repository / "datasets"
    names = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".md", ".txt"}}
    assert packaged == {
        f"datasets/{name}": f"custintel/datasets/files/{name}" for name in sorted(names)
    }
    assert len(names) > 10
