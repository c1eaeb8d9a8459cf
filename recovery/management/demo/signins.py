"""Who can sign in to the demo, and why one would."""

from recovery.management.demo.people import HOUSES, PASSWORD

# Addresses worth trying, and what their holders see.
WORTH_TRYING = (
    ("jerome.baptiste@example.org", "day 4: a check-in is open"),
    ("denise.rowland@example.org", "day 9: reported an emergency sign minutes ago"),
    ("ruth.kellerman@example.org", "day 16: told to call today"),
    ("hannah.birnbaum@example.org", "day 92: three months of history"),
    ("vogel.family@example.net", "a couple that shares one address; his two-week form is open"),
    ("minji.park@example.com", "a caregiver who logs for her mother"),
    ("lucia.ferreyra@example.com", "the procedure is tomorrow; a form is partly answered"),
)


def sign_ins() -> str:
    """A small table for the terminal."""
    lines = [f"  Staff: /staff/sign-in/, password {PASSWORD}"]
    for house in HOUSES:
        lines += [
            f"    {member.email:<31}{member.role.label}, {member.name} ({house.name})"
            for member in house.staff
        ]
    lines.append("  Patients: /sign-in/, the code arrives at /demo/mailbox/")
    lines += [f"    {email:<31}{why}" for email, why in WORTH_TRYING]
    return "\n".join(lines)
