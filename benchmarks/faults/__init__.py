"""The fault suite: real processes, killed at the worst moments, and what was lost or doubled.

`place` is where a run happens (databases, Redis, a folder), `site` runs the product's processes,
`sink` is the mail server, `crowd` makes the patients, `storm` kills, `ledger` counts. Each promise
of docs/faults.md has a module that returns its rows; `__main__` names them.
"""
