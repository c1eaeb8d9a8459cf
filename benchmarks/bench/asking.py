"""One process of the product that is asked for its pages and says what they cost, as JSON.

A nurse's session is given; `queue,10` is the tenth page of what `queue` is the first of. With a
recovery it is asked for the page of that, instead of the lists.
"""

import json
import sys
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks.bench.cost import pages  # noqa: E402
from recovery.models import Patient, Recovery  # noqa: E402
from recovery.queries import queue  # noqa: E402
from recovery.queries.patients import BY_NAME, PAGE  # noqa: E402

PAGES = (10, 1000)


def lists() -> dict[str, str]:
    found = {"queue": reverse("queue"), "patients": reverse("patients")}
    queued = Recovery.objects.filter(queue_rank__isnull=False).order_by(*queue.ORDER)
    people = Patient.objects.order_by(*BY_NAME)
    for number in PAGES:
        before = (number - 1) * PAGE - 1
        if last := queued[before : before + 1].first():
            found[f"queue,{number}"] = asked("queue", after=queue.cursor(last))
        if last := people[before : before + 1].first():
            found[f"patients,{number}"] = asked("patients", after=last.uuid)
    found |= {f"queue,{name}": asked("queue", only=name) for name in queue.FILTERS}
    return found | {"queue,mine": asked("queue", mine="yes")}


def page_of(recovery: str) -> dict[str, str]:
    address = reverse("staff_recovery", args=[recovery])
    return {"recovery": address, "recovery,follow_up": f"{address}?phase=follow_up"}


def asked(name: str, **query: object) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


if __name__ == "__main__":
    session, requests, recoveries = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    print(json.dumps(pages(client, page_of(*recoveries) if recoveries else lists(), requests)))
