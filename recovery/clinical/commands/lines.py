"""JSON lines in, answers out: one line that is wrong is answered in its place."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from recovery.clinical.logfields import LogError
from recovery.clinical.strictjson import DECODER, STRICT_DECODER

Line = dict[str, Any]
Part = TypeVar("Part")

SPACED = re.compile(r'"\s+:')
KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


def part(line: Line, name: str, kind: type[Part]) -> Part | None:
    """A part of the line; absent and null are the same."""
    value = line.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise LogError(name, f"{name} is not {KINDS[kind]}")


def decode(raw: bytes) -> Line:
    """The line as an object. JSON would let the last of two answers win, so that is refused.

    Every key has a colon: with as many colons as keys no key stands twice, and the slower decoder
    that looks is not needed. Nor is it where only texts hold more of them: as many closed quotes
    with a colon behind them as keys, and none with a space between.
    """
    text = raw.decode().removeprefix("\ufeff")
    line = DECODER.decode(text)
    if not isinstance(line, dict):
        raise LogError("", "a line must be a JSON object")
    history = line.get("history")
    parts = (line, line.get("ctx"), line.get("log"), *(history if type(history) is list else ()))
    keys = sum([len(part) for part in parts if type(part) is dict])
    if text.count(":") != keys and (text.count('":') != keys or SPACED.search(text)):
        STRICT_DECODER.decode(text)
    return line


def answers(
    lines: Iterable[bytes], answer_line: Callable[[Line], Iterator[Line]]
) -> Iterator[Line]:
    """The answers to each line in turn; an empty line has none."""
    for raw in lines:
        if not raw.strip():
            continue
        try:
            yield from answer_line(decode(raw))
        except json.JSONDecodeError as error:
            yield {"error": f"not JSON: {error}"}
        except UnicodeDecodeError:
            yield {"error": "not UTF-8"}
        except RecursionError:
            yield {"error": "nested too deep"}
        except ArithmeticError:
            yield {"error": "a number or a date is out of range"}
        except ValueError as error:
            yield {"error": str(error)}
