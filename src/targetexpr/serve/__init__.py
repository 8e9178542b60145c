"""The sandbox: the platform's HTTP API on your own machine. Needs the extra `serve`; nothing else imports it.

`operations` declares every HTTP operation: method, path, parameters, body, answer, handler. To add one, write it
there, give its body an example in `examples`, and test it. From the declarations `app` makes the routes and `openapi`
the document (`record_body` the shape of records); `parameters`, `bodies` and `operation` read requests, `envelope`
writes answers, `middleware` stands before all of them. What an operation does knows no HTTP: `groups`, `later_parts`,
`group_updates`, `target_updates`, `period_updates` (and what these share, `changes`), `reads`, `names`, `milestones`,
`communications`, `enrolment`, `enrolled_targets`, `feeding`, `fed_records`, `progress`, `user_progress`,
`tracked_events`, `converter`, `clock`, `sandbox_settings`; `deadline` ends an evaluation that takes too long. `store`
and `rows` keep what there is, in a `database_file` that is looked after. `uvicorn_server` runs it all: `connections`
says who is let in, `http_protocol` for how long,
`message_log` what is written of it; `warm_up` loads what requests need.
"""
