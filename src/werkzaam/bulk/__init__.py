"""Many documents at once: read and checked in pieces, by whatever processes there are, then put in a store together."""
