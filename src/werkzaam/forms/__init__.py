"""The forms in which a case document may come and go: how each is read, written, and where things stand in it."""
