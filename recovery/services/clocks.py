from datetime import timedelta

from django.db import transaction

from recovery.models import ClockOffset
from recovery.services import nudges


@transaction.atomic
def move(*, by: timedelta) -> None:
    """Move the one clock of a demo for every process; the tick looks at once."""
    row, _created = ClockOffset.objects.select_for_update().get_or_create(
        id=1, defaults={"offset": timedelta()}
    )
    row.offset += by
    row.save()
    nudges.tick_soon()
