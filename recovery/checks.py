"""System checks: what an operator must know before patients' data go in."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def second_factor(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            "Staff sign in with a password alone: this version has no second factor.",
            hint="Do not enter real patients.",
            id="recovery.W001",
        )
    ]
