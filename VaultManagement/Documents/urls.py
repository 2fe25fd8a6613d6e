"""Routes of documents."""

from django.urls import path

from VaultManagement.Documents import views

urlpatterns = [
    path("documents", views.Documents.as_view()),
    path("documents/<uuid:document_id>", views.DocumentDetail.as_view()),
    path("documents/<uuid:document_id>/content", views.DocumentContent.as_view()),
    path("documents/<uuid:document_id>/versions", views.DocumentVersions.as_view()),
    path("documents/<uuid:document_id>/versions/<int:number>", views.DocumentVersionDetail.as_view()),
    path("documents/<uuid:document_id>/versions/<int:number>/content", views.DocumentContent.as_view()),
    path("documents/<uuid:document_id>/archive", views.DocumentArchive.as_view()),
    path("documents/<uuid:document_id>/restore", views.DocumentRestore.as_view()),
]
