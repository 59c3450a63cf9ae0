"""The console: a local web application over scenarios, runs and campaigns, on the public surface of the house."""
