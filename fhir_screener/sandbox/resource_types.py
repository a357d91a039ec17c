"""The resource types of FHIR R4 (4.0.1), and the elements without which we refuse to store some of them."""

from __future__ import annotations

import re
from collections.abc import Collection

R4_TYPES: frozenset[str] = frozenset(
    """
    Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic
    Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry
    ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication
    CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage
    CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric
    DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis
    Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence
    EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group
    GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation
    ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure
    MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
    MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
    MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient
    MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
    MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader
    MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition
    OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice
    PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance
    Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition
    ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule
    SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap
    Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
    SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities
    TestReport TestScript ValueSet VerificationResult VisionPrescription
    """.split()
)

# A name ending in [x] stands for any element that begins so.
REQUIRED: dict[str, tuple[str, ...]] = {
    "AuditEvent": ("type", "recorded", "agent", "source"),
    "CarePlan": ("status", "intent", "subject"),
    "Condition": ("subject",),
    "Consent": ("status", "scope", "category"),
    "DiagnosticReport": ("status", "code"),
    "Encounter": ("status", "class"),
    "Group": ("type", "actual"),
    "Immunization": ("status", "vaccineCode", "patient", "occurrence[x]"),
    "List": ("status", "mode"),
    "MedicationAdministration": ("status", "medication[x]", "subject", "effective[x]"),
    "MedicationDispense": ("status", "medication[x]"),
    "MedicationRequest": ("status", "intent", "medication[x]", "subject"),
    "MedicationStatement": ("status", "medication[x]", "subject"),
    "Observation": ("status", "code"),
    "Procedure": ("status", "subject"),
    "Provenance": ("target", "recorded", "agent"),
    "ResearchStudy": ("status",),
    "ResearchSubject": ("status", "study", "individual"),
    "Task": ("status", "intent"),
}

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def valid_id(text: str) -> bool:
    """FHIR R4 datatype `id`."""
    return _ID.fullmatch(text) is not None


def missing_elements(kind: str, names: Collection[str]) -> list[str]:
    """Required elements of `kind` absent among the top-level `names`; an extension on one (`_status`) counts as present."""
    return [need for need in REQUIRED.get(kind, ()) if not _has(names, need)]


def _has(names: Collection[str], need: str) -> bool:
    if not need.endswith("[x]"):
        return need in names or f"_{need}" in names
    stem = need[:-3]
    return any(name.lstrip("_").startswith(stem) for name in names)
