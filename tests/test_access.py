from datetime import UTC

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests.cast import make_recovery, user_of

pytestmark = pytest.mark.django_db


def test_an_answer_leaves_no_zone_and_no_language_to_the_next(client, clinic, nurse):
    recovery = make_recovery(clinic, day=5, zone="Pacific/Auckland", patient={"language": "es"})
    client.force_login(user_of(recovery))
    assert client.get(reverse("today", args=[recovery.uuid])).status_code == 200
    assert str(timezone.get_current_timezone()) == str(UTC)
    assert translation.get_language() == "en"


def test_a_door_leaves_no_zone_either(client, clinic, nurse):
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"email": ""})
    assert str(timezone.get_current_timezone()) == str(UTC)
    client.force_login(nurse)
    client.get(reverse("people"))
    assert str(timezone.get_current_timezone()) == str(UTC)
