import pluggy

hookimpl = pluggy.HookimplMarker("vault")


class Citations_Plugin:  # noqa: N801  # named like its folder
    @hookimpl
    def on_entity_archived(self, entity_type, entity_id):
        from Plugins.Citations_Plugin.bll.Citations.service import recorded_citation_service

        recorded_citation_service.bulk_delete({"source_url__endswith": f"/{entity_type.lower()}/{entity_id}"})
