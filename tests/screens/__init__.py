"""`make screens`: a picture of every page in its states, taken from the demo clinic.

Modules import downwards: place < camera < house < patient, staff < checkins, lists <
__main__.
"""
