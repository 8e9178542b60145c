"""Every HTTP operation: what the server answers, and what its document describes."""

from __future__ import annotations

from targetexpr.serve.operation import operations_in
from targetexpr.serve.operations import converter, customers, milestones, sandbox, target_groups

OPERATIONS = operations_in(milestones, target_groups, customers, converter, sandbox)
