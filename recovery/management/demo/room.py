"""The observation room on the day the demo begins: one patient who is there, one gone home."""

from collections.abc import Iterator, Mapping
from typing import Any

from recovery.management.demo.steps import (
    BackInRoom,
    Checked,
    Discharged,
    Log,
    Observed,
    On,
    Scene,
)
from recovery.models import DischargeCheck

Code = DischargeCheck.Code
WELL: Mapping[str, Any] = {"strength_left": 5, "strength_right": 5, "feeling": "full"}
WEAK = WELL | {"strength_right": 4, "feeling": "dull_right", "site": "dry"}
BEFORE = WELL | {"urine": "passed", "mobility": "walked"}
NURSE, OTHER = "nurse1", "nurse2"


def _listed(at: str, by: str, *codes: Code) -> Iterator[Scene]:
    return (Checked(On(0, at), by, code) for code in codes)


# The right leg is weak at first and strong again after half an hour.
THERE: tuple[Scene, ...] = (
    Observed(On(0, "11:05"), NURSE, None, BEFORE | {"pain": 6}),
    BackInRoom(On(0, "13:20"), NURSE),
    Observed(On(0, "13:21"), NURSE, 0, WEAK | {"pain": 3}),
    Observed(On(0, "13:36"), NURSE, 15, WEAK | {"pain": 4}),
    Observed(On(0, "13:51"), OTHER, 30, WELL | {"pain": 4, "site": "ooze", "mobility": "sat"}),
    Observed(
        On(0, "14:06"),
        NURSE,
        45,
        WELL | {"pain": 4, "site": "dry", "urine": "passed", "mobility": "walked"},
    ),
    *_listed("14:08", NURSE, Code.AS_BEFORE, Code.URINE, Code.WALKED),
    *_listed("14:12", OTHER, Code.RIDE),
)
GONE: tuple[Scene, ...] = (
    Observed(On(0, "06:55"), OTHER, None, BEFORE | {"pain": 6}),
    BackInRoom(On(0, "08:45"), OTHER),
    Observed(On(0, "08:46"), OTHER, 0, WELL | {"pain": 2, "site": "dry"}),
    Observed(On(0, "09:01"), OTHER, 15, WELL | {"pain": 2, "site": "dry", "mobility": "sat"}),
    Observed(On(0, "09:31"), OTHER, 45, WELL | {"pain": 3, "mobility": "stood"}),
    Observed(On(0, "10:02"), NURSE, 75, WELL | {"urine": "passed", "mobility": "walked"}),
    *_listed("10:04", NURSE, Code.AS_BEFORE, Code.URINE, Code.WALKED, Code.RIDE, Code.EXPLAINED),
    Log(On(0, "10:09")),
    Discharged(On(0, "10:15"), NURSE),
)
