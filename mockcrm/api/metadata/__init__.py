"""What the API tells about an org: its modules, fields, users and the org itself (contract 3.1, 3.2, 3.7).

Every SDK asks for most of it at its start, one module after another, so finished JSON is kept with the directory.
"""

from mockcrm.api.metadata.fields import get_fields
from mockcrm.api.metadata.modules import get_modules
from mockcrm.api.metadata.org import get_org
from mockcrm.api.metadata.users import get_users

__all__ = ["get_fields", "get_modules", "get_org", "get_users"]
