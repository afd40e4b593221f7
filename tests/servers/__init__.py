"""Real servers for the tests: one process a test run, an account a test, no fixed ports."""
