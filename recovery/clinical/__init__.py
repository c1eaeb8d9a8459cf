"""The clinical core: plain Python, no Django, no clock, no input or output.

Modules import downwards only: phases < logfields (fields < cleaning) < medicines < plan < pathway
< rules (facts < words < rule < emergency, urgent, review, timed < texts < engine) < __main__.
"""
