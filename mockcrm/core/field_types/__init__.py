"""Field types: everything that the server knows about a `data_type` is in one row of FIELD_TYPES."""

from mockcrm.core.field_types.model import FieldType, LayoutSection, MassUpdate, Storage
from mockcrm.core.field_types.table import FIELD_TYPES

__all__ = ["FIELD_TYPES", "FieldType", "LayoutSection", "MassUpdate", "Storage"]
