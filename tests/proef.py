"""The head of a document of an invented study, below which tests put what they are about."""

HEAD = """werkzaam: 1
taal: nl
onderzoek: proef
zaken:
- {id: study/proef, soort: onderzoek, naam: {nl: de proef, en: the trial}}
beweringen:
"""
