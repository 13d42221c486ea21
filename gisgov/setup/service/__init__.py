"""The use cases of setting up, by step; the only door from outside."""

from gisgov.setup.service.channels import channels, set_channels
from gisgov.setup.service.checklist import checklist
from gisgov.setup.service.district import (
    add_communities,
    create_district,
    district,
    divisions,
)
from gisgov.setup.service.first import create_administrator, new_code, state
from gisgov.setup.service.staff import load_staff, staff_template

__all__ = [
    "add_communities",
    "channels",
    "checklist",
    "create_administrator",
    "create_district",
    "district",
    "divisions",
    "load_staff",
    "new_code",
    "set_channels",
    "staff_template",
    "state",
]
