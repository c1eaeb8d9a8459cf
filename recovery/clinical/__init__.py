"""The clinical core: plain Python, no Django, no clock, no input or output.

Modules import downwards only: phases < hours < medicines < logfields (fields < cleaning)
< strictjson < instruments < plan < pathway < rules (facts < rule < texts < emergency < urgent
< review < timed < words < engine) < protocol (education, sources, prose, markdown < measures
< protocol) < commands (lines < one a command) < __main__.
"""
