"""Who is told at which step, as a table; and how the order and the wishes are changed."""

import pytest

from recovery.models import Clinic, Duty, Membership, Role, User
from recovery.services import oncall
from recovery.services.oncall import Person, told
from recovery.services.refusals import NotAllowed
from tests.cast import staff

# In the on-call order, as they come from the database.
LISTED = [Person(1, place=1), Person(2, place=2), Person(3, place=3), Person(9)]
UNLISTED = [Person(1), Person(2), Person(3)]
ALONE = [Person(1, place=1)]
BEHIND = [Person(5, place=1), Person(2), Person(3)]
SILENT_FIRST = [
    Person(1, place=1, emergency_mails=False, urgent_mails=False, waiting_mails=False),
    Person(2, place=2),
    Person(3),
]
ALL_SILENT = [
    Person(1, place=1, emergency_mails=False, urgent_mails=False, waiting_mails=False),
    Person(2, place=2, emergency_mails=False, urgent_mails=False, waiting_mails=False),
]


@pytest.mark.parametrize(
    ("people", "emergency", "urgent"),
    [
        pytest.param(
            LISTED,
            [[1], [2], [1, 2, 3, 9], [1, 2, 3, 9], [1, 2, 3, 9]],
            [[1], [1, 2, 3, 9]],
            id="an order: the first, the next, everybody",
        ),
        pytest.param(UNLISTED, [[1, 2, 3]] * 4, [[1, 2, 3]] * 2, id="no order: everybody"),
        pytest.param(ALONE, [[1]] * 4, [[1]] * 2, id="who is alone is the next too"),
        pytest.param(
            BEHIND,
            [[5], [2], [5, 2, 3]],
            [[5], [5, 2, 3]],
            id="who is not in the order comes behind",
        ),
        pytest.param(
            SILENT_FIRST,
            [[2], [3], [2, 3]],
            [[2], [2, 3]],
            id="who wants no mails is passed over",
        ),
        pytest.param(
            ALL_SILENT,
            [[1], [2], [1, 2]],
            [[], []],
            id="an emergency always has somebody",
        ),
        pytest.param([], [[], [], []], [[], []], id="a clinic without a nurse or clinician"),
    ],
)
def test_whom_each_step_tells(people, emergency, urgent):
    assert [told(people, "emergency", step) for step in range(len(emergency))] == emergency
    assert [told(people, "urgent", step) for step in range(len(urgent))] == urgent


@pytest.mark.parametrize(
    ("people", "already", "next_one"),
    [
        (LISTED, {1, 2}, [3]),
        (LISTED, {2}, [1]),
        (LISTED, set(), [1]),
        (LISTED, {1, 2, 3, 9}, [1]),
        (SILENT_FIRST, {2, 3}, [2]),
        (UNLISTED, {1}, [1, 2, 3]),
        ([], {1}, []),
    ],
)
def test_the_next_is_whoever_had_no_turn_and_then_the_first_again(people, already, next_one):
    assert told(people, "emergency", 1, already) == next_one
    everybody = told(people, "emergency", 2)
    assert told(people, "emergency", 2, already) == everybody
    assert told(people, "urgent", 1, already) == told(people, "urgent", 1)


def test_the_steps_after_which_nothing_changes_are_known():
    assert told(LISTED, "emergency", oncall.STEPS) == told(LISTED, "emergency", oncall.STEPS - 1)
    assert told(LISTED, "urgent", oncall.STEPS) == told(LISTED, "urgent", oncall.STEPS - 1)


# From the database
# -----------------


@pytest.fixture
def three(clinic, nurse, second_nurse, clinician) -> list[User]:
    return [nurse, second_nurse, clinician]


def order(clinic: Clinic) -> list[str]:
    """The names on call, in order."""
    here = oncall.people([clinic.pk])[clinic.pk]
    names = dict(User.objects.values_list("pk", "name"))
    return [names[person.user] for person in here if person.place is not None]


def move(clinic: Clinic, *moves: tuple[User, str]) -> list[str]:
    for user, to in moves:
        oncall.move(clinic=clinic, user=user, to=to)
    return order(clinic)


@pytest.mark.django_db
def test_the_order_is_made_and_changed(clinic, three):
    nora, jonas, mia = three
    assert move(clinic, (mia, "on"), (nora, "on"), (jonas, "on")) == ["Mia", "Nora", "Jonas"]
    assert move(clinic, (jonas, "up")) == ["Mia", "Jonas", "Nora"]
    assert move(clinic, (mia, "down")) == ["Jonas", "Mia", "Nora"]
    assert move(clinic, (mia, "off")) == ["Jonas", "Nora"]
    assert move(clinic, (jonas, "up"), (nora, "down")) == ["Jonas", "Nora"]
    assert list(
        Duty.objects.filter(place__isnull=False).order_by("place").values_list("place", flat=True)
    ) == [1, 2]
    assert move(clinic, (jonas, "off"), (nora, "off")) == []


@pytest.mark.django_db
def test_a_second_tap_changes_nothing(clinic, three):
    nora = three[0]
    assert move(clinic, (nora, "on"), (nora, "on")) == ["Nora"]
    assert move(clinic, (nora, "off"), (nora, "off")) == []


@pytest.mark.django_db
def test_who_no_longer_works_here_is_passed_over_and_leaves_the_order(clinic, three):
    nora, jonas, mia = three
    move(clinic, (nora, "on"), (jonas, "on"), (mia, "on"))
    Membership.objects.filter(user=jonas).update(is_active=False)
    assert order(clinic) == ["Nora", "Mia"]
    assert move(clinic, (mia, "up")) == ["Mia", "Nora"]
    Membership.objects.filter(user=jonas).update(is_active=True)
    assert order(clinic) == ["Mia", "Nora"]
    with pytest.raises(NotAllowed):
        oncall.move(clinic=clinic, user=staff(clinic, "Max", Role.MANAGER), to="on")


@pytest.mark.django_db
def test_orders_of_two_clinics_know_nothing_of_each_other(clinic, harbor, nurse, harbor_nurse):
    Membership.objects.create(user=nurse, clinic=harbor, role=Role.NURSE)
    move(harbor, (nurse, "on"))
    oncall.choose(clinic=harbor, user=nurse, mails=dict.fromkeys(oncall.MAILS, False))
    assert order(clinic) == []
    [here] = oncall.people([clinic.pk])[clinic.pk]
    assert here == Person(nurse.pk)


@pytest.mark.django_db
def test_a_person_with_two_roles_is_one_person_and_one_statement(
    clinic, nurse, django_assert_num_queries
):
    Membership.objects.create(user=nurse, clinic=clinic, role=Role.CLINICIAN)
    move(clinic, (nurse, "on"))
    with django_assert_num_queries(1):
        assert oncall.people([clinic.pk]) == {clinic.pk: [Person(nurse.pk, place=1)]}


@pytest.mark.django_db
def test_the_last_who_gets_emergencies_keeps_them(clinic, nurse, second_nurse):
    quiet = dict.fromkeys(oncall.MAILS, False)
    oncall.choose(clinic=clinic, user=second_nurse, mails=quiet)
    with pytest.raises(NotAllowed):
        oncall.choose(clinic=clinic, user=nurse, mails=quiet)
    oncall.choose(clinic=clinic, user=nurse, mails=quiet | {"emergency_mails": True})
    Membership.objects.filter(user=second_nurse).update(is_active=False)
    with pytest.raises(NotAllowed):
        oncall.choose(clinic=clinic, user=nurse, mails=quiet)
