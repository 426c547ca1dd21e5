"""The entry for any WSGI server: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from server import heap
from server.app import create_app

app = create_app()
heap.settle()
