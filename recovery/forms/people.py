"""What identifies and reaches a patient, to correct after enrolment."""

from datetime import date
from typing import Any

from django import forms

from recovery.forms.enrolment import EnrolmentForm, birth_date_of
from recovery.forms.places import ask_plainly
from recovery.models import Patient


class PersonForm(forms.Form):
    """The phone and the date of birth. What was not touched is not written (`changed`), so that a
    page which stood open undoes nothing.
    """

    use_required_attribute = False

    phone = EnrolmentForm.base_fields["phone"]
    birth_date = EnrolmentForm.base_fields["birth_date"]

    def __init__(self, data: Any = None, *, patient: Patient, today: date) -> None:
        initial = {"phone": patient.phone, "birth_date": patient.birth_date}
        super().__init__(data, initial=initial)
        self.today = today
        ask_plainly(self)
        for name, field in self.fields.items():
            field.show_hidden_initial = True
            # What is known is not emptied; what is not may stay so.
            field.required = bool(initial[name])

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        return born and birth_date_of(born, self.today)

    @property
    def changed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}
