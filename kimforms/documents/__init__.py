"""Bytes out of data: PDF, CSV, XLSX. Pure: no Flask, no database; import from its modules."""
