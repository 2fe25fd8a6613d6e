"""The rows' table."""

from Plugins.Bench_Plugin.models import BenchRow
from VaultModels.ModelService import ModelService


class BenchRowService(ModelService[BenchRow]):
    model = BenchRow


bench_row_service = BenchRowService()
