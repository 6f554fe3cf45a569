"""The counties that ship with the program, one folder of YAML each; `kimforms.engine.profile` reads and checks them.

A folder holds `profile.yaml` (controllers, roles, stations, demo accounts), `municipalities.yaml`, `bodies.yaml`,
`organisations.yaml`, `fields_of_action.yaml`, `synonyms.yaml`, `processes/*.yaml` and, for the demonstration, `demo/`.
Another county copies such a folder, changes it and names it in `KIMFORMS_PROFILE`; no code changes.
"""
