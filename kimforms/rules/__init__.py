"""Procedure of bodies: dates, notice, quorum, majorities, minutes. Pure: no Flask, no database, no clock; import from its modules."""
