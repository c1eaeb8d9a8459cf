"""The limit of B7: mails of a text and an HTML part, made and sent by Django over one kept
connection. Nothing is looked up, rendered, checked or recorded.
"""

import json
import resource
import sys
import time

import django
from django.conf import settings

PORT, COUNT = int(sys.argv[1]), int(sys.argv[2])
TEXT = "Your check-in is open until 21:00.\n\nhttps://care.example.org/c/{0}/\n" * 8
HTML = "<p>Your check-in is open until 21:00.</p><p><a href='https://care.example.org/c/{0}/'>" * 24

settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=PORT, USE_TZ=True)
django.setup()

from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: E402


def mail(number: int) -> EmailMultiAlternatives:
    found = EmailMultiAlternatives(
        "Your check-in is open",
        TEXT.format(number),
        "Example Clinic <care@bench.example>",
        [f"p{number}@example.org"],
    )
    found.attach_alternative(HTML.format(number), "text/html")
    return found


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


connection = get_connection("django.core.mail.backends.smtp.EmailBackend")
connection.open()
connection.send_messages([mail(0)])
begin, before = time.perf_counter(), cpu()
for number in range(COUNT):
    connection.send_messages([mail(number)])
used, seconds = cpu() - before, time.perf_counter() - begin
connection.close()
print(json.dumps({"mails": COUNT, "cpu": used, "seconds": seconds}))
