"""Who is who and what they may see: area tree, organisations, users, roles, sessions."""
