"""Live checks: each looks at the real thing and answers with a list of findings."""
