"""Candidates as FHIR Tasks: built, read back, merged and stored.

`names` spells every URI once; `identity` makes the ids; `ledger` and `build` write a Screening into a Task and `read`
takes it out again; `merge` lays a new Screening over a Task that a person may have worked on; `store` talks to the
server, and `worklist` lists what is there.
"""
