"""What the front ends on a terminal share, so that none imports another: exit statuses, options, files, outcomes."""
