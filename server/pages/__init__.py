"""The pages: the phone's app shell, the console."""
