"""Where the rules, thresholds and texts come from: the marks that stand beside them, explained.

A mark is a tag and a source: "V S24". A tag alone is enough for what no source was read for.
"""

from collections.abc import Mapping

TAGS: Mapping[str, str] = {
    "V": "read in a copy of the source",
    "V2": "second-hand: another text says that the source says so",
    "M": "from memory, to be checked before a patient sees it",
    "judgement": "a choice of this project, without a source",
    "design": "follows from how the product works",
}

# What was read, and the address of the copy.
SOURCES: Mapping[str, tuple[str, str]] = {
    "S0": (
        "article that describes the procedure and its recovery (Consensus, 5 Nov 2025)",
        "topics.consensus.app/health/procedures/intracept-procedure-...",
    ),
    "S1": (
        "SMART trial, Fischgrund 2018, abstract",
        "scholarworks.indianapolis.iu.edu/items/00820f45-8087-4b2e-b93d-65fe117b903f/full",
    ),
    "S2": (
        "SMART trial at 24 months, Fischgrund 2019, abstract; the maker's summary",
        "ijssurgery.com/node/7502",
    ),
    "S3": (
        "SMART trial at 5 years, Fischgrund 2020, abstract",
        "chigaco.vukou.com/32451777 (PubMed mirror)",
    ),
    "S4": (
        "INTRACEPT trial, Smuck 2021, abstract and table 3",
        "rapm.bmj.com/content/early/2021/05/23/rapm-2020-102259",
    ),
    "S5": (
        "INTRACEPT trial at 24 months, Koreckij 2021, abstract",
        "discovery.researcher.life/article/...24month-treatment-arm-results/c5cd60b7...",
    ),
    "S6": (
        "INTRACEPT trial, interim, Khalil 2019 (the maker's summary)",
        "relievant.com/clinical-evidence/intracept-study/",
    ),
    "S7": (
        "single-arm study, Truumees 2019, abstract",
        "link.springer.com/article/10.1007/s00586-019-05995-2",
    ),
    "S8": (
        "trials pooled at 5 years, Nguyen, Khalil 2024-25",
        (
            "sirmeeting.org/ajaxcalls/PresentationInfo.asp?PresentationID=1541535; "
            "scholarworks.indianapolis.iu.edu/items/a43d829b-..."
        ),
    ),
    "S9": (
        "use of health care after the procedure, McCormick 2023, abstract",
        "ouci.dntb.gov.ua/works/lmjXKaQ9",
    ),
    "S10": (
        "meta-analysis, Conger 2022, abstract",
        "researchgate.net/publication/362185990",
    ),
    "S11": (
        "real-world cohort NCT05692440",
        "discovery.researcher.life/topic/patient-selection-bias/865258",
    ),
    "S12": (
        "vertebral fracture after the procedure, TriNetX 2025",
        "tagteam.harvard.edu/hub_feeds/4352/feed_items/17115380",
    ),
    "S13": (
        "radicular pain after the procedure low in the back, letter 2023 (title)",
        "PubMed 39238913",
    ),
    "S14": (
        "older cohort with deformity, vertebral fracture",
        "ijssurgery.com/cgi/content/full/8632v1",
    ),
    "S17": (
        "discharge sheets after kyphoplasty and vertebroplasty",
        (
            "baycare.org/health-library/...discharge-instructions-for-vertebroplasty; "
            "yourcareeverywhere.com/...vertebroplasty.html"
        ),
    ),
    "S18": (
        "discharge care after procedures for spine fractures",
        "drugs.com/cg/procedures-for-compression-fractures-of-the-spine-discharge-care.html",
    ),
    "S19": (
        "after electrothermal catheter therapy; an older sheet acts at 100.0 F",
        "healthlibrary.touro.com/Library/HealthSheets/3,84849; baycare.org",
    ),
    "S22": (
        "a clinic's aftercare and risks of the procedure",
        "lowellpaincenter.com/intracept-procedure",
    ),
    "S23": (
        "pain clinics' sheets for after a procedure",
        (
            "cornerstonepainmanagement.com/post-procedure-instructions/; "
            "phillysmartpain.com/contents/procedures/post-procedure-instructions; "
            "alexanderboneandspine.com/faqs/..."
        ),
    ),
    "S24": (
        "cauda equina warning cards",
        (
            "backes.org.uk/cauda-equina-warning-signs/; torbayandsouthdevon.nhs.uk/...; "
            "nuffieldhealth.com/conditions/cauda-equina-syndrome-patient-information; "
            "spinesurgeons.org.uk/Cauda-Equina-Syndrome"
        ),
    ),
    "S25": (
        "wound infection leaflets",
        (
            "nth.nhs.uk/resources/surgical-site-operation-wound-infection; rnoh.nhs.uk/...; "
            "northamptongeneral.nhs.uk/..."
        ),
    ),
    "S26": (
        "epidural hematoma",
        (
            "southernpainsociety.org/hematoma-neuraxial-pain/; "
            "msdmanuals.com/uk/...spinal-subdural-or-epidural-hematoma"
        ),
    ),
    "S27": (
        "clots in a leg or a lung",
        (
            "clincalcpro.com/explainers/what-is-a-dvt/; "
            "asthmaandlung.org.uk/conditions/pulmonary-embolism/what-symptoms"
        ),
    ),
    "S28": (
        "spinal infection without fever",
        "koreamed.org/SearchBasic.php?RID=1978666",
    ),
    "S29": (
        "0 to 10 pain severity as LOINC 72514-3",
        "build.fhir.org/ig/hl7-be/patient-monitoring/.../ValueSet-pain-scale.html",
    ),
    "S30": (
        "ODI as LOINC 97909-6, with its copyright",
        "loinc.org/97909-6; loinc.org/97908-8/panel",
    ),
    "S32": (
        "PEG: the paper, and its smallest important difference",
        (
            "link.springer.com/article/10.1007/s11606-009-0981-1; pmc.ncbi.nlm.nih.gov/articles/"
            "PMC10859144"
        ),
    ),
    "S33": (
        "RMDQ: its scoring, and its owner's statement as others quote it",
        "physio-pedia.com (Roland-Morris); scientificspine.com/spine-scores/...rdq",
    ),
    "S34": (
        "RMDQ: missing answers, smallest detectable change, target, recovered",
        (
            "portal.findresearcher.sdu.dk/...managing-missing-scores...; "
            "paperexplained.cn/...09ede5c2...; ichgcp.net/...107980-...; pmc PMC2989296"
        ),
    ),
    "S35": (
        "smallest important change, consensus (Ostelo 2008); pain scale (Farrar 2001)",
        "paperexplained.cn/...c63b17f3...; pubmed.ncbi.nlm.nih.gov/11690728",
    ),
    "S36": (
        "PGIC: public domain, wording",
        "commondataelements.ninds.nih.gov (F2677); phenx.org/protocols/view/860801",
    ),
    "S37": (
        "codes of 2026 for remote therapeutic monitoring, a vendor's page on CMS CR 14250",
        "fairpath.ai/resources/rtm-2026-update",
    ),
    "S38": (
        "codes of 2026 for remote therapeutic monitoring, a vendor's page",
        "forcetherapeutics.com/blog/cms-updates-...",
    ),
    "S39": (
        "codes of 2026 for remote therapeutic monitoring, a vendor's page on the final rule",
        "limberhealth.com/blog/2026-cms-final-rule-rtm-codes",
    ),
    "S40": (
        "codes of 2026 for remote therapeutic monitoring, a vendor's page for clinics",
        "getorva.com/rtm-2026-codes-explained-for-clinics",
    ),
    "S48": (
        "a daily survey of ten days after ambulatory surgery, 12,433 patients",
        "synapse.mskcc.org/synapse/works/216427 and /225456; pcori.org/.../access-study",
    ),
    "S50": (
        "long-term self-report on the web, Judson 2013",
        "pmc PMC3699724",
    ),
    "S51": (
        "answers by text message after spine and orthopedic surgery",
        (
            "discovery.researcher.life/article/implementation-of-an-automated-text-message-...; "
            "link.springer.com/article/10.1007/s11420-018-9635-3; spineiq.org"
        ),
    ),
    "S55": (
        "CDC 2022 factors for morphine equivalents",
        "globalrph.com/medcalcs/morphine-milligram-equivalents-calculator",
    ),
    "S56": (
        "PROMIS: terms of use",
        (
            "healthmeasures.net/explore-measurement-systems/promis/obtain-administer-measures; "
            "help.gethealthie.com/article/1387"
        ),
    ),
    "S57": (
        "EQ-5D: terms of digital use",
        (
            "euroqol.org/register/instrument-delivery/digital-reproduction-requirements/; "
            "qrcstockholm.se"
        ),
    ),
    "S60": (
        "disclaimers that patient portals use",
        (
            "capefeareye.com/pp-policies-procedures/; "
            "patientportal.eval.e-mds.com/LegalDocument/PrivacyStatement"
        ),
    ),
}
