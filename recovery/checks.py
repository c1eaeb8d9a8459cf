"""System checks: what an operator must know before patients' data go in."""

from typing import Any

from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def second_factor(**_kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            "Staff sign in with a password alone: this version has no second factor.",
            hint="Do not enter real patients.",
            id="recovery.W001",
        )
    ]
