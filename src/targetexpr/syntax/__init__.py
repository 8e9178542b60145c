"""Text ⇄ tree ⇄ expressionJson: grammar tables, parser, mistakes and their repair, printer, codec."""
