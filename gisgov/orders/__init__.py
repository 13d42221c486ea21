"""Work orders: from a report to the one who answers, and round the closed loop."""
