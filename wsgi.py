"""Entry point for WSGI servers: ``gunicorn wsgi:app``."""

from kimforms import create_app

app = create_app()
