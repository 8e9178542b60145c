"""Why a rule came out as it did: traces, phrases, and what would have to change."""
