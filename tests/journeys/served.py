"""What gunicorn serves in a journey: the app as it is, with the built phone that the journey names."""

import os

from server.app import create_app

app = create_app()
app.config["PWA_DIST"] = os.environ["PWA_DIST"]
