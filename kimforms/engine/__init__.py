"""The low-code core: what a form and a workflow are. Pure: no Flask, no database, no clock; import from its modules."""
