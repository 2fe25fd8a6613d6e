"""Routes of the audit trail."""

from django.urls import path

from VaultManagement.Audit.views import (
    AuditExport,
    AuditTrail,
    AuditVerification,
    SiteAuditTrail,
    SiteAuditVerification,
)

urlpatterns = [
    path("audit", AuditTrail.as_view()),
    path("audit/verify", AuditVerification.as_view()),
    path("audit/export", AuditExport.as_view()),
    path("site/audit", SiteAuditTrail.as_view()),
    path("site/audit/verify", SiteAuditVerification.as_view()),
]
