"""What a handler's signature is made of; import these names in pages modules.

`view: View`, `visitor: Visitor | None` (as `Who`), `form: Form`, `read: Read` or `tx: Tx`, `db: Database`, `limits: Limits` are
given by name; `call_id: FromPath[UUID]` and `page: FromQuery[int] = 1` come from the address; the answer is a `Page`.
"""

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import db as _db
from facility.web import access, forms, limits, render

Page = ASGIResponse
View = NamedDependency[render.View]
Who = NamedDependency[access.Visitor | None]
Form = NamedDependency[forms.Form]
Read = NamedDependency[AsyncConnection]
Tx = NamedDependency[_db.Tx]
Database = NamedDependency[_db.Database]
Limits = NamedDependency[limits.Limits]

__all__ = ["Database", "Form", "FromPath", "FromQuery", "Limits", "Page", "Read", "Tx", "View", "Who"]
