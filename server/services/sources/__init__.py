"""Where weather and prices may come from: a small reader each, and what fetches. None comes connected."""
