"""What the tests stand on: a PostgreSQL server, databases filled once and copied, a client that checks every page."""
