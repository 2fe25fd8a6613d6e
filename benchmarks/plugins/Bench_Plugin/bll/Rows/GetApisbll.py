"""The read."""

from typing import Any

from Plugins.Bench_Plugin.bll.Rows.service import bench_row_service
from VaultErrors.BackendErrors import errors


def get_row(*, row_id: int) -> dict[str, Any]:
    """One row as JSON. Raises NotFound."""
    row = bench_row_service.get(id=row_id)
    if row is None:
        raise errors.bad_request.NotFound("There is no such row.")
    return {"id": row.pk, "title": row.title, "target_url": row.target_url}
