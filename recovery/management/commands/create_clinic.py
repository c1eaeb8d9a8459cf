"""Create a clinic and its first manager: the way into a fresh installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.forms import Form
from django.urls import reverse

from recovery import clock
from recovery.clinical.rules import PLACEHOLDERS
from recovery.forms.clinics import ClinicForm, InvitationForm
from recovery.mails.build import address, password_link
from recovery.models import Clinic, Role, User
from recovery.services import clinics, enrolment


class Command(BaseCommand):
    help = "Create a clinic and its first manager, who chooses a password by a mailed link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the clinic's name, as patients know it")
        parser.add_argument("zone", help="its time zone, such as America/New_York")
        parser.add_argument("--manager-name", required=True)
        parser.add_argument("--manager-email", required=True)
        parser.add_argument("--mail-name", default="", help="sender of e-mails, if not the name")
        for number in PLACEHOLDERS:
            parser.add_argument(f"--{number.replace('_', '-')}", default="")
        parser.add_argument(
            "--print-link",
            action="store_true",
            help="print the link to choose the password: it works without a mail server",
        )

    def handle(self, *, print_link: bool, **options: Any) -> None:
        clinic = Clinic(name=options["name"], zone=options["zone"])
        form = ClinicForm(_answers(clinic, options), clinic=clinic)
        manager = InvitationForm(
            {
                "name": options["manager_name"],
                "email": options["manager_email"],
                "role": Role.MANAGER,
            }
        )
        if problems := [*_problems(form), *_problems(manager, "manager_")]:
            raise CommandError("\n".join(problems))
        if Clinic.objects.filter(name=form.values["name"]).exists():
            raise CommandError(f"{form.values['name']} exists already.")
        created = clinics.create(
            manager_email=manager.cleaned_data["email"],
            manager_name=manager.cleaned_data["name"],
            now=clock.now(),
            **form.values,
        )
        user = User.objects.get(memberships__clinic=created)
        self.stdout.write("\n".join(_next_steps(created, user, print_link=print_link)))


def _answers(clinic: Clinic, options: dict[str, Any]) -> dict[str, Any]:
    """What the manager's page would post, with the hours that a new clinic begins with."""
    hours = {
        f"{part}_{day}": at
        for day, entry in enumerate(clinic.hours)
        for part, at in zip(("opens", "closes"), entry or ("", ""), strict=True)
    }
    given = {name: options[name] for name in ("name", "mail_name", "zone", *PLACEHOLDERS)}
    return hours | given | {"digest_at": clinic.digest_at}


def _problems(form: Form, prefix: str = "") -> list[str]:
    return [
        f"{(prefix + field).replace('_', ' ')}: {error}"
        for field, errors in form.errors.items()
        for error in errors
    ]


def _next_steps(clinic: Clinic, manager: User, *, print_link: bool) -> list[str]:
    lines = [f"{clinic} is created. What comes next:"]
    if manager.has_usable_password():
        lines.append(f"  {manager.email} has a password already, and now manages this clinic too.")
    elif print_link:
        lines += [
            f"  {manager} chooses a password here, once and within three days:",
            f"    {password_link(manager)}",
        ]
    else:
        lines.append(
            f"  {manager.email} is sent a link to choose a password (with no mail server:"
            " --print-link)."
        )
    lines.append(f"  Sign in: {address(reverse('staff_sign_in'))}")
    if lacking := enrolment.missing(clinic):
        words = {"staff": "a nurse or clinician"}
        named = ", ".join(words.get(name, name.replace("_", " ")) for name in lacking)
        lines.append(f"  Before anybody can be enrolled, the Clinic page needs: {named}.")
    return lines
