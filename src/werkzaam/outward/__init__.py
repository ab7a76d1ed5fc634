"""What goes out in the words and forms of others; the knowledge stands in the files beside, one a target."""
