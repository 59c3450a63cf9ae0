"""The model as a map: which fields stand where, for hints and for replacing a field by its path.

A shape path is a path in which `*` stands for any item of a list or any key of a free mapping, and a word
in angle brackets for one of several forms, as in `raid.*.from.<place>.lat_deg`.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, Tag

from farwatch.scenario.model import Scenario
from farwatch.scenario.yaml12 import Path

ShapePath = tuple[str, ...]


def is_form(step: str | int) -> bool:
    """Whether a step of an error path names a form, and not a field of the file."""
    return isinstance(step, str) and step.startswith("<") and step.endswith(">")


@cache
def shapes() -> Mapping[ShapePath, type[BaseModel] | None]:
    """Every mapping of a scenario file: its shape path and its model; None for a mapping with free keys."""
    return dict(_walk(Scenario, ()))


def _walk(annotation: Any, path: ShapePath) -> Iterator[tuple[ShapePath, type[BaseModel] | None]]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield path, annotation
        for name, info in annotation.model_fields.items():
            yield from _walk(info.annotation, (*path, info.alias or name))
    elif origin is Annotated:
        forms = tuple(mark.tag for mark in arguments[1:] if isinstance(mark, Tag))
        yield from _walk(arguments[0], path + forms)
    elif origin is Mapping:
        yield path, None
        yield from _walk(arguments[1], (*path, "*"))
    else:
        for argument in arguments:
            yield from _walk(argument, (*path, "*") if origin is tuple else path)


def shape_of(path: Path, forms: frozenset[str] = frozenset()) -> list[type[BaseModel] | None]:
    """Models that a mapping at `path` may have; of several forms only those in `forms`, when given.

    An empty list means that no mapping can stand there.
    """
    return [
        model
        for shape, model in shapes().items()
        if _fits(tuple(step for step in shape if not is_form(step)), path)
        and (not forms or not any(map(is_form, shape)) or forms & set(shape))
    ]


def _fits(shape: ShapePath, path: Path) -> bool:
    return len(shape) == len(path) and all(want in {"*", step} for want, step in zip(shape, path, strict=True))


def words_of(models: list[type[BaseModel] | None]) -> list[str]:
    """Names of the fields of `models`, as written in a file, each once."""
    words = [info.alias or name for model in models if model is not None for name, info in model.model_fields.items()]
    return list(dict.fromkeys(words))


def meaning_of(models: list[type[BaseModel] | None], word: str) -> str:
    """Description of the field `word` of the first of `models` that has it."""
    for model in models:
        for name, info in model.model_fields.items() if model is not None else ():
            if word == (info.alias or name):
                return info.description or ""
    return ""


def homes_of(word: str) -> list[str]:
    """Places in a scenario file where a field called `word` may stand."""
    homes = [
        ".".join(step for step in shape if step != "*" and not is_form(step))
        for shape, model in shapes().items()
        if word in words_of([model])
    ]
    return list(dict.fromkeys(home or "the top level" for home in homes))
