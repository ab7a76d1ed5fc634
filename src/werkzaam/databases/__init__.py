"""The databases of others: read by a mapping file, kept in graphs of their own, asked the same questions."""
