"""The command line: arguments in, verbs called, files out. No arithmetic lives here."""
