"""The shapes that the API takes and gives; knows no database and no caller."""
