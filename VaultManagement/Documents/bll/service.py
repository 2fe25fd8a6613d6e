"""The tables of documents, versions and tags."""

from VaultModels.models import Document, DocumentTag, DocumentVersion
from VaultModels.ModelService import ModelService


class DocumentService(ModelService[Document]):
    model = Document


class DocumentVersionService(ModelService[DocumentVersion]):
    model = DocumentVersion


class DocumentTagService(ModelService[DocumentTag]):
    model = DocumentTag


document_service = DocumentService()
document_version_service = DocumentVersionService()
document_tag_service = DocumentTagService()
