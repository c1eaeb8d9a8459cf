"""The least that a Django program can do for the same work, with Django's defaults: what ours is
measured against. At most 60 lines each; a change to one is a commit of its own.
"""
