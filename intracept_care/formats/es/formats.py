"""Numbers as Spanish writes them in the United States: a point before the decimals, as on the
thermometer and the label. Django's own Spanish has a comma there.
"""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
