"""Pure decisions about orders: the life cycle, and who gets one."""
