"""What every domain stands on: settings, time, scope, transactions, events, jobs, errors."""
