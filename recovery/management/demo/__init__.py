"""The demo clinic: invented people, their recoveries as data, and the player that writes them.

Modules import downwards: steps < people < scenes < courses < stage < checkins < script < play <
signins.
"""
