"""The web service: pages for people and an endpoint for SPARQL, every answer made in a limited child process."""
