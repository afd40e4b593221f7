"""The small HTTP shim inside the daemon, on loopback by default."""
