import pytest

from recovery.models import RecoveryPhase
from tests.cast import default_pathway


@pytest.fixture
def default_phases(db: None) -> list[RecoveryPhase]:
    return list(default_pathway().phases.order_by("order"))
