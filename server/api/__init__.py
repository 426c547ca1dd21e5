"""The routes of /api/v1: who calls, load the shape, call one service, dump."""
