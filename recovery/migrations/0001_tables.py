"""All tables, indexes and constraints."""

import datetime as dt
import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import recovery.models.clinics


class Migration(migrations.Migration):
    initial = True

    # The steps in which these tables were made before the first release. A database that has taken
    # all of them has nothing to do here; one that has taken some is refused.
    replaces = [
        ("recovery", "0001_initial"),
        ("recovery", "0004_patients_by_name"),
        ("recovery", "0005_forms_reschedules_and_candidacy"),
        ("recovery", "0007_what_staff_read_and_double_taps"),
        ("recovery", "0008_names_and_sources"),
        ("recovery", "0009_moves_and_corrected_facts"),
        ("recovery", "0010_questionnaires"),
        ("recovery", "0011_phase_pages_and_milestones"),
        ("recovery", "0013_observations"),
        ("recovery", "0014_corridor_days"),
        ("recovery", "0015_own_pathways"),
        ("recovery", "0016_engine_and_addresses"),
        ("recovery", "0017_who_is_told_and_when"),
        ("recovery", "0018_ledger"),
        ("recovery", "0019_channels_and_hours"),
        ("recovery", "0020_the_queue_sorts_itself"),
        ("recovery", "0021_outcomes"),
        ("recovery", "0022_sheets"),
        ("recovery", "0023_in_and_out"),
        ("recovery", "0024_languages"),
        ("recovery", "0026_enroll_is_spelled_so"),
    ]
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("behind_since", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="language"),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("date_joined", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="user_email_is_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "mail_name",
                    models.CharField(
                        blank=True,
                        help_text="Shown as the sender. Leave out words that hint at a treatment.",
                        max_length=120,
                        verbose_name="name in e-mails",
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                (
                    "clinic_phone",
                    models.CharField(blank=True, max_length=32, verbose_name="clinic phone"),
                ),
                (
                    "emergency_number",
                    models.CharField(blank=True, max_length=32, verbose_name="emergency number"),
                ),
                (
                    "after_hours_phone",
                    models.CharField(blank=True, max_length=32, verbose_name="after-hours phone"),
                ),
                (
                    "poison_phone",
                    models.CharField(blank=True, max_length=32, verbose_name="poison help line"),
                ),
                (
                    "crisis_phone",
                    models.CharField(blank=True, max_length=32, verbose_name="crisis line"),
                ),
                (
                    "hours",
                    models.JSONField(
                        default=recovery.models.clinics.weekday_hours, verbose_name="opening hours"
                    ),
                ),
                (
                    "holidays",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, output_field=models.JSONField()),
                        default=dict,
                        verbose_name="holidays",
                    ),
                ),
                (
                    "digest_at",
                    models.TimeField(
                        db_default=dt.time(8, 0),
                        default=dt.time(8, 0),
                        verbose_name="morning mail",
                    ),
                ),
                (
                    "next_digest_at",
                    models.DateTimeField(
                        blank=True, db_default=django.db.models.functions.datetime.Now(), null=True
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("corridor_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcomes_at",
                    models.DateTimeField(
                        blank=True, db_default=django.db.models.functions.datetime.Now(), null=True
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("next_digest_at"),
                        condition=models.Q(("next_digest_at__isnull", False)),
                        name="clinic_next_digest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="clinic_has_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("zone", ""), _negated=True), name="clinic_has_zone"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("offset", models.DurationField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_clock")
                ],
            },
        ),
        migrations.CreateModel(
            name="MailAllowance",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("left", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_mail_allowance")
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("emergency_mails", models.BooleanField(db_default=True, default=True)),
                ("urgent_mails", models.BooleanField(db_default=True, default=True)),
                ("waiting_mails", models.BooleanField(db_default=True, default=True)),
                ("digest_mails", models.BooleanField(db_default=True, default=True)),
                (
                    "queue_filters",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value([], output_field=models.JSONField()),
                        default=list,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="duties",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="duties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"), models.F("user"), name="one_duty_per_clinic_and_user"
                    ),
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("place"),
                        condition=models.Q(("place__isnull", False)),
                        name="one_person_per_place_on_call",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("place", None),
                            models.Q(("place__gte", 1), ("place__isnull", False)),
                            _connector="OR",
                        ),
                        name="place_on_call_from_1",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("tables", models.JSONField()),
                (
                    "format",
                    models.CharField(choices=[("csv", "CSV"), ("xlsx", "Excel")], max_length=4),
                ),
                ("de_identified", models.BooleanField()),
                ("first", models.DateField(blank=True, null=True)),
                ("last", models.DateField(blank=True, null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["clinic", "-at"], name="export_by_clinic")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["csv", "xlsx"])),
                        name="export_format_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tables", []), _negated=True),
                        name="export_names_its_tables",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first", None),
                            ("last", None),
                            ("last__gte", models.F("first")),
                            _connector="OR",
                        ),
                        name="export_period_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None),
                            ("finished_at__gte", models.F("at")),
                            _connector="OR",
                        ),
                        name="export_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LanguageApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("digest", models.CharField(max_length=64)),
                ("pathways", models.JSONField()),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("note", models.CharField(blank=True, max_length=500)),
                ("approved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="language_approvals",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("language"),
                        condition=models.Q(("ended_at", None)),
                        name="one_standing_approval_per_clinic_and_language",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ended_approval_has_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("language", ""), _negated=True),
                            models.Q(("digest", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="approval_has_language_digest_and_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("nurse", "Nurse"),
                            ("clinician", "Clinician"),
                            ("manager", "Manager"),
                        ],
                        max_length=12,
                        verbose_name="role",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True, db_default="", max_length=120, verbose_name="name"
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        models.F("clinic"),
                        models.F("role"),
                        name="one_membership_per_user_clinic_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["nurse", "clinician", "manager"])),
                        name="membership_role_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnWording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("original", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_wordings",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("language"),
                        models.F("sha256"),
                        name="one_wording_per_clinic_language_and_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("original", ""), _negated=True),
                            models.Q(("words", ""), _negated=True),
                        ),
                        name="wording_has_text_and_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pathway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, db_default="", max_length=80)),
                ("plan", models.JSONField()),
                ("note", models.CharField(blank=True, db_default="", max_length=500)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pathways",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("version"),
                        name="one_pathway_per_clinic_and_version",
                    ),
                    models.UniqueConstraint(
                        models.F("version"),
                        condition=models.Q(("clinic", None)),
                        name="one_default_pathway_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("approved_at__isnull", False), ("approved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="approved_pathway_has_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("record_number", models.CharField(max_length=32, verbose_name="record number")),
                ("given_name", models.CharField(max_length=80, verbose_name="first name")),
                ("family_name", models.CharField(max_length=80, verbose_name="last name")),
                (
                    "birth_date",
                    models.DateField(blank=True, null=True, verbose_name="date of birth"),
                ),
                ("phone", models.CharField(blank=True, max_length=32, verbose_name="phone")),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="language"),
                ),
                (
                    "mobile",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=16, verbose_name="mobile"
                    ),
                ),
                (
                    "channels",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "Text message"),
                            ("email,sms", "E-mail, then text message"),
                            ("sms,email", "Text message, then e-mail"),
                        ],
                        db_default="email",
                        default="email",
                        max_length=10,
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(db_default=dt.time(8, 0), default=dt.time(8, 0)),
                ),
                (
                    "quiet_from",
                    models.TimeField(db_default=dt.time(21, 0), default=dt.time(21, 0)),
                ),
                ("remind_at", models.TimeField(blank=True, null=True)),
                ("paused_until", models.DateField(blank=True, null=True)),
                ("reminders_off_at", models.DateTimeField(blank=True, null=True)),
                ("logs_off_at", models.DateTimeField(blank=True, null=True)),
                ("forms_off_at", models.DateTimeField(blank=True, null=True)),
                ("address_fails_at", models.DateTimeField(blank=True, null=True)),
                ("mobile_fails_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patients",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("clinic"),
                        models.F("family_name"),
                        models.F("given_name"),
                        models.F("id"),
                        name="patient_by_name",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("record_number"),
                        name="one_patient_per_clinic_and_record_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record_number", ""), _negated=True),
                        name="patient_has_record_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mobile", ""), ("mobile__startswith", "+"), _connector="OR"
                        ),
                        name="patient_mobile_is_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channels__in", ["email", "sms", "email,sms", "sms,email"])
                        ),
                        name="patient_channels_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quiet_from__lte", dt.time(21, 0)),
                            ("quiet_until__gte", dt.time(8, 0)),
                            ("quiet_until__lt", models.F("quiet_from")),
                        ),
                        name="patient_hours_are_by_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("read_as", models.CharField(max_length=60)),
                ("passed_over", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "Preview"),
                            ("confirmed", "Being taken in"),
                            ("done", "Done"),
                        ],
                        default="preview",
                        max_length=9,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="procedure_imports",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "-at"], name="import_by_clinic"),
                    models.Index(
                        models.F("confirmed_at"),
                        condition=models.Q(("state", "confirmed")),
                        name="import_to_take_in",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["preview", "confirmed", "done"])),
                        name="import_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None),
                                ("confirmed_by", None),
                                ("done_at", None),
                                ("state", "preview"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("state", "confirmed"),
                                ("done_at", None),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("state", "done"),
                                ("done_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="confirmed_import_has_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProceduresDone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("month", models.PositiveSmallIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="procedures_done",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "year", "month"),
                        name="one_number_of_procedures_per_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("month__range", (1, 12)), ("year__range", (2000, 2199))
                        ),
                        name="procedures_done_in_a_real_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("copyright", models.TextField(blank=True)),
                ("definition", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("scorer", models.CharField(blank=True, max_length=20)),
                ("forms", models.JSONField(default=list)),
                ("loaded_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questionnaires",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "loaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retired_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("key"),
                        models.F("version"),
                        name="one_questionnaire_per_clinic_key_and_version",
                    ),
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("key"),
                        condition=models.Q(("retired_at", None)),
                        name="one_questionnaire_in_use_per_clinic_and_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True),
                            models.Q(("version", ""), _negated=True),
                        ),
                        name="questionnaire_has_key_and_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired_by", None), ("retired_at__isnull", False), _connector="OR"
                        ),
                        name="questionnaire_in_use_is_retired_by_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("changes", models.JSONField()),
                ("changes_now", models.JSONField()),
                ("rules", models.JSONField()),
                ("rule_set", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("reached", models.PositiveBigIntegerField(blank=True, null=True)),
                ("judged", models.PositiveIntegerField(default=0)),
                ("otherwise", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rehearsals",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("at"),
                        condition=models.Q(("state", "running")),
                        name="rehearsal_to_run",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("digest"),
                        name="one_rehearsal_per_clinic_and_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state", "running")),
                            models.Q(("finished_at__isnull", False), ("state", "done")),
                            _connector="OR",
                        ),
                        name="rehearsal_done_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at", None), ("seen_by", None)),
                            models.Q(
                                ("seen_at__isnull", False),
                                ("seen_by__isnull", False),
                                ("state", "done"),
                            ),
                            _connector="OR",
                        ),
                        name="rehearsal_seen_by_somebody_when_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CorridorDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.PositiveSmallIntegerField()),
                ("recoveries", models.PositiveIntegerField()),
                ("lower", models.DecimalField(decimal_places=1, max_digits=3)),
                ("median", models.DecimalField(decimal_places=1, max_digits=3)),
                ("upper", models.DecimalField(decimal_places=1, max_digits=3)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corridor_days",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("day"),
                        name="one_corridor_day_per_clinic_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recoveries__gte", 50)),
                        name="corridor_day_has_50_recoveries",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower__gte", 0),
                            ("median__gte", models.F("lower")),
                            ("upper__gte", models.F("median")),
                            ("upper__lte", 10),
                        ),
                        name="corridor_quartiles_in_order_0_to_10",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PathwayDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("edited_at", models.DateTimeField()),
                (
                    "based_on",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "clinic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pathway_draft",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("revision__gte", 1)),
                        name="pathway_draft_revision_from_1",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("text_version", models.CharField(max_length=32)),
                ("email_ok", models.BooleanField()),
                ("sms_ok", models.BooleanField(db_default=False, default=False)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "told_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="recovery.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("patient"),
                        condition=models.Q(("withdrawn_at", None)),
                        name="one_consent_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text_version", ""), _negated=True),
                        name="consent_names_its_text",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "action",
                    models.CharField(
                        choices=[("read", "Read"), ("write", "Changed")], max_length=5
                    ),
                ),
                ("what", models.CharField(max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_events",
                        to="recovery.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-at"], name="access_event_by_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["read", "write"])),
                        name="access_event_action_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PatientAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "relationship",
                    models.CharField(
                        choices=[("self", "The patient"), ("caregiver", "A caregiver")],
                        default="self",
                        max_length=12,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accesses",
                        to="recovery.patient",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        models.F("patient"),
                        name="one_access_per_user_and_patient",
                    ),
                    models.UniqueConstraint(
                        models.F("patient"),
                        condition=models.Q(("ended_at", None), ("relationship", "self")),
                        name="one_self_per_patient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("relationship__in", ["self", "caregiver"])),
                        name="access_relationship_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preparation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("good_now", models.TextField(blank=True)),
                ("wait_with", models.TextField(blank=True)),
                ("about", models.TextField(blank=True, db_default="")),
                ("source", models.CharField(max_length=200)),
                ("review_on", models.DateField()),
                ("patient_name", models.CharField(max_length=60)),
                ("steps", models.TextField(blank=True)),
                ("suits", models.TextField(blank=True)),
                ("benefits", models.TextField(blank=True)),
                ("risks", models.TextField(blank=True)),
                ("choices", models.TextField(blank=True)),
                (
                    "pathway",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preparation",
                        to="recovery.pathway",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                            ("died", "Died"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                ("procedure_at", models.DateTimeField(verbose_name="procedure")),
                ("procedure_on", models.DateField()),
                ("anchor", models.PositiveSmallIntegerField(default=1)),
                ("discharged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "levels",
                    models.CharField(blank=True, max_length=40, verbose_name="levels treated"),
                ),
                ("surgeon", models.CharField(blank=True, max_length=80, verbose_name="surgeon")),
                (
                    "pain_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="months of low back pain"
                    ),
                ),
                (
                    "care_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="months of conservative care"
                    ),
                ),
                (
                    "modic",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "Type 1"),
                            ("2", "Type 2"),
                            ("1+2", "Types 1 and 2"),
                            ("none", "Neither"),
                        ],
                        db_default="",
                        max_length=4,
                        verbose_name="Modic type",
                    ),
                ),
                (
                    "icd10",
                    models.CharField(
                        blank=True,
                        db_default="",
                        max_length=8,
                        verbose_name="diagnosis, ICD-10 code",
                    ),
                ),
                (
                    "baseline_pain",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="baseline pain"
                    ),
                ),
                (
                    "baseline_opioid_mme",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=6,
                        null=True,
                        verbose_name="opioids at baseline (MME a day)",
                    ),
                ),
                (
                    "anticoagulated",
                    models.BooleanField(blank=True, null=True, verbose_name="anticoagulant"),
                ),
                (
                    "osteoporosis",
                    models.BooleanField(blank=True, null=True, verbose_name="osteoporosis"),
                ),
                ("next_event_at", models.DateTimeField(blank=True, null=True)),
                ("last_log_at", models.DateTimeField(blank=True, null=True)),
                ("last_log_day", models.SmallIntegerField(blank=True, null=True)),
                ("last_pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pain_trend", models.JSONField(blank=True, default=list)),
                ("days_logged", models.PositiveSmallIntegerField(default=0)),
                ("week_days_logged", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "fortnight_days_logged",
                    models.PositiveSmallIntegerField(db_default=0, default=0),
                ),
                (
                    "opioid_use",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, output_field=models.JSONField()),
                        default=dict,
                    ),
                ),
                ("overdue_since", models.DateTimeField(blank=True, null=True)),
                ("overdue_hidden", models.BooleanField(default=False)),
                ("overdue_until", models.DateTimeField(blank=True, null=True)),
                ("overdue_call", models.CharField(blank=True, db_default="", max_length=12)),
                ("call_since", models.DateTimeField(blank=True, null=True)),
                (
                    "call_for",
                    models.CharField(blank=True, db_default="", default="", max_length=12),
                ),
                (
                    "alert_rank",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (1, "Emergency"),
                            (2, "Urgent"),
                            (3, "Review"),
                            (4, "To call"),
                            (5, "Overdue"),
                            (6, "Contacted"),
                            (7, "Handled today"),
                        ],
                        null=True,
                    ),
                ),
                ("alert_since", models.DateTimeField(blank=True, null=True)),
                (
                    "queue_rank",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (1, "Emergency"),
                            (2, "Urgent"),
                            (3, "Review"),
                            (4, "To call"),
                            (5, "Overdue"),
                            (6, "Contacted"),
                            (7, "Handled today"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "queue_wait",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Cannot wait"), (1, "Not said"), (2, "Can wait")],
                        db_default=1,
                        default=1,
                    ),
                ),
                ("queue_since", models.DateTimeField(blank=True, null=True)),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                ("last_contact_at", models.DateTimeField(blank=True, null=True)),
                (
                    "last_contact_outcome",
                    models.CharField(blank=True, db_default="", max_length=12),
                ),
                ("held_until", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pathway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="recovery.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("clinic"),
                        models.F("queue_rank"),
                        models.F("queue_wait"),
                        models.F("queue_since"),
                        models.F("id"),
                        condition=models.Q(("queue_rank__isnull", False)),
                        name="recovery_queue_order",
                    ),
                    models.Index(
                        models.F("clinic"),
                        models.F("assigned_to"),
                        models.F("queue_rank"),
                        models.F("queue_wait"),
                        models.F("queue_since"),
                        models.F("id"),
                        condition=models.Q(
                            ("assigned_to__isnull", False), ("queue_rank__isnull", False)
                        ),
                        name="recovery_queue_assigned",
                    ),
                    models.Index(
                        condition=models.Q(("overdue_since__isnull", False)),
                        fields=["clinic", "-procedure_on", "overdue_since", "id"],
                        name="recovery_overdue",
                    ),
                    models.Index(
                        models.F("next_event_at"),
                        condition=models.Q(("next_event_at__isnull", False)),
                        name="recovery_next_event",
                    ),
                    models.Index(
                        models.F("clinic"), models.F("procedure_at"), name="recovery_by_procedure"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "planned",
                                    "active",
                                    "paused",
                                    "completed",
                                    "withdrawn",
                                    "cancelled",
                                    "died",
                                ],
                            )
                        ),
                        name="recovery_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("baseline_pain", None),
                            ("baseline_pain__range", (0, 10)),
                            _connector="OR",
                        ),
                        name="baseline_pain_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_pain", None), ("last_pain__range", (0, 10)), _connector="OR"
                        ),
                        name="last_pain_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discharged_at", None),
                            ("discharged_at__gte", models.F("procedure_at")),
                            _connector="OR",
                        ),
                        name="discharge_follows_procedure",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("queue_rank", None), ("queue_since", None)),
                            models.Q(
                                ("queue_rank__isnull", False),
                                ("queue_rank__range", (1, 7)),
                                ("queue_since__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="queue_rank_has_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("queue_wait__in", [0, 1, 2])),
                        name="queue_wait_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_by", None), ("held_until", None)),
                            models.Q(("held_by__isnull", False), ("held_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="held_recovery_has_who_and_until",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("modic", ""), ("modic__in", ["1", "2", "1+2", "none"]), _connector="OR"
                        ),
                        name="modic_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("call_for", ""), ("call_since", None)),
                            models.Q(
                                ("call_since__isnull", False),
                                models.Q(("call_for", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="call_has_since_and_what_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fortnight_days_logged__gte", models.F("week_days_logged")),
                            ("fortnight_days_logged__lte", 14),
                            ("week_days_logged__lte", 7),
                        ),
                        name="days_logged_of_7_and_of_14",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("anchor__gte", 1)), name="anchor_from_1"
                    ),
                    models.UniqueConstraint(
                        models.F("patient"),
                        condition=models.Q(("state__in", ["planned", "active", "paused"])),
                        name="one_followed_recovery_per_patient",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryPhase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("good_now", models.TextField(blank=True)),
                ("wait_with", models.TextField(blank=True)),
                ("about", models.TextField(blank=True, db_default="")),
                ("source", models.CharField(max_length=200)),
                ("review_on", models.DateField()),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("immediate", "Immediate"),
                            ("short_term", "Short-term"),
                            ("gradual_return", "Gradual return"),
                            ("follow_up", "Follow-up"),
                        ],
                        max_length=16,
                    ),
                ),
                ("order", models.PositiveSmallIntegerField()),
                ("first_day", models.PositiveSmallIntegerField()),
                ("last_day", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("patient_name", models.CharField(max_length=60)),
                ("expect", models.TextField(blank=True)),
                (
                    "pathway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phases",
                        to="recovery.pathway",
                    ),
                ),
            ],
            options={
                "ordering": ["pathway", "order"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("pathway"),
                        models.F("order"),
                        name="one_phase_per_pathway_and_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", "immediate"), ("order", 1)),
                            models.Q(("code", "short_term"), ("order", 2)),
                            models.Q(("code", "gradual_return"), ("order", 3)),
                            models.Q(("code", "follow_up"), ("order", 4)),
                            _connector="OR",
                        ),
                        name="phase_order_matches_its_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("last_day__gte", models.F("first_day")),
                                ("last_day__isnull", False),
                            ),
                            models.Q(("last_day", None), ("order", 4)),
                            _connector="OR",
                        ),
                        name="phase_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("order", 1), _negated=True),
                            models.Q(("first_day", 0), ("last_day", 0)),
                            _connector="OR",
                        ),
                        name="first_phase_is_day_0",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("client_id", models.UUIDField()),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("log_date", models.DateField()),
                ("day", models.SmallIntegerField()),
                ("entered_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("caregiver", "Caregiver"),
                            ("staff", "Staff"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("web", "Signed in"),
                            ("link", "By a link"),
                            ("paper", "On paper"),
                            ("phone", "By phone"),
                            ("in_person", "In person"),
                        ],
                        max_length=9,
                    ),
                ),
                ("language", models.CharField(db_default="en", default="en", max_length=10)),
                ("late", models.BooleanField(default=False)),
                ("still_happening", models.BooleanField(blank=True, null=True)),
                ("retrospective", models.BooleanField(default=False)),
                ("pain_avg", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pain_worst", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pain_controlled", models.BooleanField(blank=True, null=True)),
                ("sudden_new_back_pain", models.BooleanField(blank=True, null=True)),
                ("fall", models.BooleanField(blank=True, null=True)),
                ("leg_pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "leg_pain_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("usual", "usual"),
                            ("new_or_worse", "new_or_worse"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "leg_weakness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("usual", "usual"),
                            ("new_or_worse", "new_or_worse"),
                            ("cannot_stand_or_lift_foot", "cannot_stand_or_lift_foot"),
                        ],
                        max_length=28,
                    ),
                ),
                (
                    "leg_numbness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("usual", "usual"),
                            ("new_or_worse", "new_or_worse"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "leg_side",
                    models.CharField(
                        blank=True,
                        choices=[("left", "left"), ("right", "right"), ("both", "both")],
                        max_length=5,
                    ),
                ),
                (
                    "saddle",
                    models.CharField(
                        blank=True,
                        choices=[("no", "no"), ("yes", "yes"), ("unsure", "unsure")],
                        max_length=6,
                    ),
                ),
                (
                    "bladder",
                    models.CharField(
                        blank=True,
                        choices=[("no", "no"), ("yes", "yes"), ("unsure", "unsure")],
                        max_length=6,
                    ),
                ),
                (
                    "bowel",
                    models.CharField(
                        blank=True,
                        choices=[("no", "no"), ("yes", "yes"), ("unsure", "unsure")],
                        max_length=6,
                    ),
                ),
                (
                    "temp_value",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True),
                ),
                (
                    "temp_unit",
                    models.CharField(blank=True, choices=[("C", "C"), ("F", "F")], max_length=1),
                ),
                ("chills", models.BooleanField(blank=True, null=True)),
                ("wound", models.JSONField(blank=True, null=True)),
                (
                    "bleeding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("spots", "spots"),
                            ("soaks_dressing", "soaks_dressing"),
                            ("wont_stop", "wont_stop"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "headache",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("mild", "mild"),
                            ("severe", "severe"),
                            ("worse_upright", "worse_upright"),
                        ],
                        max_length=14,
                    ),
                ),
                ("neck_stiff_or_confused", models.BooleanField(blank=True, null=True)),
                ("chest_or_breath", models.BooleanField(blank=True, null=True)),
                ("calf_one_leg", models.BooleanField(blank=True, null=True)),
                ("hard_to_wake", models.BooleanField(blank=True, null=True)),
                ("allergy_severe", models.BooleanField(blank=True, null=True)),
                ("acetaminophen_mg", models.PositiveIntegerField(blank=True, null=True)),
                ("nsaid_taken", models.BooleanField(blank=True, null=True)),
                ("opioids", models.JSONField(blank=True, null=True)),
                (
                    "opioid_mme",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=7, null=True),
                ),
                ("opioid_total_unknown", models.BooleanField(default=False)),
                (
                    "activity_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rest", "rest"),
                            ("light", "light"),
                            ("most", "most"),
                            ("full", "full"),
                        ],
                        max_length=5,
                    ),
                ),
                ("walk_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("pt_done", models.BooleanField(blank=True, null=True)),
                ("sleep", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("free_text", models.CharField(blank=True, max_length=1000)),
                ("rule_set", models.CharField(max_length=32)),
                ("rules", models.JSONField(default=list)),
                ("shown_rule", models.CharField(blank=True, max_length=4)),
                ("advice", models.TextField()),
                ("missing_text", models.TextField(blank=True)),
                ("judged_baseline_pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "judged_baseline_opioid_mme",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True),
                ),
                ("judged_anticoagulated", models.BooleanField(blank=True, null=True)),
                ("judged_osteoporosis", models.BooleanField(blank=True, null=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="recovery.dailylog",
                    ),
                ),
                (
                    "judged_pathway",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logs",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.recoveryphase",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("recovery"),
                        models.F("day"),
                        models.F("id"),
                        name="log_by_recovery_and_day",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        models.F("revision"),
                        name="one_log_per_recovery_client_id_and_revision",
                    ),
                    models.UniqueConstraint(models.F("supersedes"), name="one_successor_per_log"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revision", 0), ("supersedes", None)),
                            models.Q(("revision__gt", 0), ("supersedes__isnull", False)),
                            _connector="OR",
                        ),
                        name="correction_supersedes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver", "staff"])),
                        name="log_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mode__in", ["web", "link", "paper", "phone", "in_person"])
                        ),
                        name="log_mode_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pain_avg", None), ("pain_avg__range", (0, 10)), _connector="OR"
                        ),
                        name="log_pain_avg_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pain_worst", None), ("pain_worst__range", (0, 10)), _connector="OR"
                        ),
                        name="log_pain_worst_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leg_pain", None), ("leg_pain__range", (0, 10)), _connector="OR"
                        ),
                        name="log_leg_pain_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sleep", None), ("sleep__range", (0, 10)), _connector="OR"
                        ),
                        name="log_sleep_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acetaminophen_mg", None),
                            ("acetaminophen_mg__range", (0, 20000)),
                            _connector="OR",
                        ),
                        name="log_acetaminophen_mg_0_to_20000",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("walk_minutes", None),
                            ("walk_minutes__range", (0, 1440)),
                            _connector="OR",
                        ),
                        name="log_walk_minutes_0_to_1440",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pain_worst", None),
                            ("pain_avg", None),
                            ("pain_worst__gte", models.F("pain_avg")),
                            _connector="OR",
                        ),
                        name="log_worst_pain_at_least_average",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("temp_unit", ""), ("temp_value", None)),
                            models.Q(
                                ("temp_value__isnull", False),
                                models.Q(
                                    models.Q(
                                        ("temp_unit", "C"), ("temp_value__range", ("33.0", "43.0"))
                                    ),
                                    models.Q(
                                        ("temp_unit", "F"), ("temp_value__range", ("91.4", "109.4"))
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="log_temperature_in_range_of_its_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leg_pain_status", ""),
                            ("leg_pain_status__in", ("none", "usual", "new_or_worse")),
                            _connector="OR",
                        ),
                        name="log_leg_pain_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leg_weakness", ""),
                            (
                                "leg_weakness__in",
                                ("none", "usual", "new_or_worse", "cannot_stand_or_lift_foot"),
                            ),
                            _connector="OR",
                        ),
                        name="log_leg_weakness_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leg_numbness", ""),
                            ("leg_numbness__in", ("none", "usual", "new_or_worse")),
                            _connector="OR",
                        ),
                        name="log_leg_numbness_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leg_side", ""),
                            ("leg_side__in", ("left", "right", "both")),
                            _connector="OR",
                        ),
                        name="log_leg_side_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("saddle", ""), ("saddle__in", ("no", "yes", "unsure")), _connector="OR"
                        ),
                        name="log_saddle_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bladder", ""),
                            ("bladder__in", ("no", "yes", "unsure")),
                            _connector="OR",
                        ),
                        name="log_bladder_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bowel", ""), ("bowel__in", ("no", "yes", "unsure")), _connector="OR"
                        ),
                        name="log_bowel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bleeding", ""),
                            ("bleeding__in", ("none", "spots", "soaks_dressing", "wont_stop")),
                            _connector="OR",
                        ),
                        name="log_bleeding_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("headache", ""),
                            ("headache__in", ("none", "mild", "severe", "worse_upright")),
                            _connector="OR",
                        ),
                        name="log_headache_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("activity_level", ""),
                            ("activity_level__in", ("rest", "light", "most", "full")),
                            _connector="OR",
                        ),
                        name="log_activity_level_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opioid_total_unknown", False), ("opioid_mme", None), _connector="OR"
                        ),
                        name="log_opioid_total_known_or_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObservationSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("room_at", models.DateTimeField(blank=True, null=True)),
                ("room_set_at", models.DateTimeField(blank=True, null=True)),
                (
                    "room_set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observation_sheets",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("on"),
                        name="one_observation_sheet_per_recovery_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("room_at", None), ("room_set_at", None), ("room_set_by", None)
                            ),
                            models.Q(
                                ("room_at__isnull", False),
                                ("room_set_at__isnull", False),
                                ("room_set_by__isnull", False),
                                ("room_set_at__gte", models.F("room_at")),
                            ),
                            _connector="OR",
                        ),
                        name="room_time_is_set_by_somebody_afterwards",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PathwayMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_pathway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "to_pathway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pathway_moves",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_pathway", models.F("to_pathway")), _negated=True),
                        name="pathway_move_changes_the_pathway",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("anchor", models.PositiveSmallIntegerField()),
                ("form", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("on_time", "On time"), ("late", "Late"), ("missed", "No answer")],
                        max_length=8,
                    ),
                ),
                ("nrs_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("nrs_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("peg_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("peg_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rmdq_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rmdq_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "odi_before",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                (
                    "odi_after",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                ("pgic", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "recovery",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recovery", "anchor", "form"),
                        name="one_outcome_per_recovery_anchor_and_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "form__in",
                                [
                                    "two_week",
                                    "one_month",
                                    "six_week",
                                    "three_month",
                                    "six_month",
                                    "one_year",
                                    "two_year",
                                ],
                            )
                        ),
                        name="outcome_form_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["on_time", "late", "missed"])),
                        name="outcome_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "missed"), _negated=True),
                            models.Q(
                                ("nrs_after", None),
                                ("odi_after", None),
                                ("peg_after", None),
                                ("pgic", None),
                                ("rmdq_after", None),
                            ),
                            _connector="OR",
                        ),
                        name="missed_outcome_has_no_score",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pgic", None), ("pgic__range", (1, 7)), _connector="OR"
                        ),
                        name="outcome_pgic_1_to_7",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("nrs_after", None), ("nrs_before", None)),
                            models.Q(
                                ("nrs_after__isnull", False),
                                ("nrs_after__range", (0, 10)),
                                models.Q(
                                    ("nrs_before", None),
                                    ("nrs_before__range", (0, 10)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_nrs_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("peg_after", None), ("peg_before", None)),
                            models.Q(
                                ("peg_after__isnull", False),
                                ("peg_after__range", (0, 30)),
                                models.Q(
                                    ("peg_before", None),
                                    ("peg_before__range", (0, 30)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_peg_0_to_30",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rmdq_after", None), ("rmdq_before", None)),
                            models.Q(
                                ("rmdq_after__isnull", False),
                                ("rmdq_after__range", (0, 24)),
                                models.Q(
                                    ("rmdq_before", None),
                                    ("rmdq_before__range", (0, 24)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_rmdq_0_to_24",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("odi_after", None), ("odi_before", None)),
                            models.Q(
                                ("odi_after__isnull", False),
                                ("odi_after__range", (0, 100)),
                                models.Q(
                                    ("odi_before", None),
                                    ("odi_before__range", (0, 100)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_odi_0_to_100",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("text", models.CharField(max_length=500)),
                ("client_id", models.UUIDField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_note_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="note_has_text"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("slept", "Slept through a night"),
                            ("walked", "Walked for 10 minutes"),
                            ("drove", "Drove a car"),
                            ("therapy", "Started physical therapy"),
                            ("work", "Went back to work"),
                            ("goal", "Reached my own goal"),
                        ],
                        max_length=8,
                    ),
                ),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("caregiver", "Caregiver"),
                            ("staff", "Staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("code"),
                        condition=models.Q(("withdrawn_at", None)),
                        name="one_standing_milestone_per_recovery_and_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__in", ["slept", "walked", "drove", "therapy", "work", "goal"])
                        ),
                        name="milestone_code_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver", "staff"])),
                        name="milestone_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(
                                ("withdrawn_at__gte", models.F("recorded_at")),
                                ("withdrawn_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="milestone_is_withdrawn_by_somebody_afterwards",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "To enroll"),
                            ("added", "One more procedure"),
                            ("known", "Enrolled already"),
                            ("wrong", "Cannot go in"),
                            ("enrolled", "Enrolled"),
                        ],
                        max_length=8,
                    ),
                ),
                ("record_number", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(blank=True, max_length=170)),
                ("procedure", models.CharField(blank=True, max_length=40)),
                ("given", models.JSONField(default=dict)),
                ("told", models.BooleanField(default=False)),
                ("problems", models.JSONField(default=list)),
                (
                    "procedure_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="recovery.procedureimport",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("procedure_import"),
                        models.F("number"),
                        name="one_import_row_per_import_and_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["new", "added", "known", "wrong", "enrolled"])
                        ),
                        name="import_row_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "enrolled"), ("recovery__isnull", False)),
                            models.Q(
                                models.Q(("outcome", "enrolled"), _negated=True), ("recovery", None)
                            ),
                            _connector="OR",
                        ),
                        name="enrolled_row_has_its_recovery",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("fact", models.CharField(max_length=24)),
                ("before", models.CharField(blank=True, max_length=80)),
                ("after", models.CharField(blank=True, max_length=80)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fact_changes",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True),
                        name="fact_change_changes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reschedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("anchor", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("from_procedure_at", models.DateTimeField()),
                ("to_procedure_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reschedules",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("anchor"),
                        name="one_reschedule_per_recovery_and_anchor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_procedure_at", models.F("to_procedure_at")), _negated=True
                        ),
                        name="reschedule_moves_the_procedure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TherapistLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("recipient", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("client_id", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
                (
                    "consent_how",
                    models.CharField(
                        choices=[("spoken", "Spoken"), ("written", "In writing")], max_length=8
                    ),
                ),
                ("consented_on", models.DateField()),
                ("facts_version", models.CharField(default="1", max_length=8)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="therapist_links",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_therapist_link_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recipient", ""), _negated=True),
                        name="therapist_link_names_its_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="therapist_link_expires_after_it_is_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("consent_how__in", ["spoken", "written"])),
                        name="therapist_link_consent_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="therapist_link_is_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=300)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("caregiver", "Caregiver"),
                            ("staff", "Staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("client_id", models.UUIDField()),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visit_questions",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_visit_question_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="visit_question_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver"])),
                        name="visit_question_comes_from_the_patient_s_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", None)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_question_is_taken_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_at", None), ("removed_at", None), _connector="OR"
                        ),
                        name="visit_question_is_taken_or_removed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("anchor", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=12)),
                ("form", models.CharField(max_length=16)),
                ("day", models.SmallIntegerField()),
                ("opens_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("completed", "Completed"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("reminders_settled", models.PositiveSmallIntegerField(default=0)),
                ("later_at", models.DateTimeField(blank=True, null=True)),
                (
                    "completed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkins",
                        to="recovery.dailylog",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkins",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("anchor"),
                        models.F("key"),
                        name="one_checkin_per_recovery_anchor_and_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_at__lt", models.F("expires_at")),
                            ("due_at__lte", models.F("expires_at")),
                        ),
                        name="checkin_window_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("completed_at__isnull", False), ("state", "completed")),
                            models.Q(
                                ("completed_at", None),
                                ("state__in", ["open", "expired", "cancelled"]),
                            ),
                            _connector="OR",
                        ),
                        name="completed_checkin_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("observed_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField()),
                ("pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("strength_left", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("strength_right", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("feeling", models.CharField(blank=True, max_length=10)),
                ("site", models.CharField(blank=True, max_length=8)),
                ("urine", models.CharField(blank=True, max_length=7)),
                ("mobility", models.CharField(blank=True, max_length=7)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="recovery.observation",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="recovery.observationsheet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("sheet"),
                        models.F("minute"),
                        models.F("revision"),
                        name="one_observation_per_mark_and_revision",
                    ),
                    models.UniqueConstraint(
                        models.F("sheet"),
                        models.F("revision"),
                        condition=models.Q(("minute", None)),
                        name="one_observation_before_per_revision",
                    ),
                    models.UniqueConstraint(
                        models.F("supersedes"), name="one_successor_per_observation"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revision", 0), ("supersedes", None)),
                            models.Q(("revision__gt", 0), ("supersedes__isnull", False)),
                            _connector="OR",
                        ),
                        name="observation_correction_supersedes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minute", None),
                            models.Q(
                                ("minute__range", (0, 1440)),
                                django.db.models.lookups.Exact(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("minute"), "%%", models.Value(15)
                                    ),
                                    0,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="observation_every_15_minutes_of_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revision__gt", 0),
                            models.Q(
                                ("pain", None),
                                ("strength_left", None),
                                ("strength_right", None),
                                ("feeling", ""),
                                ("mobility", ""),
                                ("site", ""),
                                ("urine", ""),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="first_observation_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entered_at__gte", models.F("observed_at"))),
                        name="observation_is_entered_afterwards",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pain", None), ("pain__range", (0, 10)), _connector="OR"
                        ),
                        name="observation_pain_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength_left", None),
                            ("strength_left__range", (0, 5)),
                            _connector="OR",
                        ),
                        name="observation_strength_left_0_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength_right", None),
                            ("strength_right__range", (0, 5)),
                            _connector="OR",
                        ),
                        name="observation_strength_right_0_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("feeling", ""),
                            ("feeling__in", ("full", "dull_left", "dull_right", "dull_both")),
                            _connector="OR",
                        ),
                        name="observation_feeling_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("site", ""),
                            ("site__in", ("dry", "ooze", "bleeding", "swelling")),
                            _connector="OR",
                        ),
                        name="observation_site_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("urine", ""),
                            ("urine__in", ("passed", "not_yet", "cannot")),
                            _connector="OR",
                        ),
                        name="observation_urine_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mobility", ""),
                            ("mobility__in", ("not_yet", "sat", "stood", "walked")),
                            _connector="OR",
                        ),
                        name="observation_mobility_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DischargeCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("as_before", "Strength and feeling as before"),
                            ("urine", "Passed urine"),
                            ("walked", "Walked with help"),
                            ("ride", "Ride home is here"),
                            ("explained", "Sheet and warning signs explained"),
                            ("first_log", "First log opened on the phone"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("undone", "Taken back"),
                            ("left_open", "Open at discharge"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="recovery.observationsheet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                ["as_before", "urine", "walked", "ride", "explained", "first_log"],
                            )
                        ),
                        name="discharge_check_code_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["done", "undone", "left_open"])),
                        name="discharge_check_state_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RehearsalFiring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.SmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
                (
                    "severity_now",
                    models.CharField(
                        choices=[
                            ("emergency", "Emergency"),
                            ("urgent", "Urgent"),
                            ("review", "Review"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("emergency", "Emergency"),
                            ("urgent", "Urgent"),
                            ("review", "Review"),
                        ],
                        max_length=10,
                    ),
                ),
                ("acted", models.BooleanField()),
                (
                    "log",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recovery.dailylog",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "rehearsal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firings",
                        to="recovery.rehearsal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("rehearsal"),
                        models.F("rule"),
                        models.F("id"),
                        name="firing_by_rule",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("rehearsal"),
                        models.F("log"),
                        models.F("rule"),
                        name="one_firing_per_rehearsal_log_and_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("severity__in", ["emergency", "urgent", "review"]),
                            ("severity_now__in", ["emergency", "urgent", "review"]),
                        ),
                        name="firing_severity_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("can_wait", models.BooleanField()),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wait_answers",
                        to="recovery.dailylog",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormResponse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("client_id", models.UUIDField()),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[("in_progress", "Partly answered"), ("completed", "Answered")],
                        max_length=11,
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("instruments", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("caregiver", "Caregiver"),
                            ("staff", "Staff"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("web", "Signed in"),
                            ("link", "By a link"),
                            ("paper", "On paper"),
                            ("phone", "By phone"),
                            ("in_person", "In person"),
                        ],
                        max_length=9,
                    ),
                ),
                ("language", models.CharField(db_default="en", default="en", max_length=10)),
                ("late", models.BooleanField(default=False)),
                ("rule_set", models.CharField(blank=True, max_length=32)),
                ("rules", models.JSONField(default=list)),
                ("shown_rule", models.CharField(blank=True, max_length=4)),
                ("advice", models.TextField(blank=True)),
                (
                    "checkin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="responses",
                        to="recovery.checkin",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="recovery.formresponse",
                    ),
                ),
                (
                    "judged_pathway",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.pathway",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="responses",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("checkin"),
                        models.F("client_id"),
                        models.F("revision"),
                        name="one_response_per_checkin_client_id_and_revision",
                    ),
                    models.UniqueConstraint(
                        models.F("supersedes"), name="one_successor_per_response"
                    ),
                    models.UniqueConstraint(
                        models.F("checkin"),
                        models.F("client_id"),
                        condition=models.Q(("status", "in_progress")),
                        name="one_draft_per_checkin_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revision", 0), ("supersedes", None)),
                            models.Q(("revision__gt", 0), ("supersedes__isnull", False)),
                            _connector="OR",
                        ),
                        name="response_correction_supersedes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("completed_at__isnull", False), ("status", "completed")),
                            models.Q(("completed_at", None), ("status", "in_progress")),
                            _connector="OR",
                        ),
                        name="completed_response_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver", "staff"])),
                        name="response_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mode__in", ["web", "link", "paper", "phone", "in_person"])
                        ),
                        name="response_mode_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("alert", "Alert"),
                            ("escalation", "Escalation"),
                            ("invitation", "Invitation"),
                            ("reminder", "Reminder"),
                            ("digest", "Morning mail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("dedupe_key", models.CharField(max_length=120)),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("emergency", "Emergency"),
                            ("urgent", "Urgent"),
                            ("review", "Review"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "Text message")],
                        db_default="email",
                        default="email",
                        max_length=5,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("owed", "Owed"),
                            ("claimed", "Claimed"),
                            ("handing", "Being handed over"),
                            ("sent", "Sent"),
                            ("unknown", "Unknown"),
                            ("refused", "Refused"),
                            ("not_sent", "Not sent"),
                        ],
                        default="owed",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("answered", "Already answered"),
                            ("expired", "The check-in had expired"),
                            ("superseded", "A newer reminder replaced it"),
                            ("merged", "One message for all at that time"),
                            ("quiet", "Quiet hours: merged with the next"),
                            ("later", "Put off by the patient"),
                            ("paused", "Reminders are paused"),
                            ("call", "Nobody answers: staff call instead"),
                            ("capped", "Two reminders a day at most"),
                            ("not_followed", "Not being followed now"),
                            ("no_consent", "No agreement to e-mails"),
                            ("no_address", "No e-mail address"),
                            ("address_fails", "The address fails"),
                            ("no_texts", "No agreement to text messages"),
                            ("no_number", "No mobile number"),
                            ("number_fails", "The mobile number fails"),
                            ("no_provider", "This site sends no text messages"),
                            ("opted_out", "Reminders were turned off"),
                            ("inactive", "The account is not active"),
                            ("broken", "It broke when it was built or handed over"),
                            ("server", "The mail server refused it"),
                            ("contacted", "Staff made contact first"),
                            ("lost", "It did not arrive"),
                            ("moved", "The procedure was moved"),
                            ("replanned", "The pathway no longer asks it"),
                            ("switched_off", "The person turned these mails off"),
                            ("too_old", "Its day was over"),
                            ("nothing_left", "Nothing waited any more"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("send_after", models.DateTimeField()),
                ("urgency", models.PositiveSmallIntegerField(default=2)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("fault", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("message_id", models.CharField(blank=True, max_length=120)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "checkin",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="recovery.checkin",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("urgency"),
                        models.F("send_after"),
                        condition=models.Q(("state", "owed")),
                        name="message_owed",
                    ),
                    models.Index(
                        models.F("lease_until"),
                        condition=models.Q(("state__in", ["claimed", "handing"])),
                        name="message_leased",
                    ),
                    models.Index(
                        models.F("clinic"),
                        models.F("planned_at"),
                        condition=models.Q(("state", "unknown")),
                        name="message_unknown",
                    ),
                    models.Index(
                        models.F("clinic"),
                        models.F("planned_at"),
                        condition=models.Q(("reason", "broken"), ("state", "refused")),
                        name="message_set_aside",
                    ),
                    models.Index(
                        models.F("clinic"),
                        models.F("planned_at"),
                        models.F("id"),
                        name="message_ledger",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("dedupe_key"), name="one_message_per_dedupe_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_until__isnull", False),
                                ("state__in", ["claimed", "handing"]),
                                ("token__isnull", False),
                            ),
                            ("state__in", ["owed", "sent", "unknown", "refused", "not_sent"]),
                            _connector="OR",
                        ),
                        name="leased_message_has_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["not_sent", "refused"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="unsent_message_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sent_message_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_by__isnull", True),
                            ("settled_at__isnull", False),
                            _connector="OR",
                        ),
                        name="settled_message_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("event_id", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("deferred", "Deferred"),
                            ("bounced", "Bounced"),
                            ("rejected", "Rejected"),
                            ("complained", "Called spam"),
                            ("unsubscribed", "Unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="recovery.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("provider"), models.F("event_id"), name="one_row_per_mail_event"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("instrument", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=40)),
                ("answered", models.PositiveSmallIntegerField()),
                (
                    "total",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
                ),
                ("score", models.CharField(blank=True, max_length=12)),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="recovery.formresponse",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("response"),
                        models.F("instrument"),
                        name="one_score_per_response_and_instrument",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("score", ""), ("total", None)),
                            models.Q(
                                ("total__isnull", False), models.Q(("score", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="score_has_its_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("rule", models.CharField(max_length=4)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("emergency", "Emergency"),
                            ("urgent", "Urgent"),
                            ("review", "Review"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("acknowledged", "Acknowledged"),
                            ("contacted", "Contacted"),
                            ("snoozed", "Snoozed"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("headline", models.CharField(max_length=60)),
                ("staff_text", models.TextField()),
                ("patient_text", models.TextField(blank=True)),
                ("rule_set", models.CharField(max_length=32)),
                ("raised_at", models.DateTimeField()),
                ("firings", models.PositiveSmallIntegerField(db_default=1, default=1)),
                ("clock_from", models.DateTimeField()),
                ("notice", models.PositiveSmallIntegerField(default=1)),
                ("notice_step", models.PositiveSmallIntegerField(default=0)),
                ("next_notice_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("contacted_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
                ("returns_at", models.DateTimeField(blank=True, null=True)),
                ("expected_level", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("can_wait", models.BooleanField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closing_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("phone", "Resolved by phone"),
                            ("seen", "Seen in clinic"),
                            ("ed", "Sent to the emergency department"),
                            ("false_entry", "False entry"),
                            ("duplicate", "Duplicate"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("closing_text", models.TextField(blank=True)),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "responses",
                    models.ManyToManyField(related_name="alerts", to="recovery.formresponse"),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.recoveryphase",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("rule"),
                        condition=models.Q(("state", "closed"), _negated=True),
                        name="one_alert_not_closed_per_recovery_and_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["emergency", "urgent", "review"])),
                        name="alert_severity_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["open", "acknowledged", "contacted", "snoozed", "closed"],
                            )
                        ),
                        name="alert_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "closed"),
                                models.Q(("closing_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at", None),
                                ("closed_by", None),
                                ("closing_reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="closed_alert_has_who_when_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closing_reason", "other"), _negated=True),
                            models.Q(("closing_text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="other_closing_reason_has_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "acknowledged"), _negated=True),
                            models.Q(
                                ("claimed_by__isnull", False), ("claimed_until__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="acknowledged_alert_has_claim",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("severity", "emergency"), ("state", "snoozed"), _negated=True
                            ),
                            models.Q(
                                (
                                    "rule__in",
                                    ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"],
                                ),
                                ("state", "snoozed"),
                                _negated=True,
                            ),
                        ),
                        name="no_emergency_is_snoozed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "snoozed"), _negated=True),
                            models.Q(
                                ("expected_level__isnull", False),
                                ("expected_level__lte", 10),
                                ("returns_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="snoozed_alert_has_level_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="recovery.alert"
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="recovery.dailylog"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("alert"), models.F("log"), name="one_link_per_alert_and_log"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "Phone call"),
                            ("visit", "Visit"),
                            ("message", "Message"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("advised", "Reached and advised"),
                            ("booked", "Visit booked"),
                            ("ed", "Sent to the emergency department"),
                            ("no_answer", "No answer"),
                            ("wrong_number", "Wrong number"),
                            ("agreed", "Agreed to answer"),
                            ("later", "Call later"),
                            ("removed", "Taken off the list"),
                        ],
                        max_length=12,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                ("about_overdue_since", models.DateTimeField(blank=True, null=True)),
                ("hidden_until", models.DateTimeField(blank=True, null=True)),
                ("client_id", models.UUIDField(blank=True, null=True)),
                ("alerts", models.ManyToManyField(related_name="contacts", to="recovery.alert")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="recovery.recovery",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("at"),
                        models.F("recovery"),
                        condition=models.Q(("about_overdue_since__isnull", False)),
                        name="contact_about_a_miss",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_contact_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "advised",
                                    "booked",
                                    "ed",
                                    "no_answer",
                                    "wrong_number",
                                    "agreed",
                                    "later",
                                    "removed",
                                ],
                            )
                        ),
                        name="contact_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "removed"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="taken_off_the_list_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome__in", ["agreed", "later", "removed"]), _negated=True
                            ),
                            ("about_overdue_since__isnull", False),
                            _connector="OR",
                        ),
                        name="call_about_a_miss_says_since_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["call", "visit", "message"])),
                        name="contact_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minutes", None), ("minutes__lte", 1440), _connector="OR"
                        ),
                        name="contact_minutes_within_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("rule", models.CharField(max_length=4)),
                ("expected_level", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("ends_at", models.DateTimeField()),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snoozes",
                        to="recovery.alert",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="recovery.recoveryphase",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rule__in", ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"]),
                            _negated=True,
                        ),
                        name="snooze_is_of_no_emergency_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="snooze_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expected_level__lte", 10)), name="snooze_level_0_to_10"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("at"))),
                        name="snooze_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="Alert",
            name="logs",
            field=models.ManyToManyField(
                related_name="alerts", through="recovery.AlertLog", to="recovery.dailylog"
            ),
        ),
    ]
