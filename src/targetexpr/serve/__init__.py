"""The sandbox: the platform's HTTP API on your own machine. Needs the extra `serve`; nothing else imports it."""
