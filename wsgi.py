"""The entry for any WSGI server: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from server.app import create_app

app = create_app()
