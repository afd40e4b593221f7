"""The daemon: scheduled jobs, the leader's lock, a watchdog and the HTTP shim."""
