"""Files that appear whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farwatch.errors import StoreError


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give a path to write to, in a folder of its own; what is there takes the name `path` when the block ends well.

    StoreError where that cannot be.
    """
    if not path.parent.is_dir():
        raise StoreError(f"{path}: cannot be written, there is no folder {path.parent}")
    if path.is_dir():
        raise StoreError(f"{path}: is a folder; name a file in it")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            partial = Path(folder) / path.name
            yield partial
            partial.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror or error})") from error
