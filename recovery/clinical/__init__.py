"""The clinical core: plain Python, no Django, no clock, no input or output.

Modules import downwards only: phases < logfields < medicines < plan < pathway < rules < __main__, and
within rules: facts < words < rule < emergency, urgent, review, timed < texts < engine.
"""
